"""The few worst of very many."""

from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """One run: its index in the campaign, its seed, and the value it is here for."""

    run: int
    seed: int
    value: float


class Worst:
    """Keeps the `most` largest values (the smallest, with `largest` False)."""

    def __init__(self, most: int = 5, largest: bool = True) -> None:
        self._most = most
        self._sign = 1.0 if largest else -1.0
        self._kept: list[Case] = []

    def add(self, runs: Any, seeds: Any, values: Any) -> None:
        """Take in three arrays of equal length. Of equal values the lower index comes first."""
        order = np.lexsort((runs, -self._sign * values))[: self._most]
        found = (Case(int(runs[i]), int(seeds[i]), float(values[i])) for i in order)
        both = [*self._kept, *found]
        self._kept = sorted(both, key=lambda c: (-self._sign * c.value, c.run))[: self._most]

    def cases(self) -> tuple[Case, ...]:
        """Worst first."""
        return tuple(self._kept)
