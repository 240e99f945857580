"""The pressure that a line at rest settles at."""

import numpy as np
import pytest

from manostat_tools.derive.equipment import SensorError
from manostat_tools.derive.plateau import fit_decay, plateau
from manostat_tools.derive.recording import Recording
from manostat_tools.derive.refusal import NotDerived
from manostat_tools.session.model import Quantity

from .made import EXACT, PSI, WARMING, make

END_PA = 30.0 * PSI
STOP_US = 1_000_000


def decaying(tau_s: float, rest_s: float, fall_pa: float = 10.0 * PSI, drift_pa_s: float = 0.0):
    time_us = np.arange(0, STOP_US + round(rest_s * 1e6) + 1, 2000, dtype=np.int64)
    at_s = np.maximum((time_us - STOP_US) * 1e-6, 0.0)
    pressure = END_PA + fall_pa * np.exp(-at_s / tau_s) + drift_pa_s * (at_s - rest_s)
    noise = np.random.default_rng(2).normal(0.0, 60.0, len(time_us))
    moving = time_us < STOP_US
    steps = np.minimum(time_us, STOP_US) // 2000
    return Recording(time_us, pressure + noise, steps, moving)


def value_of(recording: Recording, sensor: SensorError = EXACT) -> Quantity:
    found = plateau(recording, STOP_US, sensor)
    assert isinstance(found, Quantity)
    return found


@pytest.mark.parametrize("tau_s", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("taus", [2.2, 3.0, 5.0, 12.0])
def test_the_end_of_an_exponential_is_found_before_it_is_reached(tau_s, taus):
    """After 3 time constants 5 % of the fall are still to come: 0.5 psi of 10."""
    recording = decaying(tau_s, taus * tau_s + 0.8)
    found = value_of(recording)
    assert found.low <= END_PA <= found.high
    assert found.value == pytest.approx(END_PA, abs=0.03 * PSI)
    assert found.inputs["tau_s"] == pytest.approx(tau_s, rel=0.05)


def test_less_than_two_time_constants_give_the_reason_and_no_number():
    found = plateau(decaying(5.0, 7.0), STOP_US, EXACT)
    assert isinstance(found, NotDerived)
    assert "time constants" in found.reason


def test_a_rest_of_less_than_a_second_or_lost_gives_the_reason():
    recording = decaying(0.1, 0.8)
    assert isinstance(plateau(recording, STOP_US, EXACT), NotDerived)
    lost = decaying(1.0, 8.0).without(STOP_US + 300_000, STOP_US + 7_800_000)
    assert "recorded" in plateau(lost, STOP_US, EXACT).reason


def test_a_gap_in_the_rest_is_bridged():
    recording = decaying(1.0, 8.0).without(STOP_US + 1_000_000, STOP_US + 3_000_000)
    found = value_of(recording)
    assert found.low <= END_PA <= found.high


def test_a_disc_that_gives_way_is_read_at_the_end_of_the_rest():
    found = value_of(decaying(1.0, 15.0, drift_pa_s=-300.0))
    assert found.value == pytest.approx(END_PA, abs=0.03 * PSI)
    assert found.inputs["drift_pa_s"] == pytest.approx(-300.0, rel=0.1)


def test_a_line_that_does_not_move_is_its_own_plateau():
    assert value_of(decaying(1.0, 4.0, fall_pa=0.0)).value == pytest.approx(END_PA, abs=20.0)


def test_the_sensor_and_what_was_not_seen_widen_it():
    recording = decaying(1.0, 8.0)
    narrow, wide = value_of(recording), value_of(recording, SensorError(5000.0, 0.0))
    assert wide.high - wide.value > 4900.0 > narrow.high - narrow.value
    early = value_of(decaying(1.0, 2.5))
    assert early.inputs["unseen_pa"] == pytest.approx(10.0 * PSI * np.exp(-2.5), rel=0.05)
    assert early.high - early.value >= 0.5 * early.inputs["unseen_pa"]


def test_of_a_whole_run_it_is_the_disc_at_the_end_of_each_rest():
    made = make(WARMING, noise_pa=60.0)
    for stop_us in made.recording.stops_us():
        found = plateau(made.recording, stop_us, EXACT)
        assert isinstance(found, Quantity)
        end_us = stop_us + round(made.recording.rest_after_s(stop_us) * 1e6)
        truth = made.truth("disc_pa", end_us)
        assert found.value == pytest.approx(truth, abs=0.1 * PSI)
        decay = fit_decay(made.recording, stop_us)
        assert not isinstance(decay, NotDerived)
