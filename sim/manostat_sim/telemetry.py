"""Frames from the pump, as a host reads them (docs/protocol.md)."""

import struct
from typing import NamedTuple

from manostat_sim.wire import content_of

FRAME_BYTES = 32
KIND_TICK = 1
KIND_BULK = 2
KIND_HELLO = 3
KIND_ANSWER = 4

END_OFFSET = 0xFFFFFFFF
"""Offset of the bulk frame that ends an answer; its data is the answer's length as u32."""

STOPPED, UNKNOWN, WRONG_LENGTH, AT_REST = range(4)
NO_AUTHORITY, REPLAYED, NOT_IDLE, INVALID, NOT_STORED = range(4, 9)
DONE = STOPPED
"""Results of an answer."""

_BODY_BYTES = 25
_TICK = struct.Struct("<xHHHHBBBBiiix")
_BULK = struct.Struct("<xBI20s")
_HELLO = struct.Struct("<xBBBBB8s8sHH")


class TickFrame(NamedTuple):
    """Inputs and outputs of one tick; fields as in docs/protocol.md."""

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
    """A piece of a stored region: sequence number of the request, where it stands, 20 bytes."""

    request: int
    offset: int
    data: bytes


class Hello(NamedTuple):
    """Who is speaking."""

    sequence: int
    protocol: int
    bench: int
    verdict: int
    reset_reason: int
    image_hash: bytes
    serial: bytes
    notices: int
    room: int


class Answer(NamedTuple):
    """What came of the request with this sequence number and kind."""

    sequence: int
    kind: int
    result: int


class FrameReader:
    """Cuts a byte stream into frames; `bad_bytes` counts what belonged to none."""

    def __init__(self) -> None:
        self._rest = b""
        self.bad_bytes = 0
        self.ticks: list[TickFrame] = []
        self.bulks: list[Bulk] = []
        self.hellos: list[Hello] = []
        self.answers: list[Answer] = []

    def feed(self, data: bytes) -> None:
        """Take more of the stream, in pieces of any size."""
        *frames, self._rest = (self._rest + data).split(b"\0")
        for frame in frames:
            content = content_of(frame)
            if content is None or len(content) != 1 + _BODY_BYTES:
                self.bad_bytes += len(frame) + 1
            else:
                self._take(content)

    def _take(self, content: bytes) -> None:
        kind = content[0]
        if kind == KIND_TICK:
            self.ticks.append(decode_tick(content))
        elif kind == KIND_BULK:
            self.bulks.append(Bulk(*_BULK.unpack(content)))
        elif kind == KIND_HELLO:
            self.hellos.append(Hello(*_HELLO.unpack(content)))
        elif kind == KIND_ANSWER:
            self.answers.append(Answer(*content[1:4]))


def decode_tick(content: bytes) -> TickFrame:
    """A tick frame: kind and body, checked."""
    tick, elapsed_us, line, second_raw, switches, made, *rest = _TICK.unpack(content)
    state, fault, pressure_pa, steps, opening_pa = rest
    return TickFrame(
        tick,
        elapsed_us,
        line & 0x3FFF,
        4 if made & 0x80 else line >> 14,
        second_raw,
        switches,
        made & 0x0F,
        (made >> 4) & 3,
        state & 0x0F,
        state >> 4,
        fault >> 6,
        fault & 0x3F,
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
