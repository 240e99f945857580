"""The stored trace of a run as arrays."""

import numpy as np

from manostat_tools.derive.recording import pascals
from manostat_tools.pump import TICK_US
from manostat_tools.report.trace import Trace
from manostat_tools.session.model import Run
from manostat_tools.store.store import Store

_COUNT = 0x3FFF
_MADE_SHIFT = 14


def trace_of(store: Store, run: Run) -> Trace | None:
    """The trace that `run` names, or None if it is not stored, or the run has no outcome.

    A trace says how many steps each tick made, not from which number on: it ends with the stop, at
    which the level had made the steps of the run's volume.
    """
    ticks = store.blob(run.trace) if run.trace is not None and not run.uncertain else None
    if ticks is None:
        return None
    words = np.frombuffer(ticks, dtype="<u2").astype(np.int64)
    made = words >> _MADE_SHIFT
    rx = run.prescription
    at_stop = -(-run.volume_nl * rx.nl_den // rx.nl_num)  # the volume was rounded down
    return Trace(
        np.arange(len(words), dtype=np.float64) * TICK_US / 1e6,
        pascals(words & _COUNT, rx.zero_pa),
        at_stop - int(made.sum()) + np.cumsum(made),
    )
