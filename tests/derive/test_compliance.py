"""Compliance of a line that is pressed against a closed stopcock."""

import numpy as np
import pytest

from manostat_tools.derive.compliance import as_quantity, from_quantity, line_compliance
from manostat_tools.derive.equipment import Compliance
from manostat_tools.derive.recording import Recording
from manostat_tools.derive.refusal import NotDerived

from .made import LINE, LINEAR, PSI, STEP_NL, make

CLOSED = LINEAR._replace(opening_pa=1e9)
MOTION = ((0.0, 0.5), (0.1, 4.0), (0.0, 0.2))


def found(circuit=CLOSED, noise_pa: float = 60.0, motion=MOTION) -> Compliance:
    line = line_compliance(make(circuit, motion, noise_pa).recording, STEP_NL)
    assert isinstance(line, Compliance)
    return line


def test_without_noise_the_compliance_is_found_to_a_thousandth():
    assert found(noise_pa=0.0).nl_per_pa == pytest.approx(LINE, rel=1e-3)


def test_steps_lost_at_first_change_nothing():
    """Backlash, and a rod that gives until the plunger slides."""
    assert found(CLOSED._replace(lost_nl=9000.0)).nl_per_pa == pytest.approx(LINE, rel=2e-3)


@pytest.mark.parametrize("air_nl", [0.0, 20_000.0, 100_000.0, 300_000.0])
def test_line_and_air_are_told_apart_within_their_intervals(air_nl):
    line = found(CLOSED._replace(air_nl=air_nl), motion=((0.0, 0.5), (0.1, 6.0), (0.0, 0.2)))
    assert abs(line.nl_per_pa - LINE) <= line.half_nl_per_pa
    assert abs(line.air_nl - air_nl) <= line.air_half_nl
    assert line.together < -0.5


def test_without_noise_the_interval_is_what_the_sensor_may_tilt_and_bend():
    """Bent alone it would look like air, and the two errors would be one: a correlation of -1."""
    line = found(noise_pa=0.0)
    rise_pa = 400_000.0 / LINE - 2.0 * PSI
    tilt = 0.0025 * 150.0 * PSI / rise_pa
    assert tilt < line.half_nl_per_pa / line.nl_per_pa < 3.0 * tilt
    assert -0.95 < line.together < -0.8


def test_noise_widens_it():
    assert found(noise_pa=20_000.0).half_nl_per_pa > found().half_nl_per_pa


def test_too_small_a_rise_gives_the_reason_and_no_number():
    made = make(CLOSED, ((0.0, 0.5), (0.1, 0.5), (0.0, 0.2)))
    line = line_compliance(made.recording, STEP_NL)
    assert isinstance(line, NotDerived)
    assert "20 psi" in line.reason


def test_a_line_of_no_compliance_is_none():
    with pytest.raises(ValueError, match="positive"):
        Compliance(0.0, 0.1)


def test_the_quantity_is_in_ul_per_psi_with_rule_and_inputs():
    value = as_quantity(found())
    assert value.unit == "uL/psi"
    assert value.low < 5.0 < value.high
    assert value.rule.endswith("v1")
    assert "air_nl" in value.inputs


def test_what_a_session_keeps_comes_back_as_it_was():
    line = found(CLOSED._replace(air_nl=50_000.0))
    back = from_quantity(as_quantity(line))
    assert [*vars(back).values()] == pytest.approx([*vars(line).values()])
    with pytest.raises(ValueError, match="interval"):
        from_quantity(as_quantity(line).model_copy(update={"high": None}))


def test_a_span_error_cancels_where_volume_is_read_off_the_same_sensor():
    recording = make(CLOSED, MOTION).recording
    off = Recording(
        recording.time_us, 1.01 * recording.pressure_pa, recording.steps, recording.moving
    )
    line = line_compliance(off, STEP_NL)
    assert isinstance(line, Compliance)
    held = line.nl_per_pa * np.max(off.pressure_pa)
    assert held == pytest.approx(LINE * np.max(recording.pressure_pa), rel=1e-3)
