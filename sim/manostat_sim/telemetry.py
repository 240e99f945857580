"""Frames from the pump, as a host reads them (docs/design.md, "Frames on the link")."""

import struct
from binascii import crc32
from typing import NamedTuple

FRAME_BYTES = 32
SYNC = 0x4D
KIND_TICK = 1
KIND_BULK = 2
KIND_HELLO = 3

END_OFFSET = 0xFFFFFFFF
"""Offset of the bulk frame that ends an answer; its data is the answer's length as u32."""

_TICK = struct.Struct("<BBHHHHBBBBBBiiiI")
_BULK = struct.Struct("<BBHI20sI")


class TickFrame(NamedTuple):
    """Inputs and outputs of one tick; fields as in docs/design.md."""

    tick: int
    elapsed_us: int
    line_raw: int
    line_status: int
    second_raw: int
    switches: int
    made: int
    refused: int
    state: int
    reason: int
    grant: int
    fault: int
    pressure_pa: int
    steps: int
    opening_pa: int


class Bulk(NamedTuple):
    """A piece of a stored region: what was asked for, where it stands, 20 bytes."""

    request: int
    offset: int
    data: bytes


class FrameReader:
    """Cuts a byte stream into frames; `bad_bytes` counts what belonged to none."""

    def __init__(self) -> None:
        self._rest = b""
        self.bad_bytes = 0
        self.ticks: list[TickFrame] = []
        self.bulks: list[Bulk] = []
        self.hellos: list[bytes] = []

    def feed(self, data: bytes) -> None:
        """Take more of the stream, in pieces of any size."""
        stream = self._rest + data
        at = 0
        while len(stream) - at >= FRAME_BYTES:
            frame = stream[at : at + FRAME_BYTES]
            if frame[0] == SYNC and crc32(frame[:28]) == int.from_bytes(frame[28:], "little"):
                self._take(frame)
                at += FRAME_BYTES
            else:
                self.bad_bytes += 1
                at += 1
        self._rest = stream[at:]

    def _take(self, frame: bytes) -> None:
        if frame[1] == KIND_TICK:
            self.ticks.append(decode_tick(frame))
        elif frame[1] == KIND_BULK:
            _, _, request, offset, data, _ = _BULK.unpack(frame)
            self.bulks.append(Bulk(request, offset, data))
        elif frame[1] == KIND_HELLO:
            self.hellos.append(frame)


def decode_tick(frame: bytes) -> TickFrame:
    """A tick frame of 32 checked bytes."""
    (_, _, tick, elapsed_us, line, second_raw, switches, made, *rest) = _TICK.unpack(frame)
    state, reason, grant, fault, pressure_pa, steps, opening_pa, _ = rest
    return TickFrame(
        tick,
        elapsed_us,
        line & 0x3FFF,
        4 if made & 0x80 else line >> 14,
        second_raw,
        switches,
        made & 0x0F,
        (made >> 4) & 3,
        state,
        reason,
        grant,
        fault,
        pressure_pa,
        steps,
        opening_pa,
    )


def join(bulks: list[Bulk]) -> bytes:
    """The whole answer from its bulk frames. ValueError when pieces are missing."""
    length = int.from_bytes(bulks[-1].data[:4], "little")
    answer = bytearray(length)
    reached = 0
    for bulk in bulks[:-1]:
        if bulk.offset > reached:
            raise ValueError(f"answer has a gap from byte {reached} to {bulk.offset}")
        piece = bulk.data[: length - bulk.offset]
        answer[bulk.offset : bulk.offset + len(piece)] = piece
        reached = bulk.offset + len(piece)
    if reached != length:
        raise ValueError(f"answer ends at byte {reached} of {length}")
    return bytes(answer)
