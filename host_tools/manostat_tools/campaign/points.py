"""Evenly spread points in the unit cube, of which any range can be had alone.

`scipy.stats.qmc`: Sobol's sequence, scrambled, or Latin hypercubes of HYPERCUBE points each. Point
i of a seed is the same however a campaign is cut.
"""

from typing import Any

import numpy as np

HYPERCUBE = 4096
"""Points of one Latin hypercube: it is random as a whole, so all are made for any one of them."""
MOST_POINTS = 2**30
"""As many as Sobol's sequence has with scipy's 30 bits."""


class Sobol:
    """Scrambled with `seed`; remembers where it is, as what a process makes mostly goes forward."""

    def __init__(self, dimensions: int, seed: int) -> None:
        from scipy.stats import qmc

        self._engine = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(seed))
        self._at = 0

    def points(self, first: int, count: int) -> Any:
        """`count` rows from point `first` on, each coordinate in [0, 1)."""
        if first < self._at:
            self._engine.reset()
            self._at = 0
        if first > self._at:
            self._engine.fast_forward(first - self._at)
        self._at = first + count
        # One by one where it stands at the start: scipy warns of counts that are no power of two,
        # which is for those who stop there.
        if first == 0 and count & (count - 1):
            return np.concatenate([self._engine.random(1), self._engine.random(count - 1)])
        return self._engine.random(count)


class LatinHypercubes:
    """Hypercube k, of points k x HYPERCUBE and on, is made from `seed` and k."""

    def __init__(self, dimensions: int, seed: int) -> None:
        self._dimensions = dimensions
        self._seed = seed

    def points(self, first: int, count: int) -> Any:
        """`count` rows from point `first` on, each coordinate in [0, 1)."""
        cubes = range(first // HYPERCUBE, (first + max(count, 1) - 1) // HYPERCUBE + 1)
        found = np.concatenate([self._cube(number) for number in cubes])
        begin = first - cubes.start * HYPERCUBE
        return found[begin : begin + count]

    def _cube(self, number: int) -> Any:
        from scipy.stats import qmc

        rng = np.random.default_rng((self._seed, number))
        return qmc.LatinHypercube(self._dimensions, rng=rng).random(HYPERCUBE)


def points_of(sampling: str, dimensions: int, seed: int) -> Sobol | LatinHypercubes:
    """The engine of that name in `mix.SAMPLINGS`."""
    return (Sobol if sampling == "sobol" else LatinHypercubes)(dimensions, seed)
