"""Answers whose injection was struck out, or moved to another level, by a correction.

They were not to the injection before, and stand to none until they are corrected themselves.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeGuard

from manostat_tools.session import entries as e
from manostat_tools.session.answers import INTO_DISC


class _Left(NamedTuple):
    """Run of entry `number` left `level` by the correction that is entry `at`."""

    number: int
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
    level_of = {number: entry.level for number, entry in standing if _is_injection(entry)}
    found = set()
    for number, entry in standing:
        if not isinstance(entry, e.Responded | e.Found):
            continue
        before = [run for run, level in level_of.items() if level == entry.level and run < number]
        since = max(before, default=0)
        if any(
            since < run.number < number
            and run.level == entry.level
            and run.at > written.get(number, number)
            for run in left
        ):
            found.add(number)
    return frozenset(found)


def _left(entries: Sequence[e.SessionEntry]) -> Iterator[_Left]:
    level_of: dict[int, int | None] = {}
    for number, entry in enumerate(entries, 1):
        if isinstance(entry, e.Correction):
            if entry.entry not in level_of:
                continue
            now = entry.instead.level if isinstance(entry.instead, e.RunDone) else None
            if now != level_of[entry.entry]:
                yield _Left(entry.entry, level_of[entry.entry], number)
            level_of[entry.entry] = now
        elif _is_injection(entry):
            level_of[number] = entry.level


def _is_injection(entry: e.SessionEntry) -> TypeGuard[e.RunDone]:
    return isinstance(entry, e.RunDone) and entry.run.kind in INTO_DISC
