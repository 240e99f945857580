"""Steps to volume and back as one exact ratio, so that no rounding accumulates (D-01)."""

from micropython import const

MAX_STEPS = const(262143)  # steps * fraction stays within 30 bits


class Syringe:
    """Volume of a microstep as the ratio `nl_num / nl_den` nanolitres.

    `nl_den` is 1 to 4096 and a step at most 4095 nl, so that every product below fits
    +-(2^30 - 1). The ratio is pi/4 d^2 lead / (steps a turn * microsteps), made by the host.
    """

    def __init__(self, nl_num: int, nl_den: int):
        self.nl_num = nl_num
        self.nl_den = nl_den
        self.whole_nl = nl_num // nl_den
        self.fraction = nl_num % nl_den

    def volume_nl(self, steps: int) -> int:
        """Volume of 0 to 262 143 steps, rounded down once."""
        return steps * self.whole_nl + (steps * self.fraction) // self.nl_den

    def steps_within(self, volume_nl: int) -> int:
        """Most whole steps whose exact volume is not above `volume_nl`."""
        low = 0
        high = MAX_STEPS
        while low < high:
            middle = (low + high + 1) >> 1
            # Rounded up: rounded down the last step might be in part above.
            part_nl = (middle * self.fraction + self.nl_den - 1) // self.nl_den
            if middle * self.whole_nl + part_nl <= volume_nl:
                low = middle
            else:
                high = middle - 1
        return low
