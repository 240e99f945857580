"""One run however its records came: intent and outcome in any order, marks and trace later.

A run is known by the place of its outcome in the pump's journal; while that is not stored, by the
place of its intent, and then it is uncertain.
"""

from collections.abc import Iterable, Sequence

from manostat_tools.session.model import PainMark, Plateau, Run, Source

_TOLD_LATER = {"marks", "plateaus", "trace", "derived", "not_derived", "number", "began_at"}


def place_of(run: Run, runs: Sequence[Run]) -> int:
    """Where a run belongs among runs that are in their order: before the first that the same pump
    recorded later, whichever was written down first. How records of two pumps follow each other
    nobody knows: then, and without a source, behind them all."""
    source = run.source
    for place, other in enumerate(runs if source is not None else ()):
        later = other.source
        if later and source and later.serial == source.serial and later.sequence > source.sequence:
            return place
    return len(runs)


def in_order(run: Run, runs: Sequence[Run]) -> list[Run]:
    """These runs with one more at its place, numbered from 1."""
    place = place_of(run, runs)
    together = [*runs[:place], run, *runs[place:]]
    return [one.model_copy(update={"number": at}) for at, one in enumerate(together, 1)]


def goes_on(old: Run, new: Run) -> bool:
    """Whether `new` is `old`, or the same run of which the pump has told more since: its outcome,
    marks and plateaus, its stored trace, what was derived from it.

    Without its intent a run seems to have what an earlier one had told: see `let_go`.
    """
    if old.trace not in (None, new.trace) or not _is_one(old.source, new.source, old, new):
        return False
    if old.uncertain and not new.uncertain:
        return (old.kind, old.prescription) == (new.kind, new.prescription)
    late = _TOLD_LATER | {"source"}
    return old.model_dump(exclude=late) == new.model_dump(exclude=late) and (
        _is_part(_kept(old.marks, new.marks), new.marks)
        and _is_part(_kept(old.plateaus, new.plateaus), new.plateaus)
    )


def let_go(old: Run, new: Run) -> set[PainMark | Plateau]:
    """What `old` had and `new`, which goes on from it, has not: it was another run's."""
    had: set[PainMark | Plateau] = {*old.marks, *old.plateaus}
    return had.difference(new.marks, new.plateaus)


def _is_one(old: Source | None, new: Source | None, before: Run, after: Run) -> bool:
    """Of one pump, boot and level, in one record, or in an intent and its outcome. The pump may
    have written a page once more: then its hash is another."""
    if old is None or new is None:
        return old is new
    answered = before.uncertain and not after.uncertain
    return (
        (old.serial, old.boot) == (new.serial, new.boot)
        and old.level in (0, new.level)  # 0: written before the level was kept
        and (new.sequence > old.sequence if answered else new.sequence == old.sequence)
    )


def _kept(old: Sequence[object], new: Sequence[object]) -> list[object]:
    """Without those at the beginning that `new` has not."""
    first = next((place for place, one in enumerate(old) if one in new), len(old))
    return list(old[first:])


def _is_part(some: Iterable[object], whole: Sequence[object]) -> bool:
    """Whether all of `some` are in `whole`, in their order."""
    rest = iter(whole)
    return all(one in rest for one in some)
