"""How fast the campaigns' kernel is, and whether it is equal to CPython: both of the same runs.

Processor time of one process, so that a busy machine says nearly the same.
"""

import time
from typing import Any, NamedTuple

import numpy as np

from manostat_sim.campaign.breaking import KINDS
from manostat_sim.campaign.compare import compare
from manostat_sim.campaign.kernel import Kernel, kernel
from manostat_sim.campaign.outcome import OUTCOME
from manostat_sim.campaign.sampler import long_run, short_run
from manostat_sim.measure.injection import Progress

SHORT_RUNS = 5000
_BLOCK = 100
_PASSES = 5
_FIRST_LONG = 1_000_000


class Speed(NamedTuple):
    """`compared` runs of `ticks` ticks, of which `equal` were equal to the bit after every tick's
    digest and in all of their state at the end; `differing`: seeds of the others.

    `ticks_per_s`: of `run_many` on one core, from draws to outcomes; the best of five passes.
    `speedup`: over CPython from draws to the end of the same runs, made once.
    """

    compared: int
    equal: int
    ticks: int
    differing: tuple[int, ...]
    ticks_per_s: float
    speedup: float


def speed(
    short_runs: int = SHORT_RUNS,
    long_runs: int = len(KINDS),
    progress: Progress = lambda _: None,
) -> Speed:
    """`short_runs` of up to two seconds with drawn faults, and `long_runs` whole injections, one
    with each kind of fault in turn. The kernel is compiled before, when it is new."""
    fast = kernel()
    draws = [short_run(seed) for seed in range(1, short_runs + 1)]
    draws += [long_run(_FIRST_LONG + number, number % len(KINDS)) for number in range(long_runs)]
    drawn = np.array(draws)
    # What else the machine does shares its caches: it can only make a pass slower.
    kernel_s = min(_kernel_s(fast, drawn) for _ in range(_PASSES))
    blocks = []
    for first in range(0, len(drawn), _BLOCK):
        blocks.append(compare(fast, drawn[first : first + _BLOCK], time.process_time))
        progress(min((first + _BLOCK) / len(drawn), 1.0))
    ticks = sum(block.ticks for block in blocks)
    cpython_s = sum(block.cpython_s for block in blocks)
    return Speed(
        sum(block.runs for block in blocks),
        sum(block.equal for block in blocks),
        ticks,
        tuple(seed for block in blocks for seed in block.differing),
        ticks / kernel_s,
        cpython_s / kernel_s,
    )


def _kernel_s(fast: Kernel, draws: Any) -> float:
    out = np.empty(len(draws), dtype=OUTCOME)
    begin_s = time.process_time()
    fast.run_many(draws, out)
    return time.process_time() - begin_s
