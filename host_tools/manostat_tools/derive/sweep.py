"""The bench's figures of derived values, out of a seeded sweep."""

from collections.abc import Sequence

from manostat_sim.benches.base import Unit
from manostat_sim.measure.drawn import drawn
from manostat_sim.measure.injection import Progress, none_said
from manostat_tools.bench.figure import Measured
from manostat_tools.bench.figures import FIGURES
from manostat_tools.derive.check import Checked, check
from manostat_tools.derive.summary import PRESSURE, VOLUME, Summary, at_pain, summary

SEED = 1
_PPM = 1e6


def sweep(unit: Unit, count: int, progress: Progress = none_said) -> list[Checked]:
    """So many runs of the bench's own draws."""
    runs: list[Checked] = []
    for set_up in drawn(count, SEED):
        runs.append(check(set_up, unit))
        progress(len(runs) / count)
    return runs


def measured(runs: Sequence[Checked]) -> dict[str, Measured]:
    """Coverage over all runs; half-widths and errors over those that the press ended.

    ValueError when no press ended one.
    """
    pain = at_pain(runs)
    pressure, volume = summary(pain, PRESSURE), summary(pain, VOLUME)
    count = pressure.runs - pressure.missing
    return {
        "disc_pressure_coverage": _covered(summary(runs, PRESSURE)),
        "disc_pressure_halfwidth_pa_p50": Measured(pressure.half_p50, None, count),
        "disc_pressure_error_pa_p95": Measured(pressure.error_p95, None, count),
        "disc_volume_coverage": _covered(summary(runs, VOLUME)),
        "disc_volume_halfwidth_ppm_p50": Measured(_PPM * volume.half_share_p50, None, count),
        "disc_volume_error_ppm_p95": Measured(_PPM * volume.error_share_p95, None, count),
    }


def over_bars(runs: Sequence[Checked]) -> list[str]:
    """Names of the figures that these runs do not meet."""
    found = measured(runs)
    return [
        figure.name
        for figure in FIGURES
        if figure.name in found and not figure.passes(found[figure.name].value)
    ]


def _covered(of: Summary) -> Measured:
    return Measured(of.covered_percent, None, of.runs)
