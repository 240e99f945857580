"""The stored trace of a run as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from manostat_tools.derive.recording import Recording, from_trace, pascals
from manostat_tools.journal.page import Record
from manostat_tools.journal.payloads import BOOT, INTENT, TRACE, Fields, fields_of
from manostat_tools.journal.trace_words import TraceTick, is_going, trace_ticks, words_of
from manostat_tools.pump import TICK_US
from manostat_tools.report.trace import Trace, steps_at_stop
from manostat_tools.session.model import Run
from manostat_tools.store.store import Store
from manostat_tools.store.units import book_of, record_of, units_of


@dataclass(frozen=True)
class _Kept:
    """What the pump keeps of the level of a run, in the boot of that run. `words`: of its trace, up
    to the first stretch that is not stored. `ends`: behind how many of them the run's own stretch
    ends; 0: it is not there. `began`: steps of the level before each intent. `is_whole`: no record
    from the boot to the run is missing."""

    words: list[int]
    ends: int
    began: list[int]
    is_whole: bool


def trace_of(store: Store, run: Run) -> Trace | None:
    """The trace that `run` names, or None if it is not stored, or the run has no outcome, or nobody
    can tell how many steps the level had made before.

    A trace says how many steps each tick made, not from which number on: that is counted from the
    start of the level. It may end before the run's stop (`report.trace.cut_s`): the pump's memory
    keeps the beginning of a long level.
    """
    data = store.blob(run.trace) if run.trace is not None and not run.uncertain else None
    if data is None:
        return None
    ticks = trace_ticks(words_of(data))
    made = np.array([tick.made for tick in ticks], dtype=np.int64)
    raw = np.array([tick.raw for tick in ticks], dtype=np.int64)
    before = _steps_before(store, run, len(data) // 2, int(made.sum()))
    if before is None:
        return None
    return Trace(
        np.array([tick.at for tick in ticks], dtype=np.float64) * TICK_US / 1e6,
        pascals(raw, run.prescription.zero_pa),
        before + np.cumsum(made),
    )


def _steps_before(store: Store, run: Run, n_words: int, made: int) -> int | None:
    """Steps of the level before the first of the `n_words` words of the run's stretch, in which
    `made` are made. Where the start of the level is not stored, those that the stop leaves, if an
    intent says the same."""
    kept = _kept(store, run)
    if kept is None:
        return None
    if kept.ends and kept.began and kept.is_whole:
        return kept.began[0] + _made(trace_ticks(kept.words[: kept.ends - n_words]))
    before = steps_at_stop(run) - made
    return before if before in kept.began else None


def recording_of(store: Store, run: Run) -> Recording | None:
    """All that the pump's traces tell of a run: its level from the first start in this boot to the
    end of the rest after the run's stop. None if any of it is not stored, or does not make the
    steps of the run: the pump's memory keeps the beginning of a long level.
    """
    kept = None if run.trace is None or run.uncertain else _kept(store, run)
    if kept is None or not kept.ends:
        return None
    end = kept.ends
    while end < len(kept.words) and not is_going(kept.words[end]):
        end += 1
    ticks = trace_ticks(kept.words[:end])
    before = steps_at_stop(run) - _made(ticks)
    if not kept.began or before != kept.began[0]:
        return None
    return from_trace(ticks, before, run.prescription.zero_pa)


def _kept(store: Store, run: Run) -> _Kept | None:
    """None if nothing is stored of the pump, or it is not said where the run stands there."""
    source = run.source
    unit = None if source is None else units_of(store).get(source.serial)
    if source is None or unit is None:
        return None
    level = fields_of(record_of(store, source.record_hash))["level"]
    records = [one for one in book_of(store, unit).records if one.boot == source.boot]
    words: list[int] = []
    ends = 0
    for tie in _of(records, TRACE, level):
        data = store.blob(tie["sha256"])
        if data is None or tie["first_word"] != len(words):
            break
        words += words_of(data)
        if tie["sha256"] == run.trace:
            ends = len(words)
    began = [one["steps"] for one in _of(records, INTENT, level)]
    return _Kept(words, ends, began, _is_whole(records, source.sequence))


def _is_whole(records: Sequence[Record], last: int) -> bool:
    """Whether each record of a boot up to number `last` is there."""
    numbers = [one.sequence for one in records if one.sequence <= last]
    is_from_boot = bool(numbers) and records[0].kind == BOOT
    return is_from_boot and numbers == list(range(numbers[0], last + 1))


def _made(ticks: Sequence[TraceTick]) -> int:
    return sum(tick.made for tick in ticks)


def _of(records: Sequence[Record], kind: int, level: int) -> list[Fields]:
    """What these records say of a level, those of one kind, in their order."""
    fields = [fields_of(one) for one in records if one.kind == kind]
    return [one for one in fields if one.get("level") == level]
