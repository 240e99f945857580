"""The unit page: the prescription that a host confirmed and stored for this unit.

Two copies (copies.py) of 256 bytes:

    0 4 bytes "MUNI", 4 u16 version 1, 6 u16 count 9, 8 count x i32, 0xFF ..., 252 u32 CRC-32

all little endian; the CRC-32 covers bytes 0 to 251. Order of the integers: mode, rate_nl_s,
volume_nl, limit_above_pa, limit_line_pa, step_volume_nl, nl_num, nl_den, zero_pa.
"""

from struct import pack, unpack_from

from micropython import const

from manostat import copies

_VERSION = const(1)
_COUNT = const(9)


def encode(values):
    """The 256 bytes of one copy; `values` are the nine integers, validated."""
    return copies.sealed(pack("<4sHH9i", b"MUNI", _VERSION, _COUNT, *values))


def decode(page):
    """The nine integers of one copy, or None if it is not one."""
    if bytes(page[:4]) != b"MUNI" or unpack_from("<HH", page, 4) != (_VERSION, _COUNT):
        return None
    return unpack_from("<9i", page, 8) if copies.is_whole(page) else None


def read(flash):
    """The first valid of two copies in blocks 0 and 1 of a block device.

    None if both are blank; an empty tuple, which no self test passes, if neither is valid: a unit
    that was confirmed for this pump must not turn into another one.
    """
    return copies.read(flash, decode)


def store(flash, values):
    """Replace both copies, one after the other, so that a power cut leaves one whole: iterate, each
    turn makes one erase or one program. Raises OSError if a block does not read back as written."""
    return copies.store(flash, encode(values), decode)


def load(flash_offset: int):
    """`read` at this offset of the board's flash storage."""
    import rp2

    return read(rp2.Flash(start=flash_offset, len=copies.BYTES))
