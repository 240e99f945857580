"""What is stored of each pump: its pages by sequence, and its journal read again from them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from manostat_tools.journal.book import Book, read_source
from manostat_tools.journal.page import Kind, Record, kind_of, read_record
from manostat_tools.journal.source import Source
from manostat_tools.session.runs import Told, runs_told
from manostat_tools.store.chain import Imported
from manostat_tools.store.errors import StoreError

if TYPE_CHECKING:  # which itself holds runs against these
    from manostat_tools.store.store import Store

Held = dict[int, list[str]]
"""Hashes of the pages of a sequence number: one, or two if the pump wrote the record once more."""


@dataclass
class Unit:
    """`journal` and `traces` by sequence; `stretches` are whole traces. All are hashes of blobs."""

    name: str
    journal: Held = field(default_factory=dict)
    traces: Held = field(default_factory=dict)
    stretches: set[str] = field(default_factory=set)
    findings: list[str] = field(default_factory=list)

    def add(self, pull: Imported) -> None:
        """Take over what a pull brought."""
        for held, pages in ((self.journal, pull.journal), (self.traces, pull.traces)):
            for sequence, digest in pages:
                held.setdefault(sequence, []).append(digest)
        self.stretches |= set(pull.stretches)
        self.findings += pull.findings

    @property
    def missing(self) -> list[range]:
        """Sequence numbers of the journal that are not stored, below the highest that is."""
        gaps = []
        last = 0
        for sequence in sorted(self.journal):
            if sequence > last + 1:
                gaps.append(range(last + 1, sequence))
            last = sequence
        return gaps


def gather(pulls: Iterable[Imported]) -> dict[str, Unit]:
    """All pumps of these pulls, by name."""
    units: dict[str, Unit] = {}
    for pull in pulls:
        units.setdefault(pull.unit, Unit(pull.unit)).add(pull)
    return units


def units_of(store: "Store") -> dict[str, Unit]:
    """All pumps that something is stored of, by name."""
    return gather(store.pulls())


def page_of(store: "Store", digest: str) -> bytes:
    """A stored page. StoreError if it is gone."""
    page = store.blob(digest)
    if page is None:
        raise StoreError(f"{store.file}: damaged: page {digest} is not there")
    return page


def record_of(store: "Store", digest: str) -> Record:
    """The record in a stored page. StoreError if it is gone, or was changed."""
    page = page_of(store, digest)
    if kind_of(page) is not Kind.RECORD:
        raise StoreError(f"{store.file}: damaged: page {digest} is no record")
    return read_record(page, 0)


def book_of(store: "Store", unit: Unit, key: bytes | None = None) -> Book:
    """The pump's journal, judged by `manostat_tools.journal` as if it were read from the pump.

    Places are offsets in the pages put one behind the other.
    """
    journal = [page_of(store, unit.journal[at][-1]) for at in sorted(unit.journal)]
    traces = [page_of(store, unit.traces[at][-1]) for at in sorted(unit.traces)]
    source = Source("stored pages", 0, journal, 0, traces or None, False)
    return read_source(source, key)


def runs_told_of(store: "Store", unit: Unit) -> list[Told]:
    """All runs in what is stored of a pump, with the records that each is known by."""
    return runs_told(book_of(store, unit).records, unit.name, unit.stretches)
