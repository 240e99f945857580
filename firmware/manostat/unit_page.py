"""The unit page: the prescription that a host confirmed and stored for this unit.

Two copies of 256 bytes, at the first bytes of two neighbouring 4096-byte blocks:

    0 4 bytes "MUNI", 4 u16 version 1, 6 u16 count 9, 8 count x i32, 0xFF ..., 252 u32 CRC-32

all little endian; the CRC-32 covers bytes 0 to 251. Order of the integers: mode, rate_nl_s,
volume_nl, limit_above_pa, limit_line_pa, step_volume_nl, nl_num, nl_den, zero_pa.
"""

import binascii
from struct import unpack_from

from micropython import const

_PAGE_BYTES = const(256)
_BLOCK_BYTES = const(4096)
_CRC_AT = const(252)
_VERSION = const(1)
_COUNT = const(9)


def decode(page):
    """The nine integers of one copy, or None if it is not one."""
    if bytes(page[:4]) != b"MUNI" or unpack_from("<HH", page, 4) != (_VERSION, _COUNT):
        return None
    if unpack_from("<I", page, _CRC_AT)[0] != binascii.crc32(page[:_CRC_AT]):
        return None
    return unpack_from("<9i", page, 8)


def read(flash):
    """The first valid of two copies in blocks 0 and 1 of a block device.

    None if both are blank; an empty tuple, which no self test passes, if neither is valid: a unit
    that was confirmed for this pump must not turn into another one.
    """
    page = bytearray(_PAGE_BYTES)
    blank = 0
    for block in range(2):
        flash.readblocks(block, page, 0)
        unit = decode(page)
        if unit is not None:
            return unit
        if page == b"\xff" * _PAGE_BYTES:
            blank += 1
    return None if blank == 2 else ()


def load(flash_offset: int):
    """`read` at this offset of the board's flash storage."""
    import rp2

    return read(rp2.Flash(start=flash_offset, len=2 * _BLOCK_BYTES))
