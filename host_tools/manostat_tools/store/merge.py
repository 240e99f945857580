"""A pull beside what is stored of the same pump: what is new, and what contradicts it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from manostat_tools.journal.findings import is_repeat
from manostat_tools.journal.page import Record
from manostat_tools.store.pull import Pull
from manostat_tools.store.units import Held, Unit

ReadRecord = Callable[[str], Record]


@dataclass
class Merge:
    """Records that are not stored yet, and a line for each contradiction."""

    journal: list[Record] = field(default_factory=list)
    traces: list[Record] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)


def merge(pull: Pull, unit: Unit, stored: ReadRecord) -> Merge:
    """Compare by region and sequence. `stored` reads the record of a stored page.

    A record contradicts what is stored if another is stored with its number, or if it does not
    follow the one that is stored before it, or is not followed by the one behind it: each holds the
    hash of the one before. A record that the pump wrote once more is no contradiction.
    """
    merged = Merge()
    for name, records, held, new in (
        ("journal", pull.journal, unit.journal, merged.journal),
        ("traces", pull.traces, unit.traces, merged.traces),
    ):
        pulled = {record.sequence for record in records}
        for record in records:
            reason = _new_or_wrong(record, held, pulled, stored)
            if reason is None:
                new.append(record)
            elif reason:
                merged.contradictions.append(f"{name}, record {record.sequence}: {reason}")
    return merged


def _new_or_wrong(record: Record, held: Held, pulled: set[int], stored: ReadRecord) -> str | None:
    """None: new; "": known; else what is wrong."""
    at = record.sequence
    if at in held:
        return _beside(record, held[at], stored)
    if at - 1 in held and at - 1 not in pulled:
        before = held[at - 1][-1]
        if record.chain != bytes.fromhex(before)[:16]:
            return f"does not follow the record {at - 1} that is stored ({before[:12]}...)"
    if at + 1 in held and at + 1 not in pulled:
        after = stored(held[at + 1][-1])
        if after.chain != record.digest[:16]:
            return f"the record {at + 1} that is stored does not follow it"
    return None


def _beside(record: Record, digests: list[str], stored: ReadRecord) -> str | None:
    if record.digest.hex() in digests:
        return ""
    last = stored(digests[-1])
    if is_repeat(last, record):
        return None if record.ms > last.ms or len(record.payload) > len(last.payload) else ""
    if is_repeat(record, last):
        return ""
    return f"stored as {digests[-1][:12]}..., the file has {record.digest.hex()[:12]}..."
