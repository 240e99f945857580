"""The trace of a run as arrays, and what figures and tables read from it."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from manostat_tools.session.model import Prescription, Run

Floats = NDArray[np.float64]
REST_S = 0.3
"""A plunger that stands still for longer rests; the slowest rate makes a step in 10 ms."""


class Trace(NamedTuple):
    """Equal in length: seconds since the first tick, pauses included, line pressure in Pa gauge,
    steps of the level so far."""

    time_s: Floats
    pressure_pa: Floats
    steps: NDArray[np.int64]


Traces = Callable[[Run], Trace | None] | Mapping[str, Trace]
"""What gives the trace of a run: a function, or a table by `Run.trace` (SHA-256, hexadecimal)."""


def trace_of(traces: Traces, run: Run) -> Trace | None:
    """The trace of a run, None if there is none. ValueError if its arrays do not fit together."""
    if isinstance(traces, Mapping):
        found = traces.get(run.trace) if run.trace is not None else None
    else:
        found = traces(run)
    if found is None or not len(found.time_s):
        return None
    if not len(found.time_s) == len(found.pressure_pa) == len(found.steps):
        raise ValueError(f"trace of run {run.number}: time, pressure and steps differ in length")
    return found


def volume_ml(trace: Trace, rx: Prescription) -> Floats:
    """Volume delivered in mL; steps to volume by the exact ratio of the syringe."""
    return np.asarray(trace.steps * (rx.nl_num / rx.nl_den) / 1e6, dtype=np.float64)


def steps_at_stop(run: Run) -> int:
    """Steps that the level had made at the stop of a run; its volume was rounded down."""
    rx = run.prescription
    return -(-run.volume_nl * rx.nl_den // rx.nl_num)


def thin(trace: Trace, most: int) -> Trace:
    """At most about `most` samples that look the same: of each stretch the lowest and the highest
    pressure are kept, so that no peak is lost."""
    n = len(trace.time_s)
    if n <= most:
        return trace
    edges = np.linspace(0, n, max(1, most // 2) + 1).astype(int)
    kept = {0, n - 1}
    for start, end in pairwise(edges):
        piece = trace.pressure_pa[start:end]
        kept.add(int(start + np.argmin(piece)))
        kept.add(int(start + np.argmax(piece)))
    at = sorted(kept)
    return Trace(trace.time_s[at], trace.pressure_pa[at], trace.steps[at])


def rests(trace: Trace) -> list[tuple[int, int]]:
    """(first, last) sample of each stretch in which the plunger stood still, in order."""
    moved = np.flatnonzero(np.diff(trace.steps)) + 1
    bounds = [0, *moved.tolist(), len(trace.steps)]
    found = []
    for first, after in pairwise(bounds):
        if trace.time_s[after - 1] - trace.time_s[first] >= REST_S:
            found.append((first, after - 1))
    return found


def time_of_steps(trace: Trace, steps: float) -> float | None:
    """When the level had made so many steps, in the time of the trace; None if it never had."""
    at = int(np.searchsorted(trace.steps, steps))
    return float(trace.time_s[at]) if at < len(trace.steps) else None
