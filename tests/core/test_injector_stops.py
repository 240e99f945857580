"""Requirements on what ends a level and which reason stays: STOP, PAIN, release, leak."""

import pytest

from manostat.core import codes
from manostat.core.codes import HOLDING, INJECTING, READY, SEEKING, SETTLING, STOPPED

from .desk import PAIN_PRESSED, RUN_HELD, RUN_OPEN, STOP_PRESSED, Desk, unit_of
from .levels import QUICK, decide, in_state, press_stop


@pytest.mark.parametrize("state", [SEEKING, INJECTING, SETTLING, HOLDING])
@pytest.mark.req("B-01")
def test_pain_stops_in_every_state_of_a_level(state):
    desk = in_state(state)
    desk.switches = PAIN_PRESSED
    desk.tick()
    assert (desk.state, desk.reason) == (STOPPED, codes.PAIN)
    made = desk.made
    desk.switches = RUN_HELD
    desk.seconds(2)
    assert desk.made == made


@pytest.mark.parametrize("state", [SEEKING, INJECTING, SETTLING, HOLDING])
@pytest.mark.req("B-05")
def test_stop_stops_in_every_state_of_a_level_and_lets_go_of_the_motor(state):
    desk = in_state(state)
    press_stop(desk)
    assert (desk.state, desk.reason, desk.injector.enable) == (STOPPED, codes.STOP, 0)
    made = desk.made
    desk.switches = RUN_HELD
    desk.seconds(2)
    assert desk.made == made


@pytest.mark.req("B-01")
def test_only_a_press_of_pain_is_pain():
    """The edge that proves the button comes with its second contact."""
    desk = in_state(INJECTING)
    desk.tick()
    operator = desk.pump.operator
    operator.event, operator.pain_proof = 1, 1
    decide(desk, 1000)
    assert desk.state == INJECTING
    operator.pain_pressed = 1
    decide(desk, 1000)
    assert (desk.state, desk.reason) == (STOPPED, codes.PAIN)


@pytest.mark.req("B-03", "B-01")
def test_pain_pressed_when_ready_stops_nothing():
    desk = in_state(READY)
    desk.seconds(0.1)
    desk.switches = PAIN_PRESSED
    desk.tick(5)
    assert (desk.state, desk.reason, desk.injector.stops) == (READY, codes.NO_REASON, 0)
    assert desk.injector.proven == 1


@pytest.mark.parametrize("apart_ms", [0, 2, 10, 18])
@pytest.mark.parametrize("state", [INJECTING, HOLDING])
def test_stop_outranks_a_pain_up_to_20_ms_older(state, apart_ms):
    desk = in_state(state)
    desk.switches = PAIN_PRESSED
    desk.tick(1 + apart_ms // 2)
    press_stop(desk)
    assert (desk.state, desk.reason) == (STOPPED, codes.STOP)


@pytest.mark.parametrize("page_us", [4000, 65_535])
def test_a_stop_pressed_while_a_page_is_written_behind_a_pain_is_pressed_together_with_it(page_us):
    desk = in_state(INJECTING)
    desk.switches = PAIN_PRESSED
    desk.tick()
    desk.switches = STOP_PRESSED
    desk.tick(elapsed_us=page_us)
    assert (desk.state, desk.reason) == (STOPPED, codes.STOP)


@pytest.mark.req("P-09")
def test_a_gap_before_a_stop_makes_it_no_older():
    desk = in_state(INJECTING)
    desk.switches = RUN_OPEN
    desk.tick()
    desk.switches = PAIN_PRESSED
    desk.tick(elapsed_us=65_535)
    assert (desk.reason, desk.injector.reason_us) == (codes.PAIN, 0)


@pytest.mark.parametrize("apart_ms", [0, 2, 10, 18])
def test_pain_outranks_a_release_up_to_20_ms_older(apart_ms):
    desk = in_state(INJECTING)
    desk.switches = RUN_OPEN
    desk.tick(apart_ms // 2)
    desk.switches = PAIN_PRESSED
    desk.tick()
    assert (desk.state, desk.reason) == (STOPPED, codes.PAIN)


@pytest.mark.parametrize("later", [PAIN_PRESSED, RUN_OPEN])
def test_nothing_takes_the_reason_away_from_stop(later):
    desk = in_state(INJECTING)
    press_stop(desk)
    desk.switches = later
    desk.seconds(0.5)
    assert (desk.state, desk.reason) == (STOPPED, codes.STOP)


def test_only_pain_is_taken_over_by_stop():
    desk = Desk(QUICK).opened()
    desk.until(STOPPED)
    assert desk.reason == codes.VOLUME
    press_stop(desk)
    assert (desk.state, desk.reason) == (STOPPED, codes.VOLUME)


@pytest.mark.parametrize("reason", [codes.PAIN, codes.FAULT])
def test_a_reason_is_as_old_as_its_stop(reason):
    injector = in_state(INJECTING).injector
    injector.reason_us = 500
    injector._latch(reason)
    assert (injector.reason_us, injector.stops) == (0, 1)


def test_a_stop_keeps_the_pressure_it_came_at_and_the_peak_of_the_level():
    desk = in_state(INJECTING)
    for pressure_pa in (60_000, 90_000, 80_000):
        desk.pressure_pa = pressure_pa
        desk.tick(20)
    assert desk.injector.peak_pa == pytest.approx(90_000, abs=50)
    desk.switches = PAIN_PRESSED
    desk.tick()
    injector = desk.injector
    assert injector.stop_pa == injector.pressure_pa == pytest.approx(80_000, abs=50)
    assert injector.peak_pa == pytest.approx(90_000, abs=50)
    desk.pressure_pa = 95_000
    desk.tick(5)
    assert injector.peak_pa == pytest.approx(90_000, abs=50), "at rest there is no peak"


def test_the_pressure_at_which_it_stops_may_be_the_peak():
    desk = in_state(INJECTING)
    desk.pressure_pa = 120_000
    desk.switches = PAIN_PRESSED
    desk.tick()
    assert desk.injector.peak_pa == desk.injector.stop_pa == pytest.approx(120_000, abs=50)


def test_nothing_is_granted_in_the_tick_of_a_stop():
    for pressed in (PAIN_PRESSED, STOP_PRESSED, RUN_OPEN):
        desk = Desk(unit_of(rate_nl_s=150_000)).opened()
        desk.tick(20)
        assert desk.injector.grant > 0
        desk.switches = pressed
        desk.tick()
        assert desk.injector.grant == 0


@pytest.mark.req("P-12")
def test_a_leak_is_seen_in_motion_only():
    for state, reason in ((INJECTING, codes.LEAK), (READY, 0), (HOLDING, codes.RELEASE)):
        desk = in_state(state)
        desk.injector.see_leak()
        assert desk.reason == reason


@pytest.mark.req("P-12", "D-01")
def test_what_was_decided_in_the_tick_of_a_leak_is_not_granted():
    injector = in_state(INJECTING).injector
    injector.granted, injector.grant = 100, 2
    injector.see_leak()
    assert (injector.granted, injector.grant, injector.reason) == (98, 0, codes.LEAK)
