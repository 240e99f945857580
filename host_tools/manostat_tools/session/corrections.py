"""Entries as they stand once corrected, and each correction in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from manostat_tools import words
from manostat_tools.session.entries import (
    Correctable,
    Correction,
    LevelPlanned,
    Opened,
    RunDone,
    SessionEntry,
)
from manostat_tools.session.levels import told_apart
from manostat_tools.session.model import Quantity
from manostat_tools.session.pieces import goes_on


class FoldError(ValueError):
    """Entries that contradict each other; the text names the entry by its number."""


class Corrected(NamedTuple):
    """`standing`: (number, entry) without corrections and what they struck out; `told`: a line
    for each correction, in their order."""

    standing: list[tuple[int, Correctable]]
    told: list[str]


def apply(entries: Sequence[SessionEntry]) -> Corrected:
    """Put the last correction of an entry in its place, with the time at which the entry was
    written: a correction has its own. FoldError for one that cannot be."""
    first: dict[int, Correctable] = {}
    standing: dict[int, Correctable | None] = {}
    corrections: list[tuple[Correction, Correctable | None]] = []
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, Correction):
            first[number] = standing[number] = entry
            continue
        old = standing.get(entry.entry)
        _check(number, entry, first.get(entry.entry), old)
        corrections.append((entry, old))
        written = {"host_utc": entries[entry.entry - 1].host_utc}
        standing[entry.entry] = entry.instead and entry.instead.model_copy(update=written)
    kept = [(number, entry) for number, entry in standing.items() if entry is not None]
    names = _names(entry for _, entry in kept)
    return Corrected(kept, [_say(entry, old, names) for entry, old in corrections])


def _names(entries: Iterable[Correctable]) -> dict[int, str]:
    """Of the planned levels by their order, as they stand; with the order where one repeats."""
    names = {entry.order: entry.name for entry in entries if isinstance(entry, LevelPlanned)}
    return {order: told_apart(name, order, names.values()) for order, name in names.items()}


def _check(
    number: int, entry: Correction, first: Correctable | None, old: Correctable | None
) -> None:
    """`first`: as it was written, None if there is no such entry; `old`: as it stands, None once
    struck out. What is put back is held against the first, or striking out would free it."""
    of = f"entry {number} corrects entry {entry.entry}"
    if first is None:
        raise FoldError(f"{of}: allowed an entry before it that is no correction")
    if entry.instead is None:
        if isinstance(old, Opened):
            raise FoldError(f"{of}, opened: it cannot be struck out, allowed another in its place")
        if old is None:
            raise FoldError(f"{of}, which is struck out already")
        return
    if entry.instead.kind != first.kind:
        raise FoldError(f"{of} by {entry.instead.kind}: allowed {first.kind}, the same kind")
    for before in (first, old):
        if (
            isinstance(before, RunDone)
            and isinstance(entry.instead, RunDone)
            and not goes_on(before.run, entry.instead.run)
        ):
            raise FoldError(f"{of}, run: what the pump recorded stands; allowed another level")


def _say(entry: Correction, old: Correctable | None, names: Mapping[int, str]) -> str:
    """ "entry 5 (response, L4-5): wrong finger. intensity: 7, now 6. By A: misheard (host ...)"."""
    of = old or entry.instead
    kind = of.kind if of is not None else ""
    order = of.order if isinstance(of, LevelPlanned) else getattr(of, "level", None)
    where = "" if order is None else f", {names.get(order, f'level {order}')}"
    return (
        f"entry {entry.entry} ({kind}{where}): {entry.wrong}. "
        f"{_changes(old, entry.instead, names)}. "
        f"By {entry.by}: {entry.why} (host {entry.host_utc:%Y-%m-%d %H:%M:%S} UTC)"
    )


def _changes(old: Correctable | None, new: Correctable | None, names: Mapping[int, str]) -> str:
    before, after = _named(_flat(old), names), _named(_flat(new), names)
    if new is None:
        said = ", ".join(f"{name} {value}" for name, value in before.items() if value is not None)
        return f"struck out: {said}"
    before, after = before | _derived(old), after | _derived(new)
    changed = [name for name in after | before if before.get(name) != after.get(name)]
    told = [f"{name}: {_word(before.get(name))}, now {_word(after.get(name))}" for name in changed]
    told += [f"{name}: other inputs" for name in _with_other_inputs(old, new)]
    return "; ".join(told) or "nothing changed"


def _named(flat: dict[str, Any], names: Mapping[int, str]) -> dict[str, Any]:
    """The same with the level by its name."""
    return flat | ({"level": names.get(flat["level"])} if flat.get("level") in names else {})


def _word(value: object) -> object:
    return "not recorded" if value is None else value


def _flat(entry: Correctable | None) -> dict[str, Any]:
    """Fields by their own names; of a run only its level and what may come later, for the pump's
    record stands."""
    if entry is None:
        return {}
    if isinstance(entry, RunDone):
        run = entry.run
        return {
            "level": entry.level,
            "ended": run.reason,
            "volume_nl": run.volume_nl,
            "trace": run.trace,
            "marks": len(run.marks),
            "plateaus": len(run.plateaus),
            "began_at": run.began_at and run.began_at.isoformat(),
            "not derived": "; ".join(run.not_derived) or None,
        }
    flat: dict[str, Any] = {}
    for name, value in entry.model_dump(mode="json", exclude={"host_utc", "kind"}).items():
        flat |= (
            {f"{name} {k}": v for k, v in value.items()}
            if isinstance(value, dict)
            else {name: value}
        )
    return flat


def _derived(entry: Correctable | None) -> dict[str, Any]:
    """Of a run, each value by its name and moment, with its interval."""
    said: dict[str, Any] = {}
    for value in entry.run.derived if isinstance(entry, RunDone) else ():
        name = f"derived {value.name.replace('_', ' ')}{_moment(value)}"
        told = words.derived(value.value, value.low, value.high, value.unit)
        said[name] = f"{said[name]}, {told}" if name in said else told
    return said


def _moment(value: Quantity) -> str:
    if "before_ms" in value.inputs:
        before_ms = value.inputs["before_ms"]
        return f" {before_ms} ms before" if before_ms else ""
    at_us = value.inputs.get("stop_us", value.inputs.get("at_us"))
    return f" at {at_us / 1e6:.3f} s" if isinstance(at_us, int | float) else ""


def _with_other_inputs(old: Correctable | None, new: Correctable | None) -> list[str]:
    """Derived values, by name, that are there before and after and do not rest on the same."""
    before, after = _inputs(old), _inputs(new)
    return [name for name in before if name in after and before[name] != after[name]]


def _inputs(entry: Correctable | None) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for value in entry.run.derived if isinstance(entry, RunDone) else ():
        name = f"derived {value.name.replace('_', ' ')}"
        found.setdefault(name, []).append((value.rule, value.inputs))
    return found
