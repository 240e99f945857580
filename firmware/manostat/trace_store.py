"""The raw trace in flash, stored at rest: a ring of pages, the oldest goes first.

A trace page (docs/journal.md) holds level, first tick, and up to 106 ticks. A power cut may lose
what was not stored yet; what ties it into the journal, a TRACE record, is written last.
"""

from hashlib import sha256
from struct import pack_into

from micropython import const

from manostat.pages import BLANK, PAGE_BYTES, PAYLOAD_MOST, Pages, may_be_ours, valid

TICKS = const(64)  # kind of a trace page

_TICKS_A_PAGE = const(106)
_TICKS_AT = const(8)  # behind level and first tick
_PAGES = const(16)  # a block
_ERASE = const(6)  # ioctl of a MicroPython block device
_TIE = "<iiiii"  # level, first_tick, ticks, first_page, pages
_TIE_BYTES = const(20)
_TRIES = const(16)
_MANY = const(8)
_HEAD_BYTES = const(16)
_BLANK_HEAD = b"\xff" * 16
_ZERO = bytes(PAGE_BYTES)
TIE_BYTES = const(52)


class TraceRing(Pages):
    """Pages that go round. A block is erased just before it is filled, and only if it holds a
    record of this ring, or what is left of some: what is neither blank nor ours is passed over."""

    def __init__(self, flash, first_block: int, blocks: int):
        Pages.__init__(self, flash, first_block, blocks, 1)
        self._entered = -1  # block that was found blank
        self.erases = 0  # since the caller has set it to 0
        self._zero = 0  # blocks that are all zero: see `_holds_ours`

    def scan(self):
        """As `Pages.scan`. Zeros are foreign where there are no records."""
        self._zero = 0
        Pages.scan(self)
        if self._newest < 0:
            self.foreign += self._zero

    def make_ready(self) -> int:
        """1 if the next page is blank; else one step towards that, at most one erase."""
        if self._next >= self._all:
            self._next = 0
        first = self._next
        if first % _PAGES == 0 and first != self._entered:
            self._entered = -1
            if self._holds_only(BLANK, first):
                self._entered = first
            elif self._holds_ours(first):
                self.erases += 1
                self._flash.ioctl(_ERASE, self._block(first))
            else:
                self._next += _PAGES
            return 0
        if self._is_blank(first):
            return 1
        self._next += 1
        return 0

    def _holds_only(self, page, first):
        for at in range(first, first + _PAGES):
            self._read(at, self._check)
            if self._check != page:
                return False
        return True

    def _see_foreign(self, first):
        if self._holds_only(_ZERO, first):
            self._zero += 1
        else:
            self.foreign += 1

    def _holds_ours(self, first):
        """One sound record is proof. Not the block of the newest: a ring of one block is none.

        Nor is there one where power failed during an erase. Such a block shows our records with
        some bits back to ones; or it is all zero, for a chip may program what it is about to erase
        (an assumption). Anything else that such a cut leaves cannot be told from foreign data.
        """
        if self._newest >= 0 and self._newest // _PAGES == first // _PAGES:
            return False
        alike = written = 0
        for at in range(first, first + _PAGES):
            self._read(at, self._check)
            if valid(self._check):
                return True
            alike += may_be_ours(self._check)
            written += self._check[:_HEAD_BYTES] != _BLANK_HEAD
        if self._newest < 0:
            return False  # there is no ring yet that such an erase can have belonged to
        return (alike == _PAGES and written >= _MANY) or self._holds_only(_ZERO, first)


class TraceStore:
    """Carries what is new in `trace` (`Trace`) into `ring` (`TraceRing`), a page at a time."""

    def __init__(self, ring, trace):
        self.ring = ring
        self._trace = trace
        self._ticks = memoryview(trace.buf)
        self._payload = bytearray(PAYLOAD_MOST)
        self._first = -1  # first tick of the stretch that is being stored, or -1
        self._first_page = 0  # its page's number in the ring's sequence
        self._pages = 0
        self._hash = None
        self._digest = None  # of a stretch that is stored and not yet tied
        self._fails = 0

    def due(self) -> bool:
        """Whether something is to be stored now, or to be tied into the journal."""
        return self._first >= 0 or self._trace.stored < self._trace.firm

    def waits(self) -> bool:
        """Whether part of the trace is in memory only: what is due, and a rest that goes on."""
        return self._first >= 0 or self._trace.stored < self._trace.count

    def step(self, now_ms: int) -> int:
        """Do one step, at most one erase or one program. 1: all is stored, the tie is due.
        -1: given up, the ring takes nothing."""
        trace = self._trace
        if self._digest is not None:
            return 1
        if self._first < 0:
            self._first = trace.base + trace.stored
            self._first_page = self.ring.sequence + 1
            self._pages = 0
            self._fails = 0
            self._hash = sha256()
            self.ring.erases = 0
        if trace.stored >= trace.firm:
            self._digest = self._hash.digest()
            return 1
        if not self.ring.make_ready():
            return self._failed(self.ring._all if self.ring.erases < _TRIES else 0)
        payload = self._payload
        begin = trace.stored
        end = min(begin + _TICKS_A_PAGE, trace.firm)
        ticks = self._ticks[2 * begin : 2 * end]
        length = _TICKS_AT + len(ticks)
        pack_into("<ii", payload, 0, trace.level, trace.base + begin)
        payload[_TICKS_AT:length] = ticks
        if not self.ring.append(TICKS, memoryview(payload)[:length], now_ms):
            return self._failed(_TRIES * _PAGES)
        self._fails = 0
        self.ring.erases = 0
        self._hash.update(ticks)
        self._pages += 1
        trace.stored = end
        return 0

    def tie(self, buf) -> int:
        """Write the TRACE record of the stretch that was stored to `buf`; returns its length."""
        trace = self._trace
        values = (
            trace.level,
            self._first,
            trace.base + trace.stored - self._first,
            self._first_page,
            self._pages,
        )
        pack_into(_TIE, buf, 0, *values)
        buf[_TIE_BYTES:TIE_BYTES] = self._digest
        return TIE_BYTES

    def tied(self):
        """The TRACE record is in the journal."""
        self._digest = None
        self._end()

    def _failed(self, most):
        self._fails += 1
        if self._fails <= most:
            return 0
        self._trace.stored = self._trace.firm
        self._end()
        return -1

    def _end(self):
        self._first = -1
        self._trace.forget_stored()
