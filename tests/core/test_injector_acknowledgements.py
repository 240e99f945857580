"""Requirements on the press of STOP that acknowledges a stop, and on what must follow it."""

import pytest

from manostat.core import codes
from manostat.core.codes import INJECTING, READY, STOPPED

from .desk import PAIN_PRESSED, RUN_HELD, RUN_OPEN, STOP_PRESSED
from .levels import acknowledge, in_state, press_stop


@pytest.mark.req("P-09")
def test_pages_that_are_written_do_not_keep_a_stop_from_being_acknowledged():
    """It has been seen all the same; a press is at the latest when it is read."""
    desk = in_state(INJECTING)
    desk.switches = PAIN_PRESSED
    desk.tick()
    desk.switches = RUN_OPEN
    desk.tick(5, elapsed_us=60_000)
    press_stop(desk)
    assert desk.state == READY


def test_stop_acknowledges_a_pain_that_can_have_been_seen():
    desk = in_state(INJECTING)
    desk.switches = PAIN_PRESSED
    desk.seconds(0.304)
    press_stop(desk)
    assert desk.state == READY


@pytest.mark.parametrize("after_s", [0.03, 0.1, 0.29])
@pytest.mark.req("P-09", "A-05")
def test_a_press_of_stop_right_after_a_stop_acknowledges_nothing(after_s):
    """It was meant to stop: nobody can have seen yet that something else already did."""
    desk = in_state(INJECTING)
    desk.inputs.line_status = 3
    desk.tick(2)
    desk.inputs.line_status = 0
    desk.switches = RUN_OPEN
    desk.seconds(after_s)
    desk.hold(STOP_PRESSED)
    desk.seconds(0.5)
    assert (desk.state, desk.reason, desk.fault) == (STOPPED, codes.FAULT, codes.SENSOR_STATUS)
    acknowledge(desk)
    assert desk.state == READY


@pytest.mark.parametrize(
    ("reason_us", "state", "reason"),
    [
        (20_000, STOPPED, codes.STOP),
        (20_001, STOPPED, codes.PAIN),
        (299_999, STOPPED, codes.PAIN),
        (300_000, READY, codes.NO_REASON),
    ],
)
@pytest.mark.req("P-09", "B-05")
def test_stop_takes_over_from_pain_then_only_lets_go_then_acknowledges_to_the_microsecond(
    reason_us, state, reason
):
    desk = in_state(INJECTING)
    desk.switches = PAIN_PRESSED
    desk.tick()
    desk.injector.reason_us = reason_us
    press_stop(desk)
    assert (desk.state, desk.reason) == (state, reason)
    assert desk.injector.enable == 0, "STOP is pressed"
    desk.switches = RUN_OPEN
    desk.tick()
    assert desk.injector.enable == (state == READY)


@pytest.mark.parametrize("pressed", [PAIN_PRESSED, STOP_PRESSED])
@pytest.mark.req("P-09")
def test_after_an_acknowledgement_run_must_be_seen_open_again(pressed):
    desk = in_state(INJECTING)
    desk.switches = pressed
    desk.seconds(0.1)
    made = desk.made
    for switches in (RUN_HELD, STOP_PRESSED, RUN_HELD):
        desk.switches = switches
        desk.seconds(0.5)
    assert (desk.state, desk.made) == (READY, made)
    desk.run()
    desk.seconds(0.5)
    assert desk.made > made


@pytest.mark.req("P-09")
def test_an_end_point_without_acknowledgement_stays():
    desk = in_state(INJECTING)
    desk.switches = PAIN_PRESSED
    desk.tick()
    made = desk.made
    for _ in range(3):
        desk.run()
        desk.seconds(1)
    assert (desk.state, desk.reason, desk.made) == (STOPPED, codes.PAIN, made)
