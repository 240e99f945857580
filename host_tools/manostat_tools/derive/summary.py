"""What a sweep of runs says: the figures of the bench, coverage by class, the worst runs."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from manostat_sim.plant import tables
from manostat_tools.derive.check import Checked, Compared

PRESSURE = ("disc_pressure", 0)
VOLUME = ("disc_volume", 0)
_UL = 1e3
_WORST = 5


class Summary(NamedTuple):
    """Of one quantity over some runs. `covered_percent` counts a run without a value as missed.

    Errors and half-widths in the quantity's own unit, and as shares of the truth.
    """

    runs: int
    missing: int
    covered_percent: float
    half_p50: float
    error_p50: float
    error_p95: float
    error_max: float
    half_share_p50: float
    error_share_p95: float


def summary(runs: Sequence[Checked], key: tuple[str, int]) -> Summary:
    """ValueError for no runs; NaN where none has a value."""
    if not runs:
        raise ValueError("no runs to summarise")
    found = [run.compared[key] for run in runs if key in run.compared]
    covered = sum(one.covered for one in found)
    errors = [abs(one.error) for one in found] or [float("nan")]
    halves = [one.half for one in found] or [float("nan")]
    shares = [_share(one, abs(one.error)) for one in found] or [float("nan")]
    half_shares = [_share(one, one.half) for one in found] or [float("nan")]
    return Summary(
        len(runs),
        len(runs) - len(found),
        100.0 * covered / len(runs),
        float(np.median(halves)),
        float(np.median(errors)),
        float(np.percentile(errors, 95)),
        float(np.max(errors)),
        float(np.median(half_shares)),
        float(np.percentile(shares, 95)),
    )


def _share(one: Compared, of: float) -> float:
    return of / max(abs(one.truth), 1e-9)


def at_pain(runs: Iterable[Checked]) -> list[Checked]:
    """Those that the patient's press ended."""
    return [run for run in runs if run.pain]


def lines(runs: Sequence[Checked]) -> list[str]:
    """The report of a sweep, for people: totals, classes, worst runs with their seeds."""
    pain = at_pain(runs)
    text = [
        f"{len(runs)} runs, {len(pain)} ended by the press; the others by limit, volume, leak or "
        "fault: the stop takes the press's place",
        "",
        _head("every run"),
    ]
    keys = sorted({key for run in runs for key in run.compared})
    text += [
        _row(f"{name} {ms} ms" if ms else name, summary(runs, (name, ms))) for name, ms in keys
    ]
    if pain:
        text += ["", _head("at the press"), _row("disc_pressure", summary(pain, PRESSURE))]
        text += [_row("disc_volume", summary(pain, VOLUME))]
    for kind in runs[0].set_up.classes():
        for key in (PRESSURE, VOLUME):
            text += ["", _head(f"{key[0]} by {kind}")]
            for name in sorted({run.set_up.classes()[kind] for run in runs}):
                members = [run for run in runs if run.set_up.classes()[kind] == name]
                text.append(_row(name, summary(members, key)))
    for key in (PRESSURE, VOLUME):
        text += ["", f"worst of {key[0]}, error over half-width first"]
        text += [_told(run, key) for run in _worst(runs, key)]
    refused = [run for run in runs if run.refused]
    text += ["", f"{len(refused)} without a disc pressure"]
    text += [f"  seed {run.set_up.seed}: {run.refused}" for run in refused]
    return text


def _head(title: str) -> str:
    return (
        f"{title:<34} {'runs':>5} {'none':>5} {'cover %':>8} {'half p50':>10} {'error p50':>10} "
        + (f"{'p95':>10} {'max':>10} {'half %':>7} {'p95 %':>7}")
    )


def _row(name: str, of: Summary) -> str:
    return f"{name:<34} {of.runs:>5} {of.missing:>5} {of.covered_percent:>8.1f} " + (
        f"{of.half_p50:>10.4g} {of.error_p50:>10.4g} {of.error_p95:>10.4g} {of.error_max:>10.4g} "
        f"{100 * of.half_share_p50:>7.2f} {100 * of.error_share_p95:>7.2f}"
    )


def _worst(runs: Sequence[Checked], key: tuple[str, int]) -> list[Checked]:
    found = [run for run in runs if key in run.compared]
    return sorted(found, key=lambda run: -_beyond(run.compared[key]))[:_WORST]


def _beyond(one: Compared) -> float:
    return abs(one.error) / one.half if one.half > 0.0 else float("inf")


def _told(run: Checked, key: tuple[str, int]) -> str:
    one, of = run.compared[key], run.set_up
    unit, per = ("psi", tables.PA_PER_PSI) if key == PRESSURE else ("uL", _UL)
    classes = ", ".join(of.classes().values())
    return (
        f"  seed {of.seed}: {one.error / per:+.2f} of +-{one.half / per:.2f} {unit} at "
        f"{one.truth / per:.1f} {unit}; {classes}; sensor {of.offset_pa / tables.PA_PER_PSI:+.2f} "
        f"psi {100 * (of.span - 1.0):+.2f} %; fit {run.rms_pa:.0f} Pa"
    )
