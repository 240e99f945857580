"""Quantiles of a column of any length in constant memory, with a stated resolution."""

from typing import Any

import numpy as np

from manostat_tools.campaign import exact

RESOLUTION = 0.001
"""Most by which a quantile is off, relative to its value; below `LEAST` it is told as 0."""
LEAST = 1e-3
_GROWTH = np.log((1.0 + RESOLUTION) / (1.0 - RESOLUTION))
_MOST = 1e15
_SIDE = int(np.ceil(np.log(_MOST / LEAST) / _GROWTH)) + 1
_MIDDLE = 2.0 / (np.exp(_GROWTH) + 1.0)  # of a bin's upper edge: equally far from both edges


class Sketch:
    """Counts in bins that grow by a factor (as DDSketch, Masson et al. 2019), of both signs.

    Sizes from 0.001 to 1e15 in any unit. `count`, `least`, `most` are exact.
    """

    def __init__(self) -> None:
        self.count = 0
        self.least = float("inf")
        self.most = float("-inf")
        self._bins = np.zeros(2 * _SIDE + 1, dtype=np.int64)

    def add(self, values: Any) -> None:
        """Take in an array. ValueError for what is no number or too large."""
        values = np.asarray(values, dtype=np.float64)
        if len(values) == 0:
            return
        size = np.abs(values)
        if not (size < _MOST).all():
            raise ValueError("a sketch takes numbers below 1e15")
        number = np.ceil(np.log(np.maximum(size, LEAST) / LEAST) / _GROWTH).astype(np.int64)
        place = _SIDE + np.sign(values).astype(np.int64) * np.where(size < LEAST, 0, number)
        self._bins += np.bincount(place, minlength=len(self._bins))
        self.count += len(values)
        self.least = min(self.least, float(values.min()))
        self.most = max(self.most, float(values.max()))

    def quantile(self, share_below: float) -> float:
        """The value with that share of all below it; NaN without values."""
        if self.count == 0:
            return float("nan")
        return self.ranked(max(1, int(np.ceil(share_below * self.count))))

    def interval(self, share_below: float, confidence: float = 0.95) -> tuple[float, float] | None:
        """What holds the population's quantile, by ranks; None where the values are too few."""
        ranks = exact.ranks(share_below, self.count, confidence)
        return None if ranks is None else (self.ranked(ranks[0]), self.ranked(ranks[1]))

    def ranked(self, rank: int) -> float:
        """The value with this rank, 1 for the smallest."""
        if rank <= 1:
            return self.least
        if rank >= self.count:
            return self.most
        place = int(np.searchsorted(np.cumsum(self._bins), rank)) - _SIDE
        if place == 0:
            return 0.0
        size = LEAST * np.exp(abs(place) * _GROWTH) * _MIDDLE
        return float(np.clip(np.copysign(size, place), self.least, self.most))
