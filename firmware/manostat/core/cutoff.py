"""Where the line pressure is heading, and how much of the flow the room to the limit allows."""

from micropython import const

HISTORY = const(8)  # ticks over which the slope is taken: 16 ms
_BAND_PA = const(34474)  # 5 psi below the limit the flow begins to fall (E)
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
        self.predicted_pa = 0

    def feed(self, pressure_pa: int):
        """Take this tick's line pressure."""
        if self.seeded == 0:
            self.seeded = 1
            for i in range(HISTORY):
                self.history[i] = pressure_pa
        rise_pa = pressure_pa - self.history[self.at]
        self.history[self.at] = pressure_pa
        self.at = (self.at + 1) & (HISTORY - 1)
        # Two ticks of a slope taken over eight: a quarter of the rise. A fall predicts nothing.
        self.predicted_pa = pressure_pa + ((rise_pa >> 2) if rise_pa > 0 else 0)

    def rate_nl_s(self, rate_nl_s: int, limit_pa: int) -> int:
        """Flow to use: all of it far from the limit, falling to 1/8 within 5 psi of it."""
        room_pa = limit_pa - self.predicted_pa
        if room_pa >= _BAND_PA:
            return rate_nl_s
        least = rate_nl_s >> _LEAST_SHIFT
        lowered = rate_nl_s * (room_pa >> 6) // (_BAND_PA >> 6)
        return lowered if lowered > least else least
