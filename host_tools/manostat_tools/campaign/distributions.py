"""From evenly spread numbers in (0, 1) to those of a distribution: quantile transforms on columns.

Numbers are rounded so that a last bit that differs between machines does not reach a run.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

Column = Any
"""A numpy array, one element a run."""
_LEAST = 2.0**-31  # half of the distance of Sobol's points: an end would be at infinity


@dataclass(frozen=True)
class Distribution:
    """One of a mix. `share`: of the runs that have it at all; NaN in the others.

    `digits`: decimals kept. A `choice` of names gives the index into `values`. `low`, `high`: ends
    of a uniform; a normal beyond them is set to them. `letter`, `source`: where they are other than
    the parameter's.
    """

    kind: str
    share: float = 1.0
    digits: int = 6
    value: float = 0.0
    low: float = -np.inf
    high: float = np.inf
    mean: float = 0.0
    sd: float = 0.0
    values: tuple[Any, ...] = ()
    weights: tuple[float, ...] = ()
    letter: str = ""
    source: str = ""

    @property
    def named(self) -> bool:
        """Whether it is a choice of names, not of numbers."""
        return bool(self.values) and isinstance(self.values[0], str)

    def quantiles(self, even: Column) -> Column:
        """Its numbers at these shares, each in [0, 1); NaN beyond `share`."""
        inside = np.clip(even / self.share, _LEAST, 1.0 - _LEAST)
        found = np.round(self._quantiles(inside), self.digits)
        return np.where(even < self.share, found, np.nan) if self.share < 1.0 else found

    def _quantiles(self, inside: Column) -> Column:
        from scipy import stats

        if self.kind == "uniform":
            return self.low + (self.high - self.low) * inside
        if self.kind == "normal":
            drawn = stats.norm.ppf(inside, self.mean, self.sd)
            return np.clip(drawn, self.low, self.high)
        if self.kind == "lognormal":
            variance = np.log(1.0 + (self.sd / self.mean) ** 2)
            scale = self.mean * np.exp(-variance / 2.0)
            return stats.lognorm.ppf(inside, np.sqrt(variance), scale=scale)
        if self.kind == "choice":
            edges = np.cumsum(self.weights) / np.sum(self.weights)
            index = np.searchsorted(edges[:-1], inside, side="right").astype(np.float64)
            return index if self.named else np.array(self.values, dtype=float)[index.astype(int)]
        return np.full(len(inside), self.value)

    def __str__(self) -> str:
        said = {
            "constant": f"{self.value:g}",
            "uniform": f"{self.low:g} to {self.high:g}",
            "choice": ", ".join(
                f"{value} ({weight:g})"
                for value, weight in zip(self.values, self.weights, strict=True)
            ),
        }.get(self.kind, f"mean {self.mean:g}, sd {self.sd:g}")
        share = f", in {100.0 * self.share:g} % of the runs" if self.share < 1.0 else ""
        return f"{self.kind} {said}{share}"

    def moments(self) -> tuple[float, float]:
        """Mean and sd of the runs that have it, by the book; of a choice, of its numbers."""
        if self.kind == "uniform":
            return (self.low + self.high) / 2.0, (self.high - self.low) / 12.0**0.5
        if self.kind in ("normal", "lognormal"):
            return self.mean, self.sd
        if self.kind == "choice":
            mean = float(np.average(self.values, weights=self.weights))
            spread = float(np.average((np.array(self.values) - mean) ** 2, weights=self.weights))
            return mean, spread**0.5
        return self.value, 0.0


@dataclass(frozen=True)
class Parameter:
    """A quantity of a mix: its distribution, or with `by` one for each set of the other's names.

    `letter` and `source` say what its numbers are worth.
    """

    name: str
    unit: str
    letter: str
    source: str
    by: str
    of: tuple[tuple[tuple[str, ...], Distribution], ...]
    """Names of `by` and what is drawn then; without `by` one entry for no names."""

    @property
    def drawn(self) -> bool:
        """Whether it takes a coordinate of the points."""
        return any(one.kind != "constant" or one.share < 1.0 for _, one in self.of)

    @property
    def named(self) -> bool:
        """Whether it is a choice of names."""
        return not self.by and self.of[0][1].named

    @property
    def choices(self) -> tuple[Any, ...]:
        """What the indices of a choice stand for."""
        return self.of[0][1].values

    def worth(self, name: str) -> str:
        """The letter of its numbers where `by` has this name."""
        return next((one.letter for when, one in self.of if name in when), "") or self.letter

    def column(self, even: Column, names: Column | None) -> Column:
        """Its numbers at these shares; `names`: of the parameter `by`, None where that has none."""
        if not self.by:
            return self.of[0][1].quantiles(even)
        found = np.full(len(even), np.nan)
        for when, distribution in self.of:
            chosen = np.isin(np.asarray(names), when)
            found[chosen] = distribution.quantiles(even[chosen])
        return found
