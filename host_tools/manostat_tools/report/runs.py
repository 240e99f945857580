"""Tables of runs: what was done, what was prescribed, what was derived."""

from collections.abc import Sequence

from manostat_tools.report import cells
from manostat_tools.report.model import Table
from manostat_tools.report.overview import clock
from manostat_tools.report.units import Unit, named_value, quantity, seconds
from manostat_tools.session.model import Level, Quantity, Run
from manostat_tools.session.provoked import INTO_DISC


def run_table(title: str, runs: Sequence[Run], unit: Unit, level: Level | None = None) -> Table:
    """What was done, run by run."""
    return Table(
        title,
        (
            "Run",
            "Kind",
            "Began (host's clock)",
            "Duration",
            "Volume of the level (mL)",
            f"Opening ({unit.name})",
            f"Highest ({unit.name})",
            f"At the stop ({unit.name})",
            "Stopped by",
            "Late ticks",
        ),
        tuple(
            (
                cells.text(f"{run.number} {_counts(level, run)}".strip()),
                cells.text(run.kind.value),
                cells.text(clock(run.began_at)),
                cells.text(seconds(run.duration_ms)),
                cells.delivered(run, level),
                cells.opening(run, unit) if run.kind in INTO_DISC else cells.text("-"),
                cells.pressure(run.peak_pa, unit),
                cells.pressure(run.stop_pa, unit),
                cells.stop(run),
                cells.text(run.late_ticks),
            )
            for run in runs
        ),
        (8, 9, 14, 9, 10, 10, 9, 9, 16, 6),
        "Volume, duration and highest pressure are of the level so far, earlier runs included.",
    )


def _counts(level: Level | None, run: Run) -> str:
    return "(counts)" if level is not None and cells.counts(level, run) else ""


def prescription_table(runs: Sequence[Run], unit: Unit) -> Table:
    """What each run was allowed."""
    return Table(
        "What was prescribed, as the pump recorded it",
        (
            "Run",
            "Mode",
            "Rate (mL/s)",
            "Volume (mL)",
            f"Limit above opening ({unit.name})",
            f"Line limit ({unit.name})",
            "Volume step (mL)",
            "nL per step",
            f"Zero ({unit.name})",
        ),
        tuple(
            (
                cells.text(run.number),
                cells.text(run.prescription.mode.value),
                cells.text(f"{run.prescription.rate_nl_s / 1e6:g}"),
                cells.volume(run.prescription.volume_nl),
                cells.pressure(run.prescription.limit_above_pa, unit),
                cells.pressure(run.prescription.limit_line_pa, unit),
                cells.volume(run.prescription.step_volume_nl),
                cells.text(f"{run.prescription.nl_num}/{run.prescription.nl_den}"),
                cells.pressure(run.prescription.zero_pa, unit),
            )
            for run in runs
        ),
        (6, 10, 10, 11, 13, 12, 12, 14, 12),
    )


def derived_table(found: Sequence[tuple[str, Quantity]], unit: Unit) -> Table:
    """Derived values beside the raw ones that they come from; what several values of a run have in
    common stands once, below the table."""
    rows = []
    shared = {where: _shared([one for at, one in found if at == where]) for where, _ in found}
    for where, value in found:
        own = {name: given for name, given in value.inputs.items() if name not in shared[where]}
        inputs = [named_value(name, given, unit) for name, given in own.items()]
        low = None if value.low is None else quantity(value.low, value.unit, unit)
        high = None if value.high is None else quantity(value.high, value.unit, unit)
        rows.append(
            (
                cells.text(f"{where}: {value.name.replace('_', ' ')}"),
                cells.interval(value, quantity(value.value, value.unit, unit)),
                cells.text(None if low is None and high is None else f"{low} to {high}"),
                cells.text("; ".join(f"{name} {said}" for name, said in inputs)),
                cells.text(value.rule),
            )
        )
    return Table(
        "Derived values beside what they come from",
        ("Derived", "Value", "95 % interval", "From", "Rule"),
        tuple(rows),
        (19, 13, 19, 26, 23),
        " ".join(_told_once(where, inputs, unit) for where, inputs in shared.items() if inputs),
    )


def _shared(values: Sequence[Quantity]) -> dict[str, float | int | str]:
    """Inputs that two values or more have, and all that have them have alike."""
    given: dict[str, list[float | int | str]] = {}
    for value in values:
        for name, number in value.inputs.items():
            given.setdefault(name, []).append(number)
    return {
        name: numbers[0]
        for name, numbers in given.items()
        if len(numbers) > 1 and len(set(numbers)) == 1
    }


def _told_once(where: str, inputs: dict[str, float | int | str], unit: Unit) -> str:
    said = "; ".join(" ".join(named_value(name, given, unit)) for name, given in inputs.items())
    return f"{where}, from the same in each of its values: {said}."
