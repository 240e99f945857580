"""Cells as all tables of the report write them: units, what is not recorded, what is in doubt."""

from collections.abc import Sequence

from manostat_tools.report.model import Cell, plain
from manostat_tools.report.units import NONE, Unit, volume_number
from manostat_tools.session import identity, totals
from manostat_tools.session.answers import to_run
from manostat_tools.session.model import Level, Quantity, Role, Run, UnitIdentity
from manostat_tools.session.presets import confirmation_is_due
from manostat_tools.session.provoked import (
    above_opening_pa,
    counted_run,
    injections,
    uncertain_before,
)
from manostat_tools.session.said import has_fault, opening_at_rest

UNCERTAIN = "UNCERTAIN: no outcome stored; all prescribed counts as delivered"
NO_PRESS = "no press"
UNSETTLED = "DID NOT SETTLE"
LOCKED = "LOCKED OUT"


def text(value: object, *alerts: str, strong: bool = False) -> Cell:
    """Any value as text; None as "not recorded"."""
    if value is None or value == NONE:
        return Cell(NONE, alerts, faint=True)
    return Cell(plain(str(value)), tuple(plain(alert) for alert in alerts), strong)


def pressure(pressure_pa: float | None, unit: Unit, *alerts: str, strong: bool = False) -> Cell:
    """For a column that names the unit."""
    return text(unit.number(pressure_pa), *alerts, strong=strong)


def volume(volume_nl: float | None, *alerts: str, strong: bool = False) -> Cell:
    """For a column in mL."""
    return text(volume_number(volume_nl), *alerts, strong=strong)


def delivered(run: Run, level: Level | None) -> Cell:
    """The volume of a run's level, with what makes it doubtful."""
    return volume(run.volume_nl, *volume_doubt(run, level))


def volume_doubt(run: Run, level: Level | None) -> tuple[str, ...]:
    """Why a volume of this run may not be what was delivered."""
    if run.uncertain:
        return (UNCERTAIN,)
    earlier = () if level is None else uncertain_before(level, run)
    return tuple(f"UNCERTAIN: may include run {number}" for number in earlier)


def total_doubt(level: Level) -> tuple[str, ...]:
    """Why what was put into a disc in all may not be that."""
    lost = [str(run.number) for run in injections(level) if run.uncertain]
    return (f"UNCERTAIN: run {', '.join(lost)} counts as prescribed",) if lost else ()


def presses_elsewhere(level: Level, counted: Run, unit: Unit) -> list[tuple[str, str, str]]:
    """Line, above opening and volume at the press of each injection that does not count."""
    found = []
    for run, mark in totals.presses_elsewhere(level, counted):
        press = min(mark.points, key=lambda point: point.before_ms)
        above_pa = above_opening_pa(run, press.pressure_pa)
        given = (unit.number(press.pressure_pa), unit.number(above_pa))
        of = f"run {run.number}: "
        found.append((of + given[0], of + given[1], of + volume_number(press.volume_nl)))
    return found


def opening(run: Run, unit: Unit) -> Cell:
    """The opening pressure, and what is wrong with it where it was not read at rest."""
    if opening_at_rest(run) is not None:
        return pressure(run.opening_pa, unit)
    return pressure(run.opening_pa, unit, f"NOT READ AT REST: {run.opening_how}")


def doubt(run: Run) -> tuple[str, ...]:
    """What to say at every number of a run that no rule may use."""
    said = []
    if has_fault(run):
        said.append("RUN ENDED IN A FAULT")
    if run.locked:
        said.append(LOCKED)
    if run.uncertain:
        said.append("OUTCOME NOT STORED")
    return tuple(said)


def stop(run: Run) -> Cell:
    """Why a run stopped, with its fault and its lock-out."""
    alerts = []
    if has_fault(run):
        alerts.append(f"FAULT: {run.fault or run.reason}")
    if run.locked:
        alerts.append(LOCKED)
    if run.uncertain:
        alerts.append("OUTCOME NOT STORED")
    return text(run.reason, *alerts)


def interval(value: Quantity, converted: str) -> Cell:
    """A derived value; a missing interval is told."""
    return text(converted, *([] if value.low is not None else ["no interval"]), strong=True)


def firmware(unit: UnitIdentity) -> list[tuple[str, Cell]]:
    """What ran in the pump, as facts."""
    names = {"image": "Image hash"}
    return [
        (names.get(name, name[0].upper() + name[1:]), text(said))
        for name, said in identity.firmware(unit)
    ]


def of_run(level: Level, of_runs: Sequence[int]) -> str:
    """Which run an answer was for, where a level has several injections."""
    return f", {to_run(of_runs[-1])}" if of_runs and len(injections(level)) > 1 else ""


def answered(level: Level, of_runs: Sequence[int]) -> tuple[str, ...]:
    """Beside an answer that was not to the run that counts."""
    run = counted_run(level)
    return (to_run(of_runs[-1]),) if run and of_runs and of_runs[-1] != run.number else ()


def unconfirmed(level: Level) -> str | None:
    """A preset that asks for no confirmation; None where one is missing."""
    return None if confirmation_is_due(level) else "not needed"


def role(level: Level) -> str:
    """In one word, loud enough to be told apart."""
    return "SUSPECT" if level.role is Role.SUSPECT else "control"


def counts(level: Level, run: Run) -> str:
    """Which runs go into the grading."""
    return "counts" if run is counted_run(level) else ""
