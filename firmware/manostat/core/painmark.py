"""The pressure and volume at a press of the pain button, and 0.5, 1, 2 and 3 s before it."""

from micropython import const

EVERY_US = const(10000)
DEPTH = const(302)  # 3 s of samples 10 ms apart, the newest included
POINTS = const(5)


class LookBack:
    """Line pressure and steps of the last 3 s, one sample in 10 ms; buffers are handed in.

    A reaction to pain takes 0.5 to 3 s under light sedation (E), so what was felt lies before
    the press.
    """

    def __init__(self, pressures, steps):
        self.pressures = pressures
        self.steps = steps
        self.reset()

    def reset(self):
        self.at = 0
        self.filled = 0

    def feed(self, pressure_pa: int, steps: int):
        """Take one sample; call every `EVERY_US`."""
        self.at = self.at + 1 if self.at < DEPTH - 1 else 0
        self.pressures[self.at] = pressure_pa
        self.steps[self.at] = steps
        if self.filled < DEPTH:
            self.filled += 1

    def index(self, back: int) -> int:
        """Place of the sample `back` * 10 ms ago, or the oldest there is."""
        if back >= self.filled:
            back = self.filled - 1
        at = self.at - back
        return at if at >= 0 else at + DEPTH


class PainMark:
    """One press: five points (0, 0.5, 1, 2, 3 s before), oldest data repeated if younger."""

    def __init__(self, pressures_pa, steps):
        self.pressures_pa = pressures_pa
        self.steps = steps
        self.reset()

    def reset(self):
        self.valid = 0
        self.moving = 0
        self.opening_pa = -1
        self.at_ms = 0

    def take(self, moving: int, opening_pa: int, at_ms: int, pressure_pa: int, steps: int, look):
        """Fill the mark from this tick and the look-back."""
        self.valid = 1
        self.moving = moving
        self.opening_pa = opening_pa
        self.at_ms = at_ms
        self.pressures_pa[0] = pressure_pa
        self.steps[0] = steps
        for point in range(1, POINTS):
            back = 50 if point == 1 else (point - 1) * 100
            at = look.index(back)
            self.pressures_pa[point] = look.pressures[at]
            self.steps[point] = look.steps[at]
