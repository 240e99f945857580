"""Whose a run of a pump is: told by what the pump was set for, and by the level that it counts.

A level takes only runs of the pump that was set for it, made before anything else was set there by
a session of this store, and in the pump's level of that setting. The pump keeps each setting as a
record, with its level. A level that was begun at the pump since, by STOP held for 3 s, may be of
another patient: only who saw its run, or the operator's word, can tell.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from manostat_tools import words
from manostat_tools.guide.progress import Armed, armed_in
from manostat_tools.journal.page import Record
from manostat_tools.journal.payloads import INTENT, SETTING, fields_of
from manostat_tools.session import entries as e
from manostat_tools.session.corrections import apply
from manostat_tools.session.model import Run, RunKind, Source
from manostat_tools.session.provoked import INTO_DISC
from manostat_tools.store.reading import unassigned_told
from manostat_tools.store.store import Store
from manostat_tools.store.units import book_of, units_of

_OF_A_LEVEL = (*INTO_DISC, RunKind.SHAM)


@dataclass(frozen=True)
class Claim:
    """A run that the session may have. `order`: of its level, None: of none; `is_certain`: the
    pump's level is that of the setting; `begins`: nothing else was done in the pump's level."""

    run: Run
    source: Source
    order: int | None
    is_certain: bool
    begins: bool


def refused(source: Source) -> str:
    """The text of the host event for a run that is not of the session, by the operator's word."""
    return f"{_record(source)} is not of this session"


def taken_by_word(source: Source) -> str:
    """The same for a run that is."""
    return f"{_record(source)} is of this session, as the operator says"


def _record(source: Source) -> str:
    return f"record {source.sequence} of pump {words.serial(source.serial)}"


def settings_on(store: Store, unit: str) -> list[tuple[str, Armed]]:
    """What all sessions set a pump for, as it stands, in the order in which it was written down."""
    standing = {
        name: dict(apply(store.session_entries(name)).standing) for name in store.sessions()
    }
    opened_on: dict[str, str] = {}
    count: Counter[str] = Counter()
    found = []
    for one in store.entries():
        who = one.envelope.session
        if who is None:
            continue
        count[who] += 1
        entry = standing[who].get(count[who])
        if isinstance(entry, e.Opened):
            opened_on[who] = entry.unit.serial
        armed = armed_in(entry.text) if isinstance(entry, e.HostEvent) else None
        if armed is not None and (armed.unit or opened_on.get(who)) == unit:
            found.append((who, armed))
    return found


def claims_of(store: Store, session: str, unit: str) -> list[Claim]:
    """Runs of a pump that the session may have and has not, by their sequence."""
    known = units_of(store).get(unit)
    if known is None:
        return []
    settings = settings_on(store, unit)
    records = book_of(store, known).records
    standing = [entry for _, entry in apply(store.session_entries(session)).standing]
    texts = {entry.text for entry in standing if isinstance(entry, e.HostEvent)}
    had = [entry.run.source for entry in standing if isinstance(entry, e.RunDone)]
    found = []
    for told in unassigned_told(store, unit, session):
        run, source = told.run, told.run.source
        place = _in_force(settings, source.sequence) if source is not None else None
        if source is None or place is None or settings[place][0] != session:
            continue
        if texts & {refused(source.model_copy(update={"sequence": at})) for at in told.records}:
            continue
        armed = settings[place][1]
        taken = {
            one.level
            for one in had
            if one is not None and one.serial == unit and _in_force(settings, one.sequence) == place
        }
        order = armed.order if run.kind in _OF_A_LEVEL else None
        is_certain = source.level in {_level_set(records, armed, source), *taken}
        found.append(Claim(run, source, order, is_certain, _begins(records, source)))
    return found


def _in_force(settings: Sequence[tuple[str, Armed]], sequence: int) -> int | None:
    """Place of the last setting before a record."""
    before = [place for place, (_, armed) in enumerate(settings) if armed.record < sequence]
    return before[-1] if before else None


def _level_set(records: Sequence[Record], armed: Armed, source: Source) -> int | None:
    """The pump's level at a setting: of the pump's own record of it, which is the first behind what
    was stored when it was set. Another host may have set the pump since."""
    for record in records:
        if armed.record < record.sequence < source.sequence and record.kind == SETTING:
            level: int | None = fields_of(record).get("level")
            return level
    return None


def _begins(records: Sequence[Record], source: Source) -> bool:
    """Whether the run has the only intent in its level of the pump up to its record."""
    intents = [
        record
        for record in records
        if record.kind == INTENT
        and record.sequence <= source.sequence
        and fields_of(record).get("level") == source.level
    ]
    return len(intents) == 1
