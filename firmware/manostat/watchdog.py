"""The watchdog (T-02): resets the chip when ticks end; the reset releases every pin.

It bounds nothing that moves: the lease does that within two ticks. While moving it waits 250 ms.
At rest it waits 1000 ms, for flash is erased then: at worst 400 ms a sector with all interrupts
off. Whoever erases or programs more than one sector feeds it in between.
"""

import machine
import micropython
from micropython import const

REST_MS = const(1000)

_LOAD = const(0x40058004)  # WATCHDOG LOAD (RP2040 datasheet 4.7.6, M)
# Counts are half microseconds (erratum RP2040-E1): 1000 ms are 128 times, 250 ms 32 times so many.
# No constant in compiled code may need more than 16 bits; _LOAD is an object: see events_native.py.
_PART = const(15_625)


def start(timeout_ms: int):
    """From now on it must be fed. Nothing stops it but a reset. 1 to 8388 ms."""
    machine.WDT(timeout=timeout_ms)


@micropython.viper
def feed(moving: int):
    """One more time-out from now on: 250 ms while `moving`, else 1000 ms. Allocates nothing."""
    shift = 5 if moving else 7
    ptr32(_LOAD)[0] = _PART << shift  # noqa: F821
