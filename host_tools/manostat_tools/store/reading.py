"""A session read from the store, with what the pump tells of it."""

from manostat_tools.session.entries import Correction, Opened, RunDone
from manostat_tools.session.fold import fold
from manostat_tools.session.model import Event, Run, Session
from manostat_tools.session.pump_events import Own, events_of
from manostat_tools.session.runs import Told
from manostat_tools.store.errors import StoreError
from manostat_tools.store.spans import span_of
from manostat_tools.store.store import Store
from manostat_tools.store.units import book_of, runs_told_of, units_of


def read_session(store: Store, session: str) -> Session:
    """All of it; its `chain_head` is the hash of its last entry. StoreError if there is none."""
    written = store.entries(session)
    if not written:
        known = ", ".join(store.sessions()) or "none, the store holds no session"
        raise StoreError(f"session {session}: not in {store.file}: allowed {known}")
    entries = store.session_entries(session)
    bare = fold(session, entries)
    return fold(session, entries, _pump_events(store, bare), written[-1].hash.hex())


def runs_in(session: Session) -> list[Run]:
    """All its runs, those of no level first."""
    return [*session.preparation.runs, *(run for level in session.levels for run in level.runs)]


def unassigned(store: Store, unit: str, session: str | None = None) -> list[Run]:
    """Runs in the stored journal of a pump that are in no session, by their sequence; for `session`
    also without those that were struck out of it: they do not come back."""
    return [told.run for told in unassigned_told(store, unit, session)]


def unassigned_told(store: Store, unit: str, session: str | None = None) -> list[Told]:
    """The same with the records that each is known by: a session may have it from any of them."""
    units = units_of(store)
    if unit not in units:
        raise StoreError(f"unit {unit}: nothing of it is in {store.file}")
    taken = {
        run.source.sequence
        for name in store.sessions()
        for run in runs_in(fold(name, store.session_entries(name)))
        if run.source is not None and run.source.serial == unit
    }
    if session is not None:
        taken |= _written_in(store, session, unit)
    return [told for told in runs_told_of(store, units[unit]) if not told.records & taken]


def _written_in(store: Store, session: str, unit: str) -> set[int]:
    """Numbers of the pump's records of all runs that were ever written down in a session."""
    sources = set()
    for entry in store.session_entries(session):
        said = entry.instead if isinstance(entry, Correction) else entry
        if isinstance(said, RunDone):
            sources.add(said.run.source)
    return {source.sequence for source in sources if source and source.serial == unit}


def opened_of(store: Store, session: str) -> Opened | None:
    """How a session was opened, as it was written first."""
    first = store.session_entries(session)[:1]
    return first[0] if first and isinstance(first[0], Opened) else None


def _pump_events(store: Store, session: Session) -> list[Event]:
    """Of its own pump and of each that a run names, as far as they are of this session."""
    written = store.entries()
    runs = [run for run in runs_in(session) if run.source is not None]
    names = [session.unit.serial, *(run.source.serial for run in runs if run.source is not None)]
    events: list[Event] = []
    for unit in dict.fromkeys(names):
        span = span_of(written, session.id, unit, session.closed_at is not None)
        if not span.unit.journal:
            continue
        records = book_of(store, span.unit).records
        since = next((r for r in records if r.sequence == span.behind), None)
        mine = [run for run in runs if run.source is not None and run.source.serial == unit]
        events += events_of(records, mine, Own(span.mine, span.others, since))
    return events
