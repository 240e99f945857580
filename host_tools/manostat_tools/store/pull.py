"""What a file from a pump brings: records with their pages, whatever else is wrong with it."""

import hashlib
from dataclasses import dataclass
from typing import cast

from manostat_tools.journal.findings import Finding, read_journal, read_ring
from manostat_tools.journal.page import PAGE_BYTES, Kind, Record, kind_of
from manostat_tools.journal.payloads import SEAL, fields_of
from manostat_tools.journal.source import FLASH_BYTES, STORAGE_BYTES, open_source
from manostat_tools.journal.traces import check_traces, pages_of
from manostat_tools.session.runs import runs_of
from manostat_tools.store.chain import What


@dataclass(frozen=True)
class Pull:
    """`journal` also has what the pump wrote twice, the one that counts last. `again`: of what it
    wrote once more, the SHA-256 of each page and of the next. `pages` by SHA-256. All hashes are
    hexadecimal. `findings` in words; `is_sound`: none of them is more than a power cut, or a link
    that was lost, can do."""

    what: What
    journal: list[Record]
    traces: list[Record]
    again: dict[str, str]
    pages: dict[str, bytes]
    findings: list[str]
    is_sound: bool

    @property
    def key_names(self) -> list[str]:
        """Of the keys that its records were sealed with, the newest last."""
        return key_names(self.journal)


def key_names(records: list[Record]) -> list[str]:
    """Of the keys of the seals in these records, in their order."""
    found = [fields_of(record).get("key") for record in records if record.kind == SEAL]
    return [name for name in found if isinstance(name, str)]


def read_pull(data: bytes) -> Pull:
    """A flash image, a storage, or an answer to `J`, also one that broke off: then what came; also
    with one to `R` behind it.

    Records that are missing are no finding: the next pull may bring them. NoJournalError for
    anything else.
    """
    is_image = len(data) in (FLASH_BYTES, STORAGE_BYTES)
    over = 0 if is_image else len(data) % PAGE_BYTES
    source = open_source(data[: len(data) - over])
    run = read_journal(source.journal, source.journal_at)
    ring = read_ring(source.traces or [], source.traces_at)
    traces = _traces(run.records, ring.records, is_image)
    found = [
        each for each in (*run.findings, *ring.findings, *traces) if each.what != "gap" or is_image
    ]
    findings = [f"{each.what} at byte {each.place}: {each.reason}" for each in found]
    unread: list[str] = []
    runs_of(run.records, "", tell=unread.append)
    findings += unread
    if over:
        findings.append(f"broke off: {over} bytes at the end are no whole page, and are left out")
    pages = [*source.journal, *(source.traces or [])]
    return Pull(
        what=cast(What, source.what),
        journal=sorted([*(first for first, _ in run.repeats), *run.records], key=_sequence),
        traces=ring.records,
        again={
            first.digest.hex(): second.digest.hex() for first, second in run.repeats + ring.repeats
        },
        pages={hashlib.sha256(p).hexdigest(): p for p in pages if kind_of(p) is Kind.RECORD},
        findings=findings,
        is_sound=not unread and not any(each.serious for each in found),
    )


def _traces(journal: list[Record], ring: list[Record], is_image: bool) -> list[Finding]:
    """What is wrong with the traces; of an answer with those alone of which all pages came."""
    if is_image:
        return check_traces(journal, ring)[1]
    there = {record.sequence for record in ring}
    came = [each for each in journal if all(sequence in there for sequence in pages_of(each))]
    return [each for each in check_traces(came, ring)[1] if each.serious]


def _sequence(record: Record) -> int:
    return record.sequence
