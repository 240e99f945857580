"""Every press, change of state, alarm and command (L-01): taken in the tick, written at rest.

An event is 8 bytes: u32 milliseconds since boot, u8 what, u8 a, u16 b (docs/journal.md, "EVENTS").
In the tick a change is taken in compiled code; one in which nothing changed costs next to nothing.
"""

import sys
from array import array

from micropython import const

if sys.implementation.name == "micropython":
    from manostat.events_native import take_change
else:
    from manostat.events_portable import take_change  # noqa: F401

CHANGE = const(1)  # a: switches; b: state, reason in bits 4 to 7, fault in bits 8 to 15
ALARM = const(2)  # a: cause; b: 1 while the sound is paused
COMMAND = const(3)  # a: the byte; b: how often in a row
LOST = const(4)  # b: events that found no room
TRACE_LOST = const(5)  # the trace could not be stored
TRACE_FULL = const(6)  # motion was paused, for no more of the trace fits into memory

EVENT_BYTES = const(8)

_CAPACITY = const(256)
_NEWEST = const(0)  # words: 0 events taken, 1 events written, 2 lost, 3 urgent, then the events
_OLDEST = const(1)
_LOST = const(2)
_URGENT = const(3)
_FIRST = const(4)
_A_PAGE = const(27)
_WAIT_MS = const(20)  # for what else belongs to a press: contacts bounce
_COMMAND_WAIT_MS = const(10000)  # a host that asks every second must not fill the journal
_MS_MASK = const(1073741823)
_MS_HALF = const(536870912)
_TIMES_MOST = const(255)


class Events:
    """At most 256 events that are not in the journal yet. `words` is for `take_change`."""

    def __init__(self, pump):
        self.words = array("I", bytes(4 * (_FIRST + 2 * _CAPACITY)))
        self._pump = pump
        self._page = bytearray(_A_PAGE * EVENT_BYTES)
        self._in_page = 0  # events in `_page`, as they will be written

    def put(self, what: int, a: int = 0, b: int = 0):
        """Take one event that the tick does not see; at rest only."""
        words = self.words
        if words[_NEWEST] - words[_OLDEST] >= _CAPACITY:
            words[_LOST] += 1
            return
        at = _FIRST + 2 * (words[_NEWEST] % _CAPACITY)
        words[at] = now_ms(self._pump)
        words[at + 1] = what | a << 8 | b << 16
        words[_NEWEST] += 1
        if what != COMMAND:
            words[_URGENT] = 1

    def put_command(self, byte: int):
        """A request of the host; the same one again and again is one event, with its number."""
        words = self.words
        if words[_NEWEST] - words[_OLDEST] > self._in_page:
            at = _FIRST + 2 * ((words[_NEWEST] - 1) % _CAPACITY)
            last = words[at + 1]
            if last & 0xFFFF == COMMAND | byte << 8:
                times = last >> 16
                words[at + 1] = last & 0xFFFF | min(times + 1, _TIMES_MOST) << 16
                return
        self.put(COMMAND, byte, 1)

    def hurry(self):
        """Requests wait no longer than a press does: the board is about to restart."""
        self.words[_URGENT] = 1

    def due(self) -> bool:
        """Whether a page should be written: it is full, or its oldest event has waited enough."""
        words = self.words
        count = words[_NEWEST] - words[_OLDEST]
        if count == 0:
            return False
        wait_ms = _WAIT_MS if words[_URGENT] else _COMMAND_WAIT_MS
        oldest_ms = words[_FIRST + 2 * (words[_OLDEST] % _CAPACITY)]
        return count >= _A_PAGE or now_ms(self._pump) - oldest_ms & _MS_MASK >= wait_ms

    def quiet_ms(self) -> int:
        """Milliseconds since the newest event; there is one since the first tick."""
        words = self.words
        newest_ms = words[_FIRST + 2 * ((words[_NEWEST] - 1) % _CAPACITY)]
        return now_ms(self._pump) - newest_ms & _MS_MASK

    def payload(self):
        """The oldest events, at most 27, as they stand in an EVENTS record."""
        words = self.words
        oldest = words[_OLDEST]
        count = min(words[_NEWEST] - oldest, _A_PAGE)
        raw = memoryview(words)
        page = self._page
        for i in range(count):
            at = _FIRST + 2 * ((oldest + i) % _CAPACITY)
            page[8 * i : 8 * i + 8] = bytes(raw[at : at + 2])
        self._in_page = count
        return memoryview(page)[: 8 * count]

    def written(self, length: int):
        """The first `length` bytes of `payload` are in the journal."""
        words = self.words
        words[_OLDEST] += length // EVENT_BYTES
        self._in_page = 0
        words[_URGENT] = self._has_urgent()
        if words[_LOST]:
            lost = words[_LOST]
            words[_LOST] = 0
            self.put(LOST, 0, min(lost, 0xFFFF))

    def _has_urgent(self):
        """Whether what is left is more than requests; a whole page is due anyway."""
        words = self.words
        if words[_NEWEST] - words[_OLDEST] >= _A_PAGE:
            return 1
        for number in range(words[_OLDEST], words[_NEWEST]):
            if words[_FIRST + 2 * (number % _CAPACITY) + 1] & 255 != COMMAND:
                return 1
        return 0


def now_ms(pump) -> int:
    """Milliseconds since boot, modulo 2^30; `pump.now_ms` alone goes in steps of 10."""
    # Half a turn back and forth: the sum itself would not fit 30 bits, and go to the heap (T-06).
    ms = pump.now_ms - _MS_HALF + pump.part_us // 1000
    return (ms & _MS_MASK) ^ _MS_HALF
