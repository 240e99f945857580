"""What needs runs of its own beside the campaign's: drivers of the overshoot, and rare events."""

from pathlib import Path
from typing import Any

import numpy as np

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign import drawings
from manostat_tools.campaign.exact import share
from manostat_tools.campaign.rare import Rare, subset_simulation
from manostat_tools.campaign.sections import number, pressure_beyond
from manostat_tools.campaign.sensitivity import Driven, drivers, overshoots_pa
from manostat_tools.campaign.space import PARAMETERS, draws
from manostat_tools.campaign.tail import Tail, tail
from manostat_tools.report.model import Cell, Figure, Notice, Part, Section, Table, Weight

_LEVELS_PSI = (0.30, 0.40, 0.44)
_BRUTE = 2000
_RUNS = 500


def drivers_section(base: int = 128) -> Section:
    """Sobol indices of the overshoot."""
    found = drivers(base)
    true = found[0]
    leading = max(range(len(true.names)), key=lambda at: true.total[at])
    parts: list[Part] = [
        Notice(
            Weight.NOTE,
            f"What drives the true overshoot: {true.names[leading]}, with "
            f"{100 * true.total[leading]:.0f} % of its variance (total order).",
        )
    ]
    for one in found:
        values = {
            name: (one.first[at], one.first_half[at], one.total[at], one.total_half[at])
            for at, name in enumerate(one.names)
        }
        parts.append(
            Figure(
                f"Overshoot of the {one.of}: sd {one.spread_pa:.0f} Pa",
                lambda values=values: drawings.shares(values),  # type: ignore[misc]
                f"Sobol indices of the overshoot of the {one.of} by parameter",
                f"{one.runs} runs of Saltelli's design, Dallas 0, nothing broken, stopped 50 psi "
                f"above opening; {one.left_out} that no pressure limit ended count as the mean. "
                "Where every first order is near zero and every total order is large, no parameter "
                "drives it: it is noise of the moment.",
            )
        )
    return Section("Which parameter drives the overshoot", (*parts, _drivers_table(found)))


def _drivers_table(found: list[Driven]) -> Table:
    def told(value: float, half: float) -> str:
        return f"{value:.2f} +- {half:.2f}"

    rows = tuple(
        (
            Cell(name),
            *(
                Cell(told(each[at], half[at]))
                for one in found
                for each, half in ((one.first, one.first_half), (one.total, one.total_half))
            ),
        )
        for at, name in enumerate(found[0].names)
    )
    heads = [f"{order}: {one.of}" for one in found for order in ("First order", "Total order")]
    return Table("Sobol indices, 95 % by bootstrap", ("Parameter", *heads), rows, (28, *(18,) * 4))


def overshoot(points: Any, limit_above_psi: float = 50.0) -> Any:
    """True overshoot in Pa for points of `space`, far below 0 where no pressure limit ended it."""
    return np.nan_to_num(overshoots_pa(draws(points, limit_above_psi))[0], nan=-1e9)


def rare_section(folder: Path, runs: int = _RUNS, brute: int = _BRUTE) -> Section:
    """Subset simulation beside brute force, and the fit of the campaign's own tail."""
    straight = overshoot(np.random.default_rng(1).random((brute, len(PARAMETERS))))
    rows = []
    for psi in _LEVELS_PSI:
        level = psi * PA_PER_PSI
        found = subset_simulation(overshoot, len(PARAMETERS), level, runs=runs)
        above = int((straight > level).sum())
        low, high = share(above, brute)
        rows.append(
            (
                Cell(pressure_beyond(level), strong=True),
                Cell(_told(found), strong=True),
                Cell(str(found.runs)),
                Cell(f"{above} of {brute} ({low:.1e} to {high:.1e})"),
            )
        )
    return Section(
        "Rare events",
        (
            Table(
                "Probability that the true line goes so far beyond the limit, nothing broken",
                ("Beyond by more than", "Subset simulation (95 %)", "Runs", "Brute force (95 %)"),
                tuple(rows),
                (24, 32, 12, 32),
                note="Of injections as the section above draws them: Dallas 0, even ranges, sensor "
                "errors within a fifth of their band (E). The sensor's error is bounded there, and "
                "so is the overshoot.",
            ),
            _tail_part(tail(folder)),
        ),
    )


def _told(found: Rare) -> str:
    if found.low == 0.0:
        return f"none found; below {found.high:.1e}"
    return f"{found.probability:.1e} ({found.low:.1e} to {found.high:.1e})"


def _tail_part(found: Tail | None) -> Part:
    if found is None:
        return Notice(Weight.NOTE, "Too few runs ended by a pressure limit to fit a tail.")
    low, high = found.shape_interval
    end = "does not end" if not np.isfinite(found.end) else f"ends at {pressure_beyond(found.end)}"
    rows = tuple(
        (
            Cell(f"1 in {1 / level:.0f}"),
            Cell(pressure_beyond(at), strong=True),
            Cell(f"{number(least)} to {number(most)} Pa"),
        )
        for level, (at, least, most) in found.reached.items()
    )
    return Table(
        "The campaign's own tail: generalised Pareto above a threshold",
        ("Passed by", "True line beyond the limit", "95 % by bootstrap"),
        rows,
        (30, 40, 30),
        note=f"{found.exceed} of {found.runs} runs lie above {found.threshold:.0f} Pa. Shape "
        f"{found.shape:.2f} ({low:.2f} to {high:.2f}); the fitted tail {end}. The bootstrap knows "
        "nothing of a wrong choice of distribution, and a fit says nothing of faults.",
    )
