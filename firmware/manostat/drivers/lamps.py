"""READY, HIGH, MEDIUM and LOW lamps and the sounder: plain on and off, set in one go."""

import machine
from micropython import const

_SET = const(0xD0000014)  # SIO GPIO_OUT_SET and GPIO_OUT_CLR (RP2040 datasheet 2.3.1.7, M)
_CLEAR = const(0xD0000018)


class Lamps:
    """Five GPIO numbers, all lit by a high level; all off at first."""

    def __init__(self, ready: int, high: int, medium: int, low: int, sounder: int):
        gpios = (ready, high, medium, low, sounder)
        for gpio in gpios:
            machine.Pin(gpio, machine.Pin.OUT, value=0)
        self._masks = tuple(1 << gpio for gpio in gpios)
        self._all = sum(self._masks)
        self._lit = -1  # not yet known

    def show(self, ready: int, high: int, medium: int, low: int, sounder: int):
        """Set all five, each 0 or 1; the registers are written on change only."""
        masks = self._masks
        lit = (
            masks[0] * ready
            | masks[1] * high
            | masks[2] * medium
            | masks[3] * low
            | masks[4] * sounder
        )
        if lit == self._lit:
            return
        self._lit = lit
        memory = machine.mem32
        memory[_SET] = lit
        memory[_CLEAR] = self._all ^ lit
