"""Runs of a campaign by their index: run i of (mix, seed) is the same however they are cut."""

from typing import Any

import numpy as np

from manostat_tools.campaign.mix import Mix
from manostat_tools.campaign.parts import Parameters, draws_of
from manostat_tools.campaign.points import points_of

MOST_SEED = 2**32 - 1


class Sampler:
    """Draws the runs of `mix` under `seed`, 0 to MOST_SEED."""

    def __init__(self, mix: Mix, seed: int) -> None:
        self.mix = mix
        self.seed = seed
        self._drawn = [one for one in mix.parameters if one.drawn]
        self._points = points_of(mix.sampling, len(self._drawn), seed)

    def parameters(self, first: int, count: int) -> Parameters:
        """What is drawn for runs `first` and on, in the mix's own units and names."""
        points = self._points.points(first, count)
        even = {one.name: points[:, number] for number, one in enumerate(self._drawn)}
        still = np.zeros(count)
        at: Parameters = {}
        for one in self.mix.parameters:
            column = one.column(even.get(one.name, still), at.get(one.by))
            at[one.name] = _named(column, one.choices) if one.named else column
        return at

    def draws(self, first: int, count: int) -> Any:
        """An array of DRAW for runs `first` to `first + count - 1`."""
        return self.draws_of(first, self.parameters(first, count))

    def draws_of(self, first: int, parameters: Parameters) -> Any:
        """The same, of the parameters of the runs `first` and on."""
        runs = np.arange(first, first + len(parameters["mode"]), dtype=np.int64)
        return draws_of(parameters, self.seed, runs)


def _named(column: Any, names: tuple[str, ...]) -> Any:
    known = np.array([*names, ""])
    return known[np.where(np.isnan(column), len(names), column).astype(np.int64)]
