"""The first page: who and what, what to know first, the levels, what the rules say of them."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from manostat_tools.report import cells
from manostat_tools.report.cells import NO_PRESS
from manostat_tools.report.model import Cell, Facts, Notice, Part, Section, Table, Weight
from manostat_tools.report.units import NONE, Unit
from manostat_tools.report.verdicts import verdicts
from manostat_tools.session.grading import GradedLevel
from manostat_tools.session.levels import told_apart
from manostat_tools.session.made_with import other_syringe, other_zero
from manostat_tools.session.model import Level, Role, Run, RunKind, Session
from manostat_tools.session.provoked import counted_run, doubts, provoked
from manostat_tools.session.totals import delivered_in_all_nl, highest
from manostat_tools.words import serial

RIGHT_TO_LEFT = (
    "Some words here are written from right to left. The PDF prints their letters from left to "
    "right and unjoined, so that they read backwards there; the page, report.html, has them right."
)


def overview(session: Session, graded: Sequence[GradedLevel], unit: Unit) -> Section:
    """All of it as one section."""
    parts: list[Part] = [_who(session), *_notices(session)]
    if session.levels:
        parts += [_levels(session, unit), *verdicts(graded, unit)]
    return Section("Summary", tuple(parts))


def _who(session: Session) -> Facts:
    unit = session.unit
    kind = "SIMULATED: injected into a simulated plant, never into a person"
    return Facts(
        (
            ("Patient code", cells.text(session.patient_code, strong=True)),
            ("Operator", cells.text(session.operator)),
            ("Session", cells.text(session.id)),
            ("Opened (host's clock)", cells.text(clock(session.opened_at))),
            ("Closed (host's clock)", cells.text(clock(session.closed_at))),
            ("Kind", cells.text(kind if session.simulated else "not simulated", strong=True)),
            ("Pump, serial", cells.text(serial(unit.serial))),
            *cells.firmware(unit),
            ("Image", cells.text("bench image" if unit.bench_image else "production image")),
        )
    )


def _notices(session: Session) -> Iterator[Notice]:
    if session.simulated:
        yield Notice(Weight.DANGER, "SIMULATED. Nothing here was measured on a person.")
    if session.unit.bench_image:
        yield Notice(Weight.DANGER, "The pump ran a bench image: not for use on a person.")
    names = [level.name for level in session.levels]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        orders = [str(level.order) for level in by_order(session.levels) if level.name == name]
        said = f"{name} was tested more than once, as numbers {', '.join(orders)}"
        yield Notice(Weight.CAUTION, f"{said}: each is graded alone.")
    for level, run in _runs(session):
        name = told_apart(level.name, level.order, names) if level else ""
        where = f"{name}, " if level else "Of no level: "
        for doubt in doubts(run):
            yield Notice(Weight.DANGER, f"{where}{doubt}.")
        if run.kind is RunKind.SHAM and run.marks and level is not None:
            said = f"the button was pressed in sham run {run.number}, in which nothing moved"
            yield Notice(Weight.CAUTION, f"{name}: {said}.")
    for said in (*other_syringe(session), *other_zero(session)):
        yield Notice(Weight.DANGER, said[0].upper() + said[1:])
    if session.closed_at is None:
        yield Notice(Weight.CAUTION, "The session was not closed: more may follow.")
    if session.corrections:
        n = len(session.corrections)
        said = "1 entry was" if n == 1 else f"{n} entries were"
        yield Notice(Weight.CAUTION, f'{said} corrected afterwards: see "Corrections and notes".')
    if not session.levels:
        yield Notice(Weight.CAUTION, "No level is recorded.")
    if _is_right_to_left(session):
        yield Notice(Weight.CAUTION, RIGHT_TO_LEFT)


def _is_right_to_left(session: Session) -> bool:
    """Whether anybody's words are written so, as in Hebrew or Arabic."""
    return any(unicodedata.bidirectional(c) in ("R", "AL") for c in session.model_dump_json())


def _runs(session: Session) -> Iterator[tuple[Level | None, Run]]:
    for run in session.preparation.runs:
        yield None, run
    for level in by_order(session.levels):
        for run in level.runs:
            yield level, run


def by_order(levels: Iterable[Level]) -> list[Level]:
    """As they were tested."""
    return sorted(levels, key=lambda level: level.order)


