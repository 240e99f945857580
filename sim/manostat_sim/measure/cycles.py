"""Minutes of short levels on the emulated board, each ended in another way: does anything grow?"""

from collections.abc import Sequence
from typing import NamedTuple

from manostat.core import codes
from manostat_sim.benches.base import Unit
from manostat_sim.benches.pico import PicoBench
from manostat_sim.measure.heap import used_bytes
from manostat_sim.measure.injection import Progress, none_said
from manostat_sim.measure.ticks import periods_us, ticks
from manostat_sim.plant.sensors import FAULTS

UNIT: Unit = (1, 50_000, 20_000, 344_738, 551_581, 0, 422_733, 4_096, 0)
"""20 uL, which takes 0.4 s."""
ENDS = ("volume", "pain", "stop", "release", "fault")
_NEW_LEVEL_S = 3.1
_SHORT_S = 0.2
_WHOLE_S = 0.6
_REST_S = 0.4  # a stop that was latched late, behind an erase, has been seen all the same
_ACKNOWLEDGE_S = 0.15  # longer than an erase of the ring of traces, which sees no switch
_OPEN_S = 0.13
_TAKEN_S = 0.1  # 20 ms closed, the page of the intent, a tick or two
_PRESSES = 3
_LEASE_US = 3000  # the tick that starts the lease comes no sooner before the first step


class Cycle(NamedTuple):
    """One level. `heap_bytes`: in use after its outcome was stored and what is garbage collected.
    `tick_us`: longest tick in motion; `period_us`: longest time between two of them. `late`:
    periods of more than 2.5 ms in motion. `steps`: on the pin."""

    at_s: float
    end: str
    steps: int
    heap_bytes: int
    tick_us: float
    period_us: float
    late: int


def cycles(bench: PicoBench, seconds: float, progress: Progress = none_said) -> list[Cycle]:
    """Levels one after the other for about so long; the pump is armed and at rest.

    AssertionError for a level that does not move.
    """
    found: list[Cycle] = []
    begin_us = bench.now_us
    while bench.now_us < begin_us + seconds * 1e6:
        found.append(_level(bench, ENDS[len(found) % len(ENDS)], begin_us))
        progress(min((bench.now_us - begin_us) / (seconds * 1e6), 1.0))
        _next_level(bench)
    return found


def _level(bench: PicoBench, end: str, begin_us: int) -> Cycle:
    n_ticks, n_steps = len(bench.edges("TICK")), len(bench.edges("STEP"))
    at_s = (bench.now_us - begin_us) / 1e6
    _press_run(bench)
    bench.advance(_WHOLE_S if end == "volume" else _SHORT_S)
    _end(bench, end)
    steps = [edge.at_us for edge in bench.edges("STEP")[n_steps:] if edge.level]
    if not steps:
        raise AssertionError(f"a level that was to end by {end} did not move: {bench.last}")
    moving = [
        tick
        for tick in ticks(bench.edges("TICK")[n_ticks:])
        if steps[0] - _LEASE_US <= tick.at_us <= steps[-1]
    ]
    apart_us = periods_us(moving)
    return Cycle(
        at_s,
        end,
        len(steps),
        used_bytes(bench.pico),
        max(tick.busy_us for tick in moving),
        max(apart_us),
        sum(us > 2500.0 for us in apart_us),
    )


def _press_run(bench: PicoBench) -> None:
    """As an operator does: RUN that closes just while a page is written is not taken, and is
    pressed again."""
    for _ in range(_PRESSES):
        bench.run()
        bench.advance(_TAKEN_S)
        if bench.last.state != codes.READY:
            return
        bench.release("RUN")


def _end(bench: PicoBench, end: str) -> None:
    if end == "pain":
        bench.hold("PAIN", _ACKNOWLEDGE_S)
    elif end == "stop":
        bench.hold("STOP", _ACKNOWLEDGE_S)
    elif end == "fault":
        bench.world.line_sensor.fault = FAULTS["nack"]
        bench.advance(_ACKNOWLEDGE_S)
        bench.world.line_sensor.fault = FAULTS["none"]
    bench.release("RUN")
    bench.advance(_OPEN_S)
    if end == "release":
        bench.hold("STOP", _ACKNOWLEDGE_S)
    bench.advance(_REST_S)


def _next_level(bench: PicoBench) -> None:
    bench.hold("STOP", _ACKNOWLEDGE_S)
    bench.advance(_OPEN_S)
    bench.hold("STOP", _NEW_LEVEL_S)
    bench.advance(_OPEN_S)
    bench.arm()
    if bench.last.state != codes.READY:
        raise AssertionError(f"the next level was not armed: {bench.last}")


def minute(of: Sequence[Cycle], last: bool = False) -> list[Cycle]:
    """The cycles of the second minute, or of the last."""
    ends_s = of[-1].at_s
    return [one for one in of if (one.at_s >= ends_s - 60.0 if last else 60.0 <= one.at_s < 120.0)]
