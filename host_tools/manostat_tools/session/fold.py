"""Entries -> the session that they tell of. Corrections are applied and listed; nothing is guessed:
what nobody wrote down is None."""

from collections.abc import Sequence

from manostat_tools.session import entries as e
from manostat_tools.session.corrections import FoldError, apply
from manostat_tools.session.level_draft import LevelDraft
from manostat_tools.session.model import (
    Contrast,
    Event,
    Needle,
    Preparation,
    Session,
    Syringe,
)
from manostat_tools.session.orphans import orphans
from manostat_tools.session.pieces import in_order
from manostat_tools.session.presets import check_preset
from manostat_tools.session.told import NotDerived, not_derived_in, readable

_AFTER_CLOSING = (e.RunDone, e.Noted)


def fold(
    session: str,
    entries: Sequence[e.SessionEntry],
    pump_events: Sequence[Event] = (),
    chain_head: str | None = None,
) -> Session:
    """The session `session` of these entries, in the order in which they were written.

    `pump_events` are those of the pump's journal; they come before the host's, for nobody knows
    how the two clocks agree. FoldError names the first entry that contradicts those before it.
    """
    corrected = apply(entries)
    draft = _Draft(orphans(entries, corrected.standing))
    for number, entry in corrected.standing:
        try:
            draft.take(number, entry)
        except FoldError as wrong:
            raise FoldError(f"entry {number} ({entry.kind}): {wrong}") from None
    opened = draft.opened
    if opened is None:
        raise FoldError(f"session {session}: no entry, allowed one that opens it first")
    return Session(
        id=session,
        opened_at=opened.host_utc,
        closed_at=draft.closed.host_utc if draft.closed else None,
        operator=opened.operator,
        patient_code=opened.patient_code,
        simulated=opened.simulated,
        unit=opened.unit,
        syringe=draft.syringe,
        preparation=draft.preparation,
        levels=tuple(draft.levels[order].as_level() for order in sorted(draft.levels)),
        events=(*pump_events, *draft.events_read()),
        notes=tuple(draft.notes),
        corrections=tuple(corrected.told),
        chain_head=chain_head,
    )


def admit(session: str, entries: Sequence[e.SessionEntry], new: e.SessionEntry) -> None:
    """Whether `new` may be written after `entries`: FoldError if it contradicts them, or plans a
    level by a preset that is unknown, of another region, or not confirmed by the operator.

    Presets are asked for only here: what was written stays readable when they change.
    """
    folded = fold(session, [*entries, new])
    planned = new.instead if isinstance(new, e.Correction) else new
    if isinstance(planned, e.LevelPlanned):
        try:
            check_preset(planned.preset, planned.name, planned.confirmed_by, folded.operator)
        except ValueError as wrong:
            raise FoldError(f"entry {len(entries) + 1} ({new.kind}): {wrong}") from None


