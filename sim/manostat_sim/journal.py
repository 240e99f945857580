"""Journal pages as a bench reads them; the format stands in docs/journal.md. What judges a journal,
and reads it without the firmware's code, is `manostat journal`."""

import struct
from binascii import crc32
from typing import NamedTuple

PAGE_BYTES = 256
_HEADER = struct.Struct("<HBBIHBBI")
_MAGIC = 0x4D4A
_VERSION = 2


class JournalRecord(NamedTuple):
    """One record: its kind (manostat.journal), place in the sequence, boot, ms since boot."""

    kind: int
    sequence: int
    boot: int
    ms: int
    payload: bytes


def read_pages(data: bytes) -> list[JournalRecord]:
    """Whole pages, oldest first. ValueError, with its place, for a page that is not sound."""
    if len(data) % PAGE_BYTES:
        raise ValueError(f"{len(data)} bytes are no whole number of {PAGE_BYTES} byte pages")
    return [_read(data[at : at + PAGE_BYTES], at) for at in range(0, len(data), PAGE_BYTES)]


def _read(page: bytes, at: int) -> JournalRecord:
    magic, kind, length, sequence, boot, version, _, ms = _HEADER.unpack_from(page)
    ours = (magic, version) == (_MAGIC, _VERSION)
    if not ours or crc32(page[:-4]) != int.from_bytes(page[-4:], "little"):
        raise ValueError(f"page at byte {at} is not a sound record")
    payload = page[_HEADER.size : _HEADER.size + length]
    return JournalRecord(kind, sequence, boot, ms, payload)
