"""One place converts, and no pressure is ever shown without a unit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manostat_tools.report.units import NONE, UNITS, named_value, quantity, unit_named, volume

PER_PSI = {"psi": 1.0, "kPa": 6.894757, "bar": 0.068948, "mmHg": 51.715}
"""As docs say: 1 psi = 6894.757 Pa = 51.715 mmHg = 0.068948 bar."""


@pytest.mark.parametrize("name", UNITS)
def test_conversions_are_the_published_ones(name):
    assert unit_named(name).value(6894.757) == pytest.approx(PER_PSI[name], rel=1e-5)


@settings(derandomize=True, deadline=None)
@given(st.integers(-200_000, 2_000_000), st.sampled_from(sorted(UNITS)))
def test_a_shown_pressure_is_the_right_one_to_its_last_digit(pressure_pa, name):
    unit = unit_named(name)
    number, shown_unit = unit.text(pressure_pa).split()
    assert shown_unit == name
    assert abs(float(number) * unit.pa - pressure_pa) <= 0.5001 * unit.pa * 10**-unit.digits
    assert number != "-0.0"


def test_the_sensors_steps_can_be_told_apart():
    """A count of the line sensor is 79 Pa; every unit shows at least a fifth of its error band."""
    for unit in UNITS.values():
        assert unit.pa * 10**-unit.digits < 0.2 * 10342


def test_what_is_none_is_not_recorded_and_never_zero():
    psi = unit_named("psi")
    assert psi.text(None) == psi.number(None) == volume(None) == NONE
    assert named_value("opening_pa", None, psi) == ("opening", NONE)


@pytest.mark.parametrize(
    ("given_as", "shown"),
    [
        (("opening_pa", 65292), ("opening", "65.29 kPa (9.47 psi)")),
        (("volume_nl", 504472), ("volume", "0.504 mL")),
        (("line_compliance_nl_per_pa", 0.7), ("line compliance", "0.7 uL/kPa")),
        (("rate_nl_s", 50_000), ("rate", "0.05 mL/s")),
        (("drift_pa_s", -250.0), ("drift", "-0.25 kPa/s")),
        (("warm_pa_s_nl", 0.5), ("warm", "500 kPa s/mL")),
        (("fit_line_nl_pa", 0.7), ("fit line", "0.7 uL/kPa")),
        (("fit_elastance_pa_nl", 0.2), ("fit elastance", "200 kPa/mL")),
        (("fit_leak_nl_s_pa", 0.3), ("fit leak", "0.3 uL/s/kPa")),
        (("rest_s", 2.5), ("rest", "2.5 s")),
        (("stop_us", 1_500_000), ("stop", "1.500 s")),
        (("intensity_nrs", 8), ("intensity", "8/10")),
        (("concordance", "absent"), ("concordance", "absent")),
        (("samples", 12), ("samples", "12")),
    ],
)
def test_an_input_is_shown_in_the_unit_of_its_name(given_as, shown):
    assert named_value(*given_as, unit_named("kPa")) == shown


@pytest.mark.parametrize(
    ("value", "of", "shown"),
    [
        (103421.355, "Pa", "15 psi"),
        (0.7252, "nL/Pa", "5 uL/psi"),
        (5.0, "uL/psi", "5 uL/psi"),
        (0.2103, "Pa/nL", "30.5 psi/mL"),
        (369_440, "nL", "0.3694 mL"),
        (1.25, "s", "1.25 s"),
        (0.5, "", "0.5"),
    ],
)
def test_derived_values_are_shown_in_the_readers_unit(value, of, shown):
    assert quantity(value, of, unit_named("psi")) == shown


def test_a_compliance_in_uL_per_psi_follows_the_readers_unit():  # noqa: N802 - the unit is uL
    assert quantity(5.0, "uL/psi", unit_named("kPa")) == "0.7252 uL/kPa"
    assert quantity(0.7252, "nL/Pa", unit_named("kPa")) == "0.7252 uL/kPa"
