"""All switches in one read of the port, so that their pattern is of one instant."""

import machine
from micropython import const

_GPIO_IN = const(0xD0000004)  # SIO GPIO_IN: levels of GP0 to GP29 (RP2040 datasheet 2.3.1.7, M)
_COUNT = const(6)
_MASK = const(63)


class Switches:
    """Six neighbouring GPIOs from `first_gpio`: STOP_OK, PAIN_OK, PERMIT, PAIN_NO, END_FULL,
    END_EMPTY, in the order of `Inputs.switches`. No internal pulls: the board has its own.
    """

    def __init__(self, first_gpio: int):
        self._shift = first_gpio
        for gpio in range(first_gpio, first_gpio + _COUNT):
            machine.Pin(gpio, machine.Pin.IN, None)

    def read(self) -> int:
        """Levels now, bit 0 to bit 5."""
        return machine.mem32[_GPIO_IN] >> self._shift & _MASK
