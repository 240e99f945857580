"""Which parameter drives the overshoot: Sobol indices, by SALib."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from manostat.core import codes
from manostat_sim.campaign.kernel import run_many
from manostat_tools.campaign.again import block_of
from manostat_tools.campaign.as_read import as_read_pa
from manostat_tools.campaign.space import PARAMETERS, draws


@dataclass(frozen=True)
class Driven:
    """Shares of the variance by parameter: `first` alone, `total` with all others, each with the
    half width of its 95 % interval by bootstrap. `runs` were made, of which no pressure limit ended
    `left_out`; `spread_pa` is the sd."""

    of: str
    names: tuple[str, ...]
    first: tuple[float, ...]
    first_half: tuple[float, ...]
    total: tuple[float, ...]
    total_half: tuple[float, ...]
    runs: int
    left_out: int
    spread_pa: float


def overshoots_pa(made: Any) -> tuple[Any, Any]:
    """Pa by which the line was beyond the limit, for records of `DRAW`: true, and in the numbers
    of the pump's own sensor; below 0 never, NaN where no pressure limit ended the run."""
    outcomes = run_many(made)
    ended = np.isin(outcomes["reason"], (codes.PRESSURE_ABOVE, codes.PRESSURE_LINE))
    read_pa = as_read_pa(block_of(made, outcomes, np.arange(len(made))))
    return np.where(ended, outcomes["over_limit_pa"], np.nan), np.where(ended, read_pa, np.nan)


def sobol(
    of: Callable[[Any], dict[str, Any]], names: tuple[str, ...], base: int = 256, seed: int = 1
) -> list[Driven]:
    """First and total order of each array that `of` gives by name for points from 0 to 1 (one
    column for each of `names`).

    Saltelli's design: `base` (a power of two) times two more than names evaluations. Where a value
    is NaN it is taken as the mean of the others, and counted.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as sampling

    problem = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    points = sampling.sample(problem, base, calc_second_order=False, seed=seed)
    found = []
    for said, values in of(points).items():
        # The estimators take differences of products: the mean taken off leaves them their digits.
        off = np.nan_to_num(values - np.nanmean(values), nan=0.0)
        given = analysis.analyze(problem, off, calc_second_order=False, seed=seed)
        first, first_half, total, total_half = (
            tuple(map(float, given[key])) for key in ("S1", "S1_conf", "ST", "ST_conf")
        )
        missing, spread = int(np.isnan(values).sum()), float(off.std())
        orders = first, first_half, total, total_half
        found.append(Driven(said, names, *orders, len(points), missing, spread))
    return found


def drivers(base: int = 128) -> list[Driven]:
    """Of the true overshoot and of that in its sensor's own numbers; 14 `base` runs of 3 ms."""

    def of(points: Any) -> dict[str, Any]:
        true_pa, read_pa = overshoots_pa(draws(points))
        return {"true line": true_pa, "line in its sensor's own numbers": read_pa}

    return sobol(of, tuple(one.name for one in PARAMETERS), base)
