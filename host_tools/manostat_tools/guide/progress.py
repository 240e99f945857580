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
from manostat_tools.session.model import Run, RunKind, Session
from manostat_tools.session.provoked import INTO_DISC

PLANNED = "all levels are planned"
NO_ZERO = "no zero was taken"
NO_COMPLIANCE = "the line's compliance was not measured"
_DONE = "level {} is done"
_GIVEN = "level {}, answered before the program ended: "
_GIVEN_AS = re.compile(r"level (\d+), answered before the program ended: (\{.*\})", re.DOTALL)
_ARMED = "set for level {}: {}, after record {} of the pump"
_ARMED_AS = re.compile(r"set for level (\d+|none): (\w+), after record (\d+) of the pump")


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
    """A prescription was set: runs behind `record` are of this level; None: of none."""

    order: int | None
    kind: RunKind
    record: int

    @property
    def text(self) -> str:
        """For a host event."""
        return _ARMED.format("none" if self.order is None else self.order, self.kind, self.record)


def armed_in(text: str) -> Armed | None:
    """What such a host event says; None for any other."""
    found = _ARMED_AS.fullmatch(text)
    if found is None:
        return None
    order = None if found[1] == "none" else int(found[1])
    return Armed(order, RunKind(found[2]), int(found[3]))


def done(order: int) -> str:
    """The text of the host event that ends a level."""
    return _DONE.format(order)


def given(order: int, said: Mapping[str, str]) -> str:
    """The text of the host event that keeps answers to a level when the program ends before the
    last of them: what was typed, by question."""
    return f"{_GIVEN.format(order)}{json.dumps(dict(said))}"


def _given_in(text: str) -> tuple[int, dict[str, str]] | None:
    found = _GIVEN_AS.fullmatch(text)
    return (int(found[1]), json.loads(found[2])) if found else None


@dataclass(frozen=True)
class Progress:
    """`texts`: of the host events; `responded`, `found`: levels with a response, or a finding, to
    their newest injection; `given`: answers to it, as typed, that are in neither yet."""

    session: Session
    texts: tuple[str, ...]
    responded: frozenset[int]
    found: frozenset[int]
    given: Mapping[int, Mapping[str, str]]

    def next_step(self) -> Step:
        """What is to be done now. Nothing is ever done twice, and nothing left out unasked."""
        if self.session.closed_at is not None:
            return Step(What.REPORT)
        done = self.session.preparation
        waiting = (
            (What.EQUIPMENT, self.session.syringe is None),
            (What.LEVELS, PLANNED not in self.texts),
            (What.ZERO, done.zero_pa is None and NO_ZERO not in self.texts),
            (What.PRIME, done.primed is None),
            (What.COMPLY, done.line_compliance is None and NO_COMPLIANCE not in self.texts),
        )
        for what, is_due in waiting:
            if is_due:
                return Step(what)
        for level in self.session.levels:
            if _DONE.format(level.order) not in self.texts:
                return self._of_level(level.order, level.runs)
        return Step(What.CLOSE)

    def _of_level(self, order: int, runs: Sequence[Run]) -> Step:
        if not any(run.kind in INTO_DISC for run in runs):
            return Step(What.RUN, order)
        if order not in self.responded or order not in self.found:
            return Step(What.ANSWERS, order)
        return Step(What.NEXT, order)

    def level_of(self, run: Run) -> tuple[bool, int | None]:
        """Whether a run of the pump's journal belongs to this session, and to which level."""
        if run.source is None:
            return False, None
        for text in reversed(self.texts):
            armed = armed_in(text)
            if armed is not None and armed.record < run.source.sequence:
                return True, armed.order if run.kind in (*INTO_DISC, RunKind.SHAM) else None
        return False, None


def progress_of(name: str, entries: Sequence[e.SessionEntry]) -> Progress:
    """Of the entries of the session `name`. FoldError if they contradict each other."""
    asked: dict[type, set[int]] = {e.Responded: set(), e.Found: set()}
    texts: list[str] = []
    kept: dict[int, dict[str, str]] = {}
    for _, entry in apply(entries).standing:
        if isinstance(entry, e.HostEvent):
            texts.append(entry.text)
            if (answers := _given_in(entry.text)) is not None:
                kept[answers[0]] = answers[1]
        elif isinstance(entry, e.RunDone) and entry.run.kind in INTO_DISC:
            for levels in asked.values():
                levels.discard(entry.level or 0)
            kept.pop(entry.level or 0, None)
        elif isinstance(entry, e.Responded | e.Found):
            asked[type(entry)].add(entry.level)
    session = fold(name, entries)
    responded, found = frozenset(asked[e.Responded]), frozenset(asked[e.Found])
    return Progress(session, tuple(texts), responded, found, kept)
