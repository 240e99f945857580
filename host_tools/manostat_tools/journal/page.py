"""One page of 256 bytes: record, blank, damaged or foreign (docs/journal.md, "A page")."""

import hashlib
import struct
from enum import Enum
from typing import NamedTuple
from zlib import crc32

PAGE_BYTES = 256
PAYLOAD_MOST = 220
MAGIC = 0x4D4A
VERSION = 2

_HEADER = struct.Struct("<HBBIHBBI")
_CHAIN = slice(236, 252)


class Kind(Enum):
    """What stands in a page."""

    RECORD = "record"
    BLANK = "blank"
    DAMAGED = "damaged"
    """Neither whole nor blank, but it may have been a record."""
    FOREIGN = "foreign"
    """Bits are cleared that every record leaves set: it never was one."""


class Record(NamedTuple):
    """A sound page. `place` is its byte offset in what was read; `ms` since that boot."""

    place: int
    kind: int
    sequence: int
    boot: int
    ms: int
    payload: bytes
    chain: bytes
    digest: bytes
    """SHA-256 of the page."""


def kind_of(page: bytes) -> Kind:
    """What these bytes are; of another length than 256 they are no page."""
    if len(page) != PAGE_BYTES:
        return Kind.FOREIGN
    if page == b"\xff" * PAGE_BYTES:
        return Kind.BLANK
    magic, _, length, _, _, version, _, _ = _HEADER.unpack_from(page)
    sound = crc32(page[:252]) == int.from_bytes(page[252:], "little")
    if (magic, version) == (MAGIC, VERSION) and length <= PAYLOAD_MOST and sound:
        return Kind.RECORD
    if magic & MAGIC == MAGIC and version & VERSION == VERSION:
        return Kind.DAMAGED
    return Kind.FOREIGN


def read_record(page: bytes, place: int) -> Record:
    """The record in a page that `kind_of` calls one."""
    _, kind, length, sequence, boot, _, _, ms = _HEADER.unpack_from(page)
    payload = page[_HEADER.size : _HEADER.size + length]
    digest = hashlib.sha256(page).digest()
    return Record(place, kind, sequence, boot, ms, payload, page[_CHAIN], digest)
