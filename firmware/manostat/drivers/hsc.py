"""Honeywell HSC line pressure sensor on I2C.

    line = HSC(I2C(0, scl=..., sda=..., freq=400000, timeout=400), 0x28)
    line.read()
    if line.status == OK:
        use(line.raw)

The part has no registers: every read answers with the newest sample, status in the top two bits,
and as many bytes as are asked for (Honeywell TN "I2C communications with digital output
pressure sensors", M). The bus's own `timeout` is what bounds a read: without one, `machine.I2C`
waits up to 50 ms for a stuck bus.
"""

from micropython import const

OK = const(0)
COMMAND = const(1)  # command mode: somebody reprograms the part
STALE = const(2)  # the same sample as before: read sooner than 0.46 ms after the last one
DIAGNOSTIC = const(3)
NO_ANSWER = const(4)  # NACK or bus time-out

_COUNTS = const(0x3F)


class HSC:
    """`raw`: 14 bit count, 1638 to 14746 over the range (transfer function A). `status`: 0 to 4.

    `temperature_raw`: 11 bit, T = raw * 200 / 2047 - 50 in Celsius; read only when idle, because
    its two bytes are 45 us of the bus.
    """

    def __init__(self, i2c, address: int):
        self.raw = 0
        self.status = NO_ANSWER
        self.temperature_raw = 0
        self._address = address
        self._read = i2c.readfrom_into
        self._pressure = bytearray(2)
        self._both = bytearray(4)

    def read(self):
        """Read pressure and status. Never raises: a silent bus is status 4 and keeps `raw`."""
        buf = self._pressure
        try:
            self._read(self._address, buf)
        except OSError:
            self.status = NO_ANSWER
            return
        high = buf[0]
        self.raw = (high & _COUNTS) << 8 | buf[1]
        self.status = high >> 6

    def read_with_temperature(self):
        """As `read`, and the temperature too; for times when nothing moves."""
        buf = self._both
        try:
            self._read(self._address, buf)
        except OSError:
            self.status = NO_ANSWER
            return
        high = buf[0]
        self.raw = (high & _COUNTS) << 8 | buf[1]
        self.temperature_raw = buf[2] << 3 | buf[3] >> 5
        self.status = high >> 6
