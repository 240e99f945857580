"""The smallest margin of a campaign to each limit, and what so many runs say about failures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manostat_tools.campaign import exact
from manostat_tools.campaign.blocks import Block, blocks
from manostat_tools.campaign.judged import Judged
from manostat_tools.campaign.limits import LIMITS
from manostat_tools.campaign.sketch import Sketch
from manostat_tools.campaign.worst import Case, Worst

WORST = 5


@dataclass(frozen=True)
class Margin:
    """One limit over all runs that can judge it.

    `worst`: the value nearest to the limit or furthest beyond it, and `margin` what is left of it,
    negative where it is broken; both NaN without such runs. `cases`: the worst runs. `runs`: how
    many were judged, `failures` how many broke the limit. `at_most`: upper 95 % bound of the share
    that breaks it, of the runs that this campaign draws (Clopper-Pearson, one-sided).
    `quantiles`: value by share, each within 0.1 %.
    """

    judged: Judged
    runs: int
    failures: int
    worst: float
    margin: float
    at_most: float
    cases: tuple[Case, ...]
    quantiles: dict[float, float]

    @property
    def requirement(self) -> str:
        """Its id, as "P-04"."""
        return self.judged.requirement


class Judging:
    """One limit's state while the blocks go by."""

    def __init__(self, judged: Judged) -> None:
        self.judged = judged
        self._below = judged.at == "<="
        self._worst = Worst(WORST, largest=self._below)
        self._sketch = Sketch()
        self._failures = 0

    def add(self, block: Block, applies: Any, values: Any) -> None:
        """Take in these runs of a block: `applies` says which, `values` has a number for each."""
        if not applies.any():
            return
        values = values[applies]
        self._worst.add(block["run"][applies], block["draw_seed"][applies], values)
        self._sketch.add(values)
        limit = self.judged.limit
        broken = values > limit if self._below else values < limit
        self._failures += int(broken.sum())

    def margin(self) -> Margin:
        """What it came to."""
        cases, runs = self._worst.cases(), self._sketch.count
        worst = cases[0].value if cases else float("nan")
        left = self.judged.limit - worst if self._below else worst - self.judged.limit
        shares = (0.5, 0.95, 0.99, 0.999) if self._below else (0.001, 0.01, 0.05, 0.5)
        return Margin(
            judged=self.judged,
            runs=runs,
            failures=self._failures,
            worst=worst,
            margin=left,
            at_most=exact.at_most(self._failures, runs),
            cases=cases,
            quantiles={share: self._sketch.quantile(share) for share in shares},
        )


def margins(folder: Path) -> list[Margin]:
    """The margin to every limit of `limits.LIMITS`, in that order, in one pass over the blocks.

    FileNotFoundError, KeyError: not a campaign's folder.
    """
    return margins_by(folder, {})[0]


Groups = dict[str, dict[str, list[Margin]]]
"""By column, by name in it: the margin to every limit."""


def margins_by(folder: Path, by: Mapping[str, Sequence[str]]) -> tuple[list[Margin], Groups]:
    """The margins of all runs, and of the runs that have each name in each column of `by`."""
    whole = [Judging(judged) for judged in LIMITS]
    groups = {
        column: {name: [Judging(judged) for judged in LIMITS] for name in names}
        for column, names in by.items()
    }
    columns = {"run", "draw_seed", *by, *(name for judged in LIMITS for name in judged.columns)}
    for block in blocks(folder, sorted(columns)):
        found = [(judged.applies(block), judged.value(block)) for judged in LIMITS]
        for one, (applies, values) in zip(whole, found, strict=True):
            one.add(block, applies, values)
        for column, names in groups.items():
            for name, judging in names.items():
                of_group = block[column] == name
                for one, (applies, values) in zip(judging, found, strict=True):
                    one.add(block, applies & of_group, values)
    return [one.margin() for one in whole], {
        column: {name: [one.margin() for one in judging] for name, judging in names.items()}
        for column, names in groups.items()
    }
