"""The journal: what was intended, what came of it, and every press, in the order of time.

It is only ever added to: nothing in it is overwritten or erased. When few pages are left the pump
starts no level any more (`bookkeeper.py`). The format stands in docs/journal.md.
"""

from micropython import const

from manostat.pages import (
    PAGE_BYTES,  # noqa: F401 - for readers
    PAYLOAD_MOST,  # noqa: F401
    Pages,
    Record,
    sequence_of,
    valid,
)

BOOT = const(1)
INTENT = const(2)  # before motion
OUTCOME = const(3)  # of a level
PAIN_MARK = const(4)
NOTE = const(5)  # a stop that answers no intent: a fault at rest
PLATEAU = const(6)  # a volume step, read at rest
EVENTS = const(7)  # presses, states, alarms, commands
SEAL = const(8)  # a MAC over the record before it
TRACE = const(9)  # where the trace of a stretch is stored, and its SHA-256
SERVICE = const(10)  # service mode was opened, or is about to store something
SETTING = const(11)  # the unit that a host has set, before it is stored

_NOT_BLANK_MOST = const(65535)


class Journal(Pages):
    """Pages that are filled once, from the first to the last."""

    def __init__(self, flash, first_block: int, blocks: int):
        Pages.__init__(self, flash, first_block, blocks)

    @property
    def room(self) -> int:
        """Pages that are left at least: blocks that hold something else are not counted on."""
        return max(self._all - self._next - 16 * self.foreign, 0)

    @property
    def skipped(self) -> int:
        """Pages before the next one that hold no record: torn, worn, or not ours. Counted, not
        looked for: every page that took its record has one number of the sequence."""
        return min(max(self._next - self.sequence, 0), _NOT_BLANK_MOST)

    def last_words(self):
        """What the level at the end came to: (newest INTENT or OUTCOME, newest NOTE or SETTING
        behind it, whether all is there from that record on). What is not there is None.

        Reads backwards as far as it must: at boot only, for it takes the buffer of `prepare`.
        """
        page = self._page
        lowest = self.sequence + 1
        whole = True
        note = None
        for at in range(self._newest, -1, -1):
            self._read(at, page)
            if not valid(page):
                continue
            sequence = sequence_of(page)
            whole = whole and sequence >= lowest - 1
            lowest = sequence
            if page[2] in (INTENT, OUTCOME):
                return Record(page), note, whole
            if page[2] in (NOTE, SETTING) and note is None:
                note = Record(page)
        return None, note, whole and lowest == 1
