"""What a run came to, and what the rules say of it, in lines."""

from collections.abc import Iterator

from manostat_tools import words
from manostat_tools.session.grading import grade_levels
from manostat_tools.session.levels import told_apart
from manostat_tools.session.model import PainMark, Quantity, Run, Session
from manostat_tools.session.moment import moment_of
from manostat_tools.session.provoked import INTO_DISC, NOT_FOR_CONTROLS

_SHOWN = ("disc_pressure", "disc_above_opening", "disc_volume", "needle_resistance", "elastance")


def outcome_lines(run: Run) -> Iterator[str]:
    """Why it stopped, how far it came, the press with its look-back, what was derived at it."""
    ended = f"{run.reason}, {run.fault}" if run.fault else run.reason
    uncertain = "DELIVERY UNCERTAIN, at most " if run.uncertain else ""
    peak = "not recorded" if run.peak_pa is None else words.pressure(run.peak_pa)
    yield f"{run.kind} ended: {ended}; {uncertain}{words.volume(run.volume_nl)}, peak {peak}"
    if run.opening_pa is not None:
        yield f"opening {words.pressure(run.opening_pa)} ({run.opening_how})"
    elif run.kind in INTO_DISC:
        yield f"no opening pressure ({run.opening_how})"
    for plateau in run.plateaus:
        at = plateau.pressure_pa
        said = "did not settle" if at is None else words.pressure(at)
        yield f"at rest after {words.volume(plateau.volume_nl)}: {said}"
    for mark in run.marks:
        yield from _mark(mark)
    if run.locked:
        yield "THE LEVEL IS LOCKED: only a new level goes on"
    yield from (_derived(value, run) for value in run.derived if _is_at_press(value))


def _mark(mark: PainMark) -> Iterator[str]:
    yield "PAIN pressed" + ("" if mark.moving else ", with the plunger at rest") + "; the line:"
    for point in mark.points:
        above = (
            "" if point.above_pa is None else f", {words.pressure(point.above_pa)} above opening"
        )
        when = f"{point.before_ms / 1e3:3g} s before" if point.before_ms else "at the press"
        yield f"  {when:12} {words.pressure(point.pressure_pa)}{above}, " + words.volume(
            point.volume_nl
        )


def _is_at_press(value: Quantity) -> bool:
    return value.name in _SHOWN and value.inputs.get("before_ms") == 0


def _derived(value: Quantity, run: Run) -> str:
    name = value.name.replace("_", " ")
    moment = moment_of(value, run)
    # Below a press it would be taken for one of that moment.
    at = f" at {moment}" if run.marks and moment != "the press" else ""
    return f"derived {name}{at}: {words.derived(value.value, value.low, value.high, value.unit)}"


def grade_lines(session: Session) -> Iterator[str]:
    """Each rule of each level, with what is missing, not met or weakens it."""
    names = [level.name for level in session.levels]
    for level, grades in grade_levels(session):
        yield f"{told_apart(level.name, level.order, names)}, {level.role}"
        for grade in grades:
            if grade.missing == (NOT_FOR_CONTROLS,):
                continue
            yield f"  {grade.rule} [{grade.letter}]: {grade.result or 'no result'}"
            for what, texts in (
                ("missing", grade.missing),
                ("not met", grade.unmet),
                ("caution", grade.cautions),
            ):
                yield from (f"    {what}: {text}" for text in texts)
