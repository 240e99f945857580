"""Where the line pressure is heading, and how much of the flow the room to the limit allows.

What is queued and under way is counted in before the limit is reached (P-03, P-04, P-05).
"""

from micropython import const

HISTORY = const(8)  # ticks over which the slope is taken: 16 ms
BAND_PA = const(34474)  # 5 psi below the limit the flow begins to fall (E)
_LEAST_SHIFT = const(3)  # down to 1/8 of the prescribed flow (E)


class Cutoff:
    """Predicts the pressure two ticks ahead: what is queued and under way is still to come.

    `history` is a buffer of 8 integers. The first reading seeds all of it, or the first slope
    would be the whole gauge pressure and trip early.
    """

    def __init__(self, history):
        self.history = history
        self.at = 0
        self.seeded = 0

    def feed(self, pressure_pa: int) -> int:
        """Take this tick's line pressure; returns the pressure expected two ticks ahead."""
        history = self.history
        if self.seeded == 0:
            self.seeded = 1
            for i in range(HISTORY):
                history[i] = pressure_pa
        at = self.at
        rise_pa = pressure_pa - history[at]
        history[at] = pressure_pa
        self.at = (at + 1) & (HISTORY - 1)
        # Two ticks of a slope taken over eight: a quarter of the rise. A fall predicts nothing.
        return pressure_pa + (rise_pa >> 2) if rise_pa > 0 else pressure_pa


def lowered(rate_nl_s: int, room_pa: int) -> int:
    """Flow within BAND_PA of the limit: falls with the room left, to 1/8."""
    least = rate_nl_s >> _LEAST_SHIFT
    rate = rate_nl_s * (room_pa >> 6) // (BAND_PA >> 6)
    return rate if rate > least else least
