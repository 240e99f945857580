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
    to the first stretch that is not stored. `begins`: how many of them were stored before the run's
    intent; `ends`: behind how many the stretch that has its stop ends; 0: it is not there.
    `began`: steps of the level before each intent. `is_whole`: no record from the boot to the run
    is missing."""

    words: list[int]
    begins: int
    ends: int
    began: list[int]
    is_whole: bool


def trace_of(store: Store, run: Run) -> Trace | None:
    """The trace that `run` names, or None if it is not stored, or the run has no outcome, or nobody
    can tell how many steps the level had made before.

    A trace says how many steps each tick made, not from which number on: that is counted from the
    start of the level. Where that is not stored any more, it is what the stop leaves, if an intent
    says the same.
    """
    data = store.blob(run.trace) if run.trace is not None and not run.uncertain else None
    kept = None if data is None else _kept(store, run)
    if data is None or kept is None:
        return None
    words = kept.words[kept.begins : kept.ends] if kept.ends else words_of(data)
    ticks = trace_ticks(words)
    made = np.array([tick.made for tick in ticks], dtype=np.int64)
    raw = np.array([tick.raw for tick in ticks], dtype=np.int64)
    if kept.ends and kept.began and kept.is_whole:
        before = kept.began[0] + _made(trace_ticks(kept.words[: kept.begins]))
    else:
        before = steps_at_stop(run) - int(made.sum())
        if before not in kept.began:
            return None
    return Trace(
        np.array([tick.at for tick in ticks], dtype=np.float64) * TICK_US / 1e6,
        pascals(raw, run.prescription.zero_pa),
        before + np.cumsum(made),
    )


def recording_of(store: Store, run: Run) -> Recording | None:
    """All that the pump's traces tell of a run: its level from the first start in this boot to the
    end of the rest after the run's stop. None if any of it is not stored, or does not make the
    steps of the run, or if nothing moved in it.
    """
    kept = None if run.trace is None or run.uncertain else _kept(store, run)
    if kept is None or not kept.ends:
        return None
    if not any(tick.moving for tick in trace_ticks(kept.words[kept.begins : kept.ends])):
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
    intents = _of(records, INTENT, level)
    began_at = max((at for at, _ in intents if at < source.sequence), default=0)
    words: list[int] = []
    begins = ends = 0
    for at, tie in _of(records, TRACE, level):
        data = store.blob(tie["sha256"])
        if data is None or tie["first_word"] != len(words):
            break
        words += words_of(data)
        if at < began_at:
            begins = len(words)
        # Stretches of nothing but a mark are all alike: the run's own is the first behind it.
        if tie["sha256"] == run.trace and at > source.sequence and not ends:
            ends = len(words)
    began = [one["steps"] for _, one in intents]
    return _Kept(words, begins, ends, began, _is_whole(records, source.sequence))


def _is_whole(records: Sequence[Record], last: int) -> bool:
    """Whether each record of a boot up to number `last` is there."""
    numbers = [one.sequence for one in records if one.sequence <= last]
    is_from_boot = bool(numbers) and records[0].kind == BOOT
    return is_from_boot and numbers == list(range(numbers[0], last + 1))


def _made(ticks: Sequence[TraceTick]) -> int:
    return sum(tick.made for tick in ticks)


def _of(records: Sequence[Record], kind: int, level: int) -> list[tuple[int, Fields]]:
    """What these records of one kind say of a level, in their order, with their numbers."""
    fields = [(one.sequence, fields_of(one)) for one in records if one.kind == kind]
    return [(at, said) for at, said in fields if said.get("level") == level]
