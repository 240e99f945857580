"""Leak as an end point: volume goes in and the pressure does not rise (P-12)."""

from micropython import const

_RISE_PA = const(6895)  # 1 psi (E)
PLACES = const(16)  # windows at a time, a power of two
_APART_PA = const(460)  # so that no more than PLACES of them begin within _RISE_PA


class Leak:
    """Looks at windows of `window_steps`: a torn disc takes them without a rise.

    A window that waited for the end of another one would let nearly twice as much in: so one begins
    with every fifteenth of the rise. `begun_steps` and `begun_pa`, buffers of PLACES integers, hold
    where they begin; `from_steps` is where the oldest did.
    """

    def __init__(self, window_steps: int, begun_steps, begun_pa):
        self.window_steps = window_steps
        self.begun_steps = begun_steps
        self.begun_pa = begun_pa
        self.from_steps = -1
        self.oldest = 0
        self.newest = 0

    def reset(self):
        """What comes next has nothing to do with what was: a pause, or another flow."""
        self.from_steps = -1

    def feed(self, steps: int, pressure_pa: int) -> int:
        """Take one reading under the prescribed flow; 1 once a whole window brought no rise.

        A jump of pressure ends one window a reading: a tick has no time for all of them, and until
        the last of them is ended nothing is judged.
        """
        newest = self.newest
        if self.from_steps < 0:
            self.oldest = newest
            self.from_steps = steps
            self._begin(newest, steps, pressure_pa)
            return 0
        if pressure_pa - self.begun_pa[newest] >= _APART_PA:
            self._begin((newest + 1) & (PLACES - 1), steps, pressure_pa)
        oldest = self.oldest
        if pressure_pa - self.begun_pa[oldest] >= _RISE_PA:
            oldest = (oldest + 1) & (PLACES - 1)
            self.oldest = oldest
            self.from_steps = self.begun_steps[oldest]
            return 0
        return 1 if steps - self.from_steps >= self.window_steps else 0

    def _begin(self, at: int, steps: int, pressure_pa: int):
        self.newest = at
        self.begun_steps[at] = steps
        self.begun_pa[at] = pressure_pa
