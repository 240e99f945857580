"""Answers whose injection was struck out, or moved to another level, by a correction.

They were not to the injection before, and stand to none until they are corrected themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeGuard

from manostat_tools.session import entries as e
from manostat_tools.session.answers import INTO_DISC
from manostat_tools.session.model import Run
from manostat_tools.session.pieces import place_of


class _Left(NamedTuple):
    """Run of entry `number` left `level` by the correction that is entry `at`."""

    number: int
    run: Run
    level: int | None
    at: int


def orphans(
    entries: Sequence[e.SessionEntry], standing: Sequence[tuple[int, e.Correctable]]
) -> frozenset[int]:
    """Numbers of these responses and findings. `standing`: of `corrections.apply`."""
    left = list(_left(entries))
    written = {
        entry.entry: at for at, entry in enumerate(entries, 1) if isinstance(entry, e.Correction)
    }
    injected = {number: entry for number, entry in standing if _is_injection(entry)}
    found = set()
    for number, entry in standing:
        if not isinstance(entry, e.Responded | e.Found):
            continue
        there = {
            at: one.run for at, one in injected.items() if one.level == entry.level and at < number
        }
        if any(
            run.number < number
            and run.number not in there
            and run.level == entry.level
            and run.at > written.get(number, number)
            and _newest({**there, run.number: run.run}) == run.number
            for run in left
        ):
            found.add(number)
    return frozenset(found)


def _newest(runs: Mapping[int, Run]) -> int:
    """Number of the entry whose run is the last by the pump's record."""
    numbers: list[int] = []
    for number in sorted(runs):
        place = place_of(runs[number], [runs[other] for other in numbers])
        numbers.insert(place, number)
    return numbers[-1]


def _left(entries: Sequence[e.SessionEntry]) -> Iterator[_Left]:
    level_of: dict[int, int | None] = {}
    runs: dict[int, Run] = {}
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, e.Correction):
            if entry.entry not in level_of:
                continue
            now = entry.instead.level if isinstance(entry.instead, e.RunDone) else None
            if now != level_of[entry.entry]:
                yield _Left(entry.entry, runs[entry.entry], level_of[entry.entry], number)
            level_of[entry.entry] = now
        elif _is_injection(entry):
            level_of[number], runs[number] = entry.level, entry.run


def _is_injection(entry: e.SessionEntry) -> TypeGuard[e.RunDone]:
    return isinstance(entry, e.RunDone) and entry.run.kind in INTO_DISC
