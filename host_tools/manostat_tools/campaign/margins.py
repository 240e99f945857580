"""The smallest margin of a campaign to each limit, and what so many runs say about failures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from manostat_tools.campaign import exact
from manostat_tools.campaign.blocks import blocks
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
        self._judged = judged
        self._below = judged.at == "<="
        self._worst = Worst(WORST, largest=self._below)
        self._sketch = Sketch()
        self._failures = 0

    def add(self, block: dict[str, np.ndarray]) -> None:
        """Take in a block."""
        applies = self._judged.applies(block)
        if not applies.any():
            return
        values = np.asarray(self._judged.value(block), dtype=np.float64)[applies]
        self._worst.add(block["run"][applies], block["draw_seed"][applies], values)
        self._sketch.add(values)
        limit = self._judged.limit
        broken = values > limit if self._below else values < limit
        self._failures += int(broken.sum())

    def margin(self) -> Margin:
        """What it came to."""
        cases, runs = self._worst.cases(), self._sketch.count
        worst = cases[0].value if cases else float("nan")
        left = self._judged.limit - worst if self._below else worst - self._judged.limit
        shares = (0.5, 0.95, 0.99, 0.999) if self._below else (0.001, 0.01, 0.05, 0.5)
        return Margin(
            judged=self._judged,
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
    judging = [Judging(judged) for judged in LIMITS]
    columns = {"run", "draw_seed", *(name for judged in LIMITS for name in judged.columns)}
    for block in blocks(folder, sorted(columns)):
        for one in judging:
            one.add(block)
    return [one.margin() for one in judging]
