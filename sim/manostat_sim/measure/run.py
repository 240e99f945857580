"""One injection watched at the TICK pin, the heap, and the clock on the wall."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from manostat_sim.benches.base import Edge
from manostat_sim.benches.pico import PicoBench
from manostat_sim.measure.heap import used_bytes
from manostat_sim.measure.injection import Progress, none_said, start
from manostat_sim.measure.ticks import Tick, ticks

_BEFORE_US = 5800  # the lease is started two ticks before the first step, early in its tick
_AFTER_US = 4000
_PIECE_S = 0.1


class Run(NamedTuple):
    """`moving`: the ticks from the one that started the lease to two after the last step (with
    RUN held all the time, the pause at the opening pressure included). `rest`: those after.
    `heap_growth_bytes`: the most in use at any look, over what was in use at the first step.
    `cpu_s`: processor time spent on `emulated_s`.
    """

    moving: list[Tick]
    rest: list[Tick]
    steps: list[Edge]
    heap_growth_bytes: int
    emulated_s: float
    cpu_s: float


def watch(
    bench: PicoBench,
    seconds: float,
    then: Callable[[], None] | None = None,
    then_s: float = 0.0,
    progress: Progress = none_said,
) -> Run:
    """Press RUN, inject for `seconds`, do `then`, and watch for `then_s` more.

    The pump must be armed and at rest. AssertionError when it does not move.
    """
    first_edge, first_step = len(bench.edges("TICK")), len(bench.edges("STEP"))
    start(bench)
    begin_us, begin_s = bench.now_us, time.process_time()
    heap = Heap(bench)
    whole_s = seconds + then_s
    for at_s in _pieces(seconds):
        bench.advance_to(begin_us + round(at_s * 1e6))
        heap.look()
        progress(at_s / whole_s)
    if then is not None:
        then()
    for at_s in _pieces(then_s):
        bench.advance_to(begin_us + round((seconds + at_s) * 1e6))
        progress((seconds + at_s) / whole_s)
    cpu_s = time.process_time() - begin_s
    steps = list(bench.edges("STEP")[first_step:])
    moving, rest = split(ticks(bench.edges("TICK")[first_edge:]), steps)
    return Run(moving, rest, steps, heap.growth_bytes, (bench.now_us - begin_us) / 1e6, cpu_s)


class Heap:
    """What the heap of a bench holds more than when this was made."""

    def __init__(self, bench: PicoBench) -> None:
        self._bench = bench
        self._first_bytes = used_bytes(bench.pico)
        self.growth_bytes = 0

    def look(self) -> None:
        """Take one more reading."""
        grown_bytes = used_bytes(self._bench.pico) - self._first_bytes
        self.growth_bytes = max(self.growth_bytes, grown_bytes)


def split(all_ticks: Sequence[Tick], steps: Sequence[Edge]) -> tuple[list[Tick], list[Tick]]:
    """Ticks in motion, from the one that starts the lease to the second after the last step, and
    the ticks after it. ValueError without a step.
    """
    rises = [edge.at_us for edge in steps if edge.level]
    if not rises:
        raise ValueError("no step: nothing was in motion")
    begin_us, end_us = rises[0] - _BEFORE_US, rises[-1] + _AFTER_US
    moving = [tick for tick in all_ticks if begin_us <= tick.at_us <= end_us]
    return moving, [tick for tick in all_ticks if tick.at_us > end_us]


def _pieces(seconds: float) -> list[float]:
    count = max(round(seconds / _PIECE_S), 1) if seconds > 0 else 0
    return [seconds * (piece + 1) / count for piece in range(count)]
