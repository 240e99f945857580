"""The boot loader of RP2040 as a folder: what a host sees as the drive RPI-RP2.

Blocks are flashed as they come, in any order and from any file; a block of another family, or for
an address that is no flash, is passed over without a word, as the boot ROM does (RP2040 datasheet
2.8.4 and github.com/microsoft/uf2, M). Only when every block of a file has come the board starts,
so a copy that was interrupted leaves it here.
"""

import contextlib
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

FLASH_START = 0x1000_0000
FLASH_BYTES = 2 * 1024 * 1024
_SECTOR = 4096
_BLOCK = 512
_DATA = 256
_BLOCKS_A_LOOK = 64
_HEADER = struct.Struct("<8I")
_FIRST, _SECOND, _LAST = 0x0A32_4655, 0x9E5D_5157, 0x0AB1_6F30
_NOT_FLASH, _FAMILY_PRESENT = 0x0001, 0x2000
_RP2040 = 0xE48B_FF56
_INFO = "UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n"
_INDEX = '<html><meta http-equiv="refresh" content="0; url=https://raspberrypi.com"></html>\r\n'
_OWN_FILES = ("INFO_UF2.TXT", "INDEX.HTM")


class BootLoader:
    """From entering the boot loader to leaving it. `write(offset, data)` puts bytes into flash."""

    def __init__(self, drive: Path, write: Callable[[int, bytes], None]) -> None:
        self._drive = drive
        self._write = write
        self._erased: set[int] = set()
        self._wanted = 0
        self._done: set[int] = set()
        self._read: dict[Path, int] = {}
        self.shown = False

    def show(self) -> None:
        """The cable is in: the drive appears, empty but for its two files."""
        self.hide()
        self._drive.mkdir(parents=True)
        (self._drive / "INDEX.HTM").write_bytes(_INDEX.encode())
        (self._drive / "INFO_UF2.TXT").write_bytes(_INFO.encode())
        self._read = {}
        self.shown = True

    def hide(self) -> None:
        """The cable is out, or the board starts: the drive is gone."""
        self.shown = False
        if self._drive.is_dir():
            # The file by which hosts know the drive goes first: a drive is there or it is not.
            (self._drive / "INFO_UF2.TXT").unlink(missing_ok=True)
        shutil.rmtree(self._drive, ignore_errors=True)

    @property
    def received(self) -> tuple[int, int]:
        """Blocks of the file under way, and how many it has; (0, 0) before the first."""
        return len(self._done), self._wanted

    def look(self) -> bool:
        """Take what has come since the last look; True when a whole file has been flashed."""
        if not self.shown:
            return False
        with contextlib.suppress(OSError):  # a host may remove what it has copied
            for file in sorted(self._drive.iterdir()):
                if file.name not in _OWN_FILES and file.is_file() and self._take(file):
                    return True
        return False

    def _take(self, file: Path) -> bool:
        at = self._read.get(file, 0)
        with file.open("rb") as stream:
            stream.seek(at)
            data = stream.read(_BLOCKS_A_LOOK * _BLOCK)
        whole = len(data) // _BLOCK * _BLOCK
        self._read[file] = at + whole
        return any(self._flash(data[start : start + _BLOCK]) for start in range(0, whole, _BLOCK))

    def _flash(self, block: bytes) -> bool:
        """Flash one block if it is for this chip; True if it was the last one missing."""
        first, second, flags, address, size, number, count, family = _HEADER.unpack_from(block)
        last = struct.unpack_from("<I", block, _BLOCK - 4)[0]
        if (first, second, last, family) != (_FIRST, _SECOND, _LAST, _RP2040):
            return False
        offset = address - FLASH_START
        inside = 0 <= offset <= FLASH_BYTES - _DATA and offset % _DATA == 0
        if flags & _NOT_FLASH or not flags & _FAMILY_PRESENT or size != _DATA or not inside:
            return False
        if count != self._wanted:  # another file
            self._wanted, self._done, self._erased = count, set(), set()
        sector = offset - offset % _SECTOR
        if sector not in self._erased:
            self._erased.add(sector)
            self._write(sector, b"\xff" * _SECTOR)
        self._write(offset, block[_HEADER.size : _HEADER.size + _DATA])
        self._done.add(number)
        return len(self._done) == self._wanted


def is_bootable(flash: bytes) -> bool:
    """Whether the boot ROM would start this flash: by the CRC-32 of its first 252 bytes (RP2040
    datasheet 2.8.1.3.1, M); else it stays in its boot loader."""
    crc = 0xFFFF_FFFF
    for byte in flash[:252]:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C1_1DB7 if crc & 0x8000_0000 else crc << 1) & 0xFFFF_FFFF
    return crc == int.from_bytes(flash[252:256], "little")
