"""The three frames the board sends, 32 bytes each, little endian (docs/design.md, "Frames").

Kind 2, bulk:  0 u8 0x4D, 1 u8 2, 2 u16 request id, 4 u32 offset of the data in what was asked for,
               8 20 bytes of data, 0xFF behind the end, 28 u32 CRC-32.
Kind 3, hello: 0 u8 0x4D, 1 u8 3, 2 u16 protocol version, 4 u8 bench image (1) or not (0),
               5 u8 self-test verdict (0 passed), 6 u16 reset reason, 8 8 bytes of image hash,
               16 8 bytes of unit serial, 24 u16 notices of the bookkeeper, 26 u16 pages left in
               the journal, 28 u32 CRC-32.
"""

import sys
from struct import pack_into

from micropython import const

if sys.implementation.name == "micropython":
    from manostat.link.native import append_crc32, pack_tick
else:
    from manostat.link.portable import append_crc32, pack_tick

MAGIC = const(0x4D)
TICK = const(1)
BULK = const(2)
HELLO = const(3)
PROTOCOL = const(1)
SIZE = const(32)
DATA_BYTES = const(20)

_BODY = const(28)
_DATA = const(8)


class TickFrame:
    """One tick as it was read and decided; `buf` is reused by every `pack`."""

    def __init__(self):
        self.buf = bytearray(SIZE)

    def pack(self, tick: int, inputs, decision) -> int:
        """Fill `buf` from `inputs` (core `Inputs`) and `decision` (docs/design.md, "Outputs").
        Not 0 if a switch, the state, the reason or the fault is another one than before."""
        return pack_tick(self.buf, tick, inputs, decision)


class BulkFrame:
    """Up to 20 bytes of something longer: the trace, a journal page."""

    def __init__(self):
        self.buf = bytearray(SIZE)

    def pack(self, request: int, offset: int, source, start: int):
        """Fill `buf` with `source[start : start + 20]`, which stands at `offset` of the answer."""
        buf = self.buf
        pack_into("<BBHI", buf, 0, MAGIC, BULK, request & 0xFFFF, offset)
        left = len(source) - start
        for i in range(DATA_BYTES):
            buf[_DATA + i] = source[start + i] if i < left else 0xFF
        append_crc32(buf, _BODY)


class HelloFrame:
    """Who is speaking, sent at boot and when asked."""

    def __init__(self):
        self.buf = bytearray(SIZE)

    def pack(
        self,
        bench: int,
        verdict: int,
        reset_reason: int,
        image_hash,
        serial=bytes(8),
        notices: int = 0,
        room: int = 0,
    ):
        """Fill `buf`; `image_hash` and `serial` are at least 8 bytes, of which 8 are sent."""
        buf = self.buf
        pack_into("<BBHBBH", buf, 0, MAGIC, HELLO, PROTOCOL, bench, verdict, reset_reason)
        for i in range(8):
            buf[8 + i] = image_hash[i]
            buf[16 + i] = serial[i]
        pack_into("<HH", buf, 24, notices, room)
        append_crc32(buf, _BODY)
