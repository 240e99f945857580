"""What is wrong with a run of pages: torn, spoilt, missing, exchanged (docs/journal.md)."""

from dataclasses import dataclass, field
from itertools import pairwise

from manostat_tools.journal.page import PAGE_BYTES, Kind, Record, kind_of, read_record

_BLOCK = 16
"""Pages that are erased together."""


@dataclass(frozen=True)
class Finding:
    """`place`: byte offset in the file. `serious`: more than a power cut can do."""

    what: str
    place: int
    reason: str
    serious: bool = True


@dataclass(frozen=True)
class Run:
    """Sound records in the order of their sequence, and what is wrong between them."""

    records: list[Record]
    findings: list[Finding]
    blank: int
    """Pages that are still free."""
    repeats: list[tuple[Record, Record]] = field(default_factory=list)
    """A record, and the same written once more in the next page."""


def read_journal(pages: list[bytes], at: int) -> Run:
    """Read pages that were filled from the first to the last; `at` is the place of the first."""
    records: list[Record] = []
    findings: list[Finding] = []
    repeats: list[tuple[Record, Record]] = []
    between: list[tuple[int, Kind]] = []
    blank = 0
    for number, page in enumerate(pages):
        place = at + number * PAGE_BYTES
        kind = kind_of(page)
        if kind is Kind.RECORD:
            record = read_record(page, place)
            if records and _is_repeat(records[-1], record):
                repeats.append((records[-1], record))
                findings.append(_repeated(records.pop()))
            findings += _between(records[-1] if records else None, record, between)
            records.append(record)
            between = []
        elif kind is Kind.BLANK:
            blank += 1
        else:
            between.append((place, kind))
    findings += [_at_the_end(place, kind) for place, kind in between]
    return Run(records, findings + chain_breaks(records), blank, repeats)


def read_ring(pages: list[bytes], at: int) -> Run:
    """Read pages that went round: what is there, in the order of its sequence."""
    found = [(kind_of(page), at + number * PAGE_BYTES, page) for number, page in enumerate(pages)]
    records = [read_record(page, place) for kind, place, page in found if kind is Kind.RECORD]
    repeats = [pair for pair in pairwise([*records, *records[:1]]) if _is_repeat(*pair)]
    records.sort(key=lambda record: record.sequence)
    erased = _zero_blocks(pages) if records else set()
    findings = [
        _damaged(place) if kind is Kind.DAMAGED or number // _BLOCK in erased else _foreign(place)
        for number, (kind, place, _) in enumerate(found)
        if kind in (Kind.FOREIGN, Kind.DAMAGED)
    ]
    blank = sum(kind is Kind.BLANK for kind, _, _ in found)
    return Run(records, findings + chain_breaks(records), blank, repeats)


def _zero_blocks(pages: list[bytes]) -> set[int]:
    """Blocks without one bit set: what a cut leaves of an erase that programs to zero first."""
    blocks = range(len(pages) // _BLOCK)
    return {number for number in blocks if not any(map(any, pages[number * _BLOCK :][:_BLOCK]))}


def chain_breaks(records: list[Record]) -> list[Finding]:
    """Where a record does not hold the hash of the one before it, or says it is the first."""
    findings = []
    for before, record in pairwise(records):
        if record.sequence == before.sequence + 1 and record.chain != before.digest[:16]:
            reason = f"record {record.sequence} was not written after record {before.sequence}"
            findings.append(Finding("chain break", record.place, f"{reason} as it stands here"))
    if records and records[0].sequence == 1 and any(records[0].chain):
        findings.append(Finding("chain break", records[0].place, "record 1 names one before it"))
    return findings


def _between(before: Record | None, record: Record, pages: list[tuple[int, Kind]]) -> list[Finding]:
    """Each missing number of the sequence accounts for one page that is not sound: the later ones,
    for what was torn is followed by the same number in the next page."""
    last = before.sequence if before else 0
    missing = record.sequence - last - 1
    findings = [_foreign(place) for place, kind in pages if kind is Kind.FOREIGN and missing <= 0]
    suspects = [place for place, kind in pages if kind is Kind.DAMAGED or missing > 0]
    spoilt = max(min(missing, len(suspects)), 0)
    torn = suspects[: len(suspects) - spoilt]
    findings += [Finding("torn", place, "cut off while it was written", False) for place in torn]
    for place in suspects[len(torn) :]:
        reason = f"a record between {last} and {record.sequence} was there and is changed"
        findings.append(Finding("spoilt", place, reason))
    if missing > spoilt:
        reason = f"{missing - spoilt} missing between {last} and {record.sequence}"
        findings.append(Finding("gap", record.place, reason))
    if missing < 0:
        reason = f"record {record.sequence} stands behind record {last}"
        findings.append(Finding("order", record.place, reason))
    return findings


def _is_repeat(before: Record, record: Record) -> bool:
    """Written again with the same number in the next page, since the first did not read back well.
    The time is a later one, and events may have been added."""
    same = (before.kind, before.sequence, before.boot, before.chain)
    is_same = same == (record.kind, record.sequence, record.boot, record.chain)
    return is_same and record.payload.startswith(before.payload)


def _repeated(record: Record) -> Finding:
    reason = f"record {record.sequence}, which was written once more: it did not read back well"
    return Finding("repeated", record.place, reason, False)


def _at_the_end(place: int, kind: Kind) -> Finding:
    if kind is Kind.FOREIGN:
        return _foreign(place)
    reason = "behind the last record: cut off while it was written, or changed since"
    return Finding("torn", place, reason, False)


def _foreign(place: int) -> Finding:
    return Finding("foreign", place, "no page of this pump, torn or not")


def _damaged(place: int) -> Finding:
    return Finding("torn", place, "cut off while it was written, or changed since", False)
