"""What every step of a session needs, and a run from its prescription to its entry."""

from dataclasses import dataclass
from datetime import datetime

from manostat_tools import words
from manostat_tools.guide import questions as q
from manostat_tools.guide.derived import derived_of
from manostat_tools.guide.follower import Seen
from manostat_tools.guide.motion import Motion
from manostat_tools.guide.outcome import outcome_lines
from manostat_tools.guide.plan import Dose, told, unit_of
from manostat_tools.guide.questions import Question
from manostat_tools.guide.screen import Screen
from manostat_tools.guide.talk import Talk, now
from manostat_tools.guide.watched import watched_of
from manostat_tools.guide.whose import Claim, refused, taken_by_word
from manostat_tools.pump import Pump as Mechanics
from manostat_tools.session import entries as e
from manostat_tools.session.calibration import Calibration
from manostat_tools.session.fitted import Fitted, fitted_at
from manostat_tools.session.fold import fold
from manostat_tools.session.model import Level, Preparation, Run, Session, Syringe
from manostat_tools.session.presets import PRESETS, Preset
from manostat_tools.session.provoked import INTO_DISC
from manostat_tools.session.told import without_paths
from manostat_tools.store.traces import recording_of

_SET = Question("set", "Is this what the physician prescribed? Set it?", q.yes, "y")
_PLATEAU_S = 2.0
_NO_REASONS: tuple[str, ...] = ()
_NOTHING = "the pump has recorded no run: see its lamps, and what it says here; then again"


@dataclass
class Scene:
    """`decay_s`: how long the line is watched after an injection of which values are derived."""

    talk: Talk
    screen: Screen
    motion: Motion
    mechanics: Mechanics
    decay_s: float

    @property
    def session(self) -> Session:
        """As it stands now."""
        return self.talk.progress().session

    @property
    def preparation(self) -> Preparation:
        """What was prepared with the pump of now."""
        return self.talk.progress().preparation

    @property
    def syringe(self) -> Syringe:
        """Asked for before anything moves."""
        syringe = self.session.syringe
        assert syringe is not None
        return syringe

    @property
    def zero_pa(self) -> int:
        """0 if none was taken, and the unit has none of its own."""
        return self.preparation.zero_pa or 0

    @property
    def rest_s(self) -> float:
        """How long the line is watched after an injection: without its compliance nothing can be
        derived from its decay, and its plateau shows soon."""
        is_known = self.preparation.line_compliance is not None
        return self.decay_s if is_known else min(self.decay_s, _PLATEAU_S)

    def calibration(self) -> Calibration | None:
        """Of the unit, as the pump tells it; written down once. None: it has none."""
        held = self.preparation.calibration
        if held is None and (held := self.motion.calibration()) is not None:
            self.add(e.Prepared(host_utc=now(), calibration=held))
        return held

    def add(self, entry: e.SessionEntry) -> None:
        """Write it down."""
        self.talk.add(entry)

    def level(self, order: int) -> Level:
        """As it stands now."""
        return next(level for level in self.session.levels if level.order == order)

    def preset(self, order: int | None) -> Preset:
        """Of a level; None: of the first one."""
        level = self.level(order) if order is not None else self.session.levels[0]
        return PRESETS[level.preset]

    def run(self, order: int | None, dose: Dose, rest_s: float) -> Seen | None:
        """One motion, written down with what the pump recorded. None if it was not confirmed, or is
        no unit, which is told."""
        try:
            unit = unit_of(dose, self.syringe, self.zero_pa, self.mechanics)
        except ValueError as wrong:
            self.screen.warn(str(wrong))
            return None
        self.screen.table("What will hold:", told(unit))
        if not self.screen.ask(_SET):
            return None
        self.motion.set_for(order, dose.kind, unit)
        return self.follow(unit, rest_s)

    def follow(self, unit: tuple[int, ...], rest_s: float) -> Seen:
        """Until the pump has recorded a run; then it is in the store, unless it is not of this
        session."""
        while True:
            seen, began = self.motion.watch(words.mode(unit[0]), unit, rest_s)
            if not seen.is_whole and rest_s > 0:
                self.motion.await_trace()
            self.motion.pull()
            if self.talk.claims():
                self.collect(seen, began)
                return seen
            self.screen.warn(_NOTHING)
            self.motion.acknowledge()

    def collect(self, seen: Seen | None, began: datetime | None) -> list[Run]:
        """Write down the runs that the stored journal has and the session has not; `seen` None:
        nobody watched. What was seen is of the run alone that it can be of."""
        claims = self.talk.claims()
        watched = watched_of(self.talk.store, claims, seen)
        by_sight = watched if seen is not None and not seen.lost else None
        found = [
            claim
            for claim in claims
            if claim.is_certain or (claim.begins and claim is by_sight) or self._is_ours(claim)
        ]
        for claim in found:
            run, order = claim.run, claim.order
            whole, reasons = run, _NO_REASONS
            if run.kind in INTO_DISC and order is not None:
                whole, reasons = self._derive(run, order, seen if claim is watched else None)
            if claim is watched and began is not None:
                whole = whole.model_copy(update={"began_at": began})
            self.add(e.RunDone(host_utc=now(), level=order, run=whole))
            for line in outcome_lines(whole):
                self.screen.say(line)
            for reason in reasons:
                self.screen.say(f"not derived: {without_paths(reason)}")
                if self.session.closed_at is None:
                    self.talk.event(f"run of record {_record(run)}, not derived: {reason}")
        return [claim.run for claim in found]

    def _is_ours(self, claim: Claim) -> bool:
        """Of a run in a level that was begun at the pump since it was set: by the operator's word.
        A closed session takes none."""
        session, source = self.session, claim.source
        of = "no level" if claim.order is None else self.level(claim.order).name
        said = (
            f"record {source.sequence} of the pump, {claim.run.kind}, "
            f"{words.volume(claim.run.volume_nl)}, is of level {source.level} of the pump, which "
            f"was not set for {of} of patient {session.patient_code}"
        )
        if session.closed_at is not None:
            self.screen.warn(f"{said}: it is not added")
            return False
        self.screen.warn(said)
        is_ours = self.screen.ask(Question("whose", f"Is it of {of}, of this patient?", q.yes, "n"))
        self.talk.event(taken_by_word(source) if is_ours else refused(source))
        return is_ours

    def _derive(self, run: Run, order: int, seen: Seen | None) -> tuple[Run, tuple[str, ...]]:
        rx = run.prescription
        with self.screen.console.status("deriving ..."):
            values, reasons = derived_of(
                seen,
                lambda: recording_of(self.talk.store, run),
                (rx.nl_num, rx.nl_den),
                self.preparation,
                *self._fitted(run, order),
            )
        return run.model_copy(update={"derived": values}), reasons

    def _fitted(self, run: Run, order: int) -> Fitted:
        """Needle and contrast of a run that is to be written down: not always those of now, for it
        may stand before others of its level."""
        entries = self.talk.store.session_entries(self.talk.name)
        with_it = fold(self.talk.name, [*entries, e.RunDone(host_utc=now(), level=order, run=run)])
        level = next(level for level in with_it.levels if level.order == order)
        return fitted_at(level, next(one for one in level.runs if one.source == run.source))


def _record(run: Run) -> int | str:
    return run.source.sequence if run.source is not None else "?"
