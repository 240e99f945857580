"""The same fault again and again in a level: after the third in ten minutes nothing goes on."""

from micropython import const

LOCKOUT_INTS = const(38)  # two for each of codes.FAULT_CODES
_WITHIN_MS = const(600000)  # P-10
_MS_MASK = const(1073741823)


class Lockout:
    """`times` is a buffer of LOCKOUT_INTS integers: when each fault last came, and before that."""

    def __init__(self, times):
        self.times = times
        self.reset()

    def reset(self):
        """A new level."""
        for i in range(LOCKOUT_INTS):
            self.times[i] = -1

    def note(self, fault: int, now_ms: int) -> int:
        """Take a fault that has latched at `now_ms`, which may wrap; 1 if it locks out (P-10)."""
        at = 2 * fault
        first_ms = self.times[at]
        self.times[at] = self.times[at + 1]
        self.times[at + 1] = now_ms
        if first_ms < 0:
            return 0
        return 1 if (now_ms - first_ms) & _MS_MASK < _WITHIN_MS else 0
