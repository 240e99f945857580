"""Runs as the pump's own journal tells of them (docs/journal.md)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import ValidationError

from manostat_tools.journal.names import FAULTS, MODES, OPENINGS, REASONS, named
from manostat_tools.journal.page import Record
from manostat_tools.journal.payloads import (
    BOOT,
    INTENT,
    OUTCOME,
    PAIN_MARK,
    PLATEAU,
    TRACE,
    Fields,
    fields_of,
)
from manostat_tools.session.model import (
    PainMark,
    Plateau,
    Point,
    Prescription,
    Run,
    RunKind,
    Source,
)

NO_OUTCOME = "no outcome was recorded: power failed, or the pump was reset"
_TURN_MS = 1 << 30
_PRESCRIBED = tuple(name for name in Prescription.model_fields if name != "mode")


class Told(NamedTuple):
    """A run, and the numbers of the records that it is known by: its intent, its outcome, or both.
    `presses`: all that its outcome tells, those of earlier runs of its level too."""

    run: Run
    records: frozenset[int]
    presses: tuple[PainMark, ...]


@dataclass
class _Draft:
    """An intent, an outcome, or both, and what came up to the next of them. `since_gap`: how many
    plateaus and marks there were when last a record was missing."""

    intent: Record | None = None
    outcome: Record | None = None
    plateaus: list[Fields] = field(default_factory=list)
    marks: list[Fields] = field(default_factory=list)
    trace: str | None = None
    since_gap: tuple[int, int] | None = None

    def may_end_with(self, outcome: Record) -> bool:
        """Whether it waits for an outcome, and this is not plainly of another intent."""
        if self.outcome is not None or self.intent is None:
            return self.outcome is None
        mine, other = fields_of(self.intent), fields_of(outcome)
        return (self.intent.boot, mine["level"]) == (outcome.boot, other["level"])

    def split(self) -> "_Draft":
        """What follows the last gap, for a run whose intent must have been there."""
        if self.since_gap is None:
            return _Draft()
        plateaus, marks = self.since_gap
        apart = _Draft(plateaus=self.plateaus[plateaus:], marks=self.marks[marks:])
        del self.plateaus[plateaus:], self.marks[marks:]
        return apart


def runs_of(
    records: Sequence[Record],
    unit: str,
    traces: Collection[str] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> list[Run]:
    """The runs in these records, in the order of their sequence; `unit` names the pump.

    `traces` are the SHA-256 of stored traces, hexadecimal: a run names its own only if it is there.
    The newest intent, if nothing but its own pages follow, may still be answered and is no run yet.
    A run with numbers that no pump writes is left out, and `tell` is called with a line.
    """
    return [told.run for told in runs_told(records, unit, traces, tell)]


def runs_told(
    records: Sequence[Record],
    unit: str,
    traces: Collection[str] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> list[Told]:
    """The same with the records that each is known by."""
    drafts = _drafts(records)
    found: list[Told] = []
    for number, draft in enumerate(drafts):
        is_over = draft.outcome is not None or number + 1 < len(drafts)
        if is_over and (of := draft.outcome or draft.intent):
            trace = draft.trace if draft.trace in traces else None
            try:
                found.append(_told(draft, of, unit, len(found) + 1, trace))
            except ValueError as wrong:
                tell(f"run of record {of.sequence} cannot be read: {_why(wrong)}")
    return found


def _told(draft: _Draft, of: Record, unit: str, number: int, trace: str | None) -> Told:
    run = _run(draft, of, unit, number, trace)
    known_by = frozenset(one.sequence for one in (draft.intent, draft.outcome) if one)
    alone = run if draft.outcome is None else _run(_Draft(outcome=of), of, unit, number, None)
    return Told(run, known_by, alone.marks)


def _drafts(records: Sequence[Record]) -> list[_Draft]:
    drafts: list[_Draft] = []
    words: dict[tuple[int, int], int] = {}
    last = gap = 0
    for record in records:
        if record.sequence > last + 1:
            gap = record.sequence
            if drafts:
                drafts[-1].since_gap = (len(drafts[-1].plateaus), len(drafts[-1].marks))
        last = record.sequence
        fields = fields_of(record)
        if "unreadable" in fields:
            continue
        if record.kind in (INTENT, BOOT):
            drafts.append(_Draft(record if record.kind == INTENT else None))
        elif record.kind == OUTCOME:
            if not drafts or not drafts[-1].may_end_with(record):
                drafts.append(drafts[-1].split() if drafts else _Draft())  # its intent is not there
            drafts[-1].outcome = record
        elif record.kind == TRACE:
            of = (record.boot, fields["level"])
            follows = words.get(of, 0) == fields["first_word"]
            words[of] = fields["first_word"] + fields["words"]
            _add_trace(drafts, of, fields["sha256"], 0 if follows else gap)
        elif drafts and record.kind == PLATEAU:
            drafts[-1].plateaus.append(fields)
        elif drafts and record.kind == PAIN_MARK and fields["mark"] is not None:
            drafts[-1].marks.append(fields["mark"])
    return drafts


def _add_trace(drafts: list[_Draft], of: tuple[int, int], trace: str, behind: int) -> None:
    """A stretch of trace is of all runs of its boot and level (`of`) that have none yet: the pump
    puts it off while RUN can start. `behind`: of those alone that ended behind this record, for
    that of an earlier one may be missing."""
    for draft in drafts:
        ended = draft.outcome
        if ended and ended.sequence >= behind and (ended.boot, fields_of(ended)["level"]) == of:
            draft.trace = draft.trace or trace


def _run(draft: _Draft, record: Record, unit: str, number: int, trace: str | None) -> Run:
    fields = fields_of(record)
    if fields["mode"] not in MODES:
        raise ValueError(f"mode {fields['mode']}: allowed {min(MODES)} to {max(MODES)}")
    if fields["nl_den"] < 1:
        raise ValueError(f"nl_den {fields['nl_den']}: allowed 1 or more")
    kind = RunKind(MODES[fields["mode"]])
    ratio = (fields["nl_num"], fields["nl_den"])
    known = draft.outcome is not None
    opening_pa = fields.get("opening_pa", -1)
    return Run(
        number=number,
        kind=kind,
        source=Source(
            serial=unit,
            boot=record.boot,
            sequence=record.sequence,
            record_hash=record.digest.hex(),
            level=max(fields["level"], 0),
        ),
        prescription=Prescription(mode=kind, **{name: fields[name] for name in _PRESCRIBED}),
        duration_ms=fields.get("duration_ms"),
        reason=named(REASONS, fields["reason"]) if known else NO_OUTCOME,
        fault=named(FAULTS, fields["fault"]) if fields.get("fault") else "",
        uncertain=not known,
        locked=bool(fields.get("locked")),
        volume_nl=fields["delivered_nl"] if known else _volume(fields["reserved_steps"], ratio),
        opening_pa=opening_pa if opening_pa >= 0 else None,
        opening_how=named(OPENINGS, fields["opening_how"]) if known else "not recorded",
        peak_pa=fields.get("peak_pa"),
        stop_pa=fields.get("stop_pa"),
        late_ticks=fields.get("late_ticks", 0),
        marks=tuple(_mark(mark, ratio) for mark in _marks(draft, fields)),
        plateaus=tuple(_plateau(each, ratio) for each in draft.plateaus),
        trace=trace,
    )


def _why(wrong: ValueError) -> str:
    if not isinstance(wrong, ValidationError):
        return str(wrong)
    first = wrong.errors()[0]
    return f"{'.'.join(map(str, first['loc']))} {first['input']}: {first['msg']}"


def _marks(draft: _Draft, outcome: Fields) -> list[Fields]:
    """Each press once, in order. An outcome keeps the first and the last of its level: those
    before the intent are of an earlier run."""
    found: dict[int, Fields] = {}
    began = draft.intent
    for mark in (outcome.get("first_mark"), outcome.get("last_mark"), *draft.marks):
        if mark is None:
            continue
        since_ms = (mark["at_ms"] - (began.ms if began else 0)) % _TURN_MS
        if since_ms < _TURN_MS // 2:
            found.setdefault(since_ms, mark)
    return [found[since_ms] for since_ms in sorted(found)]


def _mark(mark: Fields, ratio: tuple[int, int]) -> PainMark:
    opening_pa = mark["opening_pa"]
    points = tuple(
        Point(
            before_ms=point["before_ms"],
            pressure_pa=point["pressure_pa"],
            above_pa=point["pressure_pa"] - opening_pa if opening_pa >= 0 else None,
            volume_nl=_volume(point["steps"], ratio),
        )
        for point in mark["points"]
    )
    return PainMark(at_ms=mark["at_ms"], moving=bool(mark["moving"]), points=points)


def _plateau(plateau: Fields, ratio: tuple[int, int]) -> Plateau:
    pressure_pa = plateau["plateau_pa"]
    return Plateau(
        volume_nl=_volume(plateau["steps"], ratio),
        pressure_pa=pressure_pa if pressure_pa >= 0 else None,
    )


def _volume(steps: int, ratio: tuple[int, int]) -> int:
    """As the pump counts it: rounded down to whole nL."""
    return steps * ratio[0] // ratio[1]
