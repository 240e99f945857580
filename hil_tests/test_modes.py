"""Volume steps, priming and relief."""

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench

from .rig import (
    AT_ONCE_US,
    SMALL_STEPS,
    STEP_NL,
    acknowledge,
    again,
    as_read_pa,
    before_a_step,
    begin,
    fill,
    noise_pa,
    psi,
    steps_after,
    unit_with,
)

A_STEP = int(10_000 / STEP_NL)
STEPWISE = unit_with(mode=codes.STEP, step_volume_nl=10_000)
RELIEF_MOST_NL = 500_000
RELIEF_MOST_STEPS = 4844
RELIEF_STEPS = "steps of one relief with the 10 mL syringe"
RELIEF = unit_with(mode=codes.RELIEVE, rate_nl_s=150_000, volume_nl=RELIEF_MOST_NL)
PRIMING = unit_with(mode=codes.PRIME, volume_nl=20_000, limit_line_pa=psi(40))


@pytest.mark.parametrize("unit", [STEPWISE], ids=["stepwise"])
def test_one_press_of_run_is_one_volume_step_and_a_plateau(bench: Bench) -> None:
    begin(bench)
    bench.advance(0.2)
    assert bench.steps_made() == A_STEP
    bench.release("RUN")
    bench.advance(0.1)
    assert bench.last.state == codes.SETTLING, "release after the step is no stop"
    bench.advance_until(lambda tick: tick.state == codes.HOLDING, 5)
    assert bench.last.reason == codes.NO_REASON
    assert bench.steps_made() == A_STEP
    bench.run()
    bench.advance(0.35)
    assert bench.steps_made() == 2 * A_STEP


@pytest.mark.parametrize("unit", [STEPWISE], ids=["stepwise"])
@pytest.mark.req("P-09", "B-06")
def test_run_held_makes_no_second_step(bench: Bench) -> None:
    begin(bench)
    bench.advance_until(lambda tick: tick.state == codes.HOLDING, 5)
    bench.advance(0.1)
    assert bench.steps_made() == A_STEP


@pytest.mark.parametrize("unit", [STEPWISE], ids=["stepwise"])
def test_a_step_let_go_in_the_middle_is_made_whole_by_the_next_press(bench: Bench) -> None:
    begin(bench)
    before_a_step(bench)
    released_us = bench.now_us
    bench.release("RUN")
    bench.advance(0.15)
    assert steps_after(bench, released_us + AT_ONCE_US) == 0
    assert 0 < bench.steps_made() < A_STEP
    bench.press("RUN")
    bench.advance(0.25)
    assert bench.steps_made() == A_STEP


@pytest.mark.parametrize("unit", [PRIMING], ids=["priming"])
@pytest.mark.req("D-01")
def test_priming_into_air_ends_at_its_volume_and_looks_for_no_opening(bench: Bench) -> None:
    bench.world.plant.point_at_air()
    begin(bench)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 1)
    bench.advance(0.02)
    assert bench.steps_made() == SMALL_STEPS
    assert bench.world.plant.spilled_nl > 0
    assert bench.last.reason == codes.VOLUME
    assert codes.SEEKING not in {frame.state for frame in bench.frames()}
    assert bench.last.opening_pa == -1
    acknowledge(bench)
    again(bench)
    assert bench.steps_made() == SMALL_STEPS


@pytest.mark.parametrize("unit", [PRIMING], ids=["priming"])
@pytest.mark.req("P-03", "P-14")
def test_priming_against_a_blocked_line_ends_at_the_line_limit(make_bench) -> None:
    bench = make_bench("blocked")
    fill(bench.world, 38.5)
    begin(bench, 0.05)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 1)
    peak_pa = as_read_pa(bench.world, bench.world.peak_line_pa)
    assert peak_pa <= psi(40) + 750 + noise_pa(bench.world)
    assert bench.last.reason == codes.PRESSURE_LINE


@pytest.mark.parametrize("unit", [RELIEF], ids=["relief"])
@pytest.mark.req("P-07")
def test_a_relief_under_which_nothing_falls_ends_at_half_a_millilitre(make_bench, figure) -> None:
    """The motor stands still, so that the line stays as it is: only the volume can end it."""
    bench = make_bench("dallas-0")
    fill(bench.world, 30)
    bench.world.plant.syringe.stalled = 1
    begin(bench)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 4)
    bench.advance(0.05)
    back_nl = bench.steps_made() * STEP_NL
    figure("P-07", back_nl / 1e6, RELIEF_MOST_NL / 1e6, "mL", of="volume drawn back in one relief")
    figure("P-07", bench.steps_made(), RELIEF_MOST_STEPS, "steps", of=RELIEF_STEPS)
    assert RELIEF_MOST_NL - STEP_NL <= back_nl <= RELIEF_MOST_NL
    assert bench.steps_made() == RELIEF_MOST_STEPS
    assert bench.last.reason == codes.VOLUME
    acknowledge(bench)
    again(bench, 0.3)
    assert bench.steps_made() * STEP_NL == back_nl, "once a level"
