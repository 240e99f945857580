"""Virtual time held to wall time, so that a time-out on the board means what it means to a host."""

import time
from collections.abc import Callable

_MOST_BEHIND_US = 20_000


class Pace:
    """Says how far virtual time may go. It never hurries to catch up with what it has lost: a busy
    board is slower than a real one, and a host's pauses must not become longer on the board."""

    def __init__(self, now_us: int, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock_ns = clock_ns
        self._ahead_us = now_us - clock_ns() // 1000

    def allowed_us(self, now_us: int) -> int:
        """The virtual time that may be reached now; `now_us` is how far it has come."""
        wall_us = self._clock_ns() // 1000
        if wall_us + self._ahead_us - now_us > _MOST_BEHIND_US:
            self._ahead_us = now_us + _MOST_BEHIND_US - wall_us
        return wall_us + self._ahead_us
