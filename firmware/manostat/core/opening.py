"""Opening pressure: the knee of pressure against volume, then the line read at rest."""

from micropython import const

BLOCKS = const(128)
_BLOCK_TICKS = const(128)  # 256 ms of readings in a mean
_STILL_PA = const(300)  # a fall of 9.5 s that is this slow has less than 1 psi to go (C)
_LEAST_BLOCKS = const(4)
_WINDOW_TICKS = const(24000)  # the slowest flow takes 40 s a window; longer and it starts over
_REFERENCE_PA = const(1000)  # a slope below this per window is no line filling (E)


class Knee:
    """Finds where dP/dV falls below 0.6 of the line's own stiffness (E, swept in tests).

    Pressure is averaged over windows of equal volume; the difference of two neighbours is the
    slope. Two windows in a row must agree, both for the reference and for the bend, so that one
    slip of a sticking plunger makes neither.
    """

    def __init__(self, window_steps: int):
        self.window_steps = window_steps
        self.reset()

    def reset(self):
        """Begin a level: the line's own stiffness is not known."""
        self.reference_pa = 0
        self.go_on()

    def go_on(self):
        """Motion begins again within a level; the stiffness seen so far still holds."""
        self.begun_at = -1
        self.sum_16pa = 0
        self.ticks = 0
        self.means = 0
        self.mean_pa = 0
        self.slope_pa = 0

    def feed(self, steps: int, pressure_pa: int) -> int:
        """Take one moving tick; 1 once the knee is passed."""
        if self.begun_at < 0 or self.ticks == _WINDOW_TICKS:
            self.begun_at = steps
            self.sum_16pa = 0
            self.ticks = 0
        self.sum_16pa += pressure_pa >> 4
        self.ticks += 1
        if steps - self.begun_at < self.window_steps:
            return 0
        mean_pa = (self.sum_16pa // self.ticks) << 4
        self.begun_at = steps
        self.sum_16pa = 0
        self.ticks = 0
        self.means += 1
        slope_pa = mean_pa - self.mean_pa
        before_pa = self.slope_pa
        self.mean_pa = mean_pa
        self.slope_pa = slope_pa
        if self.means < 3:
            return 0
        lower_pa = slope_pa if slope_pa < before_pa else before_pa
        higher_pa = before_pa if slope_pa < before_pa else slope_pa
        if lower_pa > self.reference_pa:
            self.reference_pa = lower_pa
        if self.reference_pa < _REFERENCE_PA:
            return 0
        return 1 if higher_pa * 10 < self.reference_pa * 6 else 0


class Settler:
    """Reads a pressure at rest by following the decay of the line.

    Means of 256 ms are kept (`blocks`, 128 integers: 32 s). With three of them, equally far
    apart, an exponential gives its own end value; it is believed once the second half of the
    fall is at most a fifth of the first, so that at most a twentieth of the fall is
    extrapolated.
    """

    def __init__(self, blocks):
        self.blocks = blocks
        self.reset()

    def reset(self):
        self.count = 0
        self.ticks = 0
        self.sum_16pa = 0
        self.settled = 0
        self.expired = 0
        self.value_pa = 0

    def feed(self, pressure_pa: int):
        """Take one tick at rest; sets `settled` with `value_pa`, or `expired` after 32 s."""
        self.sum_16pa += pressure_pa >> 4
        self.ticks += 1
        if self.ticks < _BLOCK_TICKS:
            return
        self.blocks[self.count] = (self.sum_16pa // _BLOCK_TICKS) << 4
        self.ticks = 0
        self.sum_16pa = 0
        last = self.count
        self.count += 1
        if last >= _LEAST_BLOCKS and (last & 1) == 0:
            self._judge(last)
        if self.count == BLOCKS and self.settled == 0:
            self.expired = 1

    def _judge(self, last: int):
        middle_pa = self.blocks[last >> 1]
        first_fall_pa = self.blocks[0] - middle_pa
        second_fall_pa = middle_pa - self.blocks[last]
        if -_STILL_PA < first_fall_pa < _STILL_PA and -_STILL_PA < second_fall_pa < _STILL_PA:
            self.settled = 1
            self.value_pa = self.blocks[last]
        elif first_fall_pa > 0 and 0 <= second_fall_pa * 5 <= first_fall_pa:
            share = (second_fall_pa << 8) // (first_fall_pa - second_fall_pa)
            self.settled = 1
            self.value_pa = self.blocks[last] - ((second_fall_pa * share) >> 8)
