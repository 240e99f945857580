"""A file read and judged as a whole."""

from dataclasses import dataclass

from manostat_tools.journal.findings import Finding, Run, read_journal, read_ring
from manostat_tools.journal.page import Record
from manostat_tools.journal.payloads import BOOT, INTENT, OUTCOME, fields_of
from manostat_tools.journal.seals import Seals, check_seals
from manostat_tools.journal.source import Source, open_source
from manostat_tools.journal.traces import Stretch, check_traces


@dataclass(frozen=True)
class Book:
    """Everything the file holds, and everything that is wrong with it."""

    source: Source
    run: Run
    seals: Seals
    stretches: list[Stretch]
    uncertain: list[Record]
    """Intents that no outcome followed: delivery is uncertain."""
    findings: list[Finding]

    @property
    def records(self) -> list[Record]:
        """Of the journal, in the order of their sequence."""
        return self.run.records

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong that a power cut could not have done."""
        return not any(finding.serious for finding in self.findings)


def read_book(data: bytes, key: bytes | None = None) -> Book:
    """Read a flash image, a storage or an answer to `J`; `key` is the unit's own, from elsewhere.

    NoJournalError for anything else.
    """
    return read_source(open_source(data), key)


def read_source(source: Source, key: bytes | None = None) -> Book:
    """As `read_book`, of pages that were put together from elsewhere."""
    run = read_journal(source.journal, source.journal_at)
    ring = None if source.traces is None else read_ring(source.traces, source.traces_at)
    seals = check_seals(run.records, key, run.findings)
    stretches, findings = check_traces(run.records, None if ring is None else ring.records)
    found = [*run.findings, *seals.findings, *(ring.findings if ring else []), *findings]
    return Book(source, run, seals, stretches, uncertain_intents(run.records), found)


def uncertain_intents(records: list[Record]) -> list[Record]:
    """Intents that were not answered before the next intent, or at all. The newest one of a pump
    that is still on may be answered yet."""
    uncertain = []
    waiting = None
    for record in records:
        if record.kind == INTENT:
            if waiting is not None:
                uncertain.append(waiting)
            waiting = record
        elif record.kind == OUTCOME:
            waiting = None
    return [*uncertain, waiting] if waiting is not None else uncertain


def boots(records: list[Record]) -> int:
    """How many boots wrote something."""
    return len({record.boot for record in records if record.kind == BOOT})


def level_of(record: Record) -> int | None:
    """The level that a record speaks of, where it says so."""
    level = fields_of(record).get("level")
    return level if isinstance(level, int) else None
