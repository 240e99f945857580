"""The unit page: what a unit was confirmed with, as it lies in the board's flash, in two copies."""

import struct
from binascii import crc32
from collections.abc import Sequence

PAGE_BYTES = 256
MAGIC = b"MUNI"
VERSION = 1
COPY_OFFSETS = (0, 4096)
"""Of the two copies, in bytes from the start of the storage region (docs/design.md)."""

_HEADER = struct.Struct("<4sHH")
_CRC = struct.Struct("<I")


def encode(values: Sequence[int]) -> bytes:
    """The 256-byte page of a unit's integers, little endian.

    "MUNI", u16 version, u16 count, the integers as i32, 0xFF up to a CRC-32 of all before it.
    Raises struct.error if a value does not fit 32 bits.
    """
    body = _HEADER.pack(MAGIC, VERSION, len(values)) + struct.pack(f"<{len(values)}i", *values)
    body = body.ljust(PAGE_BYTES - _CRC.size, b"\xff")
    return body + _CRC.pack(crc32(body))


def decode(page: bytes) -> tuple[int, ...]:
    """The integers of a page.

    Raises ValueError when its length, mark, version, count or CRC is wrong.
    """
    if len(page) != PAGE_BYTES:
        raise ValueError(f"unit page: {len(page)} bytes, allowed exactly {PAGE_BYTES}")
    body, crc = page[: -_CRC.size], _CRC.unpack(page[-_CRC.size :])[0]
    magic, version, count = _HEADER.unpack_from(body)
    if magic != MAGIC or version != VERSION:
        raise ValueError(f"unit page: {magic!r} version {version}, allowed {MAGIC!r} version 1")
    if crc != crc32(body):
        raise ValueError(f"unit page: CRC {crc:#010x}, allowed {crc32(body):#010x}")
    if count > (len(body) - _HEADER.size) // 4:
        raise ValueError(f"unit page: {count} values, allowed at most 61")
    return struct.unpack_from(f"<{count}i", body, _HEADER.size)


def image(values: Sequence[int], storage_bytes: int) -> bytes:
    """Both copies at their places in a region of `storage_bytes` that is otherwise erased."""
    region = bytearray(b"\xff" * storage_bytes)
    for offset in COPY_OFFSETS:
        region[offset : offset + PAGE_BYTES] = encode(values)
    return bytes(region)
