"""Whether the flashed image is the one that was built, by its manifest.

The manifest is 256 bytes of flash, little endian, written with the image:

    0 4 bytes "MIMG", 4 u16 version 1, 6 u16 zero, 8 u32 length of the image,
    12 32 bytes SHA-256 of the image, 0xFF ..., 252 u32 CRC-32 of bytes 0 to 251

A flipped bit anywhere in either is found (S-03). Somebody who can write flash is not: there is no
secure boot on RP2040.
"""

import binascii
from hashlib import sha256
from struct import unpack_from

from micropython import const
from uctypes import bytearray_at

_FLASH_START = const(0x10000000)
_PAGE_BYTES = const(256)
_CRC_AT = const(252)
_HASH_AT = const(12)
_HASH_BYTES = const(32)
_VERSION = const(1)
_PIECE_BYTES = const(32768)


def is_whole(manifest_address: int, feed) -> bool:
    """Whether the image has the length and the SHA-256 that its manifest says.

    `feed(0)` is called after each 32 KB, some 30 ms.
    """
    page = bytearray_at(manifest_address, _PAGE_BYTES)
    if unpack_from("<4sHH", page, 0) != (b"MIMG", _VERSION, 0):
        return False
    length, crc = unpack_from("<I", page, 8)[0], unpack_from("<I", page, _CRC_AT)[0]
    if crc != binascii.crc32(memoryview(page)[:_CRC_AT]):
        return False
    if not 0 < length <= manifest_address - _FLASH_START:
        return False
    image = memoryview(bytearray_at(_FLASH_START, length))
    digest = sha256()
    for at in range(0, length, _PIECE_BYTES):
        digest.update(image[at : at + _PIECE_BYTES])
        feed(0)
    return digest.digest() == bytes(page[_HASH_AT : _HASH_AT + _HASH_BYTES])
