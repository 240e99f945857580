"""The stored trace of a run as arrays."""

import numpy as np

from manostat_tools.derive.recording import Recording, from_trace, pascals
from manostat_tools.journal.page import Record
from manostat_tools.journal.payloads import INTENT, TRACE, Fields, fields_of
from manostat_tools.journal.trace_words import is_going, trace_ticks, words_of
from manostat_tools.pump import TICK_US
from manostat_tools.report.trace import Trace
from manostat_tools.session.model import Run
from manostat_tools.store.store import Store
from manostat_tools.store.units import book_of, record_of, units_of


def trace_of(store: Store, run: Run) -> Trace | None:
    """The trace that `run` names, or None if it is not stored, or the run has no outcome.

    A trace says how many steps each tick made, not from which number on: it ends with the stop, at
    which the level had made the steps of the run's volume.
    """
    data = store.blob(run.trace) if run.trace is not None and not run.uncertain else None
    if data is None:
        return None
    ticks = trace_ticks(words_of(data))
    made = np.array([tick.made for tick in ticks], dtype=np.int64)
    raw = np.array([tick.raw for tick in ticks], dtype=np.int64)
    return Trace(
        np.array([tick.at for tick in ticks], dtype=np.float64) * TICK_US / 1e6,
        pascals(raw, run.prescription.zero_pa),
        _steps_at_stop(run) - int(made.sum()) + np.cumsum(made),
    )


def recording_of(store: Store, run: Run) -> Recording | None:
    """All that the pump's traces tell of a run: its level from the first start in this boot to the
    end of the rest after the run's stop. None if any of it is not stored, or does not make the
    steps of the run: the pump's memory keeps the beginning of a long level.
    """
    source = run.source
    if run.trace is None or run.uncertain or source is None:
        return None
    unit = units_of(store)[source.serial]
    level = fields_of(record_of(store, source.record_hash))["level"]
    words: list[int] = []
    end = 0
    records = [one for one in book_of(store, unit).records if one.boot == source.boot]
    for tie in _of(records, TRACE, level):
        data = store.blob(tie["sha256"])
        if data is None or tie["first_word"] != len(words):
            break
        words += words_of(data)
        if tie["sha256"] == run.trace:
            end = len(words)
    if not end:
        return None
    while end < len(words) and not is_going(words[end]):
        end += 1
    ticks = trace_ticks(words[:end])
    before = _steps_at_stop(run) - sum(tick.made for tick in ticks)
    intents = _of(records, INTENT, level)
    if not intents or before != intents[0]["steps"]:
        return None
    return from_trace(ticks, before, run.prescription.zero_pa)


def _of(records: list[Record], kind: int, level: int) -> list[Fields]:
    """What these records say of a level, those of one kind, in their order."""
    fields = [fields_of(one) for one in records if one.kind == kind]
    return [one for one in fields if one.get("level") == level]


def _steps_at_stop(run: Run) -> int:
    """Of the level; the volume was rounded down."""
    rx = run.prescription
    return -(-run.volume_nl * rx.nl_den // rx.nl_num)