def _levels(session: Session, unit: Unit) -> Table:
    return Table(
        "Levels, in the order tested",
        (
            "No.",
            "Level",
            "Role",
            f"Opening ({unit.name})",
            f"Line at the press ({unit.name})",
            f"Above opening at the press ({unit.name})",
            "Volume at the press (mL)",
            "Pain (NRS, 0 to 10)",
            "Pain is",
            "Dallas (0 to 5)",
            f"Highest above opening ({unit.name})",
            "Delivered in all (mL)",
            "Stopped by",
        ),
        tuple(level_row(level, unit) for level in by_order(session.levels)),
        (3.6, 6.1, 8.2, 7.7, 7.6, 8.1, 8.2, 6.9, 10.2, 6.8, 8.0, 7.9, 10.7),
        "Of the injections of a level the last counts. The press is the first of that injection; "
        "that of another one stands below it, with its run. Pressures are those of the line, "
        "volumes those of the plunger. Highest, and delivered in all: by all injections of the "
        "level.",
    )


def level_row(level: Level, unit: Unit) -> tuple[Cell, ...]:
    """One level as in the table of levels."""
    run, response = counted_run(level), level.response
    head = (
        cells.text(level.order),
        cells.text(level.name, strong=True),
        cells.text(cells.role(level), strong=level.role is Role.SUSPECT),
    )
    of = cells.answered(level, level.responses_of) if response else ()
    found_of = cells.answered(level, level.findings_of)
    said = (
        cells.text(response and response.intensity, *of, strong=True),
        cells.text(response and response.concordance.value, *of, strong=True),
        cells.text(level.finding and level.finding.dallas, *found_of, strong=True),
    )
    if run is None:
        none = cells.text("no injection")
        return (*head, none, none, none, none, *said, none, none, none)
    return (
        *head,
        cells.opening(run, unit),
        *_press_cells(level, run, unit),
        *said,
        _highest_cell(level, run, unit),
        cells.volume(delivered_in_all_nl(level), *cells.total_doubt(level)),
        _stop_cell(level, run),
    )


def _highest_cell(level: Level, run: Run, unit: Unit) -> Cell:
    most = highest(level)
    if most is None or most.run is run:
        return cells.pressure(most and most.above_pa, unit, *cells.doubt(run))
    return cells.pressure(most.above_pa, unit, f"in run {most.run.number}", *cells.doubt(most.run))


def _press_cells(level: Level, run: Run, unit: Unit) -> tuple[Cell, Cell, Cell]:
    line, above, volume = _counted_press_cells(level, run, unit)
    others = cells.presses_elsewhere(level, run, unit)
    return (
        replace(line, alerts=(*line.alerts, *(one[0] for one in others))),
        replace(above, alerts=(*above.alerts, *(one[1] for one in others))),
        replace(volume, alerts=(*volume.alerts, *(one[2] for one in others))),
    )


def _counted_press_cells(level: Level, run: Run, unit: Unit) -> tuple[Cell, Cell, Cell]:
    found = provoked(level)
    mark = found.mark
    if mark is None or not mark.points:
        if run.uncertain:
            return (
                cells.text(None, *cells.doubt(run)),
                cells.text(None),
                cells.delivered(run, level),
            )
        return (cells.text(NO_PRESS),) * 3
    press = min(mark.points, key=lambda point: point.before_ms)
    opened = found.above_pa is not None
    alerts = cells.doubt(run) if mark.moving else ("PRESSED AT REST", *cells.doubt(run))
    above = () if opened else ("NO OPENING TO COUNT FROM",)
    return (
        cells.pressure(press.pressure_pa, unit, *alerts),
        cells.pressure(found.above_pa, unit, *above, *alerts, strong=True),
        cells.volume(press.volume_nl, *alerts, *cells.volume_doubt(run, level)),
    )


def _stop_cell(level: Level, run: Run) -> Cell:
    cell = cells.stop(run)
    injections = sum(other.kind in (RunKind.INJECT, RunKind.STEP) for other in level.runs)
    if injections < 2:
        return cell
    return Cell(cell.text, (*cell.alerts, f"run {run.number}; {injections} injections"))


def clock(time: object) -> str:
    """A wall time with its zone."""
    return NONE if time is None else f"{time:%Y-%m-%d %H:%M:%S %Z}".strip()
