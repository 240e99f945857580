"""The step lease of the board's PIO, mirrored for benches without pins.

Times are virtual microseconds, integers, and never go back.
"""

from collections.abc import Callable

WORD_US = 1900
LEAST_INTERVAL_US = 26


class LeaseModel:
    """At most one word of steps executing and one queued; a low permit latches it dead.

    A word makes its first step at once and then one each interval; a word behind it follows after
    one more interval. As on the board the interval is shortened so that a word ends within a tick
    (`WORD_US`), and never below `LEAST_INTERVAL_US`. `on_step(now_us)` is called for each step.
    """

    def __init__(self, on_step: Callable[[int], None]) -> None:
        self._on_step = on_step
        self._running = False
        self._permit = 0
        self._left = 0
        self._interval_us = 0
        self._next_us = 0
        self._queued = 0
        self._queued_interval_us = 0
        self._made = 0
        self.latched = False

    def start(self, now_us: int, permit: int) -> None:
        """Empty the queue, clear the latch and run; a permit that is low latches at once."""
        self.advance(now_us)
        self.stop()
        self._running = True
        self._permit = permit
        self.latched = not permit
        self._next_us = now_us

    def stop(self) -> None:
        """Empty the queue; no step until started."""
        self._running = False
        self._left = 0
        self._queued = 0

    def renew(self, count: int, interval_us: int, now_us: int) -> bool:
        """Queue `count` steps `interval_us` apart; False when a word waits, or `count` is 0."""
        self.advance(now_us)
        if self._queued or count <= 0:
            return False
        # A word lasts until the interval behind its last step is over.
        if not self._left and self._next_us < now_us:
            self._next_us = now_us
        self._queued = count
        self._queued_interval_us = max(LEAST_INTERVAL_US, min(interval_us, WORD_US // count))
        self.advance(now_us)
        return True

    def permit(self, level: int, now_us: int) -> None:
        """The PERMIT pin from `now_us` on; a low is seen by a step due at the same time."""
        self.advance(now_us - 1)
        self._permit = level
        if not level and self._running:
            self.latched = True
        self.advance(now_us)

    def advance(self, now_us: int) -> None:
        """Make the steps due up to and at `now_us`, in order."""
        while self._running and self._next_us <= now_us:
            if not self._left:
                if not self._queued:
                    return
                self._left = self._queued
                self._interval_us = self._queued_interval_us
                self._queued = 0
            if self.latched:
                # The word has been taken out of the queue and waits for ever in front of a step.
                return
            step_us = self._next_us
            self._left -= 1
            self._next_us += self._interval_us
            self._made += 1
            self._on_step(step_us)

    def next_step_us(self) -> int:
        """When the next step is due, -1 for never: what a bench waits for."""
        if not self._running or self.latched or not (self._left or self._queued):
            return -1
        return self._next_us

    def made(self) -> int:
        """Steps counted since the last call, as the independent counter does."""
        made = self._made
        self._made = 0
        return made
