"""UF2, the format that a Pico takes over USB: 512-byte blocks, each saying where its bytes go."""

import struct
from collections.abc import Mapping
from pathlib import Path

FLASH_START = 0x1000_0000
"""Where RP2040 maps its flash."""
FLASH_BYTES = 2 * 1024 * 1024
"""Of a Raspberry Pi Pico."""
RP2040_FAMILY = 0xE48B_FF56

# github.com/microsoft/uf2: three magic words, family in the field flagged by 0x2000.
_FIRST, _SECOND, _LAST = 0x0A32_4655, 0x9E5D_5157, 0x0AB1_6F30
_FAMILY_PRESENT = 0x2000
_BLOCK = 512
_DATA = 256
_ADDRESS_AT = 12
_HEADER = struct.Struct("<8I")


def encode(parts: Mapping[int, bytes]) -> bytes:
    """Bytes by address as UF2 blocks of 256 bytes, each part's last one filled with zeros."""
    pieces = [
        (address + at, content[at : at + _DATA].ljust(_DATA, b"\0"))
        for address, content in sorted(parts.items())
        for at in range(0, len(content), _DATA)
    ]
    blocks = bytearray()
    for number, (address, data) in enumerate(pieces):
        block = _header(address, number, len(pieces))
        blocks += (block + data).ljust(_BLOCK - 4, b"\0") + struct.pack("<I", _LAST)
    return bytes(blocks)


def decode(file: Path) -> bytes:
    """What an RP2040 UF2 file makes of erased flash, from FLASH_START to its last byte.

    Raises ValueError, naming the block, when a mark, number, family or address is wrong, or the
    address is outside flash or not behind the one before.
    """
    content = file.read_bytes()
    if len(content) % _BLOCK or not content:
        raise ValueError(f"{file}: {len(content)} bytes, allowed multiples of {_BLOCK}")
    count = len(content) // _BLOCK
    binary = bytearray()
    for number in range(count):
        block = content[number * _BLOCK : (number + 1) * _BLOCK]
        (address,) = struct.unpack_from("<I", block, _ADDRESS_AT)
        gap = address - FLASH_START - len(binary)
        marks = block[: _HEADER.size] == _header(address, number, count)
        marks = marks and struct.unpack("<I", block[-4:])[0] == _LAST
        if not marks or gap % _DATA or not 0 <= gap <= FLASH_BYTES - len(binary) - _DATA:
            raise ValueError(f"{file}: block {number} of {count} is malformed")
        binary += b"\xff" * gap + block[_HEADER.size : _HEADER.size + _DATA]
    return bytes(binary)


def _header(address: int, number: int, count: int) -> bytes:
    return _HEADER.pack(
        _FIRST, _SECOND, _FAMILY_PRESENT, address, _DATA, number, count, RP2040_FAMILY
    )
