"""A page of 256 bytes in two copies, at the first bytes of two neighbouring 4096-byte blocks.

The last four bytes of a page are the CRC-32 of those before it.
"""

import binascii
from struct import pack_into, unpack_from

from micropython import const

PAGE_BYTES = const(256)
BYTES = const(8192)  # of both blocks
CRC_AT = const(252)

_ERASE = const(6)  # ioctl of a MicroPython block device
_FLAWED = "block %d does not hold what was written to it"


def sealed(content):
    """A page that begins with `content`."""
    page = bytearray(b"\xff" * PAGE_BYTES)
    page[: len(content)] = content
    pack_into("<I", page, CRC_AT, binascii.crc32(memoryview(page)[:CRC_AT]))
    return page


def is_whole(page) -> bool:
    """Whether its CRC-32 is right."""
    return unpack_from("<I", page, CRC_AT)[0] == binascii.crc32(page[:CRC_AT])


def read(flash, decode):
    """The first of two copies of which `decode` makes something.

    None if both are blank; an empty tuple if neither is valid.
    """
    page = bytearray(PAGE_BYTES)
    blank = 0
    for block in range(2):
        flash.readblocks(block, page, 0)
        found = decode(page)
        if found is not None:
            return found
        if page == b"\xff" * PAGE_BYTES:
            blank += 1
    return None if blank == 2 else ()


def replace(flash, block: int, page):
    """Erase, program and read back: iterate, each turn makes one erase or one program. Raises
    OSError if the block does not read back as written."""
    check = bytearray(PAGE_BYTES)
    flash.ioctl(_ERASE, block)
    yield
    flash.writeblocks(block, page, 0)
    flash.readblocks(block, check, 0)
    if check != page:
        raise OSError(_FLAWED % block)
    yield


def store(flash, page, decode):
    """Replace both copies, as `replace`, one after the other, so that a power cut leaves one whole.

    The copy that is not whole, of a store that was cut off before, is replaced first.
    """
    check = bytearray(PAGE_BYTES)
    flash.readblocks(1, check, 0)
    first = 1 if decode(check) is None else 0
    yield from replace(flash, first, page)
    yield from replace(flash, 1 - first, page)
