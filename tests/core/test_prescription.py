"""Requirements on prescriptions: no wrong one passes, and the message says what is right."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manostat.core import codes
from manostat.core.prescription import RANGES, Prescription, validate
from manostat.core.pump import build

from .desk import new_ints, numbers, unit_of
from .strategies import units

FIELDS = [name for name, _, _ in RANGES]


def changed(name: str, value: int) -> list[int]:
    unit = list(unit_of())
    unit[FIELDS.index(name)] = value
    return unit


def refused(unit) -> tuple[str, int, int, int]:
    """Field, value, least and most of the refusal."""
    with pytest.raises(ValueError) as caught:
        validate(unit)
    found = re.fullmatch(r"(.+): (-?\d+), allowed (-?\d+) to (-?\d+)", str(caught.value))
    assert found, caught.value
    return found[1], int(found[2]), int(found[3]), int(found[4])


def test_the_bench_prescription_is_accepted():
    validate(unit_of())


@pytest.mark.parametrize(("name", "least", "most"), RANGES)
@pytest.mark.req("C-01")
def test_each_field_is_refused_with_its_value_and_its_range(name, least, most):
    assert refused(changed(name, least - 1)) == (name, least - 1, least, most)
    assert refused(changed(name, most + 1)) == (name, most + 1, least, most)


@pytest.mark.parametrize("name", ["limit_above_pa", "limit_line_pa"])
@pytest.mark.req("P-02", "C-01")
def test_no_limit_may_be_over_100_psi(name):
    assert refused(changed(name, 689_477)) == (name, 689_477, 6895, 689_476)
    validate(changed(name, 689_476))


@pytest.mark.parametrize("length", [0, 8, 10])
@pytest.mark.req("C-01")
def test_a_page_of_another_length_is_refused(length):
    with pytest.raises(ValueError, match=f"unit: {length} values, allowed exactly 9"):
        validate([0] * length)


def test_a_rate_that_the_motor_cannot_make_is_refused():
    """3 steps a tick of 36.8 nl (3 mL syringe) are 55 microlitres a second."""
    name, value, least, most = refused(unit_of(rate_nl_s=60_000, nl=(150_780, 4096)))
    assert (name, value, least) == ("rate_nl_s", 60_000, 1000)
    assert most == pytest.approx(1500 * 150_780 / 4096, abs=3)
    validate(unit_of(rate_nl_s=most, nl=(150_780, 4096)))


@pytest.mark.parametrize(("nl", "whole"), [((4095, 4096), 0), ((2_000_000, 10), 200_000)])
def test_a_step_of_no_possible_syringe_is_refused(nl, whole):
    assert refused(unit_of(nl=nl)) == ("nl_num // nl_den", whole, 1, 4095)


def test_a_volume_of_more_steps_than_can_be_counted_is_refused():
    nl = (10 * 4096, 4096)
    name, value, _, most = refused(unit_of(rate_nl_s=5000, volume_nl=3_000_000, nl=nl))
    assert (name, value, most) == ("volume_nl", 3_000_000, 2_621_430)


def test_a_volume_of_less_than_a_step_is_refused():
    nl = (2_000_000, 1000)
    assert refused(unit_of(volume_nl=1999, nl=nl))[:3] == ("volume_nl", 1999, 2001)


def test_a_volume_step_may_be_the_first_whole_nanolitre_above_a_motor_step() -> None:
    """A step of the motor is 103.2 nL here."""
    validate(unit_of(codes.STEP, step_volume_nl=104))


@pytest.mark.parametrize("step_volume_nl", [0, 50, 103, 3_500_001, 1_000_001])
def test_a_volume_step_is_at_least_one_motor_step_and_at_most_the_volume(step_volume_nl):
    volume_nl = 500_000
    name, value, least, most = refused(
        unit_of(codes.STEP, volume_nl=volume_nl, step_volume_nl=step_volume_nl)
    )
    assert (name, value) == ("step_volume_nl", step_volume_nl)
    assert (least, most) in ((104, volume_nl), (0, 1_000_000))


def test_the_volume_step_matters_to_no_other_mode():
    validate(unit_of(codes.INJECT, step_volume_nl=0))
    validate(unit_of(codes.PRIME, step_volume_nl=0))


@st.composite
def any_unit(draw):
    """Every field in its range and a little beyond."""
    return tuple(draw(st.integers(least - 2, most + 2)) for _, least, most in RANGES)


@given(units())
@pytest.mark.req("D-01")
def test_an_accepted_unit_makes_a_pump_that_stays_within_its_volume(unit):
    validate(unit)
    injector = build(unit, new_ints).injector
    assert injector.max_steps > 0
    assert injector.max_steps * unit[6] <= unit[2] * unit[7]


@given(any_unit())
@pytest.mark.req("C-01")
def test_a_refusal_always_names_the_field_the_value_and_the_range(unit):
    try:
        validate(unit)
    except ValueError:
        name, value, least, most = refused(unit)
        assert not least <= value <= most
        assert name.split(" ")[0] in FIELDS
    else:
        for value, (_, least, most) in zip(unit, RANGES, strict=True):
            assert least <= value <= most


@pytest.mark.req("C-01")
def test_the_ranges_are_those_of_the_documented_unit_page():
    assert RANGES == (
        ("mode", 1, 6),
        ("rate_nl_s", 1000, 200_000),
        ("volume_nl", 1000, 20_000_000),
        ("limit_above_pa", 6895, 689_476),
        ("limit_line_pa", 6895, 689_476),
        ("step_volume_nl", 0, 1_000_000),
        ("nl_num", 1, 2_147_483),
        ("nl_den", 1, 4096),
        ("zero_pa", -34_474, 34_474),
    )


@pytest.mark.parametrize(
    ("mode", "by_steps", "into_disc", "sham", "back", "single_shot"),
    [
        (0, 0, 0, 0, 0, 0),
        (codes.INJECT, 0, 1, 0, 0, 0),
        (codes.STEP, 1, 1, 0, 0, 0),
        (codes.PRIME, 0, 0, 0, 0, 1),
        (codes.COMPLY, 0, 0, 0, 0, 1),
        (codes.SHAM, 0, 0, 1, 0, 1),
        (codes.RELIEVE, 0, 0, 0, 1, 1),
    ],
)
def test_a_mode_is_what_it_is_for(mode, by_steps, into_disc, sham, back, single_shot):
    assert numbers(Prescription(mode, 1, 2, 3, 4, 5)) == {
        "mode": mode,
        "rate_nl_s": 1,
        "volume_nl": 2,
        "limit_above_pa": 3,
        "limit_line_pa": 4,
        "step_volume_nl": 5,
        "by_steps": by_steps,
        "into_disc": into_disc,
        "sham": sham,
        "back": back,
        "single_shot": single_shot,
    }


@pytest.mark.parametrize(
    ("unit", "refusal"),
    [
        (unit_of(rate_nl_s=1000, nl=(1, 1), volume_nl=1000), None),
        (unit_of(rate_nl_s=1000, nl=(4095, 1), volume_nl=4096), None),
        (unit_of(nl=(4096, 1)), ("nl_num // nl_den", 4096, 1, 4095)),
        (unit_of(nl=(1, 2)), ("nl_num // nl_den", 0, 1, 4095)),
        (unit_of(nl=(2000, 1), volume_nl=2000), ("volume_nl", 2000, 2001, 524_286_000)),
        (unit_of(rate_nl_s=1000, nl=(2, 1), volume_nl=524_286), None),
        (
            unit_of(rate_nl_s=1000, nl=(2, 1), volume_nl=524_287),
            ("volume_nl", 524_287, 3, 524_286),
        ),
        (unit_of(rate_nl_s=1500, nl=(1, 1), volume_nl=1000), None),
        (unit_of(rate_nl_s=1501, nl=(1, 1), volume_nl=1000), ("rate_nl_s", 1501, 1000, 1500)),
        (unit_of(codes.STEP, nl=(2000, 1), step_volume_nl=2001), None),
        (
            unit_of(codes.STEP, nl=(2000, 1), step_volume_nl=2000),
            ("step_volume_nl", 2000, 2001, 3_500_000),
        ),
        (unit_of(codes.STEP, volume_nl=5000, step_volume_nl=5000), None),
        (
            unit_of(codes.STEP, volume_nl=5000, step_volume_nl=5001),
            ("step_volume_nl", 5001, 104, 5000),
        ),
        (unit_of(codes.RELIEVE, nl=(2000, 1), volume_nl=500_000), None),
        (
            unit_of(codes.RELIEVE, nl=(2000, 1), volume_nl=500_001),
            ("volume_nl", 500_001, 2001, 500_000),
        ),
        (unit_of(rate_nl_s=1000, nl=(8191, 2), volume_nl=4096), None),
        (unit_of(nl=(2001, 1), volume_nl=2001), ("volume_nl", 2001, 2002, 524_548_143)),
        (
            unit_of(rate_nl_s=1000, nl=(3, 2), volume_nl=262_144),
            ("volume_nl", 262_144, 2, 262_143),
        ),
        (
            unit_of(rate_nl_s=1501, nl=(1001, 1000), volume_nl=1000),
            ("rate_nl_s", 1501, 1000, 1500),
        ),
        (unit_of(rate_nl_s=18_003, nl=(2_000_000, 4096)), None),
        (
            unit_of(rate_nl_s=18_004, nl=(2_000_000, 4096)),
            ("rate_nl_s * nl_den", 73_744_384, 1, 73_741_823),
        ),
        (
            unit_of(rate_nl_s=200_000, nl=(2_147_483, 4096)),
            ("rate_nl_s * nl_den", 819_200_000, 1, 323),
        ),
    ],
    ids=str,
)
@pytest.mark.req("C-01")
def test_what_belongs_together_is_refused_from_one_beyond_its_range(unit, refusal):
    if refusal is None:
        validate(unit)
    else:
        assert refused(unit) == refusal
