"""A normal injection into each grade of disc, from its first step to its end."""

from dataclasses import replace

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench

from .rig import (
    SMALL,
    SMALL_STEPS,
    STEP_NL,
    UNIT,
    as_read_pa,
    begin,
    enabled,
    fill,
    long_on_pico,
    noise_pa,
    psi,
    stiff,
)

OVERSHOOT_PA = 150
OPENING_ERROR_PA = 6900
LEVEL_STEPS = int(3_500_000 / STEP_NL)

by_pressure = pytest.mark.parametrize("grade", [0, 1, 2, 3])
by_volume = pytest.mark.parametrize("grade", [4, 5])


def _inject_to_the_end(bench: Bench) -> None:
    """Go on with RUN held until the level stops, and then a little."""
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 90)
    bench.advance(0.02)
    made = bench.steps_made()
    bench.advance(0.1)
    assert bench.steps_made() == made
    assert enabled(bench), "the motor holds its place at an end point"
    assert bench.last.steps == made


def _inject_to_the_opening(bench: Bench) -> None:
    """The opening is the disc's pressure at rest, read when the line has settled."""
    begin(bench)
    bench.advance_until(lambda tick: tick.opening_pa >= 0, 9)
    disc_pa = as_read_pa(bench.world, bench.world.plant.disc.pressure_pa)
    assert abs(bench.last.opening_pa - disc_pa) < OPENING_ERROR_PA


@long_on_pico
@by_pressure
@pytest.mark.req("P-03", "P-14")
def test_pressure_above_opening_ends_a_stiff_disc(make_bench, grade: int) -> None:
    bench = make_bench(f"dallas-{grade}")
    _inject_to_the_opening(bench)
    _inject_to_the_end(bench)
    assert bench.last.reason == codes.PRESSURE_ABOVE
    peak_pa = as_read_pa(bench.world, bench.world.peak_line_pa)
    limit_pa = psi(50) + bench.last.opening_pa
    assert limit_pa - 1000 - noise_pa(bench.world) <= peak_pa <= limit_pa + OVERSHOOT_PA
    assert bench.steps_made() < LEVEL_STEPS


@long_on_pico
@by_volume
@pytest.mark.req("D-01")
def test_volume_ends_a_soft_disc(make_bench, grade: int) -> None:
    bench = make_bench(f"dallas-{grade}")
    _inject_to_the_opening(bench)
    _inject_to_the_end(bench)
    assert bench.last.reason == codes.VOLUME
    assert bench.steps_made() == LEVEL_STEPS
    assert bench.world.plant.syringe.delivered_nl <= UNIT[2]
    assert as_read_pa(bench.world, bench.world.peak_line_pa) < psi(50) + bench.last.opening_pa


@long_on_pico
@pytest.mark.req("P-12")
def test_volume_that_brings_no_pressure_ends_a_leaking_disc(make_bench) -> None:
    bench = make_bench("leak")
    _inject_to_the_opening(bench)
    _inject_to_the_end(bench)
    assert bench.last.reason == codes.LEAK
    assert bench.steps_made() < LEVEL_STEPS


@by_pressure
@pytest.mark.req("P-03")
def test_the_end_of_an_injection_into_a_stiff_disc(make_bench, grade: int) -> None:
    """The last fraction of a second, in a disc that is nearly full."""
    bench = make_bench(stiff(f"dallas-{grade}"))
    fill(bench.world, 49.2)
    begin(bench)
    _inject_to_the_end(bench)
    assert bench.last.reason == codes.PRESSURE_ABOVE
    peak_pa = as_read_pa(bench.world, bench.world.peak_line_pa)
    assert psi(50) - 1000 - noise_pa(bench.world) <= peak_pa <= psi(50) + OVERSHOOT_PA


@pytest.mark.parametrize("unit", [SMALL], ids=["small"])
@by_volume
@pytest.mark.req("D-01")
def test_the_end_of_an_injection_into_a_soft_disc(make_bench, grade: int) -> None:
    bench = make_bench(f"dallas-{grade}")
    begin(bench)
    _inject_to_the_end(bench)
    assert bench.last.reason == codes.VOLUME
    assert bench.steps_made() == SMALL_STEPS


@pytest.mark.req("P-14", "B-03")
def test_an_injection_with_all_its_parts(make_bench) -> None:
    """Line filling, opening, settling, injecting, and a patient who ends it: in three seconds."""
    brief = replace(
        stiff(opening_psi=20.0),
        patient_options={"kind": "concordant", "threshold_nl": 30_000.0, "reaction_s": 0.1},
    )
    bench = make_bench(brief)
    _inject_to_the_opening(bench)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 6)
    bench.advance(0.02)
    states = [tick.state for tick in bench.frames()]
    for state in (codes.SEEKING, codes.SETTLING, codes.INJECTING):
        assert state in states
    assert bench.last.reason == codes.PAIN
    pressed_us = bench.world.patient.crossed_us + 100_000
    steps = [edge.at_us for edge in bench.edges("STEP") if edge.level]
    assert pressed_us - 5000 < steps[-1] <= pressed_us + 10
    assert len(steps) == bench.last.steps
