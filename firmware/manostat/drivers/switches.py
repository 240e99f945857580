"""All switches in one read of the port, so that their pattern is of one instant."""

import sys

import machine
from micropython import const

if sys.implementation.name == "micropython":
    from manostat.drivers.switches_native import read
else:
    from manostat.drivers.switches_portable import read

_COUNT = const(6)


class Switches:
    """Six neighbouring GPIOs from `first_gpio`: STOP_OK, PAIN_OK, PERMIT, PAIN_NO, END_FULL,
    END_EMPTY, in the order of `Inputs.switches`. No internal pulls: the board has its own.
    """

    read = read

    def __init__(self, first_gpio: int):
        self.shift = first_gpio
        for gpio in range(first_gpio, first_gpio + _COUNT):
            machine.Pin(gpio, machine.Pin.IN, None)
