"""The blocks of a campaign, one after the other, from a crew into a folder."""

import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from manostat_tools.campaign.block import Made, peak_bytes
from manostat_tools.campaign.crews import Crew
from manostat_tools.campaign.folder import Folder

_LOOK_EVERY_S = 0.5
_MOST_LOSSES = 5


class LostWorkersError(RuntimeError):
    """Workers were lost again and again, and no block was finished in between."""


class Watcher(Protocol):
    """Told of each block that is kept, and every now and then that time passes."""

    def kept(self, made: Made) -> None: ...
    def waits(self) -> None: ...
    def lost(self) -> None: ...


class Measured:
    """What this command made: `runs`, `ticks`, `seconds` on the wall, and `peak_bytes`, the most
    memory of each process in sum."""

    def __init__(self) -> None:
        self.runs = 0
        self.ticks = 0
        self.losses = 0  # of workers that had a block
        self._begin_s = time.monotonic()
        self._workers: dict[str, int] = {}

    def add(self, made: Made) -> None:
        """A block was made."""
        self.runs += made.count
        self.ticks += made.ticks
        self._workers[made.worker] = made.peak_bytes

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self._begin_s

    @property
    def workers(self) -> int:
        """Processes that made blocks."""
        return len(self._workers)

    @property
    def peak_bytes(self) -> int:
        """This process and the workers, each at its own worst moment."""
        return peak_bytes() + sum(self._workers.values())


def run(folder: Folder, crew_of: Callable[[], Crew], watcher: Watcher) -> Measured:
    """Make what is missing in `folder`; what is kept stays, whatever ends this.

    LostWorkersError, ForeignWorkerError, and KeyboardInterrupt after ending the crew.
    """
    measured = Measured()
    waiting = deque(folder.missing())
    if not waiting:
        return measured
    crew = crew_of()
    asked = losses = 0
    try:
        while waiting or asked:
            while waiting and asked < crew.size:
                crew.ask(waiting.popleft())
                asked += 1
            for order, made in crew.collect(_LOOK_EVERY_S):
                asked -= 1
                if made is not None:
                    folder.keep(made.number, made.content)
                    measured.add(made)
                    watcher.kept(made)
                    losses = 0
                    continue
                waiting.appendleft(order)
                losses += 1
                measured.losses += 1
                if losses > _MOST_LOSSES:
                    raise LostWorkersError(
                        f"workers were lost {losses} times and made nothing: too little memory?"
                    )
                watcher.lost()
            watcher.waits()
    finally:
        crew.close()
    return measured
