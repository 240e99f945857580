"""Where a session stands, told from its entries alone: so it goes on after a crash.

What has no entry of its own is a `HostEvent` with one of the texts below, which the report lists.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from manostat_tools.session import entries as e
from manostat_tools.session.corrections import apply
from manostat_tools.session.fold import fold
from manostat_tools.session.model import Preparation, Run, RunKind, Session
from manostat_tools.session.pieces import in_order, place_of
from manostat_tools.session.provoked import INTO_DISC
from manostat_tools.session.told import SETTING, pump_taken_in

PLANNED = "all levels are planned"
NO_ZERO = "no zero was taken"
NO_COMPLIANCE = "the line's compliance was not measured"
_DONE = "level {} is done"
_GIVEN = "level {}, answered before the program ended: "
_GIVEN_AS = re.compile(r"level (\d+), answered before the program ended: (\{.*\})", re.DOTALL)
_ARMED = "set for level {}: {}, after record {} of the pump"
_OF_A_PUMP = ("calibration", "zero_pa", "zero_at_disc_height", "primed", "line_compliance")
_SYRINGE = "syringe"


class What(Enum):
    """The next thing to do."""

    EQUIPMENT = "equipment"
    LEVELS = "levels"
    ZERO = "zero"
    PRIME = "prime"
    COMPLY = "comply"
    RUN = "run"
    ANSWERS = "answers"
    NEXT = "next"
    CLOSE = "close"
    REPORT = "report"


@dataclass(frozen=True)
class Step:
    """`order`: of the level that it is about, or None."""

    what: What
    order: int | None = None


@dataclass(frozen=True)
class Armed:
    """A prescription was set: runs behind `record` are of this level; None: of none. `unit`: of
    the pump in the store; "": that which the session was opened with."""

    order: int | None
    kind: RunKind
    record: int
    unit: str = ""

    @property
    def text(self) -> str:
        """For a host event."""
        order = "none" if self.order is None else self.order
        return f"{_ARMED.format(order, self.kind, self.record)} {self.unit}".rstrip()


def armed_in(text: str) -> Armed | None:
    """What such a host event says; None for any other."""
    found = SETTING.fullmatch(text)
    if found is None:
        return None
    order = None if found[1] == "none" else int(found[1])
    return Armed(order, RunKind(found[2]), int(found[3]), found[4] or "")


def done(order: int) -> str:
    """The text of the host event that ends a level."""
    return _DONE.format(order)


def given(order: int, said: Mapping[str, str]) -> str:
    """The text of the host event that keeps answers to a level when the program ends before the
    last of them: what was typed, by question."""
    return f"{_GIVEN.format(order)}{json.dumps(dict(said), ensure_ascii=False)}"


def _given_in(text: str) -> tuple[int, dict[str, str]] | None:
    found = _GIVEN_AS.fullmatch(text)
    return (int(found[1]), json.loads(found[2])) if found else None


@dataclass(frozen=True)
class Progress:
    """`texts`: of the host events; `responded`, `found`: levels with a response, or a finding, to
    their newest injection; `given`: answers to it, as typed, that are in neither yet; `stale`: what
    was prepared with another pump than that of now, by name."""

    session: Session
    texts: tuple[str, ...]
    responded: frozenset[int]
    found: frozenset[int]
    given: Mapping[int, Mapping[str, str]]
    stale: frozenset[str] = frozenset()

    @property
    def preparation(self) -> Preparation:
        """What holds for the pump of now: no zero, no line and no calibration of another one."""
        lost: dict[str, None] = {name: None for name in _OF_A_PUMP if name in self.stale}
        return self.session.preparation.model_copy(update=lost)

    def next_step(self) -> Step:
        """What is to be done now. Nothing is ever done twice, and nothing left out unasked."""
        if self.session.closed_at is not None:
            return Step(What.REPORT)
        done = self.preparation
        waiting = (
            (What.EQUIPMENT, self.session.syringe is None or _SYRINGE in self.stale),
            (What.LEVELS, PLANNED not in self.texts),
            (What.ZERO, done.zero_pa is None and NO_ZERO not in self.texts),
            (What.PRIME, done.primed is None),
            (What.COMPLY, done.line_compliance is None and NO_COMPLIANCE not in self.texts),
        )
        for what, is_due in waiting:
            if is_due:
                return Step(what)
        for level in self.session.levels:
            step = self._of_level(level.order, level.runs)
            # The pump may be used again after a level is done: its answers are to an earlier run.
            if step.what is What.ANSWERS or _DONE.format(level.order) not in self.texts:
                return step
        return Step(What.CLOSE)

    def _of_level(self, order: int, runs: Sequence[Run]) -> Step:
        if not any(run.kind in INTO_DISC for run in runs):
            return Step(What.RUN, order)
        if order not in self.responded or order not in self.found:
            return Step(What.ANSWERS, order)
        return Step(What.NEXT, order)


def progress_of(name: str, entries: Sequence[e.SessionEntry]) -> Progress:
    """Of the entries of the session `name`. FoldError if they contradict each other."""
    asked: dict[type, set[int]] = {e.Responded: set(), e.Found: set()}
    texts: list[str] = []
    kept: dict[int, dict[str, str]] = {}
    stale: set[str] = set()
    injected: dict[int, list[Run]] = {}
    for _, entry in apply(entries).standing:
        if isinstance(entry, e.HostEvent):
            if pump_taken_in(entry.text) is not None:
                stale |= {*_OF_A_PUMP, _SYRINGE}
                texts = [text for text in texts if text not in (NO_ZERO, NO_COMPLIANCE)]
            texts.append(entry.text)
            if (answers := _given_in(entry.text)) is not None:
                kept[answers[0]] = answers[1]
        elif isinstance(entry, e.RunDone) and entry.run.kind in INTO_DISC:
            earlier = injected.setdefault(entry.level or 0, [])
            is_newest = place_of(entry.run, earlier) == len(earlier)
            injected[entry.level or 0] = in_order(entry.run, earlier)
            if not is_newest:
                continue
            for levels in asked.values():
                levels.discard(entry.level or 0)
            kept.pop(entry.level or 0, None)
        elif isinstance(entry, e.Responded | e.Found):
            asked[type(entry)].add(entry.level)
        elif isinstance(entry, e.Prepared):
            stale -= entry.given.keys()
        elif isinstance(entry, e.Equipment) and entry.syringe is not None:
            stale.discard(_SYRINGE)
    session = fold(name, entries)
    responded, found = frozenset(asked[e.Responded]), frozenset(asked[e.Found])
    return Progress(session, tuple(texts), responded, found, kept, frozenset(stale))
