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
_REST = const(2_000_000)  # counts are half microseconds: erratum RP2040-E1
_MOVING = const(500_000)


def start(timeout_ms: int):
    """From now on it must be fed. Nothing stops it but a reset. 1 to 8388 ms."""
    machine.WDT(timeout=timeout_ms)


@micropython.viper
def feed(moving: int):
    """One more time-out from now on: 250 ms while `moving`, else 1000 ms. Allocates nothing."""
    if moving:
        ptr32(_LOAD)[0] = _MOVING  # noqa: F821
    else:
        ptr32(_LOAD)[0] = _REST  # noqa: F821
