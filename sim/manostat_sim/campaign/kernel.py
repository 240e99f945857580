"""Draws in, outcomes out: many runs on the generated kernel."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from manostat_sim.campaign import generated
from manostat_sim.campaign.draw import run_of
from manostat_sim.campaign.filling import Filler
from manostat_sim.campaign.flatten import Flat, flatten
from manostat_sim.campaign.outcome import OUTCOME, read_outcomes
from manostat_sim.campaign.sampler import short_run

ENTRIES = ("run", "tick")
_BLOCK = 512
"""Runs at a time: enough that a column costs little a run, few enough for 5 MB of records."""


@cache
def flat() -> Flat:
    """The run, flattened. Any draw has the same shape."""
    return flatten(run_of(short_run(1)), ENTRIES)


def run_many(draws: Any, out: Any = None) -> Any:
    """Make these runs and return their outcomes, an array of `outcome.OUTCOME`.

    `draws`: an array of `draw.DRAW`. `out`: the array to fill, as long; a new one when None. Memory
    beyond the two is the same for any number of runs. ValueError for a prescription that the
    firmware would refuse. The first call of a process loads the kernel, and compiles it, half a
    minute, when its sources are new.
    """
    return kernel().run_many(draws, out)


@cache
def kernel() -> "Kernel":
    """The kernel of this process."""
    return Kernel()


class Kernel:
    """Machine code for arrays of records of `flat().layout.dtype`.

    `records` builds such an array from draws, `run` makes the runs of one, `tick` one tick of each.
    `text`: of the generated module, another than the usual for a test.
    """

    def __init__(self, text: str | None = None) -> None:
        self.layout = flat().layout
        self.records: Callable[[Any], Any] = Filler(self.layout).records
        self.run: Callable[[Any], Any]
        self.tick: Callable[[Any], Any]
        path = generated.stored(text or generated.text_with_loops(flat()))
        self.run, self.tick = generated.compiled(generated.loaded(path), flat().names)

    def run_many(self, draws: Any, out: Any = None) -> Any:
        """See the function."""
        if out is None:
            out = np.empty(len(draws), dtype=OUTCOME)
        if len(out) != len(draws):
            raise ValueError(f"{len(draws)} draws, but room for {len(out)} outcomes")
        for first in range(0, len(draws), _BLOCK):
            records = self.records(draws[first : first + _BLOCK])
            self.run(records)
            read_outcomes(self.layout, records, out[first : first + _BLOCK])
        return out
