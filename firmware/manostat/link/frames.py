"""The four frames the board sends, 32 bytes each (docs/protocol.md).

Each has one buffer: what goes over the wire in `buf[:32]`, before it is packed in `buf[35:61]`, the
kind at 35 and the body behind it, so that its words lie where a processor can write them.
"""

import sys
from struct import pack_into

from micropython import const

from manostat.link.codes import ANSWER, BULK, HELLO, PROTOCOL, TICK

if sys.implementation.name == "micropython":
    from manostat.link.native import finish, pack_tick
else:
    from manostat.link.portable import finish, pack_tick

SIZE = const(32)
DATA_BYTES = const(20)

_BUF_BYTES = const(61)
_KIND_AT = const(35)
_SEQUENCE_AT = const(36)
_DATA_AT = const(41)


class _Frame:
    """`wire`: the 32 bytes of the frame that was packed last."""

    def __init__(self, kind: int):
        self.buf = bytearray(_BUF_BYTES)
        self.buf[_KIND_AT] = kind
        self.wire = memoryview(self.buf)[:SIZE]


class TickFrame(_Frame):
    """One tick as it was read and decided."""

    def __init__(self):
        super().__init__(TICK)

    def pack(self, tick: int, inputs, decision) -> int:
        """Fill `wire` from `inputs` (core `Inputs`) and `decision` (docs/design.md, "Outputs").
        Not 0 if a switch, the state, the reason or the fault is another one than before."""
        return pack_tick(self.buf, tick, inputs, decision)


class BulkFrame(_Frame):
    """Up to 20 bytes of something longer: the trace, a journal page."""

    def __init__(self):
        super().__init__(BULK)

    def pack(self, sequence: int, offset: int, source, start: int):
        """Fill `wire` with `source[start : start + 20]`, which stands at `offset` of the answer to
        the request with this sequence number."""
        buf = self.buf
        pack_into("<BI", buf, _SEQUENCE_AT, sequence, offset)
        data = source[start : start + DATA_BYTES]
        end = _DATA_AT + len(data)
        buf[_DATA_AT:end] = data
        for i in range(end, _BUF_BYTES):
            buf[i] = 0xFF
        finish(buf)


class HelloFrame(_Frame):
    """Who is speaking, sent when asked."""

    def __init__(self):
        super().__init__(HELLO)

    def pack(self, sequence: int, who, notices: int = 0, room: int = 0):
        """Fill `wire`; `who` is bench flag, verdict of the self test, reset reason, and at least 8
        bytes each of image hash and serial, of which 8 are sent."""
        bench, verdict, reset_reason, image_hash, serial = who
        values = (sequence, PROTOCOL, bench, verdict, reset_reason, image_hash, serial)
        pack_into("<BBBBB8s8sHH", self.buf, _SEQUENCE_AT, *values, notices, room)
        finish(self.buf)


class AnswerFrame(_Frame):
    """What came of a request that is not answered with something else."""

    def __init__(self):
        super().__init__(ANSWER)

    def pack(self, sequence: int, kind: int, result: int):
        """Fill `wire`; `kind` is that of the request, `result` as in codes.py."""
        pack_into("<BBB", self.buf, _SEQUENCE_AT, sequence, kind, result)
        finish(self.buf)
