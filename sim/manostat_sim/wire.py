"""Frames on the wire as a host makes and reads them, both ways (docs/protocol.md).

Shares no code with the firmware: what the two make of the same frame is compared by tests.
"""

import hmac
import struct
from binascii import crc32
from collections.abc import Sequence

LEAST_CONTENT = 6
"""Kind, sequence number and CRC."""
ASK_HELLO = ord("H")
ASK_JOURNAL = ord("J")
ASK_RING = ord("R")
ASK_TRACE = ord("T")
ASK_UNIT = ord("U")
SET_UNIT = ord("P")
STOP_KIND = ord("S")


def stuffed(content: bytes) -> bytes:
    """`content` of at most 253 bytes without its zeros (COBS), less the zero that ends a frame."""
    blocks = content.split(b"\0")
    return b"".join(bytes([len(block) + 1]) + block for block in blocks)


def unstuffed(coded: bytes) -> bytes | None:
    """What `stuffed` was given; None for what it cannot have made."""
    blocks = []
    at = 0
    while at < len(coded):
        end = at + coded[at]
        if end == at or end > len(coded):
            return None
        blocks.append(coded[at + 1 : end])
        at = end
    return b"\0".join(blocks)


def frame(content: bytes) -> bytes:
    """`content` with its CRC-32, stuffed, and the zero at its end."""
    return stuffed(content + crc32(content).to_bytes(4, "little")) + b"\0"


def content_of(coded: bytes) -> bytes | None:
    """Kind and body of a frame without its zero; None if it is none, or its CRC is wrong."""
    content = unstuffed(coded)
    if content is None or len(content) < LEAST_CONTENT:
        return None
    told = int.from_bytes(content[-4:], "little")
    return content[:-4] if crc32(content[:-4]) == told else None


def hello(sequence: int) -> bytes:
    """Asks who is there."""
    return frame(bytes([ASK_HELLO, sequence]))


def journal(sequence: int, first: int = 0) -> bytes:
    """Asks for the records of the journal from this sequence number on."""
    return frame(bytes([ASK_JOURNAL, sequence]) + first.to_bytes(4, "little"))


def ring(sequence: int, first: int = 0) -> bytes:
    """Asks for the pages of the ring of traces from this sequence number on."""
    return frame(bytes([ASK_RING, sequence]) + first.to_bytes(4, "little"))


def trace(sequence: int) -> bytes:
    """Asks for the trace in memory."""
    return frame(bytes([ASK_TRACE, sequence]))


def unit(sequence: int) -> bytes:
    """Asks for the boot's number, the newest counter believed, and both copies of the unit page."""
    return frame(bytes([ASK_UNIT, sequence]))


def set_unit(sequence: int, boot: int, counter: int, values: Sequence[int], key: bytes) -> bytes:
    """Sets the nine integers of the unit, with the authority of who holds the unit's key.

    `boot` and the counter before are those that `unit` is told; `counter` is a greater one, up to
    2^30 - 1.
    """
    body = struct.pack("<II9i", boot, counter, *values)
    settings_key = hmac.digest(key, b"manostat settings 1", "sha256")
    mac = hmac.digest(settings_key, bytes([SET_UNIT]) + body, "sha256")
    return frame(bytes([SET_UNIT, sequence]) + body + mac)


STOP = frame(bytes([STOP_KIND, 255]))
"""The only STOP there is: the image compares it byte by byte."""
