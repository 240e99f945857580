"""What all injections of a level came to.

The pump counts for levels of its own: it goes on counting in a further run, and from zero where the
level is done again.
"""

from itertools import groupby
from typing import NamedTuple

from manostat_tools.session.model import Level, PainMark, Run
from manostat_tools.session.provoked import above_opening_pa, first_press, injections


class Highest(NamedTuple):
    """Above opening, Pa, and in which run."""

    above_pa: int
    run: Run


def of_the_pump(level: Level) -> list[list[Run]]:
    """The injections of a level, those together that the pump counted as one level."""
    groups: list[list[Run]] = []
    for run in injections(level):
        if groups and _goes_on(groups[-1][-1], run):
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def delivered_in_all_nl(level: Level) -> int:
    """By all injections of the level."""
    return sum(group[-1].volume_nl for group in of_the_pump(level))


def highest(level: Level) -> Highest | None:
    """Of all injections of the level; None where nothing above opening is known of any."""
    known = [
        Highest(above_pa, run)
        for run in injections(level)
        if (above_pa := above_opening_pa(run, run.peak_pa)) is not None
    ]
    return max(known, key=lambda one: one.above_pa, default=None)


def presses_elsewhere(level: Level, counted: Run | None) -> list[tuple[Run, PainMark]]:
    """The first press of each injection of the level but the one that counts."""
    found = [(run, first_press(level, run)) for run in injections(level) if run is not counted]
    return [(run, mark) for run, mark in found if mark is not None and mark.points]


def levels_of_the_pump(runs: tuple[Run, ...]) -> list[tuple[int, list[Run]]]:
    """(level of the pump, runs), in order, as far as the level is known."""
    known = [run for run in runs if run.source is not None and run.source.level]
    return [
        (number, list(group))
        for number, group in groupby(known, lambda run: run.source.level if run.source else 0)
    ]


def _goes_on(before: Run, run: Run) -> bool:
    """Whether the pump counted on. Where its level is not known: both counts never fall in one."""
    old, new = before.source, run.source
    if old is not None and new is not None and old.level and new.level:
        return (old.serial, old.level) == (new.serial, new.level)
    lasted = (before.duration_ms or 0) <= (run.duration_ms or before.duration_ms or 0)
    return before.volume_nl <= run.volume_nl and lasted
