"""Leak as an end point: volume goes in and the pressure does not rise (P-12)."""

from micropython import const

_RISE_PA = const(6895)  # 1 psi (E)


class Leak:
    """Looks at windows of `window_steps`, 0.3 mL (E): a torn disc takes them without a rise."""

    def __init__(self, window_steps: int):
        self.window_steps = window_steps
        self.from_steps = -1
        self.from_pa = 0

    def reset(self):
        """What comes next has nothing to do with what was: a pause, or another flow."""
        self.from_steps = -1

    def feed(self, steps: int, pressure_pa: int) -> int:
        """Take one reading under the prescribed flow; 1 once a whole window brought no rise."""
        if self.from_steps < 0 or pressure_pa - self.from_pa >= _RISE_PA:
            self.from_steps = steps
            self.from_pa = pressure_pa
            return 0
        return 1 if steps - self.from_steps >= self.window_steps else 0
