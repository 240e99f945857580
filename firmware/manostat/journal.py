"""The journal: records that survive a power cut at any instant, in raw flash.

A record is one page of 256 bytes, little endian, programmed once into erased flash:

    0 u16 0x4D4A, 2 u8 kind, 3 u8 payload length (0 to 236), 4 u32 sequence from 1,
    8 u16 boot number, 10 u16 zero, 12 u32 ms since that boot, 16 payload, 0xFF ..., 252 u32 CRC-32

The CRC-32 covers bytes 0 to 251. Pages follow each other through a ring of blocks of 4096 bytes;
the block ahead is erased before it is needed, never the one that holds the newest record. A page
cut off in the middle fails its CRC: it is skipped, counted, and never programmed again.

Flash is written with all interrupts off: call `append` and `make_room` only when nothing moves.
"""

import binascii
from struct import pack_into, unpack_from

from micropython import const

BOOT = const(1)
INTENT = const(2)  # before motion
OUTCOME = const(3)  # of a level
PAIN_MARK = const(4)
NOTE = const(5)
PLATEAU = const(6)  # a volume step, read at rest

PAGE_BYTES = const(256)
PAYLOAD_MOST = const(236)

_MAGIC = const(0x4D4A)
_HEADER = "<HBBIHHI"
_HEADER_BYTES = const(16)
_CRC_AT = const(252)
_BLOCK_BYTES = const(4096)
_PAGES = const(16)  # a block
_ERASE = const(6)  # ioctl of a MicroPython block device
_BLANK = b"\xff" * 256


class Record:
    """One record as read back. `payload` is bytes."""

    def __init__(self, page):
        _, self.kind, length, self.sequence, self.boot, _, self.ms = unpack_from(_HEADER, page, 0)
        self.payload = bytes(page[_HEADER_BYTES : _HEADER_BYTES + length])


