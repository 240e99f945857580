"""Needle and contrast of each run: a level may be done again with others."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from manostat_tools.session.model import Contrast, Level, Needle, Run


class Fitted(NamedTuple):
    """None: not recorded."""

    needle: Needle | None
    contrast: Contrast | None


def fitted_at(level: Level, run: Run | None) -> Fitted:
    """What was fitted when a run of the level was made; without a run, what is fitted now."""
    if run is None or len(level.needles) != len(level.runs):
        return Fitted(level.needle, level.contrast)
    place = level.runs.index(run)
    return Fitted(level.needles[place], level.contrasts[place])


def beside(place: int, fitted: Sequence[Fitted]) -> Fitted:
    """Of a run that is found late, to stand at `place` among these: what its neighbours had."""
    needles = {one.needle for one in fitted[max(place - 1, 0) : place + 1]}
    contrasts = {one.contrast for one in fitted[max(place - 1, 0) : place + 1]}
    return Fitted(
        needles.pop() if len(needles) == 1 else None,
        contrasts.pop() if len(contrasts) == 1 else None,
    )


def changes(level: Level) -> list[str]:
    """What was fitted otherwise between the runs of a level, or after the last, in words."""
    said = []
    now = Fitted(level.needle, level.contrast)
    at_runs = [*map(Fitted, level.needles, level.contrasts), now] if level.needles else []
    for number, (old, new) in enumerate(pairwise(at_runs), 1):
        for name, before, after in zip(Fitted._fields, old, new, strict=True):
            if before != after:
                said.append(f"{name} changed after run {number}: {named(before)}, {named(after)}")
    return said


def named(one: Needle | Contrast | None) -> str:
    """As people call it."""
    return "not recorded" if one is None else str(one)
