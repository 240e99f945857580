"""A pump that is ready or moving: where every measurement begins."""

from collections.abc import Callable, Mapping
from pathlib import Path

from manostat_sim.benches.base import Bench, Unit
from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.forked import run_in_fork
from manostat_sim.scenarios import Scenario

_MOVES_WITHIN_S = 1.0
_LOOK_AHEAD_US = 10_000


def armed(
    of: Scenario, image: Path, pins: Mapping[str, int], unit: Unit | None = None
) -> PicoBench:
    """A booted pump with the pain button proven and RUN open. AssertionError when it is inert.

    `unit` None: the one frozen into the image.
    """
    bench = PicoBench(of, unit, image, pins)
    bench.power_on()
    bench.advance(0.01)
    bench.arm()
    if not any(edge.level == 0 for edge in bench.edges("ENABLE_N")):
        raise AssertionError("the pump did not enable its driver after the pain button was proven")
    return bench


def start(bench: Bench) -> None:
    """Close RUN and let time pass up to the first step. AssertionError if none comes in 1 s."""
    bench.press("RUN")
    before, end_us = bench.steps_made(), bench.now_us + round(_MOVES_WITHIN_S * 1e6)
    while bench.steps_made() == before:
        if bench.now_us >= end_us:
            raise AssertionError(f"RUN is closed and nothing moves; newest tick: {bench.last}")
        bench.advance(0.001)


def coming_steps_us(bench: PicoBench) -> list[float]:
    """Times of the steps of the next 10 ms, seen by running a child ahead."""
    now_us = bench.now_us

    def look() -> list[float]:
        bench.advance_to(now_us + _LOOK_AHEAD_US)
        return [edge.at_us for edge in bench.edges("STEP") if edge.level and edge.at_us > now_us]

    return run_in_fork(look)


def none_said(_done: float) -> None:
    """The progress callback of who does not care."""


Progress = Callable[[float], None]
"""Called with the share that is done, 0 to 1."""
