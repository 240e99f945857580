"""The raw trace of a level: line count and made steps of every tick, two bytes each, in memory."""

from micropython import const

_MADE_MOST = const(3)


class Trace:
    """Takes `n_bytes` (even) once. Tick i is a little endian u16 at `buf[2 * i]`: sensor count
    in the low 14 bits, made steps (0 to 3) in the top two. When full it keeps the beginning.
    """

    def __init__(self, n_bytes: int):
        self.buf = bytearray(n_bytes)
        self.reset()

    def reset(self):
        """Begin a new level. Old bytes stay until they are overwritten; `count` tells."""
        self.count = 0  # ticks
        self.full = 0 if len(self.buf) > 1 else 1
        self._at = 0
        self._end = len(self.buf) & ~1

    def add(self, raw: int, made: int):
        """Append one tick. `raw` 0 to 16383; more than 3 made steps are stored as 3."""
        at = self._at
        if at == self._end:
            self.full = 1
            return
        if made > _MADE_MOST:
            made = _MADE_MOST
        buf = self.buf
        buf[at] = raw & 255
        buf[at + 1] = raw >> 8 | made << 6
        self._at = at + 2
        self.count += 1
