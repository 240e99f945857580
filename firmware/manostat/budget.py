"""How many pages presses may take: a loose wire makes hundreds of events a second, for hours.

32 pages at once, then one in 10 s: a journal of 2048 pages lasts five hours of that, and a day of
use needs none of it.
"""

from micropython import const

_MOST = const(32)
_EARNED_MS = const(10000)
_MS_MASK = const(1073741823)


class Budget:
    """Pages that may be written now."""

    def __init__(self):
        self.pages = _MOST
        self._since_ms = 0

    def has(self, now_ms: int) -> bool:
        """Whether there is one; `now_ms` counts modulo 2^30."""
        earned = (now_ms - self._since_ms & _MS_MASK) // _EARNED_MS
        if earned:
            self.pages = min(self.pages + earned, _MOST)
            self._since_ms = now_ms
        return self.pages > 0

    def spend(self):
        """One has been written."""
        self.pages -= 1
