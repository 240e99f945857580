"""What is kept of a run: the truth of its pressures and times, and a digest of every tick."""

_62_BITS = (1 << 62) - 1
_31_BITS = (1 << 31) - 1
# Below 2^31, so that no product or sum passes 2^62 and wrapping and unbounded integers agree.
_MULTIPLIER = 0x735A2D97


def mix(digest: int, word: int) -> int:
    """A digest of 62 bits with one more word taken in: a step of multiply-with-carry."""
    both = (digest ^ word) & _62_BITS
    return (both & _31_BITS) * _MULTIPLIER + (both >> 31)


class Score:
    """Pressures in Pa, volumes in nL, times in us since power-on, -1 for never.

    `over_pa`: most by which the line was above the limit in force, after a step; below 0 never.
    `digest`: 62 bits of every tick's inputs, outputs and line pressure.
    """

    def __init__(self) -> None:
        self.ticks = 0
        self.digest = 1
        self.peak_line_pa = 0.0
        self.over_pa = -1e12
        self.first_step_us = -1
        self.last_step_us = -1
        self.crossed_us = -1  # the line pressure reached the limit in force
        self.crossed_nl = 0.0  # pushed until then
        self.pressed_us = -1  # PAIN by the patient, or STOP
        self.pressed_nl = 0.0
        self.pressed_pa = 0.0  # the line's pressure then
        self.broken_nl = 0.0  # pushed until the fault came
        self.tight_nl = 0.0  # pushed when the pump last read a line that is not open
        self.stopped_us = -1
        self.reason = 0  # of the stop
        self.fault = 0
        self.alarm = 0  # cause of the last alarm

    def step(self, at_us: int, line_pa: float, limit_pa: int, pushed_nl: float) -> None:
        """A step was made at `at_us`."""
        if self.first_step_us < 0:
            self.first_step_us = at_us
        self.last_step_us = at_us
        if line_pa > self.peak_line_pa:
            self.peak_line_pa = line_pa
        over_pa = line_pa - limit_pa
        if over_pa > self.over_pa:
            self.over_pa = over_pa
            if over_pa >= 0.0 and self.crossed_us < 0:
                self.crossed_us = at_us
                self.crossed_nl = pushed_nl

    def press(self, at_us: int, line_pa: float, pushed_nl: float) -> None:
        """Somebody pressed PAIN or STOP; the first press after the first step counts."""
        if self.pressed_us < 0 and self.first_step_us >= 0:
            self.pressed_us = at_us
            self.pressed_nl = pushed_nl
            self.pressed_pa = line_pa

    def stop(self, at_us: int, reason: int, fault: int) -> None:
        """The level has stopped."""
        self.stopped_us = at_us
        self.reason = reason
        self.fault = fault

    def take(self, decision: int, pressure: int, line_pa: float) -> None:
        """Digest one tick: two words, and the line pressure to its last bit from 1 Pa to 1 MPa."""
        scaled = line_pa * 65536.0
        whole = int(scaled)
        rest = int((scaled - whole) * 68719476736.0)
        digest = mix(self.digest, decision)
        digest = mix(digest, pressure)
        self.digest = mix(digest, whole ^ rest << 26)
        self.ticks += 1
