"""Requirements on levels: how the next one begins, what is taken up, and marks in each."""

import pytest

from manostat.core import codes
from manostat.core.codes import HOLDING, IDLE, INJECTING, READY, STOPPED

from .desk import PAIN_PRESSED, RUN_OPEN, STOP_PRESSED, Desk, numbers
from .levels import acknowledge, in_state, press_stop

LEVEL_BEGINS = {
    "proven": 0,
    "locked": 0,
    "spent": 0,
    "armed_us": 0,
    "start_pa": -1,
    "steps": 0,
    "feigned": 0,
    "granted": 0,
    "step_end": 0,
    "opening_pa": -1,
    "opening_how": codes.OPENING_NONE,
    "plateau_pa": -1,
    "plateaus": 0,
    "settling_step": 0,
    "run_lost": 0,
    "peak_pa": 0,
    "stop_pa": 0,
    "rested_from_pa": 0,
}


def test_a_new_injector_is_idle_and_owes_nothing():
    assert numbers(Desk().injector) == {
        **LEVEL_BEGINS,
        "max_steps": 33_912,
        "step_steps": 0,
        "seek_steps": 2906,
        "state": IDLE,
        "reason": codes.NO_REASON,
        "fault": codes.NO_FAULT,
        "had_faults": 0,
        "new_faults": 0,
        "level": 1,
        "stops": 0,
        "wants_start": 0,
        "seeking": 0,
        "moving": 0,
        "running": 0,
        "enable": 0,
        "grant": 0,
        "start_lease": 0,
        "rate_nl_s": 50_000,
        "by_steps": 0,
        "into_disc": 1,
        "back": 0,
        "sham": 0,
        "limit_pa": 0,
        "pressure_pa": 0,
        "predicted_pa": 0,
        "rest_us": 100_000_000,
        "reason_us": 0,
        "hold_counts": 0,
    }


def test_a_new_level_begins_like_the_first_one():
    desk = in_state(HOLDING)
    press_stop(desk)
    acknowledge(desk)
    desk.hold(STOP_PRESSED, 3.1)
    level = numbers(desk.injector)
    assert {name: level[name] for name in LEVEL_BEGINS} == LEVEL_BEGINS
    assert (desk.injector.level, desk.fault, desk.injector.wants_start) == (2, 0, 0)
    assert numbers(desk.injector.tare) == {"opening_pa": -1, "how": codes.OPENING_NONE}
    assert desk.injector.knee.reference_pa == 0


@pytest.mark.req("B-03")
def test_stop_held_three_seconds_when_ready_begins_a_level_that_wants_the_proof_again():
    desk = in_state(INJECTING)
    desk.seconds(1)
    press_stop(desk)
    acknowledge(desk)
    assert (desk.state, desk.injector.level) == (READY, 1)
    desk.hold(STOP_PRESSED, 3.1)
    desk.tick()
    assert (desk.state, desk.injector.level) == (IDLE, 2)
    assert (desk.injector.steps, desk.injector.opening_pa) == (0, -1)
    made = desk.made
    desk.run()
    desk.seconds(1)
    assert (desk.state, desk.made) == (IDLE, made)
    desk.arm()
    desk.run()
    desk.seconds(1)
    assert desk.made > made


@pytest.mark.req("B-03")
def test_a_pain_button_held_over_the_new_level_does_not_prove_itself():
    desk = in_state(READY)
    desk.switches = STOP_PRESSED | codes.BIT_PAIN_NO
    desk.seconds(3.1)
    desk.switches = PAIN_PRESSED
    desk.seconds(1)
    assert (desk.state, desk.injector.level) == (IDLE, 2)


@pytest.mark.parametrize("held_s", [0.1, 1, 2.9])
def test_stop_held_less_than_three_seconds_keeps_the_level(held_s):
    desk = in_state(READY)
    desk.hold(STOP_PRESSED, held_s)
    desk.tick()
    assert (desk.state, desk.injector.level) == (READY, 1)


def test_the_press_that_stops_or_acknowledges_does_not_begin_a_level_however_long():
    desk = in_state(INJECTING)
    desk.hold(STOP_PRESSED, 4)
    desk.seconds(0.31)
    assert (desk.state, desk.injector.level) == (STOPPED, 1)
    desk.hold(STOP_PRESSED, 4)
    desk.tick()
    assert (desk.state, desk.injector.level) == (READY, 1)


@pytest.mark.req("B-03")
def test_a_short_press_of_stop_before_a_level_does_not_count_for_the_press_that_acknowledges():
    desk = in_state(READY)
    desk.seconds(0.1)
    desk.hold(STOP_PRESSED)
    assert (desk.state, desk.injector.hold_counts) == (READY, 1)
    desk.run()
    assert desk.moving
    desk.hold(PAIN_PRESSED)
    desk.seconds(0.31)
    desk.hold(STOP_PRESSED, 3.1)
    desk.tick(2)
    assert (desk.state, desk.injector.level) == (READY, 1)


def test_a_level_taken_up_without_steps_is_a_fresh_one():
    desk = Desk()
    desk.injector.resume_level(3, 0)
    assert (desk.injector.opening_how, desk.injector.level) == (codes.OPENING_NONE, 3)
    desk.injector.resume_level(3, 1)
    assert desk.injector.opening_how == codes.OPENING_LOST
    assert (desk.injector.steps, desk.injector.granted) == (1, 1)


def test_the_press_that_proves_the_button_is_no_pain_mark():
    desk = Desk()
    desk.injector.resume_level(3, 400)
    desk.arm()
    assert desk.pump.presses == 0


def test_a_pain_mark_of_a_new_level_does_not_look_back_into_the_old_one():
    desk = Desk().opened()
    desk.pa_a_step = 0.0
    desk.seconds(5)
    press_stop(desk)
    acknowledge(desk)
    desk.hold(STOP_PRESSED, 3.1)
    desk.opened()
    desk.seconds(0.1)
    desk.switches = PAIN_PRESSED
    desk.tick()
    mark = desk.pump.first_mark
    assert mark.valid
    assert max(mark.steps) == mark.steps[0] == desk.injector.steps


@pytest.mark.parametrize(
    ("moving", "presses"), [(True, 1), (False, 1), (True, 3)], ids=["moving", "rest", "last"]
)
def test_every_press_is_marked_moving_or_not(moving, presses):
    desk = in_state(INJECTING)
    desk.seconds(1)
    if not moving:
        desk.switches = RUN_OPEN
        desk.seconds(1)
    for _ in range(presses):
        desk.hold(PAIN_PRESSED, 0.5)
        desk.seconds(0.5)
    assert desk.pump.presses == presses
    first, last = desk.pump.first_mark, desk.pump.last_mark
    assert (first.valid, first.moving, first.opening_pa) == (1, int(moving), 100_000)
    assert last.valid == (presses > 1)
    assert first.steps[0] == pytest.approx(desk.made, abs=2)
