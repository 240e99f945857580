"""The manifest: the page of flash by which a board knows at power-on that its image is whole.

256 bytes, little endian, at the start of the last sector before the flash storage:

    0 4 bytes "MIMG", 4 u16 version 1, 6 u16 zero, 8 u32 length of the image,
    12 32 bytes SHA-256 of the image, 0xFF ..., 252 u32 CRC-32 of bytes 0 to 251

The board's side is firmware/manostat/image_check.py. It finds what got damaged (S-03). It keeps
nobody out who can write flash: RP2040 has no secure boot, and such a person writes both.
"""

import struct
from binascii import crc32
from hashlib import sha256

from manostat_tools.image.errors import ImageError

PAGE_BYTES = 256
_VERSION = 1


def parts(binary: bytes, start: int, address: int) -> dict[int, bytes]:
    """What goes where: the image at `start`, its last page filled up, and its manifest.

    Raises ImageError when the image reaches beyond `address`.
    """
    image = binary.ljust(-(-len(binary) // PAGE_BYTES) * PAGE_BYTES, b"\0")
    if start + len(image) > address:
        most = address - start
        raise ImageError(f"image of {len(image)} bytes, allowed at most {most} before its manifest")
    return {start: image, address: page(image)}


def page(image: bytes) -> bytes:
    """The manifest of an image."""
    body = struct.pack("<4sHHI", b"MIMG", _VERSION, 0, len(image)) + sha256(image).digest()
    body = body.ljust(PAGE_BYTES - 4, b"\xff")
    return body + struct.pack("<I", crc32(body))
