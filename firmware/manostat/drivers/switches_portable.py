"""What switches_native.py does, for runtimes without that compiler, and in readable form."""

import machine
from micropython import const

_GPIO_IN = const(0xD0000004)  # SIO GPIO_IN: levels of GP0 to GP29 (RP2040 datasheet 2.3.1.7, M)
_MASK = const(63)
_SLATE = const(0x40058018)  # what the image has heard from the host: host_stop.py
_HEARD_IN_MOTION = const(3)  # LISTEN and STOP_HEARD
_BEHIND_STOP = const(56)  # STOP_OK low, and PAIN_OK and PERMIT, which lie behind it in the chain


def read(switches) -> int:
    """Levels now, bit 0 to bit 5, of the six pins from `switches.shift` on. A STOP of the host that
    was heard in motion looks like a pressed STOP."""
    levels = machine.mem32[_GPIO_IN] >> switches.shift & _MASK
    if machine.mem32[_SLATE] & _HEARD_IN_MOTION == _HEARD_IN_MOTION:
        return levels & _BEHIND_STOP
    return levels