class Journal:
    """A ring of `blocks` (at least 3) from `first_block` of a block device.

    `flash` is `rp2.Flash` or behaves like it: `readblocks(block, buf, offset)`,
    `writeblocks(block, buf, offset)` programs without erasing, `ioctl(6, block)` erases.
    Call `scan` before anything else.
    """

    def __init__(self, flash, first_block: int, blocks: int):
        if blocks < 3:
            raise ValueError("blocks: %d, allowed 3 or more" % blocks)
        self._flash = flash
        self._first = first_block
        self._all = blocks * _PAGES
        self._page = bytearray(PAGE_BYTES)
        self._check = bytearray(PAGE_BYTES)
        self._next = 0  # page to write next
        self._newest = -1  # page of the newest record
        self._blank_block = -1  # known to be erased and not yet written
        self.sequence = 0  # of the newest record
        self.boot = 1  # number of this boot
        self.torn = 0  # pages that were skipped, as far as they have been seen

    def scan(self):
        """Find the newest record and the next free page; takes this boot's number.

        Reads the first pages of each block and all of the newest block: 64 blocks in a few
        ten milliseconds.
        """
        self.torn = 0
        self._newest = -1
        self.sequence = 0
        self.boot = 1
        for first in range(0, self._all, _PAGES):
            self._look_at(first)
        if self._newest < 0:
            self._next = 0
            return
        first = self._newest
        for page in range(first + 1, first // _PAGES * _PAGES + _PAGES):
            self._take_if_newer(page)
        self._next = (self._newest + 1) % self._all

    def append(self, kind: int, payload=b"", now_ms: int = 0) -> int:
        """Program one record and read it back. Returns its sequence number, or 0 if it failed.

        One page program (about 1 ms) if `make_room` was called in time, else an erase too.
        Raises ValueError for a payload of more than 236 bytes.
        """
        length = len(payload)
        if length > PAYLOAD_MOST:
            raise ValueError("payload: %d bytes, allowed 0 to %d" % (length, PAYLOAD_MOST))
        page = self._page
        page[:] = _BLANK
        sequence = self.sequence + 1
        pack_into(_HEADER, page, 0, _MAGIC, kind, length, sequence, self.boot, 0, now_ms)
        page[_HEADER_BYTES : _HEADER_BYTES + length] = payload
        pack_into("<I", page, _CRC_AT, binascii.crc32(memoryview(page)[:_CRC_AT]))
        for _ in range(2 * _PAGES):
            at = self._free_page()
            self._blank_block = -1
            self._flash.writeblocks(self._block(at), page, at % _PAGES * PAGE_BYTES)
            self._next = (at + 1) % self._all
            self._read(at, self._check)
            if self._check == page:
                self._newest = at
                self.sequence = sequence
                return sequence
            self.torn += 1
        return 0

    def make_room(self) -> int:
        """Erase the block ahead if it is not blank: 1 if it did (45 ms, at worst 400 ms)."""
        block = self._next // _PAGES
        if self._next % _PAGES:
            block = (block + 1) % (self._all // _PAGES)
        if block == self._blank_block:
            return 0
        erased = 0
        if not self._is_blank(block * _PAGES, _PAGES):
            self._erase(block)
            erased = 1
        self._blank_block = block
        return erased

    def records(self):
        """Iterate over all records from oldest to newest; `torn` counts what was skipped."""
        for page in self.pages():
            if page:
                yield Record(page)

    def pages(self):
        """As `records`, but the raw pages, in one buffer that is reused by each step.

        A place without a record gives b"": whoever serves this between ticks is soon asked again.
        """
        self.torn = 0
        if self._newest < 0:
            return
        page = bytearray(PAGE_BYTES)  # its own: records may be appended meanwhile
        oldest = (self._newest // _PAGES + 1) * _PAGES
        for i in range(self._all):
            at = (oldest + i) % self._all
            self._read(at, page)
            if _valid(page):
                if unpack_from("<I", page, 4)[0] <= self.sequence:
                    yield page
                continue
            if page != _BLANK:
                self.torn += 1
            yield b""

    def newest(self, *kinds):
        """The newest record of one of `kinds`, or None; walks backwards, as far as it must."""
        page = self._page
        for i in range(self._all if self._newest >= 0 else 0):
            self._read((self._newest - i) % self._all, page)
            if _valid(page) and page[2] in kinds:
                return Record(page)
        return None

    def unmatched_intent(self):
        """The newest intent if no outcome followed it: "delivery uncertain". Else None."""
        record = self.newest(INTENT, OUTCOME)
        return record if record is not None and record.kind == INTENT else None

    def _look_at(self, first):
        """Take the first valid page of a block if it is newer; count torn ones before it."""
        for page in range(first, first + _PAGES):
            if self._take_if_newer(page):
                return

    def _take_if_newer(self, at):
        """1 if the search in this block may end: a valid or a blank page."""
        page = self._page
        self._read(at, page)
        if not _valid(page):
            if page == _BLANK:
                return 1
            self.torn += 1
            return 0
        _, _, _, sequence, boot, _, _ = unpack_from(_HEADER, page, 0)
        if sequence > self.sequence:
            self.sequence = sequence
            self._newest = at
            self.boot = boot % 65535 + 1
        return 1

    def _free_page(self):
        """The next blank page; erases the block it enters unless that is blank already."""
        while True:
            at = self._next
            if at % _PAGES == 0 and not self._is_blank(at, _PAGES):
                self._erase(at // _PAGES)
            if self._is_blank(at, 1):
                return at
            self._next = (at + 1) % self._all

    def _is_blank(self, at, pages):
        for page in range(at, at + pages):
            self._read(page, self._check)
            if self._check != _BLANK:
                return False
        return True

    def _erase(self, block):
        if self._newest >= 0 and block == self._newest // _PAGES:
            raise OSError("journal: block %d holds the newest record" % block)
        self._flash.ioctl(_ERASE, self._first + block)

    def _block(self, at):
        return self._first + at // _PAGES

    def _read(self, at, buf):
        self._flash.readblocks(self._block(at), buf, at % _PAGES * PAGE_BYTES)


def _valid(page):
    if unpack_from("<H", page, 0)[0] != _MAGIC or page[3] > PAYLOAD_MOST:
        return False
    return unpack_from("<I", page, _CRC_AT)[0] == binascii.crc32(memoryview(page)[:_CRC_AT])
