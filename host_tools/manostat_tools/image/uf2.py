"""UF2, the format that a Pico takes over USB: 512-byte blocks, each saying where its bytes go."""

import struct
from pathlib import Path

FLASH_START = 0x1000_0000
"""Where RP2040 maps its flash."""
RP2040_FAMILY = 0xE48B_FF56

# github.com/microsoft/uf2: three magic words, family in the field flagged by 0x2000.
_FIRST, _SECOND, _LAST = 0x0A32_4655, 0x9E5D_5157, 0x0AB1_6F30
_FAMILY_PRESENT = 0x2000
_BLOCK = 512
_DATA = 256
_HEADER = struct.Struct("<8I")


def encode(binary: bytes, start: int = FLASH_START) -> bytes:
    """`binary` as UF2 blocks of 256 bytes, the last one filled with zeros."""
    count = -(-len(binary) // _DATA)
    blocks = bytearray()
    for number in range(count):
        data = binary[number * _DATA : (number + 1) * _DATA].ljust(_DATA, b"\0")
        block = _HEADER.pack(
            _FIRST,
            _SECOND,
            _FAMILY_PRESENT,
            start + number * _DATA,
            _DATA,
            number,
            count,
            RP2040_FAMILY,
        )
        blocks += (block + data).ljust(_BLOCK - 4, b"\0") + struct.pack("<I", _LAST)
    return bytes(blocks)


def decode(file: Path) -> bytes:
    """The bytes of a gapless RP2040 UF2 file, from FLASH_START on.

    Raises ValueError, naming the block, when a mark, number, family or address is wrong.
    """
    content = file.read_bytes()
    if len(content) % _BLOCK or not content:
        raise ValueError(f"{file}: {len(content)} bytes, allowed multiples of {_BLOCK}")
    count = len(content) // _BLOCK
    binary = bytearray()
    for number in range(count):
        block = content[number * _BLOCK : (number + 1) * _BLOCK]
        expected = (
            _FIRST,
            _SECOND,
            _FAMILY_PRESENT,
            FLASH_START + number * _DATA,
            _DATA,
            number,
            count,
            RP2040_FAMILY,
        )
        if _HEADER.unpack_from(block) != expected or struct.unpack("<I", block[-4:])[0] != _LAST:
            raise ValueError(f"{file}: block {number} of {count} is malformed")
        binary += block[_HEADER.size : _HEADER.size + _DATA]
    return bytes(binary)