class _Draft:
    """The session so far."""

    def __init__(self, orphaned: frozenset[int]) -> None:
        self.orphaned = orphaned
        self.opened: e.Opened | None = None
        self.closed: e.Closed | None = None
        self.syringe: Syringe | None = None
        self.needle: Needle | None = None
        self.contrast: Contrast | None = None
        self.preparation = Preparation()
        self.levels: dict[int, LevelDraft] = {}
        self.events: list[Event] = []
        self.notes: list[str] = []
        self._sources: set[tuple[str, str]] = set()

    def take(self, number: int, entry: e.Correctable) -> None:
        """Entry `number`, which stands. FoldError if it contradicts what came before."""
        if isinstance(entry, e.Opened):
            if self.opened is not None:
                raise FoldError("the session is open already: allowed once")
            self.opened = entry
            return
        if self.opened is None:
            raise FoldError("before the session is opened: allowed after it")
        if self.closed is not None and not isinstance(entry, _AFTER_CLOSING):
            raise FoldError("after the session was closed: allowed run, note, correction")
        match entry:
            case e.Equipment():
                self._fit(entry)
            case e.LevelPlanned():
                self._plan(entry)
            case e.Prepared():
                self.preparation = self.preparation.model_copy(update=entry.given)
            case e.RunDone():
                self._run(entry)
            case e.Responded():
                level = self._level(entry.level)
                level.answer("response", number in self.orphaned)
                level.responses.append(entry.response)
            case e.Found():
                level = self._level(entry.level)
                level.answer("finding", number in self.orphaned)
                level.findings.append(entry.finding)
            case e.Noted():
                self._note(entry)
            case e.HostEvent():
                self._tell(entry, entry.text)
                if (lacking := not_derived_in(entry.text)) is not None:
                    self._lack(lacking)
            case e.Closed():
                self.closed = entry

    def _level(self, order: int) -> LevelDraft:
        if order not in self.levels:
            known = ", ".join(map(str, sorted(self.levels))) or "none, no level is planned yet"
            raise FoldError(f"level {order} is not planned: allowed {known}")
        return self.levels[order]

    def _fit(self, entry: e.Equipment) -> None:
        if entry.level is not None:
            for said in self._level(entry.level).fit(entry):
                self._tell(entry, said)
            return
        if entry.syringe is not None and self.syringe not in (None, entry.syringe):
            assert self.syringe is not None
            old, new = self.syringe, entry.syringe
            self._tell(
                entry,
                f"syringe changed: {old.maker} {old.nominal_ml:g} mL, "
                f"now {new.maker} {new.nominal_ml:g} mL",
            )
        self.syringe = entry.syringe or self.syringe
        self.needle = entry.needle or self.needle
        self.contrast = entry.contrast or self.contrast
        for level in self.levels.values():
            self._fit_level(level)

    def _fit_level(self, level: LevelDraft) -> None:
        """What is fitted now is what a level has until its first run, unless it has its own."""
        if not level.runs and "needle" not in level.has_own:
            level.needle = self.needle
        if not level.runs and "contrast" not in level.has_own:
            level.contrast = self.contrast

    def _plan(self, entry: e.LevelPlanned) -> None:
        if entry.order in self.levels:
            name = self.levels[entry.order].planned.name
            raise FoldError(f"order {entry.order} is {name} already: allowed once, or a correction")
        self.levels[entry.order] = LevelDraft(entry)
        self._fit_level(self.levels[entry.order])

    def _run(self, entry: e.RunDone) -> None:
        if entry.run.source is not None:
            source = (entry.run.source.serial, entry.run.source.record_hash)
            if source in self._sources:
                raise FoldError(
                    f"record {entry.run.source.sequence} is a run already: allowed once"
                )
            self._sources.add(source)
        if entry.level is None:
            runs = in_order(entry.run, self.preparation.runs)
            self.preparation = self.preparation.model_copy(update={"runs": tuple(runs)})
        else:
            self._level(entry.level).put(entry.run)

    def _note(self, entry: e.Noted) -> None:
        notes = self.notes if entry.level is None else self._level(entry.level).notes
        notes.append(f"{entry.text} ({entry.by})" if entry.by else entry.text)

    def _tell(self, entry: e.Entry, text: str) -> None:
        self.events.append(Event(wall=entry.host_utc, origin="host", text=text))

    def _lack(self, lacking: NotDerived) -> None:
        """Put the reason to its run."""
        for level in self.levels.values():
            for place, run in enumerate(level.runs):
                if run.source is not None and run.source.sequence == lacking.record:
                    reasons = (*run.not_derived, lacking.reason)
                    level.runs[place] = run.model_copy(update={"not_derived": reasons})

    def events_read(self) -> list[Event]:
        """Of the host, for people."""
        levels = {str(order): level.planned.name for order, level in self.levels.items()}
        runs = {
            run.source.sequence: f"{level.planned.name}, run {run.number}"
            for level in self.levels.values()
            for run in level.runs
            if run.source is not None
        }
        return [
            event.model_copy(update={"text": readable(event.text, levels, runs)})
            for event in self.events
        ]
