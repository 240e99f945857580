"""Two-byte reads from an I2C device on RP2040, in bounded time and without exceptions.

`machine.I2C` sets the controller up (pins, clock); reading goes through its registers (RP2040
datasheet 4.3, M) in compiled code. A bus that is held, or a device that does not answer, ends in -1
after `timeout_us` (P-11); the next read begins by disabling the controller, which gives the bus up.
"""

from array import array

import machine
import micropython
from micropython import const

_BASES = (0x40044000, 0x40048000)  # I2C0, I2C1
_TIMER = 0x40054028  # TIMERAWL, microseconds
# Registers, as offsets in words.
_TAR = const(1)
_DATA_CMD = const(4)
_RAW_INTR_STAT = const(13)
_CLR_TX_ABRT = const(21)
_ENABLE = const(27)
_RXFLR = const(30)
_TX_ABRT = const(64)
_READ = const(0x100)
_READ_AND_STOP = const(0x300)
# Places in the table that the compiled code works from.
_AT_BASE = const(0)
_AT_TIMER = const(1)
_AT_ADDRESS = const(2)
_AT_TIMEOUT = const(3)
_AT_BEGAN = const(4)


class Bus:
    """The device at `address` on controller `block` (0 or 1), at `hz`.

    A read is begun and ended, so that other work is done while the bytes come in; it takes at
    most `timeout_us` from its beginning.
    """

    def __init__(self, block: int, scl, sda, hz: int, timeout_us: int, address: int):
        self._i2c = machine.I2C(block, scl=scl, sda=sda, freq=hz)
        self._table = array("I", (_BASES[block], _TIMER, address, timeout_us, 0))

    @micropython.viper
    def begin(self):
        """Ask for two bytes."""
        table = ptr32(self._table)
        i2c = ptr32(table[_AT_BASE])
        i2c[_ENABLE] = 0
        _ = i2c[_CLR_TX_ABRT]  # of a read that timed out: it would hold the FIFO empty
        i2c[_TAR] = table[_AT_ADDRESS]
        i2c[_ENABLE] = 1
        i2c[_DATA_CMD] = _READ
        i2c[_DATA_CMD] = _READ_AND_STOP
        timer = ptr32(table[_AT_TIMER])
        table[_AT_BEGAN] = timer[0]

    @micropython.viper
    def end(self) -> int:
        """The two bytes, the first one high: 0 to 65535. -1 for NACK or time-out."""
        table = ptr32(self._table)
        i2c = ptr32(table[_AT_BASE])
        timer = ptr32(table[_AT_TIMER])
        while int(i2c[_RXFLR]) < 2:
            if int(i2c[_RAW_INTR_STAT]) & _TX_ABRT:
                _ = i2c[_CLR_TX_ABRT]  # reading it clears it
                return -1
            if int(timer[0]) - int(table[_AT_BEGAN]) > int(table[_AT_TIMEOUT]):
                i2c[_ENABLE] = 0
                return -1
        high = (int(i2c[_DATA_CMD]) & 255) << 8
        return high | int(i2c[_DATA_CMD]) & 255
