# mypy: ignore-errors
"""Stands in for rp2.Flash on a development board: the file system is where the records would be.

Only pages that were written take memory. All of it is lost with the power: a development board
keeps no record.
"""

_PAGE_BYTES = 256
_BLOCK_BYTES = 4096
_BLOCK_COUNT = 4
_BLOCK_SIZE = 5
_ERASE = 6
_BLANK = b"\xff" * _PAGE_BYTES


class RamFlash:
    """As `rp2.Flash(start=, len=)` behaves: a program clears bits and sets none."""

    def __init__(self, length: int):
        self._length = length
        self._pages: dict = {}

    def readblocks(self, block, buf, offset=0):
        """Read any number of bytes."""
        at = block * _BLOCK_BYTES + offset
        done = 0
        while done < len(buf):
            page, start = divmod(at + done, _PAGE_BYTES)
            n = min(_PAGE_BYTES - start, len(buf) - done)
            buf[done : done + n] = self._pages.get(page, _BLANK)[start : start + n]
            done += n

    def writeblocks(self, block, buf, offset=0):
        """Program any number of bytes."""
        at = block * _BLOCK_BYTES + offset
        done = 0
        while done < len(buf):
            page, start = divmod(at + done, _PAGE_BYTES)
            n = min(_PAGE_BYTES - start, len(buf) - done)
            new = bytearray(self._pages.get(page, _BLANK))
            for i in range(n):
                new[start + i] &= buf[done + i]
            self._pages[page] = new
            done += n

    def ioctl(self, what, block):
        """Count and size of blocks, and the erase of one."""
        if what == _BLOCK_COUNT:
            return self._length // _BLOCK_BYTES
        if what == _BLOCK_SIZE:
            return _BLOCK_BYTES
        if what == _ERASE:
            first = block * _BLOCK_BYTES // _PAGE_BYTES
            for page in range(first, first + _BLOCK_BYTES // _PAGE_BYTES):
                self._pages.pop(page, None)
        return 0
