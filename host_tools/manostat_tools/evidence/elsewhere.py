"""Figures for requirements that stand in fault matrix, bench and soak, and in no test's own."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from manostat_tools.bench.figures import FIGURES
from manostat_tools.boards import REPOSITORY
from manostat_tools.evidence import store
from manostat_tools.evidence.store import FIRMWARE, Row
from manostat_tools.trace import results
from manostat_tools.trace.items import register
from manostat_tools.trace.limits import is_of
from manostat_tools.trace.model import Limit
from manostat_tools.trace.results import Case, Figure

Limits = Mapping[str, Sequence[Limit]]

_OVERSHOOT = "line of 1 uL/psi, 0.05 mL/s: beyond the limit"
_DISC = "disc of 43 psi/mL on a line of 5 uL/psi: beyond the limit"
_RENEWAL = "last renewal to last step"
OF_FIGURES = {
    "tick_us_max": ("T-03", ""),
    "late_ticks": ("T-03", ""),
    "overshoot_pa_disc": ("P-04", _DISC),
    "overshoot_pa_blocked": ("P-04", _OVERSHOOT),
    "pain_to_last_step_us": ("B-01", "press to last step"),
    "release_to_last_step_us": ("B-06", ""),
    "bounce_steps": ("B-01", ""),
    "freeze_to_last_step_us": ("T-03", _RENEWAL),
    "freeze_volume_nl": ("T-03", "volume after the last renewal, at 0.05 mL/s"),
    "freeze_to_last_step_us_fastest": ("T-03", _RENEWAL),
    "boot_to_ready_ms": ("T-01", "power-on to verdict"),
}
"""Which requirement a figure of the bench is about, and which of its limits."""
OF_CELLS = {
    ("B-01", "time to last step"): "press to last step",
    ("B-01", "press to last step"): "press to last step",
    ("B-02", "time to last step"): "wire of its tap broken to last step",
    ("B-05", "time to last step"): "press to last step",
    ("B-05", "press to last step"): "press to last step",
    ("P-08", "volume after the fault"): "volume drawn back, single fault included",
    ("P-12", "volume without a rise"): "volume without a rise",
    ("T-03", "time to last step"): _RENEWAL,
    ("T-05", "steps after the fault"): "steps after a reset without proof of the button and RUN",
}
"""Which limit of a requirement a cell's figure is of, where the numbers are the same too."""
OF_SOAK = {"soak/fortnight days": ("T-06", "simulated time across all wraps")}
_MATRIX, _BENCH, _SOAK = "fault matrix", "bench", "soak"


def measured_elsewhere(root: Path = REPOSITORY) -> dict[str, list[Case]]:
    """By requirement, what `manostat evidence` has kept of the present firmware."""
    folder = root / store.FOLDER
    limits = {item.id: item.limits for item in register().requirements}
    rows = [
        *store.read(sorted((folder / "fault-matrix").glob("*.json"))),
        *store.read([folder / "figures.json"]),
        *store.read(sorted(folder.glob("soak*.json"))),
    ]
    firmware = store.firmware(root)
    return cases_of((row for row in rows if row.get(FIRMWARE) == firmware), limits)


def cases_of(rows: Iterable[Row], limits: Limits) -> dict[str, list[Case]]:
    """By requirement, each row that has a limit, as if a test had measured it."""
    found: dict[str, list[Case]] = defaultdict(list)
    for row in rows:
        about = None if row["limit"] is None else _about(row)
        if about is not None:
            where, requirement, of = about
            figure = _figure(row, requirement, of, limits.get(requirement, ()))
            outcome = results.PASSED if row["verdict"] == "passed" else results.FAILED
            name = f"{where}: {row['id'].rpartition('figure/')[2]}"
            found[requirement].append(
                Case(name, (requirement,), row["bench"], outcome, "", (figure,))
            )
    return found


def _about(row: Row) -> tuple[str, str, str] | None:
    """(where it is from, requirement, its limit) of a row; the limit may be "": none."""
    if "requirements" in row:
        name = row["requirements"][0]  # the figure is about it; the others hold too
        return _MATRIX, name, OF_CELLS.get((name, row["of"]), "")
    bars = {f"figure/{one.name}": one.name for one in FIGURES}
    if bars.get(row["id"]) in OF_FIGURES:
        return _BENCH, *OF_FIGURES[bars[row["id"]]]
    return (_SOAK, *OF_SOAK[row["id"]]) if row["id"] in OF_SOAK else None


def _figure(row: Row, requirement: str, of: str, limits: Sequence[Limit]) -> Figure:
    """Of the requirement's limit if it is the same number, and else measured beside it."""
    at = row.get("at") or "<="
    made = Figure(requirement, of, row["figure"], at, row["limit"], row["unit"])
    for limit in limits:
        same = replace(made, at=limit.at)
        if of == limit.of and is_of(same, limit):
            return same
    return replace(made, of=row["of"], also=True)
