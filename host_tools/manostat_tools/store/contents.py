"""What the entries claim, against what is stored: blobs, sessions, and the pumps' own journals."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from manostat_tools.journal.page import Record
from manostat_tools.journal.seals import Seals, name_of
from manostat_tools.journal.traces import pages_of
from manostat_tools.session.corrections import FoldError
from manostat_tools.session.entries import Correction, RunDone, SessionEntry
from manostat_tools.session.fold import fold
from manostat_tools.session.runs import runs_told
from manostat_tools.store.arguments import plural
from manostat_tools.store.chain import Created, Imported
from manostat_tools.store.errors import StoreError
from manostat_tools.store.pull import key_names
from manostat_tools.store.pump_runs import PumpRuns
from manostat_tools.store.rows import Row, Wrong
from manostat_tools.store.store import Store
from manostat_tools.store.units import Unit, book_of
from manostat_tools.words import serial

Sessions = dict[str, list[SessionEntry]]


def check_references(units: dict[str, Unit], blobs: Collection[str]) -> Iterator[Wrong]:
    """Each blob that an entry names is there, and no other."""
    named: dict[str, str] = {}
    for unit in units.values():
        for what, held in (("journal", unit.journal), ("traces", unit.traces)):
            for sequence, digests in held.items():
                for digest in digests:
                    named[digest] = f"unit {serial(unit.name)}, {what}, record {sequence}"
        named |= {digest: f"unit {serial(unit.name)}, a trace" for digest in unit.stretches}
    for digest, where in named.items():
        if digest not in blobs:
            yield Wrong(where, f"blob {digest} is missing")
    for digest in sorted(set(blobs) - named.keys()):
        yield Wrong(f"blob {digest}", "no entry names it")


def sessions_in(rows: list[Row]) -> Sessions:
    """What was written down in each session."""
    sessions: Sessions = {}
    for row in rows:
        envelope = row.envelope
        if envelope and envelope.session and not isinstance(envelope.entry, Created | Imported):
            sessions.setdefault(envelope.session, []).append(envelope.entry)
    return sessions


def check_sessions(rows: list[Row], sessions: Sessions) -> Iterator[Wrong]:
    """Entries are numbered one after the other, and none contradicts those before it."""
    counts: dict[str, int] = {}
    for row in rows:
        if row.envelope is None or row.envelope.session is None:
            continue
        session, number = row.envelope.session, row.envelope.number
        counts[session] = counts.get(session, 0) + 1
        if number != counts[session]:
            reason = f"is number {number} of session {session}, and should be {counts[session]}"
            yield Wrong(f"entry {row.sequence}", reason)
    for session, entries in sessions.items():
        try:
            fold(session, entries)
        except FoldError as wrong:
            yield Wrong(f"session {session}", str(wrong))


@dataclass
class Pumps:
    """The pumps' journals, judged. `told`: a line for each; `unread`: those of which a page is
    missing."""

    told: list[str] = field(default_factory=list)
    runs: PumpRuns = field(default_factory=PumpRuns)
    unread: set[str] = field(default_factory=set)


Keys = Callable[[str, Sequence[str]], bytes | None]
"""A key of the pump (its name in the store) whose seals name these, oldest first; None: none is
kept here. ValueError for one that is kept and cannot be read."""


def check_units(
    store: Store, units: dict[str, Unit], key: bytes | None, keys: Keys, pumps: Pumps
) -> Iterator[Wrong]:
    """The chain, the traces, and the seals of each pump that is sealed with `key`, else with one of
    `keys`; fills `pumps`. A pump of which a page is missing is left out: that was said already."""
    key_fits = False
    for unit in units.values():
        try:
            book = book_of(store, unit)
            has_key = key is not None and _seals_with(name_of(key), unit, book.records)
            kept, trouble = (key, "") if has_key else _kept(keys, unit, book.records)
            book = book if kept is None else book_of(store, unit, kept)
        except StoreError:
            pumps.unread.add(unit.name)
            continue
        key_fits |= has_key
        whose = "" if kept is None else "the key" if has_key else "the key that this host keeps"
        pumps.told.append(_say(unit, book.records, book.seals, whose) + trouble)
        absent = _not_pulled(unit, book.records)
        for finding in book.findings:
            is_absent = finding.what == "trace" and finding.place in absent
            if finding.serious and finding.what != "gap" and not is_absent:
                yield Wrong(f"unit {serial(unit.name)}", f"{finding.what}: {finding.reason}")
        unread: list[str] = []
        found = runs_told(book.records, unit.name, unit.stretches, unread.append)
        yield from (Wrong(f"unit {serial(unit.name)}", line) for line in unread)
        pumps.runs.add(unit, found)
    if key is not None and not key_fits:
        yield Wrong("key", f"{name_of(key)}: no stored pump is sealed with it")


def _not_pulled(unit: Unit, records: list[Record]) -> set[int]:
    """Places of TRACE records of which pages were never in the store: nothing can be said of those.
    A page that is gone from the store is found by `check_references`."""
    return {
        record.place
        for record in records
        if not all(sequence in unit.traces for sequence in pages_of(record))
    }


def _seals_with(name: str, unit: Unit, records: list[Record]) -> bool:
    return unit.name == name or name in key_names(records)


def _kept(keys: Keys, unit: Unit, records: list[Record]) -> tuple[bytes | None, str]:
    """The key to check it with that this host keeps; else why it cannot be read, or ""."""
    try:
        return keys(unit.name, key_names(records)), ""
    except ValueError as wrong:
        return None, f"; its key is kept here and cannot be read: {wrong}"


def _say(unit: Unit, records: list[Record], seals: Seals, whose: str) -> str:
    text = f"unit {serial(unit.name)}: {plural(len(records), 'record')}, "
    text += f"{plural(len(unit.stretches), 'trace')}; "
    if whose and not seals.good:
        text += f"no seal fits {whose}"
    elif whose:
        reach = f"records 1 to {seals.sealed_to}" if seals.sealed_to else "none: not whole"
        text += f"{seals.good} seals fit {whose} and vouch for {reach}"
    elif seals.unknown:
        text += (
            f"{seals.unknown} seals of a key that this host does not keep (--key FILE): not checked"
        )
    elif seals.public:
        text += f"{seals.public} seals of the public bench key: they prove nothing"
    else:
        text += "no seals: nothing shows who wrote these records"
    if unit.missing:
        gaps = ", ".join(f"{gap.start} to {gap.stop - 1}" for gap in unit.missing)
        text += f"; NOT WHOLE: records {gaps} were not pulled"
    if unit.findings:
        text += f"; {len(unit.findings)} findings when it was pulled (manostat sessions list)"
    return text


def check_runs(sessions: Sessions, pumps: Pumps) -> Iterator[Wrong]:
    """What a session says of a run, at first and in each correction, is what the pump's page says;
    the pump may have told more."""
    for session, entries in sessions.items():
        for number, entry in enumerate(entries, 1):
            said = entry.instead if isinstance(entry, Correction) else entry
            if not isinstance(said, RunDone):
                continue
            if said.run.source is not None and said.run.source.serial in pumps.unread:
                continue
            if reason := pumps.runs.wrong_with(said.run):
                yield Wrong(f"session {session}, entry {number} ({entry.kind})", reason)
