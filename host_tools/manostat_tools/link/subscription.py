"""Ticks as they come, for a loop or for asyncio, with a bounded queue between."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from threading import Condition
from types import TracebackType

from manostat_sim.telemetry import TickFrame

MOST = 2000
"""Items that wait: four seconds of ticks."""
_WAIT_S = 0.5


@dataclass(frozen=True)
class LinkLost:
    """No ticks come any more. `why` in words; `at_s`: seconds of `time.monotonic`."""

    why: str
    at_s: float


@dataclass(frozen=True)
class LinkBack:
    """Ticks come again; those between are lost. `at_s`: seconds of `time.monotonic`."""

    at_s: float


Item = TickFrame | LinkLost | LinkBack


class Subscription:
    """Iterate it, with `for` or `async for`; ends with `close`, or when the pump is closed.

    What comes is a `TickFrame`, or `LinkLost` or `LinkBack` where the link was lost and came
    back; `only_frames` leaves these two out. When more than `most` items wait, the oldest tick is
    dropped and counted in `dropped`. For one consumer at a time.
    """

    def __init__(
        self,
        most: int = MOST,
        only_frames: bool = False,
        left: Callable[["Subscription"], None] = lambda _: None,
    ) -> None:
        if most < 1:
            raise ValueError(f"most: {most}, allowed 1 or more")
        self.dropped = 0
        self._most = most
        self._only_frames = only_frames
        self._left = left
        self._items: deque[Item] = deque()
        self._changed = Condition()
        self._closed = False
        self._awaiting: tuple[asyncio.AbstractEventLoop, asyncio.Future[None]] | None = None

    def put(self, item: Item) -> None:
        """Called by the thread that reads; never waits."""
        if self._only_frames and not isinstance(item, TickFrame):
            return
        with self._changed:
            if self._closed:
                return
            if len(self._items) < self._most or self._makes_room(item):
                self._items.append(item)
                self._wake()

    def get(self, limit_s: float) -> Item | None:
        """The next item; None if none came within `limit_s` seconds, or it is closed."""
        ends_s = time.monotonic() + limit_s
        with self._changed:
            while not self._items and not self._closed:
                left_s = ends_s - time.monotonic()
                if left_s <= 0:
                    return None
                self._changed.wait(left_s)
            return self._items.popleft() if self._items else None

    @property
    def closed(self) -> bool:
        """Nothing comes any more, but what still waits."""
        return self._closed

    def close(self) -> None:
        """Ends it; a loop over it ends once it has what still waits."""
        with self._changed:
            self._closed = True
            self._wake()
        self._left(self)

    def __iter__(self) -> Iterator[Item]:
        while True:
            item = self.get(_WAIT_S)
            if item is not None:
                yield item
            elif self._closed:
                return

    async def __aiter__(self) -> AsyncIterator[Item]:
        loop = asyncio.get_running_loop()
        while True:
            with self._changed:
                item = self._items.popleft() if self._items else None
                if item is None:
                    if self._closed:
                        return
                    came = loop.create_future()
                    self._awaiting = (loop, came)
            if item is not None:
                yield item
            else:
                await came

    def __enter__(self) -> "Subscription":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _wake(self) -> None:
        self._changed.notify_all()
        if self._awaiting is not None:
            (loop, came), self._awaiting = self._awaiting, None
            with contextlib.suppress(RuntimeError):  # that loop has ended
                loop.call_soon_threadsafe(_done, came)

    def _makes_room(self, item: Item) -> bool:
        """Drop one: the oldest tick, so that what is said of the link stays; False if that is the
        new one itself."""
        self.dropped += 1
        at = next((n for n, each in enumerate(self._items) if isinstance(each, TickFrame)), None)
        if at is None and isinstance(item, TickFrame):
            return False
        del self._items[at or 0]
        return True


def _done(came: "asyncio.Future[None]") -> None:
    if not came.done():
        came.set_result(None)
