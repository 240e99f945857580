"""Figures for requirements that stand in the fault matrix and in the bench, not in a test's own."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from manostat_tools.bench.figures import FIGURES
from manostat_tools.boards import REPOSITORY
from manostat_tools.evidence import store
from manostat_tools.evidence.store import FIRMWARE, Row
from manostat_tools.trace.results import Figure

REQUIREMENT_OF = {
    "tick_us_max": "T-03",
    "late_ticks": "T-03",
    "overshoot_pa_disc": "P-04",
    "overshoot_pa_blocked": "P-04",
    "pain_to_last_step_us": "B-01",
    "release_to_last_step_us": "B-06",
    "bounce_steps": "B-01",
    "freeze_to_last_step_us": "T-03",
    "freeze_volume_nl": "T-03",
    "freeze_to_last_step_us_fastest": "T-03",
    "boot_to_ready_ms": "T-01",
}
"""Which requirement a figure of the bench is about."""
_TIME = ("time to last step", "press to last step")
_NO_STEP = ("steps after the fault",)
OF_CELLS = {
    **dict.fromkeys(("B-01", "B-02", "B-05", "B-06", "P-05", "P-11", "P-13", "T-03"), _TIME),
    **dict.fromkeys(("P-09", "T-04", "T-05", "L-04"), _NO_STEP),
    "P-04": ("line beyond its limit",),
    "P-08": ("volume after the fault",),
    "P-12": ("volume without a rise",),
    "D-01": ("volume after the fault",),
}
"""What a cell measures that a requirement speaks of. Other figures of its cells are of something
else than its limit, and stand in the fault matrix only."""


def measured_elsewhere(root: Path = REPOSITORY) -> dict[str, list[Figure]]:
    """By requirement, what `manostat evidence` has kept of the present firmware."""
    folder = root / store.FOLDER
    cells = store.read(sorted((folder / "fault-matrix").glob("*.json")))
    return figures_elsewhere(cells, store.read([folder / "figures.json"]), store.firmware(root))


def figures_elsewhere(
    cells: Iterable[Row], measured: Iterable[Row], firmware: str
) -> dict[str, list[Figure]]:
    """By requirement, of rows about this firmware that have a limit."""
    found: dict[str, list[Figure]] = defaultdict(list)
    for row in cells:
        if row.get(FIRMWARE) == firmware and row["limit"] is not None:
            name = row["requirements"][0]  # the figure is about it; the others hold too
            if row["of"] in OF_CELLS.get(name, ()):
                of = f"{row['id']}: {row['of']}"
                found[name].append(Figure(name, of, row["figure"], "<=", row["limit"], row["unit"]))
    bars = {f"figure/{one.name}": one for one in FIGURES if one.name in REQUIREMENT_OF}
    for row in measured:
        one = bars.get(row["id"])
        if one is not None and row.get(FIRMWARE) == firmware and row["limit"] is not None:
            name = REQUIREMENT_OF[one.name]
            figure = Figure(name, one.how, row["figure"], "<=", row["limit"], one.unit)
            found[name].append(figure)
    return found
