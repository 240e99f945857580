"""The host's picture of the circuit against what can be written down, and against the plant."""

from itertools import pairwise
from math import exp

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manostat_sim.plant.build import build_disc, build_plant
from manostat_tools.derive.circuit import ATMOSPHERE_PA, run

from .made import LINE, LINEAR, PER_NL, PSI, STEP_NL, WARMING


def edges(seconds: float, bin_s: float = 0.02) -> np.ndarray:
    return np.arange(round(seconds / bin_s) + 1) * bin_s


def test_below_the_opening_pressure_the_line_alone_takes_what_is_pushed():
    at_s = edges(1.0)
    course = run(LINEAR, at_s, 50_000.0 * at_s)
    assert course.line_pa == pytest.approx(50_000.0 * at_s / LINE)
    assert not course.entered_nl.any()


def test_what_is_lost_at_first_comes_off_the_whole_run():
    at_s = edges(1.0)
    course = run(LINEAR._replace(lost_nl=5000.0), at_s, 50_000.0 * at_s)
    assert course.line_pa[-1] == pytest.approx(45_000.0 / LINE)
    assert course.line_pa[4] == 0.0


def test_a_line_decays_to_the_disc_as_a_single_exponential():
    """tau = R / (1/C + E); the two share what the line still held."""
    at_s = edges(5.0)
    start_pa = 40.0 * PSI
    course = run(LINEAR._replace(start_pa=start_pa), at_s, np.zeros_like(at_s))
    rate = (1.0 / LINE + LINEAR.elastance_pa_nl) / LINEAR.warm_pa_s_nl
    drop_pa = start_pa - LINEAR.opening_pa
    for at in (25, 100, 250):
        expected = drop_pa * exp(-rate * at_s[at])
        assert course.line_pa[at] - course.disc_pa[at] == pytest.approx(expected, rel=1e-9)
    share = (1.0 / LINE) / (1.0 / LINE + LINEAR.elastance_pa_nl)
    end_pa = start_pa - drop_pa * share
    assert course.line_pa[-1] == pytest.approx(end_pa, abs=2.0 + drop_pa * exp(-rate * 5.0))


def test_air_in_a_closed_line_follows_boyle():
    at_s = edges(4.0)
    blocked = LINEAR._replace(air_nl=100_000.0, opening_pa=1e9)
    course = run(blocked, at_s, 50_000.0 * at_s)
    x = course.line_pa
    assert LINE * x + 100_000.0 * x / (ATMOSPHERE_PA + x) == pytest.approx(50_000.0 * at_s)


def test_a_disc_at_rest_relaxes_with_its_own_time():
    at_s = edges(60.0)
    pushed = np.minimum(50_000.0 * at_s, 300_000.0)
    circuit = LINEAR._replace(share=0.2, relaxing_s=10.0, warm_pa_s_nl=1e-4)
    course = run(circuit, at_s, pushed)
    lasting = circuit.opening_pa + 0.8 * circuit.elastance_pa_nl * course.entered_nl
    over_pa = course.disc_pa - lasting
    assert over_pa[500] > PSI / 2.0
    assert over_pa[1000] / over_pa[500] == pytest.approx(exp(-1.0), rel=0.05)
    assert over_pa[-1] < 0.01 * over_pa[500]


@settings(max_examples=25, deadline=None)
@given(
    st.floats(2.0, 10.0), st.floats(0.0, 300_000.0), st.floats(0.0, 0.02), st.floats(50.0, 2000.0)
)
def test_every_nanolitre_is_in_the_line_or_has_passed_the_needle(line, air_nl, leak, needle):
    at_s = edges(12.0)
    pushed = np.minimum(50_000.0 * at_s, 400_000.0)
    circuit = WARMING._replace(
        line_nl_pa=LINE * line / 5.0,
        air_nl=air_nl,
        warm_pa_s_nl=needle * PER_NL,
        leak_nl_s_pa=leak,
        leak_pa=18.0 * PSI,
    )
    course = run(circuit, at_s, pushed)
    x = course.line_pa
    held = circuit.line_nl_pa * x + air_nl * x / (ATMOSPHERE_PA + x)
    assert held + course.entered_nl == pytest.approx(pushed, abs=1.0)
    assert np.all(np.diff(course.leaked_nl) >= 0.0)


def test_it_runs_as_the_plant_does():
    """Two programs that share no line: the plant in single steps, this one in bins of 20 ms."""
    disc = build_disc(30.5, 12.0, leak_psi=22.0)
    plant = build_plant(disc, warming_s=12.0, air_ml=0.05)
    per_s, seconds = 480, 20.0
    line_pa, disc_pa = [plant.line_pa], [disc.pressure_pa]
    for tick in range(round(seconds * 50)):
        for _ in range(per_s // 50 if tick < 500 else 0):
            plant.step(1)
            plant.advance(2000)
        plant.advance((tick + 1) * 20_000 - plant.now_us)
        line_pa.append(plant.line_pa)
        disc_pa.append(disc.pressure_pa)
    circuit = LINEAR._replace(
        warm_pa_s_nl=plant.warm_pa_s_per_nl,
        coldness=plant.cold_pa_s_per_nl / plant.warm_pa_s_per_nl - 1.0,
        warming_s=12.0,
        air_nl=50_000.0,
        opening_pa=disc.opening_pa,
        elastance_pa_nl=disc.elastance_pa_per_nl + disc.relaxing_pa_per_nl,
        share=disc.relaxing_pa_per_nl / (disc.elastance_pa_per_nl + disc.relaxing_pa_per_nl),
        leak_nl_s_pa=disc.leak_nl_per_s_pa,
        leak_pa=disc.leak_pa,
    )
    at_s = edges(seconds)
    steps = np.minimum(np.arange(len(at_s)), 500) * (per_s // 50)
    course = run(circuit, at_s, steps * STEP_NL)
    assert np.max(np.abs(course.line_pa - line_pa)) < 0.1 * PSI
    assert course.disc_pa == pytest.approx(disc_pa, abs=0.05 * PSI)
    assert course.entered_nl[-1] == pytest.approx(disc.volume_nl + disc.leaked_nl, rel=2e-3)
    assert disc.leaked_nl > 500.0
    assert all(later >= sooner for sooner, later in pairwise(course.work_pa_nl[:500]))
