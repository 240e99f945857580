"""Requirements on steps and volume."""

from fractions import Fraction
from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manostat.core.syringe import MAX_STEPS, Syringe
from manostat_sim.plant.tables import SYRINGE_BORE_MM

from .desk import numbers
from .strategies import ratios

RATIOS = {
    name: (round(pi / 4 * bore_mm**2 * 2 / 3200 * 1000 * 4096), 4096)
    for name, bore_mm in SYRINGE_BORE_MM.items()
}


@pytest.mark.parametrize("name", RATIOS)
def test_volume_of_every_step_of_a_syringe_is_the_exact_ratio_rounded_down_once(name):
    num, den = RATIOS[name]
    syringe = Syringe(num, den)
    full = round(float(name.split()[1]) * 1e6 * den / num)
    assert full < MAX_STEPS or name == "BD 3 mL"
    for steps in range(0, min(full, MAX_STEPS) + 1):
        assert syringe.volume_nl(steps) == steps * num // den


@pytest.mark.req("D-01")
def test_no_rounding_accumulates_over_a_full_syringe():
    num, den = RATIOS["BD 10 mL"]
    steps = 10_000_000 * den // num
    assert abs(Syringe(num, den).volume_nl(steps) - Fraction(num, den) * steps) < 1


@given(ratios(), st.integers(0, MAX_STEPS))
def test_volume_is_exact_for_any_ratio_and_any_number_of_steps(ratio, steps):
    num, den = ratio
    assert Syringe(num, den).volume_nl(steps) == steps * num // den


@given(ratios(), st.integers(0, 20_000_000))
@pytest.mark.req("D-01")
def test_steps_within_is_the_most_steps_whose_exact_volume_is_not_above(ratio, volume_nl):
    num, den = ratio
    steps = Syringe(num, den).steps_within(volume_nl)
    assert steps * num <= volume_nl * den
    assert steps == MAX_STEPS or (steps + 1) * num > volume_nl * den


@given(ratios(), st.integers(0, MAX_STEPS))
def test_steps_within_gives_back_the_steps_of_their_own_volume_rounded_up(ratio, steps):
    num, den = ratio
    assert Syringe(num, den).steps_within(-(-steps * num // den)) == steps


def test_a_syringe_keeps_its_ratio_in_whole_nanolitres_and_a_fraction():
    assert MAX_STEPS == 262_143
    assert numbers(Syringe(422_733, 4096)) == {
        "nl_num": 422_733,
        "nl_den": 4096,
        "whole_nl": 103,
        "fraction": 845,
    }
