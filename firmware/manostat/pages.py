"""Pages in raw flash that survive a power cut at any instant (L-03; docs/journal.md, "A page").

A record is one page of 256 bytes, programmed once into erased flash. It holds a sequence number,
the first 16 bytes of the SHA-256 of the record before it (L-05), and a CRC-32 (L-02). A page that
was cut off in the middle fails its CRC: it is skipped and never programmed again. Pages are filled
one after the other without a blank one between, so the newest is found by looking at the first of
each block.

Flash is written with all interrupts off. Every call here makes at most one program or one erase:
whoever calls it once a tick at rest keeps the watchdog fed.
"""

import binascii
from hashlib import sha256
from struct import pack_into, unpack_from

from micropython import const

PAGE_BYTES = const(256)
PAYLOAD_MOST = const(220)

_MAGIC = const(0x4D4A)
_VERSION = const(2)
_HEADER = "<HBBIHBBI"  # magic, kind, length, sequence, boot, version, zero, ms
_HEADER_BYTES = const(16)
_CHAIN_AT = const(236)
_CHAIN_BYTES = const(16)
_CRC_AT = const(252)
_PAGES = const(16)  # a block of 4096 bytes, which is what an erase takes
BLANK = b"\xff" * 256
_BLANK_HEAD = b"\xff" * 16


class Record:
    """One record as read back. `payload` is bytes."""

    def __init__(self, page):
        _, self.kind, length, self.sequence, self.boot, _, _, self.ms = unpack_from(
            _HEADER, page, 0
        )
        self.payload = bytes(page[_HEADER_BYTES : _HEADER_BYTES + length])


