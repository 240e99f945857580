"""Honeywell HSC line pressure sensor on I2C.

    line = HSC(Bus(0, scl, sda, 400000, 120, 0x28))
    line.begin()
    ...
    line.end()
    if line.status == OK:
        use(line.raw)

The part has no registers: every read answers with the newest sample, status in the top two bits,
and as many bytes as are asked for (Honeywell TN "I2C communications with digital output
pressure sensors", M). The bus bounds the time of a read; `machine.I2C` would wait up to 50 ms.
"""

from micropython import const

OK = const(0)
COMMAND = const(1)  # command mode: somebody reprograms the part
STALE = const(2)  # the same sample as before: read sooner than 0.46 ms after the last one
DIAGNOSTIC = const(3)
NO_ANSWER = const(4)  # NACK or bus time-out

_COUNTS = const(0x3FFF)
_STATUS_SHIFT = const(14)


class HSC:
    """`raw`: 14 bit count, 1638 to 14746 over the range (transfer function A). `status`: 0 to 4."""

    def __init__(self, bus):
        self.raw = 0
        self.status = NO_ANSWER
        self.begin = bus.begin  # ask for a sample; `end` takes it, and the bus works meanwhile
        self._end = bus.end

    def end(self):
        """Take pressure and status. A silent bus is status 4 and keeps `raw`."""
        word = self._end()
        if word < 0:
            self.status = NO_ANSWER
        else:
            self.raw = word & _COUNTS
            self.status = word >> _STATUS_SHIFT

    def read(self):
        """Both at once, for times when nothing else is to be done."""
        self.begin()
        self.end()
