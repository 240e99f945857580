"""The 2 MB of flash on the board, which outlives power, and how an image gets into it."""

from pathlib import Path

from rp2040py.device.load_flash import UF2_BLOCK_SIZE, decode_block
from rp2040py.memory_map import FLASH_START_ADDRESS

FLASH_BYTES = 2 * 1024 * 1024


def erased_flash() -> bytearray:
    return bytearray(b"\xff" * FLASH_BYTES)


def write_uf2(flash: bytearray, image: Path) -> None:
    """Writes a UF2 image into `flash`, as the boot loader would.

    Raises ValueError, naming the file, if it is not a whole UF2 file for this flash.
    """
    data = Path(image).read_bytes()
    if not data or len(data) % UF2_BLOCK_SIZE:
        raise ValueError(f"{image}: {len(data)} bytes, not a multiple of {UF2_BLOCK_SIZE}: no UF2")
    for start in range(0, len(data), UF2_BLOCK_SIZE):
        try:
            block = decode_block(data[start : start + UF2_BLOCK_SIZE])
        except ValueError as error:
            raise ValueError(f"{image}: block at byte {start}: {error}") from error
        offset = block.flash_address - FLASH_START_ADDRESS
        if not 0 <= offset <= FLASH_BYTES - len(block.payload):
            raise ValueError(f"{image}: block for address {block.flash_address:#x}, outside flash")
        flash[offset : offset + len(block.payload)] = block.payload
