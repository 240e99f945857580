"""Which limit of a requirement a figure was measured against, and the worst figure of each.

A figure is of a limit if it says so, number for number: `of` is that of the limit, or begins with
it and tells more behind a comma; the comparison is the same, and the number, in whatever unit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isclose

from manostat_tools.trace import results
from manostat_tools.trace.model import Limit
from manostat_tools.trace.results import Case, Figure, nearest

_UNITS = (
    {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "days": 86_400.0},
    {"nL": 1e-9, "uL": 1e-6, "mL": 1e-3},
    {"Pa": 1.0, "kPa": 1e3, "psi": 6894.757},
    {"ppm": 1e-6, "%": 1e-2, "ratio": 1.0},
)
_SAME = 1e-5
"""Limits in pascal are rounded to whole ones."""


@dataclass(frozen=True)
class Measured:
    """A limit and the worst of what was measured against it, by which test; None: nothing was."""

    limit: Limit
    figure: Figure | None
    case: Case | None

    @property
    def value(self) -> float | None:
        """The figure in the unit of the limit."""
        if self.figure is None:
            return None
        return converted(self.figure.value, self.figure.unit, self.limit.unit)


def converted(value: float, unit: str, to: str) -> float | None:
    """The value in another unit; None where they measure different things."""
    if unit == to:
        return value
    for units in _UNITS:
        if unit in units and to in units:
            return value * units[unit] / units[to]
    return None


def is_of(figure: Figure, limit: Limit) -> bool:
    """Whether this is what was measured against that limit."""
    if figure.also or figure.at != limit.at:
        return False
    if figure.of != limit.of and not figure.of.startswith(f"{limit.of}, "):
        return False
    number = converted(figure.limit, figure.unit, limit.unit)
    return number is not None and isclose(number, limit.number, rel_tol=_SAME)


def measured(requirement: str, limits: Sequence[Limit], cases: Iterable[Case]) -> list[Measured]:
    """Each limit with the worst figure of all cases that did not fail to run."""
    found = _figures(requirement, cases)
    rows = []
    for limit in limits:
        worst = nearest(figure for figure, _ in found if is_of(figure, limit))
        case = next((case for figure, case in found if figure is worst), None)
        rows.append(Measured(limit, worst, case))
    return rows


def also(requirement: str, cases: Iterable[Case]) -> list[tuple[Figure, Case]]:
    """What was measured beside the limits, the worst of each kind."""
    kinds: dict[tuple[object, ...], list[tuple[Figure, Case]]] = {}
    for figure, case in _figures(requirement, cases):
        if figure.also:
            kind = (figure.of.partition(", ")[0], figure.at, figure.limit, figure.unit)
            kinds.setdefault(kind, []).append((figure, case))
    worst = []
    for pairs in kinds.values():
        most = nearest(figure for figure, _ in pairs)
        worst.append(next(pair for pair in pairs if pair[0] is most))
    return worst


def _figures(requirement: str, cases: Iterable[Case]) -> list[tuple[Figure, Case]]:
    return [
        (figure, case)
        for case in cases
        for figure in case.figures
        if figure.requirement == requirement and case.outcome in (results.PASSED, results.FAILED)
    ]
