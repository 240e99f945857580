"""A pull beside what is stored of the same pump: what is new, and what contradicts it."""

from collections.abc import Callable
from dataclasses import dataclass, field

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

    A record contradicts what is stored, or what stands before it in the pull, if that has its
    number; or if it does not follow the one that is stored before it, or is not followed by the one
    behind it: each holds the hash of the one before. The pump may have written a record twice; then
    the pull has both in neighbouring pages, and the stored one is among them.
    """
    merged = Merge()
    for name, records, held, new in (
        ("journal", pull.journal, unit.journal, merged.journal),
        ("traces", pull.traces, unit.traces, merged.traces),
    ):
        pulled: dict[int, str] = {}
        numbers = {record.sequence for record in records}
        for record in records:
            at, digest = record.sequence, record.digest.hex()
            before = pulled.get(at)
            pulled[at] = digest
            if digest == before:
                continue
            if before and not _is_behind(digest, before, pull.again):
                reason: str | None = f"twice in the file, {before[:12]}... and {digest[:12]}..."
            else:
                reason = _new_or_wrong(record, held, numbers, stored, pull.again)
            if reason is None:
                new.append(record)
            elif reason:
                merged.contradictions.append(f"{name}, record {at}: {reason}")
    return merged


def _is_behind(digest: str, before: str, again: dict[str, str]) -> bool:
    """Whether it is the record `before` written once more, or more often. Ends where a changed file
    says of two pages that each is the other written once more."""
    seen: set[str] = set()
    while before in again and before not in seen:
        seen.add(before)
        before = again[before]
        if before == digest:
            return True
    return False


def _new_or_wrong(
    record: Record, held: Held, pulled: set[int], stored: ReadRecord, again: dict[str, str]
) -> str | None:
    """None: new; "": known; else what is wrong."""
    at = record.sequence
    digest = record.digest.hex()
    is_again = False
    if at in held:
        if digest in held[at] or _is_behind(held[at][-1], digest, again):
            return ""
        is_again = _is_behind(digest, held[at][-1], again)
        if not is_again:
            return f"stored as {held[at][-1][:12]}..., the file has {digest[:12]}..."
    if at - 1 in held and at - 1 not in pulled:
        before = held[at - 1][-1]
        if record.chain != bytes.fromhex(before)[:16]:
            return f"does not follow the record {at - 1} that is stored ({before[:12]}...)"
    if at + 1 in held and (is_again or at + 1 not in pulled):
        after = stored(held[at + 1][-1])
        if after.chain != record.digest[:16]:
            return f"the record {at + 1} that is stored does not follow it"
    return None
