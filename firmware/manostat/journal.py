"""The journal: what was intended, what came of it, and every press, in the order of time.

It is only ever added to: nothing in it is overwritten or erased. When few pages are left the pump
starts no level any more (`bookkeeper.py`). The format stands in docs/journal.md.
"""

from micropython import const

from manostat.pages import PAGE_BYTES, PAYLOAD_MOST, Pages, Record  # noqa: F401 - for readers

BOOT = const(1)
INTENT = const(2)  # before motion
OUTCOME = const(3)  # of a level
PAIN_MARK = const(4)
NOTE = const(5)  # a stop that answers no intent: a fault at rest
PLATEAU = const(6)  # a volume step, read at rest
EVENTS = const(7)  # presses, states, alarms, commands
SEAL = const(8)  # a MAC over the record before it
TRACE = const(9)  # where the trace of a stretch is stored, and its SHA-256

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

    def unmatched_intent(self):
        """The newest intent if no outcome followed it: "delivery uncertain" (L-04). Else None."""
        record = self.newest(INTENT, OUTCOME)
        return record if record is not None and record.kind == INTENT else None
