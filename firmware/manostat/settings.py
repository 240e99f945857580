"""The unit, as a host with authority sets it: refused, or logged and stored at rest (S-02, P-02).

What runs never changes its prescription: once both copies are stored the board restarts, tests
itself, and is idle with the new one. Until then nothing starts any more.
"""

from struct import pack, unpack_from

from micropython import const

from manostat import copies, unit_page
from manostat.core import codes as core_codes
from manostat.core.prescription import validate
from manostat.link import codes

_VALUES_AT = const(8)  # behind boot number and counter
_MAC_AT = const(44)
_END = const(76)
_COUNTER_MOST = const(0x3FFFFFFF)
_PARTING_TURNS = const(400)  # for the answer to reach the host: 100 ticks of 4 turns


class Settings:
    """`storage` has `unit_flash` and `identity_flash`; `feed(0)` keeps the watchdog off; `restart`
    restarts the board."""

    def __init__(self, pump, books, storage, feed, restart):
        self._pump = pump
        self._books = books
        self._unit_flash = storage.unit_flash
        self._identity_flash = storage.identity_flash
        self._feed = feed
        self._restart = restart
        self.result = codes.NOT_STORED
        self._counter = 0  # the newest that was believed since the restart

    def facts(self):
        """What a host asks before it sets: u32 number of this boot, u32 newest counter believed,
        then 256 bytes of each copy of the unit page, and of each of the identity page."""
        yield pack("<II", self._books.journal.boot, self._counter)
        page = bytearray(copies.PAGE_BYTES)
        for flash in (self._unit_flash, self._identity_flash):
            for block in range(2):
                flash.readblocks(block, page, 0)
                yield page

    def judge(self, body) -> int:
        """Why what stands behind a SET_UNIT's sequence number is refused, or DONE: then `store`.
        A counter is used up once its MAC was right, whatever comes of it."""
        if not self._is_idle():
            return codes.NOT_IDLE
        mac = self._books.seal.settings
        message = bytes([codes.SET_UNIT]) + bytes(body[:_MAC_AT])
        if mac is None or not mac.is_over(message, body[_MAC_AT:_END]):
            return codes.NO_AUTHORITY
        boot, counter = unpack_from("<II", body, 0)
        if boot != self._books.journal.boot or not self._counter < counter <= _COUNTER_MOST:
            return codes.REPLAYED
        self._counter = counter
        try:
            validate(unpack_from("<9i", body, _VALUES_AT))
        except ValueError:
            return codes.INVALID
        return codes.DONE

    def store(self, body):
        """Log and store what was judged, one erase or program a turn; then `result` says what came
        of it, and `leave` is due."""
        books = self._books
        values = unpack_from("<9i", body, _VALUES_AT)
        self.result = codes.NOT_STORED
        books.setting = 1
        if not books.keep_setting(self._counter, values):
            books.setting = 0
            return
        self._feed(0)
        yield 1
        try:
            for _ in unit_page.store(self._unit_flash, values):
                self._feed(0)
                yield 1
        except OSError:
            return
        self.result = codes.DONE

    def leave(self):
        """Restart, if anything was stored or begun to be: a turn at a time, so that the answer gets
        to the host and what has happened into the journal. What flash holds is judged by the self
        test."""
        if self._books.setting:
            self._books.events.hurry()
            for _ in range(_PARTING_TURNS):
                yield 1
            self._restart()

    def _is_idle(self):
        """Nothing is armed, begun, about to be, or in memory only; and not inert, which no restart
        that a host asks for may end."""
        pump = self._pump
        books = self._books
        if pump.injector.state != core_codes.IDLE or pump.verdict or books.intent_bit:
            return False
        return not books.setting and not books.traces.due()
