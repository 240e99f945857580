"""The unit page as a host writes it; the board's side is manostat/unit_page.py."""

import struct
from binascii import crc32
from collections.abc import Sequence

STORAGE_OFFSET = 0xA0000
"""Where the board's flash storage begins: the last 1408 KB of 2 MB (MicroPython RPI_PICO)."""
COPIES = (0, 4096)
PAGE_BYTES = 256
_COUNT = 9


def encode(unit: Sequence[int]) -> bytes:
    """256 bytes for the nine integers of a unit. ValueError when there are not nine."""
    if len(unit) != _COUNT:
        raise ValueError(f"unit: {len(unit)} integers, allowed exactly {_COUNT}")
    body = struct.pack(f"<4sHH{_COUNT}i", b"MUNI", 1, _COUNT, *unit)
    body = body.ljust(PAGE_BYTES - 4, b"\xff")
    return body + struct.pack("<I", crc32(body))
