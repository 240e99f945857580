"""Calls at exact virtual times, in the order of time and then of registration."""

import heapq
from collections.abc import Callable


class Event:
    """One call to come; `cancel()` before its time and it never comes."""

    __slots__ = ("callback", "cancelled")

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class EventQueue:
    """Times in nanoseconds, whole numbers."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Event]] = []
        self._count = 0

    def add(self, t_ns: int, callback: Callable[[], None]) -> Event:
        event = Event(callback)
        heapq.heappush(self._heap, (t_ns, self._count, event))
        self._count += 1
        return event

    def next_ns(self) -> int | None:
        """The time of the next call, None when there is none."""
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def run_due(self, now_ns: int) -> None:
        """Makes every call whose time has come."""
        while (next_ns := self.next_ns()) is not None and next_ns <= now_ns:
            heapq.heappop(self._heap)[2].callback()
