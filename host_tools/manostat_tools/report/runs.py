"""Tables of runs: what was done, what was prescribed, what was derived."""

from collections.abc import Iterator, Sequence

from manostat_tools.report import cells
from manostat_tools.report.model import Table
from manostat_tools.report.overview import clock
from manostat_tools.report.units import Unit, seconds, volume
from manostat_tools.session.model import Level, Run
from manostat_tools.session.provoked import INTO_DISC, injections
from manostat_tools.session.totals import delivered_in_all_nl, levels_of_the_pump, of_the_pump


def run_table(title: str, runs: Sequence[Run], unit: Unit, level: Level | None = None) -> Table:
    """What was done, run by run."""
    return Table(
        title,
        (
            "Run",
            "Kind",
            "Began (host's clock)",
            "Duration",
            "Volume so far (mL)",
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
        " ".join(_counts_of_the_pump(level)),
    )


def _counts_of_the_pump(level: Level | None) -> Iterator[str]:
    """What the numbers of the pump are of, and what they come to in the disc."""
    yield (
        "Volume, duration and highest pressure are what the pump counts for a level of its own so "
        "far, earlier runs of that level included."
    )
    if level is None or not injections(level):
        return
    if len(of_the_pump(level)) > 1:
        yield "This disc was done again as a new level of the pump, which counts from zero."
        told = [
            f"{' and '.join(f'run {run.number}' for run in runs)}: level {number} of the pump"
            for number, runs in levels_of_the_pump(injections(level))
        ]
        if told:
            yield f"{'; '.join(told)}.".capitalize()
    in_all = volume(delivered_in_all_nl(level))
    yield f"Delivered by the plunger, all injections together: {in_all}."


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
                cells.text(f"{run.prescription.nl_num / run.prescription.nl_den:.2f}"),
                cells.pressure(run.prescription.zero_pa, unit),
            )
            for run in runs
        ),
        (6, 10, 10, 11, 13, 12, 12, 14, 12),
    )
