"""The raw trace of a level: line count and made steps of every tick, two bytes each, in memory."""

from micropython import const

_MADE_MOST = const(3)


class Trace:
    """Takes `n_bytes` once. Tick i is a little endian u16 at `buf[2 * i]`: sensor count in the
    low 14 bits, made steps in the top two. When full it keeps the beginning.
    """

    def __init__(self, n_bytes: int):
        self.buf = bytearray(n_bytes)
        self.room = n_bytes >> 1  # ticks
        self.count = 0  # ticks held
        self.stored = 0  # of these in flash, or given up
        self.level = 0

    def begin(self, level: int):
        """Begin the trace of a level; `count` should equal `stored`, or the rest is lost. Old
        bytes stay until they are overwritten."""
        self.level = level
        self.count = 0
        self.stored = 0

    def add(self, raw: int, made: int):
        """Append one tick, if there is room. `raw` 0 to 16383; `made` over 3 is stored as 3."""
        count = self.count
        if count < self.room:
            buf = self.buf
            buf[count << 1] = raw & 255
            buf[count << 1 | 1] = raw >> 8 | (made if made < _MADE_MOST else _MADE_MOST) << 6
            self.count = count + 1
