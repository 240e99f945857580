"""What of a level counts for a rule: one run, the response to it, its first press, the
pressure above opening there.

Not a certified medical device. The choices made here are explained in docs/report.md.
"""

from dataclasses import dataclass, field

from manostat_tools.session.answers import INTO_DISC as INTO_DISC
from manostat_tools.session.answers import (
    earlier_responses,
    hurt_in_sham,
    injections,
    no_response,
    response_to,
    unclear_responses,
)
from manostat_tools.session.model import (
    Concordance,
    Level,
    PainMark,
    Response,
    Role,
    Run,
    RunKind,
)
from manostat_tools.session.said import has_fault, opening_at_rest

NOT_FOR_CONTROLS = "a control level: this rule grades suspects"


@dataclass(frozen=True)
class Provoked:
    """`above_pa`: above opening at the press, None without a press or without an opening.
    `before_pa`: the same at each look-back point, by milliseconds before the press.
    `missing` and `cautions` are sentences. `response`: to `run`, and to no other."""

    run: Run | None
    mark: PainMark | None
    above_pa: int | None
    before_pa: dict[int, int | None] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    response: Response | None = None


def counted_run(level: Level) -> Run | None:
    """The last run that went into the disc; None if none did."""
    runs = injections(level)
    return runs[-1] if runs else None


def first_press(level: Level, run: Run) -> PainMark | None:
    """The earliest press of a run of `level`. The pump keeps the first press of a level, so that a
    later run may tell an earlier one's again: that one is passed over."""
    earlier = {mark for other in level.runs[: level.runs.index(run)] for mark in other.marks}
    fresh = [mark for mark in run.marks if mark not in earlier]
    return min(fresh, key=lambda mark: mark.at_ms, default=None)


def above_opening_pa(run: Run, pressure_pa: int | None) -> int | None:
    """A line pressure of a run above its opening, or None where one of both is not known."""
    opening_pa = opening_at_rest(run)
    return None if opening_pa is None or pressure_pa is None else pressure_pa - opening_pa


def is_lumbar(level: Level) -> bool:
    """Whether the published pressures are about this disc at all."""
    return level.name.startswith("L")


def doubts(run: Run) -> tuple[str, ...]:
    """Why nothing of a run may count."""
    said = []
    if run.uncertain:
        said.append(f"delivery of run {run.number} is uncertain: its outcome was not stored")
    if has_fault(run):
        said.append(f"run {run.number} ended in a fault: {run.fault or run.reason}")
    if run.locked:
        said.append(f"the level was locked out in run {run.number}")
    return tuple(said)


def uncertain_before(level: Level, run: Run) -> tuple[int, ...]:
    """Numbers of earlier runs of the level whose outcome was not stored. The pump counts all that
    was prescribed for them into the volume of its level, and so of `run`."""
    earlier = level.runs[: level.runs.index(run)]
    return tuple(other.number for other in earlier if other.uncertain)


def provoked(level: Level) -> Provoked:
    """What was provoked at a level, with all that keeps a rule from speaking."""
    run = counted_run(level)
    missing = list(_not_for_suspects(level))
    if run is None:
        return Provoked(None, None, None, {}, (*missing, "no injection into the disc"))
    missing += doubts(run)
    mark = first_press(level, run)
    response, cautions = response_to(level, run), _cautions(level, run)
    missing += [*no_response(level, run), *_response_missing(response, mark)]
    if mark is None or not mark.points:
        return Provoked(run, None, None, {}, tuple(missing), cautions, response)
    missing += _press_missing(run, mark)
    opened = opening_at_rest(run) is not None
    before = {point.before_ms: point.above_pa if opened else None for point in mark.points}
    above_pa = before.pop(0, None)
    return Provoked(run, mark, above_pa, before, tuple(missing), cautions, response)


def _not_for_suspects(level: Level) -> list[str]:
    said = []
    if level.role is Role.CONTROL:
        said.append(NOT_FOR_CONTROLS)
    if not is_lumbar(level):
        said.append("no agreed pressure limit for cervical and thoracic discs")
    return said


def _response_missing(response: Response | None, mark: PainMark | None) -> list[str]:
    """Where response and button disagree."""
    if response is None:
        return []
    if response.concordance is Concordance.ABSENT:
        said = []
        if mark is not None:
            said.append("the button was pressed, yet the response says no pain")
        if response.intensity:
            said.append("an intensity is recorded, yet the response says no pain")
        return said
    said = []
    if response.intensity is None:
        said.append("no intensity recorded")
    if mark is None:
        said.append("the response says pain, yet no press is in the run that counts")
    return said


def _press_missing(run: Run, mark: PainMark) -> list[str]:
    said = []
    opening_pa = opening_at_rest(run)
    press = next((point for point in mark.points if point.before_ms == 0), None)
    if opening_pa is None:
        said.append(f"no opening pressure read at rest: {run.opening_how}")
    elif press is None or press.above_pa is None:
        said.append("no pressure above opening at the press")
    elif press.above_pa != press.pressure_pa - opening_pa:
        said.append("the press was marked against another opening than the run's")
    elif press.above_pa < 0:
        said.append("the press came below the opening pressure: nothing had opened")
    if not mark.moving and run.kind is not RunKind.STEP:
        said.append("pressed with the plunger at rest: what provoked the pain came before")
    return said


def _cautions(level: Level, run: Run) -> tuple[str, ...]:
    said = []
    if len(injections(level)) > 1:
        said.append(f"{len(injections(level))} injections at this level; run {run.number} counts")
    for number in uncertain_before(level, run):
        said.append(f"the volume may include run {number}, whose outcome was not stored")
    if any(doubts(other) for other in level.runs if other is not run and not other.uncertain):
        said.append("another run of this level ended in a fault or a lock-out")
    said += unclear_responses(level)
    answers = (*earlier_responses(level), *((level.response,) if level.response else ()))
    if len({(answer.concordance, answer.intensity) for answer in answers}) > 1:
        said.append("an earlier injection of this level was answered otherwise")
    if hurt_in_sham(level):
        said.append("a sham run of this level, in which nothing moved, was answered with pain")
    if level.notes:
        said.append("this level has notes: one of them may say that another run counts")
    return tuple(said)
