"""The blocks of a campaign, one after the other, from a crew into a folder."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Protocol

from manostat_tools.campaign.block import Made, Order, peak_bytes
from manostat_tools.campaign.crews import Crew
from manostat_tools.campaign.folder import Folder

_LOOK_EVERY_S = 0.5
_AHEAD = 2
"""Blocks asked for, beyond those being made, for each worker: none waits, and few lie about."""
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
        self.losses = 0
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
    pending: dict[Future[Made], Order] = {}
    losses = 0
    try:
        while waiting or pending:
            lost = _ask(crew, waiting, pending)
            done, _ = wait(pending, _LOOK_EVERY_S, FIRST_COMPLETED) if pending else ((), ())
            for future in done:
                order = pending.pop(future)
                try:
                    made = future.result()
                except crew.losses:
                    waiting.appendleft(order)
                    lost = True
                    continue
                folder.keep(made.number, made.content)
                measured.add(made)
                watcher.kept(made)
                losses = 0
            if lost:
                losses += 1
                measured.losses += 1
                if losses > _MOST_LOSSES:
                    raise LostWorkersError(
                        f"workers were lost {losses} times and made nothing: too little memory?"
                    )
                watcher.lost()
                if crew.mend():
                    waiting.extendleft(reversed(pending.values()))
                    pending.clear()
            watcher.waits()
    finally:
        crew.close()
    return measured


def _ask(crew: Crew, waiting: deque[Order], pending: dict[Future[Made], Order]) -> bool:
    """Keep the crew busy; whether it turned out to have lost someone."""
    while waiting and len(pending) < _AHEAD * crew.size:
        try:
            future = crew.submit(waiting[0])
        except crew.losses:
            return True
        pending[future] = waiting.popleft()
    return False
