"""Bytes of a host to frames: whatever comes, out come whole, valid frames, or a counted rejection.

A frame is COBS-encoded and ends with the only zero it has (docs/protocol.md). So a parser that has
lost its place is in step again at the next zero, and nothing a frame holds can look like its end.
"""

import binascii
from struct import unpack_from

from micropython import const

from manostat.link.codes import (
    ASK_HELLO,
    ASK_JOURNAL,
    ASK_RING,
    ASK_TRACE,
    ASK_UNIT,
    DONE,
    MALFORMED,
    SET_UNIT,
    STOP,
    UNKNOWN,
    WRONG_LENGTH,
)

MOST_BYTES = const(96)  # of a frame on the wire, with its code and its zero

_MOST_CODED = const(95)
_CRC_BYTES = const(4)
_BODY_AT = const(2)
_LEAST_CONTENT = const(6)  # kind, sequence, CRC
_LENGTHS = {
    ASK_HELLO: 2,
    ASK_JOURNAL: 6,
    SET_UNIT: 78,
    ASK_RING: 6,
    STOP: 2,
    ASK_TRACE: 2,
    ASK_UNIT: 2,
}
"""Kind, sequence and what belongs to the kind."""


class Parser:
    """One buffer, used again for each frame. `kind`, `sequence` and `argument` (0 for a kind that
    has none) are those of the frame that `take` found, unless it was malformed; `body` is what
    stood behind its sequence number, until the next `put`. `rejected` counts the frames that were
    not valid, modulo 65536."""

    def __init__(self):
        self.rejected = 0
        self.kind = 0
        self.sequence = 0
        self.argument = 0
        self._buf = bytearray(MOST_BYTES)
        self.body = memoryview(self._buf)[_BODY_AT:]
        self._count = 0
        self._is_skipping = 0  # to the next zero: what is there is too long

    def put(self, byte: int) -> int:
        """Take one byte, 0 to 255. 1: a frame has ended, or become too long; `take` it before the
        next byte. Allocates nothing."""
        count = self._count
        if byte == 0:
            self._is_skipping = 0
            return 1 if count else 0
        if self._is_skipping:
            return 0
        self._buf[count] = byte
        self._count = count + 1
        if count < _MOST_CODED:
            return 0
        self._is_skipping = 1
        return 1

    def take(self) -> int:
        """DONE, or why the frame that has ended is rejected."""
        count = self._count
        self._count = 0
        found = MALFORMED if self._is_skipping else self._look(decode(self._buf, count))
        if found != DONE:
            self.rejected = self.rejected + 1 & 0xFFFF
        return found

    def reset(self):
        """Forget what has come of a frame that has not ended."""
        self._count = 0
        self._is_skipping = 0

    def _look(self, length):
        buf = self._buf
        if length < _LEAST_CONTENT:
            return MALFORMED
        length -= _CRC_BYTES
        if binascii.crc32(memoryview(buf)[:length]) != unpack_from("<I", buf, length)[0]:
            return MALFORMED
        self.kind = buf[0]
        self.sequence = buf[1]
        self.argument = 0
        if self.kind not in _LENGTHS:
            return UNKNOWN
        if length != _LENGTHS[self.kind]:
            return WRONG_LENGTH
        if self.kind == ASK_JOURNAL or self.kind == ASK_RING:
            self.argument = unpack_from("<I", buf, 2)[0]
        return DONE


def decode(buf, count: int) -> int:
    """Undo COBS in place: from `count` bytes without a zero to the length of what they stand for,
    or -1 if they are no COBS."""
    read = 0
    written = 0
    while read < count:
        end = read + buf[read]
        if end > count:
            return -1
        read += 1
        while read < end:
            buf[written] = buf[read]
            written += 1
            read += 1
        if end < count:
            buf[written] = 0
            written += 1
    return written
