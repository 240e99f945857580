"""Bring what a pump holds into the store: each record once, whole, and never over another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from manostat_tools.store.chain import Imported, sha256
from manostat_tools.store.errors import ContradictionError, StoreError
from manostat_tools.store.merge import Merge, merge
from manostat_tools.store.pull import Pull, key_names, read_pull
from manostat_tools.store.store import Store
from manostat_tools.store.units import Unit, book_of, record_of, units_of


@dataclass(frozen=True)
class Outcome:
    """What an import came to. `unit` is the pump as it is stored now; counts are of what is new.
    `is_sound`: nothing is wrong that a power cut or a lost link could not have done."""

    unit: Unit
    what: str
    records: int
    trace_pages: int
    stretches: int
    findings: list[str]
    is_sound: bool


def import_pull(
    store: Store,
    data: bytes,
    now: datetime,
    unit: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Take a flash image, a storage or an answer to `J` (also half of one), also with one to `R`
    behind it. `now`: host's UTC.

    `unit` names the pump: its serial, 16 hexadecimal digits. Without it the pump is the one that
    some of these records are stored of already, else it has the name of the newest key that sealed
    them. `say` is told what is being done. NoJournalError for what is no journal; StoreError if the
    pump cannot be told; ContradictionError, and nothing is stored, if the pull contradicts what is.
    """
    say("reading")
    pull = read_pull(data)
    with store.writing():
        return _take(store, pull, now, unit, say)


def _take(
    store: Store, pull: Pull, now: datetime, unit: str | None, say: Callable[[str], None]
) -> Outcome:
    units = units_of(store)
    name = unit or _identify(store, pull, units)
    known = units.get(name, Unit(name))
    say("comparing with what is stored")
    merged = merge(pull, known, lambda digest: record_of(store, digest))
    if merged.contradictions:
        raise ContradictionError(name, merged.contradictions)
    entry = Imported(
        host_utc=now,
        unit=name,
        what=pull.what,
        journal=tuple((record.sequence, record.digest.hex()) for record in merged.journal),
        traces=tuple((record.sequence, record.digest.hex()) for record in merged.traces),
        findings=tuple(pull.findings),
    )
    if merged.journal or merged.traces:
        say(f"storing {len(merged.journal)} records, {len(merged.traces)} pages of traces")
        store.add_import(entry, [pull.pages[digest] for _, digest in entry.journal + entry.traces])
        known.add(entry)
    stretches = _store_stretches(store, known, entry)
    return _outcome(known, pull, merged, stretches)


def _identify(store: Store, pull: Pull, units: dict[str, Unit]) -> str:
    """By equal records, for each holds the hash of the one before it; else by the key. The first
    records of two pumps may be alike, up to the first seal: then their keys tell them apart."""
    digests = {record.digest.hex() for record in pull.journal}
    shares = []
    for unit in units.values():
        if any(digests.intersection(held) for held in unit.journal.values()):
            keys = key_names(book_of(store, unit).records)
            if not keys or not pull.key_names or set(keys) & set(pull.key_names):
                shares.append(unit.name)
    if len(shares) == 1:
        return shares[0]
    if shares:
        raise StoreError(
            f"records of this file are stored of {len(shares)} units: allowed with --unit, "
            f"one of {', '.join(shares)}"
        )
    if pull.key_names:
        return pull.key_names[-1]
    raise StoreError(
        f"{len(pull.journal)} records without a seal, none of them stored yet: which pump they are "
        "of cannot be told: allowed with --unit, 16 hexadecimal digits"
    )


def _store_stretches(store: Store, known: Unit, of: Imported) -> int:
    """Traces that are whole now, perhaps since this pull: put together, and stored as such."""
    if not known.traces:
        return 0
    whole = {
        sha256(stretch.words): stretch.words
        for stretch in book_of(store, known).stretches
        if stretch.state == "whole"
    }
    fresh = {digest: words for digest, words in whole.items() if digest not in known.stretches}
    if fresh:
        entry = Imported(
            host_utc=of.host_utc, unit=known.name, what=of.what, stretches=tuple(fresh)
        )
        store.add_import(entry, fresh.values())
        known.add(entry)
    return len(fresh)


def _outcome(known: Unit, pull: Pull, merged: Merge, stretches: int) -> Outcome:
    return Outcome(
        unit=known,
        what=pull.what,
        records=len(merged.journal),
        trace_pages=len(merged.traces),
        stretches=stretches,
        findings=pull.findings,
        is_sound=pull.is_sound and not known.missing,
    )
