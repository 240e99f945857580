"""Line pressure against the limit at which the pump stops by itself, phase by phase."""

from collections.abc import Sequence
from typing import NamedTuple

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.emulator.forked import run_in_fork
from manostat_sim.measure.injection import Progress, none_said, start
from manostat_sim.plant import tables
from manostat_sim.plant.plant import Plant

BLOCKED_UL_PSI = 1.0
_SENSOR_UPDATE_US = 460
_WALK_LIMIT_S = 5.0
_STOP_LIMIT_US = 2_000_000
_AFTER_US = 10_000  # the lease holds two ticks
_LOOK_US = 2000


class Approach(NamedTuple):
    """How a run comes to the limit: room below it at the start, where phases begin, and over how
    much pressure they are spread: a little more than one step, so that every place of the limit
    between two steps is met. All in Pa.
    """

    room_pa: float
    phases_from_pa: float
    spread_pa: float
    blocked: bool


DISC = Approach(8_000.0, 350.0, 160.0, False)
BLOCKED = Approach(25_000.0, 2_500.0, 720.0, True)


class Approached(NamedTuple):
    """Peak line pressure less the limit, Pa (negative: never reached), and the phase it was in."""

    beyond_pa: float
    lowered_pa: float
    sensor_us: int


def bring_near(bench: Bench, limit_pa: float, how: Approach) -> None:
    """Sets the resting plant below the limit, presses RUN, and runs to where phases begin.

    The pump must be armed and at rest. AssertionError when it stops on the way, or takes 5 s.
    """
    plant = bench.world.plant
    if how.blocked:
        plant.close()
        plant.line_nl_per_pa = BLOCKED_UL_PSI * tables.NL_PER_PA_PER_UL_PER_PSI
    fill(plant, limit_pa - how.room_pa)
    start(bench)
    end_us = bench.now_us + round(_WALK_LIMIT_S * 1e6)
    while plant.line_pa < limit_pa - how.phases_from_pa:
        if bench.now_us >= end_us or bench.last.state == codes.STOPPED:
            raise AssertionError(f"did not come near {limit_pa:.0f} Pa; newest tick: {bench.last}")
        bench.advance_to(bench.now_us + _LOOK_US)


def sweep(
    bench: Bench,
    limit_pa: float,
    how: Approach,
    phases: Sequence[int],
    of: int,
    progress: Progress = none_said,
) -> list[Approached]:
    """Runs `phases` (numbers below `of`) to their stop, each in a child, from a bench that is near.

    Each begins with the pressure lowered by its share of the spread and the sensor's conversions
    moved against the ticks, so that limit, steps, ticks and readings meet at every phase.
    """
    found: list[Approached] = []
    for done, phase in enumerate(phases):
        lowered_pa = how.spread_pa * phase / of
        sensor_us = phase * 7919 % _SENSOR_UPDATE_US  # a prime: unrelated to the pressure's order

        def run(lowered_pa: float = lowered_pa, sensor_us: int = sensor_us) -> float:
            return _run(bench, limit_pa, lowered_pa, sensor_us)

        found.append(Approached(run_in_fork(run), lowered_pa, sensor_us))
        progress((done + 1) / len(phases))
    return found


def fill(plant: Plant, pressure_pa: float) -> None:
    """Line and disc at rest at this pressure, as if injected long ago: the truth is set, not made.

    The disc opens anew at its own pressure and what relaxes has relaxed.
    """
    plant.stored_nl = pressure_pa * plant.line_nl_per_pa
    plant.line_pa = pressure_pa
    _fill_disc(plant, pressure_pa)


def _fill_disc(plant: Plant, pressure_pa: float) -> None:
    disc = plant.disc
    disc.volume_nl = max((pressure_pa - disc.opening_pa) / disc.elastance_pa_per_nl, 0.0)
    disc.relaxing_pa = 0.0
    disc.pressure_pa = disc.opening_pa + disc.elastance_pa_per_nl * disc.volume_nl


def _run(bench: Bench, limit_pa: float, lowered_pa: float, sensor_us: int) -> float:
    world = bench.world
    plant, disc = world.plant, world.plant.disc
    plant.stored_nl -= lowered_pa * plant.line_nl_per_pa
    plant.line_pa -= lowered_pa
    disc.volume_nl -= lowered_pa / disc.elastance_pa_per_nl
    disc.pressure_pa -= lowered_pa
    world.line_sensor.powered_us -= sensor_us
    world.peak_line_pa = plant.line_pa
    end_us = bench.now_us + _STOP_LIMIT_US
    while bench.last.state != codes.STOPPED:
        if bench.now_us >= end_us:
            raise AssertionError(f"did not stop in 2 s; newest tick: {bench.last}")
        bench.advance_to(bench.now_us + _LOOK_US)
    if bench.last.reason not in (codes.PRESSURE_ABOVE, codes.PRESSURE_LINE):
        raise AssertionError(f"stopped for another reason: {bench.last}")
    bench.advance_to(bench.now_us + _AFTER_US)
    return world.peak_line_pa - limit_pa