class Pages:
    """`blocks` blocks of 4096 bytes from `first_block` of a block device; `wraps` for a ring.

    `flash` is `rp2.Flash` or behaves like it: `readblocks(block, buf, offset)`,
    `writeblocks(block, buf, offset)` programs without erasing, `ioctl(6, block)` erases.
    Call `scan` before anything else.
    """

    def __init__(self, flash, first_block: int, blocks: int, wraps: int = 0):
        self._flash = flash
        self._first = first_block
        self._all = blocks * _PAGES
        self._wraps = wraps
        self._page = bytearray(PAGE_BYTES)
        self._check = bytearray(PAGE_BYTES)
        self._head = bytearray(_HEADER_BYTES)
        self._next = 0  # page to write next
        self._newest = -1  # page of the newest record
        self.sequence = 0  # of the newest record
        self.boot = 1  # number of this boot
        self.prepared = 0  # kind of the record that waits to be programmed
        self.unsettled = 0
        self._digest = bytes(32)
        self.foreign = 0  # blocks that begin with what can be no page of ours: never erased

    def scan(self):
        """Find the newest record and the next free page; takes this boot's number."""
        self._newest = -1
        self.sequence = 0
        self.boot = 1
        self.foreign = 0
        for first in range(self._all - _PAGES, -1, -_PAGES):
            self._look_at(first)
        self._walk_on()
        self._digest = bytes(32)
        self.unsettled = 1 if self._newest >= 0 else 0
        self.digest()

    def append(self, kind: int, payload=b"", now_ms: int = 0) -> int:
        """Program one record and read it back. Returns its sequence number, or 0 if it failed:
        the next call then tries the page behind. Raises ValueError for a longer payload.
        """
        self.prepare(kind, payload, now_ms)
        return self.program()

    def prepare(self, kind: int, payload, now_ms: int):
        """The first half of `append`, which touches no flash; for who has little time in a tick."""
        length = len(payload)
        if length > PAYLOAD_MOST:
            raise ValueError("payload: %d bytes, allowed 0 to %d" % (length, PAYLOAD_MOST))
        digest = self.digest()
        page = self._page
        page[:] = BLANK
        sequence = self.sequence + 1
        pack_into(_HEADER, page, 0, _MAGIC, kind, length, sequence, self.boot, _VERSION, 0, now_ms)
        page[_HEADER_BYTES : _HEADER_BYTES + length] = payload
        page[_CHAIN_AT:_CRC_AT] = digest[:_CHAIN_BYTES]
        pack_into("<I", page, _CRC_AT, binascii.crc32(memoryview(page)[:_CRC_AT]))
        self.prepared = kind

    def program(self) -> int:
        """The second half: the record that was prepared last. Returns as `append`."""
        self.prepared = 0
        at = self._free_page()
        if at < 0:
            return 0
        page = self._page
        self._flash.writeblocks(self._block(at), page, at % _PAGES * PAGE_BYTES)
        self._read(at, self._check)
        if self._check == page:
            self._next = at + 1
            self._newest = at
            self.sequence += 1
            self.unsettled = 1
            return self.sequence
        if self._check != BLANK:  # else the chip did nothing: no blank page is left behind
            self._next = at + 1
        return 0

    def digest(self):
        """SHA-256 of the newest record's page; zeros if there is none. Computed once, when it is
        first asked for: after an `append` it can wait for a tick that has nothing else to do."""
        if self.unsettled:
            self._read(self._newest, self._check)
            self._digest = sha256(self._check).digest()
            self.unsettled = 0
        return self._digest

    def pages(self, first: int = 0):
        """Iterate over the raw pages of the records from the number `first` on, oldest first, in
        one buffer that is reused.

        A place without one gives b"", and a block of which none is asked for gives one: whoever
        serves this between ticks is soon asked again.
        """
        page = bytearray(PAGE_BYTES)  # its own: records may be appended meanwhile
        last = self.sequence
        newest = self._newest // _PAGES
        oldest = newest + 1 if self._wraps else 0
        for i in range(self._all // _PAGES if self._wraps else newest + 1):
            block = (oldest + i) % (self._all // _PAGES)
            if block != newest and self._has_none(block, first, page):
                yield b""
                continue
            for at in range(block * _PAGES, (block + 1) * _PAGES):
                self._read(at, page)
                asked = valid(page) and first <= sequence_of(page) <= last
                yield page if asked else b""

    def _has_none(self, block, first, page):
        """Whether a block is seen to have no record from the number `first` on: it begins blank, or
        the one behind it begins with a record that is not behind that one."""
        self._read(block * _PAGES, page)
        if page == BLANK:
            return True
        self._read((block + 1) * _PAGES % self._all, page)
        return valid(page) and sequence_of(page) <= first

    def records(self):
        """As `pages`, but only records, read."""
        for page in self.pages():
            if page:
                yield Record(page)

    def _free_page(self):
        """The next blank page, or -1 if there is none. Passes over what is written already."""
        while self._next < self._all:
            if self._is_blank(self._next):
                return self._next
            self._next += 1
        return -1

    def _look_at(self, first):
        """Take the first valid record of a block, if it is newer. Blocks are asked from the last
        one down: few of them then need more than their header."""
        head = self._head
        for at in range(first, first + _PAGES):
            self._peek(at)
            if head == _BLANK_HEAD:
                return
            if at == first and not may_be_ours(head):
                self._see_foreign(first)
            if sequence_of(head) <= self.sequence:
                return
            self._read(at, self._page)
            if valid(self._page):
                self._take(at)
                return

    def _see_foreign(self, _first):
        self.foreign += 1

    def _walk_on(self):
        """From the newest record found so far to the last one there is; whole blocks of torn or
        spoilt pages between do not stop this, only a blank page or one of the round before.

        Of two with one number the later is the one that was gone on from: the other did not read
        back well when it was written. Not in a ring, whose round before may have ended with it."""
        page = self._page
        at = self._newest
        for _ in range(self._all):
            at += 1
            if at == self._all:
                if not self._wraps:
                    break
                at = 0
            self._read(at, page)
            if page == BLANK:
                break
            if valid(page):
                newer = sequence_of(page) - self.sequence
                if newer > 0 or (newer == 0 and not self._wraps):
                    self._take(at)
                elif self._wraps:
                    break
        self._next = at

    def _take(self, at):
        self._newest = at
        self.sequence = sequence_of(self._page)
        self.boot = unpack_from("<H", self._page, 8)[0] % 65535 + 1

    def _is_blank(self, at):
        self._read(at, self._check)
        return self._check == BLANK

    def _block(self, at):
        return self._first + at // _PAGES

    def _read(self, at, buf):
        self._flash.readblocks(self._block(at), buf, at % _PAGES * PAGE_BYTES)

    def _peek(self, at):
        self._flash.readblocks(self._block(at), self._head, at % _PAGES * PAGE_BYTES)


def valid(page) -> bool:
    """Whether these 256 bytes are a whole record of this format."""
    if unpack_from("<H", page, 0)[0] != _MAGIC or page[10] != _VERSION or page[3] > PAYLOAD_MOST:
        return False
    return unpack_from("<I", page, _CRC_AT)[0] == binascii.crc32(memoryview(page)[:_CRC_AT])


def may_be_ours(head) -> bool:
    """Whether this may be a page that was cut off: every bit that a page clears may still be set,
    but no other may be cleared."""
    return head[0] & 0x4A == 0x4A and head[1] & 0x4D == 0x4D and head[10] & _VERSION == _VERSION


def sequence_of(page) -> int:
    """The number that a page's header says."""
    return unpack_from("<I", page, 4)[0]
