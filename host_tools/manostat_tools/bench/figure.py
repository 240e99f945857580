"""What a figure of the bench is, and what was measured of it."""

from typing import NamedTuple


class Figure(NamedTuple):
    """`bar`: the most that passes, or with `at_least` the least; None where there is none.
    `tasks`: those that measure it, one only with `at_least`.

    `wall_clock`: depends on the machine that runs the bench, unlike everything emulated.
    `how` is for the table, `note` for docs/figures.md.
    """

    name: str
    unit: str
    bar: float | None
    tasks: tuple[str, ...]
    how: str
    note: str
    wall_clock: bool = False
    at_least: bool = False

    def passes(self, value: float) -> bool:
        """Whether the value is within the bar; without a bar everything is."""
        if self.bar is None:
            return True
        return value >= self.bar if self.at_least else value <= self.bar


class Measured(NamedTuple):
    """The worst value of so many samples, and their mean (None where it says nothing)."""

    value: float
    mean: float | None = None
    samples: int = 1


def worse(one: Measured, other: Measured) -> Measured:
    """Both together: the larger value; the mean of whichever has one, weighted if both do."""
    samples = one.samples + other.samples
    if one.mean is None or other.mean is None:
        mean = other.mean if one.mean is None else one.mean
    else:
        mean = (one.mean * one.samples + other.mean * other.samples) / samples
    return Measured(max(one.value, other.value), mean, samples)
