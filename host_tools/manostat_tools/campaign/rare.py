"""Rare events: subset simulation in standard normal space (Au and Beck 2001), on any function that
takes many points at once.

Written out instead of taken from a library: the kernel wants its runs in large blocks, and the
forty lines can be read beside the paper.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, sqrt
from typing import Any

import numpy as np
from scipy import stats

_Z = 1.959964  # 95 %, two-sided
_CORRELATION = 0.8  # of a step of a chain with the point before it
_MOST_LEVELS = 12


@dataclass(frozen=True)
class Rare:
    """`probability` that a value is above `level`, with its 95 % interval.

    `variation`: the coefficient of variation that the interval is made from. Chains are correlated,
    and levels as dependent as they can be: its upper bound, which makes the interval wide.
    `levels`: the thresholds on the way. `runs`: how many were made.
    """

    level: float
    probability: float
    low: float
    high: float
    variation: float
    levels: tuple[float, ...]
    runs: int


def subset_simulation(
    of: Callable[[Any], Any],
    dimensions: int,
    level: float,
    *,
    runs: int = 1000,
    part: float = 0.1,
    seed: int = 1,
) -> Rare:
    """P(`of` > `level`) for points that are even from 0 to 1 in each of `dimensions`.

    `of` gives a number for each row of points. `runs` a threshold, each holding about `part` of
    them; chains move by conditional sampling in normal space (Papaioannou et al. 2015). Below
    1e-12 it gives up and tells 0 with that as its upper end. ValueError unless `runs` x `part` is
    whole and 1 / `part` too.
    """
    seeds, length = round(runs * part), round(1.0 / part)
    if abs(seeds - runs * part) > 1e-9 or seeds * length != runs:
        raise ValueError(f"{runs} runs do not divide into parts of {part}")
    random = np.random.default_rng(seed)
    points = random.standard_normal((runs, dimensions))
    values = np.asarray(of(stats.norm.cdf(points)), dtype=np.float64)
    chains = np.arange(runs)  # which chain each value is of: at first all are independent
    share, variation, made = 1.0, 0.0, runs
    thresholds: list[float] = []
    for _ in range(_MOST_LEVELS):
        order = np.argsort(-values, kind="stable")
        threshold = float(values[order[seeds - 1]])
        last = threshold > level
        here = values > level if last else values >= threshold
        if not last and thresholds and threshold <= thresholds[-1]:
            break  # no value lies higher: a function with a bound below the level
        reached = float(here.mean())
        variation += _variation(here, chains, reached)
        share *= reached
        if last:
            low, high = share * exp(-_Z * variation), share * exp(_Z * variation)
            return Rare(level, share, low, min(high, 1.0), variation, tuple(thresholds), made)
        thresholds.append(threshold)
        points, values, chains = _chains(
            of, points[order[:seeds]], values[order[:seeds]], threshold, length, random
        )
        made += seeds * (length - 1)
    beyond = values > level
    share *= float(beyond.mean())
    return Rare(
        level, share, 0.0, max(share, part**_MOST_LEVELS), float("nan"), tuple(thresholds), made
    )


def _chains(
    of: Callable[[Any], Any], points: Any, values: Any, threshold: float, length: int, random: Any
) -> tuple[Any, Any, Any]:
    """All chains at once, a step of each in one block; none goes below the threshold."""
    steps, found = [points], [values]
    for _ in range(length - 1):
        fresh = random.standard_normal(points.shape)
        tried = _CORRELATION * points + sqrt(1.0 - _CORRELATION**2) * fresh
        there = np.asarray(of(stats.norm.cdf(tried)), dtype=np.float64)
        takes = there >= threshold
        points = np.where(takes[:, None], tried, points)
        values = np.where(takes, there, values)
        steps.append(points)
        found.append(values)
    chains = np.tile(np.arange(len(points)), length)
    return np.concatenate(steps), np.concatenate(found), chains


def _variation(here: Any, chains: Any, reached: float) -> float:
    """Coefficient of variation of a share, by the sums of its chains: what is alike
    within a chain counts once."""
    runs, count = len(here), int(chains.max()) + 1
    if reached >= 1.0 or reached <= 0.0:
        return 0.0
    if count == runs:
        return sqrt((1.0 - reached) / (reached * runs))
    sums = np.bincount(chains, weights=here, minlength=count)
    length = runs / count
    return sqrt(float(np.var(sums / length, ddof=1)) / count) / reached
