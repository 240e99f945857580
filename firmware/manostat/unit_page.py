"""The unit page: the prescription that a host confirmed and stored for this unit.

Two copies of 256 bytes, at the first bytes of two neighbouring 4096-byte blocks:

    0 4 bytes "MUNI", 4 u16 version 1, 6 u16 count 9, 8 count x i32, 0xFF ..., 252 u32 CRC-32

all little endian; the CRC-32 covers bytes 0 to 251. Order of the integers: mode, rate_nl_s,
volume_nl, limit_above_pa, limit_line_pa, step_volume_nl, nl_num, nl_den, zero_pa.
"""

import binascii
from struct import pack_into, unpack_from

from micropython import const

_PAGE_BYTES = const(256)
_BLOCK_BYTES = const(4096)
_CRC_AT = const(252)
_VERSION = const(1)
_COUNT = const(9)
_ERASE = const(6)  # ioctl of a MicroPython block device
_FLAWED = "block %d does not hold what was written to it"


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


def encode(values):
    """The 256 bytes of one copy; `values` are the nine integers, validated."""
    page = bytearray(b"\xff" * _PAGE_BYTES)
    pack_into("<4sHH9i", page, 0, b"MUNI", _VERSION, _COUNT, *values)
    pack_into("<I", page, _CRC_AT, binascii.crc32(memoryview(page)[:_CRC_AT]))
    return page


def store(flash, values):
    """Replace both copies, one after the other, so that a power cut leaves one whole: iterate, each
    turn makes one erase or one program. Raises OSError if a block does not read back as written.

    The copy that is not whole, of a store that was cut off before, is replaced first.
    """
    page = encode(values)
    check = bytearray(_PAGE_BYTES)
    flash.readblocks(1, check, 0)
    first = 1 if decode(check) is None else 0
    for block in (first, 1 - first):
        flash.ioctl(_ERASE, block)
        yield
        flash.writeblocks(block, page, 0)
        flash.readblocks(block, check, 0)
        if check != page:
            raise OSError(_FLAWED % block)
        yield
