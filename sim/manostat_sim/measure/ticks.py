"""Time spent in ticks, from the TICK pin alone: it rises before the inputs are read."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from manostat_sim.benches.base import Edge


class Tick(NamedTuple):
    """One high pulse on TICK: when it rose, and for how long it stayed high."""

    at_us: float
    busy_us: float


def ticks(edges: Sequence[Edge], from_us: float = 0.0) -> list[Tick]:
    """Whole pulses that rose at or after `from_us`; one that is still high is left out."""
    return [
        Tick(rise.at_us, fall.at_us - rise.at_us)
        for rise, fall in pairwise(edges)
        if rise.level and not fall.level and rise.at_us >= from_us
    ]


def periods_us(of: Sequence[Tick]) -> list[float]:
    """From each rising edge to the next."""
    return [later.at_us - tick.at_us for tick, later in pairwise(of)]


def to_first_step_us(of: Sequence[Tick], steps: Sequence[Edge]) -> list[float]:
    """From the rise of TICK to the first rising edge on STEP, for each tick in which one came."""
    rises = iter([edge.at_us for edge in steps if edge.level])
    delays: list[float] = []
    step_us = next(rises, None)
    for tick in of:
        while step_us is not None and step_us < tick.at_us:
            step_us = next(rises, None)
        if step_us is not None and step_us <= tick.at_us + tick.busy_us:
            delays.append(step_us - tick.at_us)
    return delays


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank: the least value that at least `share` (0 to 1) of all do not exceed.

    ValueError for no values.
    """
    if not values:
        raise ValueError("no values to take a percentile of")
    ranked = sorted(values)
    return ranked[max(-(-len(ranked) * round(share * 1000) // 1000), 1) - 1]
