"""The tail of the overshoot: a generalised Pareto distribution above a threshold."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from manostat_tools.campaign.blocks import blocks
from manostat_tools.campaign.judged import faultless, for_pressure
from manostat_tools.campaign.sketch import Sketch

LEVELS = (1e-3, 1e-4, 1e-5)
_LEAST = 50
_MOST = 200_000
_COLUMNS = ("draw_fault_kind", "out_reason", "out_over_limit_pa")


@dataclass(frozen=True)
class Tail:
    """Excesses over `threshold` (Pa) of `runs` values, `exceed` of them above it.

    `shape` below 0: the tail ends, at `end` (Pa, infinite else). `reached`: by probability, the
    value that is passed so seldom. Each with its 95 % interval by bootstrap.
    """

    threshold: float
    runs: int
    exceed: int
    shape: float
    shape_interval: tuple[float, float]
    scale: float
    end: float
    reached: dict[float, tuple[float, float, float]]


def fit_tail(values: Any, runs: int, threshold: float, again: int = 200, seed: int = 1) -> Tail:
    """Fit `values` above `threshold`, of `runs` in all, by maximum likelihood. ValueError for fewer
    than 50 of them."""
    over = np.asarray(values, dtype=np.float64) - threshold
    over = over[over > 0.0]
    if len(over) < _LEAST:
        raise ValueError(f"{len(over)} values above {threshold:g}: a fit needs {_LEAST}")
    shape, scale = _fit(over)
    random = np.random.default_rng(seed)
    fits = [_fit(random.choice(over, len(over))) for _ in range(again)]
    shapes = np.array([one for one, _ in fits])
    part = len(over) / runs
    reached = {}
    for level in LEVELS:
        each = [_reached(threshold, a, b, part, level) for a, b in [(shape, scale), *fits]]
        low, high = np.percentile(each[1:], (2.5, 97.5))
        reached[level] = (each[0], float(low), float(high))
    low, high = np.percentile(shapes, (2.5, 97.5))
    end = threshold - scale / shape if shape < 0.0 else float("inf")
    return Tail(threshold, runs, len(over), shape, (float(low), float(high)), scale, end, reached)


def tail(folder: Path, part: float = 0.1) -> Tail | None:
    """Of the true line over the limit, nothing broken, ended by a pressure limit: the largest
    `part` of them. None where a campaign has too few. Two passes over the blocks."""
    sketch = Sketch()
    for block in blocks(folder, _COLUMNS):
        sketch.add(_over(block))
    if sketch.count * part < _LEAST:
        return None
    # Of a very large campaign a higher threshold, so that what is kept does not grow with it.
    part = min(part, _MOST / sketch.count)
    threshold = sketch.quantile(1.0 - part)
    kept = [over[over > threshold] for over in map(_over, blocks(folder, _COLUMNS))]
    values = np.concatenate(kept)
    return fit_tail(values, sketch.count, threshold) if len(values) >= _LEAST else None


def _over(block: dict[str, Any]) -> Any:
    return block["out_over_limit_pa"][faultless(block) & for_pressure(block)]


def _fit(over: Any) -> tuple[float, float]:
    shape, _, scale = stats.genpareto.fit(over, floc=0.0)
    return float(shape), float(scale)


def _reached(threshold: float, shape: float, scale: float, part: float, level: float) -> float:
    if level >= part:
        return threshold
    return threshold + float(stats.genpareto.isf(level / part, shape, scale=scale))
