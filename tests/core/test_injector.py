"""Requirements on one level: what starts, pauses, stops and resumes it."""

import pytest

from manostat.core import codes
from manostat.core.codes import (
    HOLDING,
    IDLE,
    INJECTING,
    READY,
    SEEKING,
    SETTLING,
    STOPPED,
)
from manostat.core.pump import build

from .desk import (
    PAIN_PRESSED,
    PSI_PA,
    RUN_HELD,
    RUN_OPEN,
    STOP_PRESSED,
    Desk,
    new_ints,
    numbers,
    unit_of,
)

QUICK = unit_of(rate_nl_s=100_000, volume_nl=50_000)


def acknowledge(desk: Desk) -> None:
    desk.switches = RUN_OPEN
    desk.seconds(0.31)
    desk.hold(STOP_PRESSED)
    desk.seconds(0.03)


def press_stop(desk: Desk) -> None:
    desk.switches = STOP_PRESSED
    desk.tick()


@pytest.mark.req("T-05")
def test_power_on_is_idle_and_run_starts_nothing():
    desk = Desk()
    desk.run()
    desk.seconds(5)
    assert (desk.state, desk.made) == (IDLE, 0)


@pytest.mark.req("B-03")
def test_a_press_of_pain_arms_and_starts_nothing():
    desk = Desk()
    desk.arm()
    desk.seconds(5)
    assert (desk.state, desk.made) == (READY, 0)
    assert desk.injector.enable == 1


@pytest.mark.parametrize("half", [RUN_OPEN & ~codes.BIT_PAIN_OK, RUN_OPEN | codes.BIT_PAIN_NO])
@pytest.mark.req("B-03")
def test_half_a_press_does_not_arm(half):
    desk = Desk()
    desk.tick()
    desk.hold(half, 0.1)
    assert desk.state == IDLE


@pytest.mark.req("P-09")
def test_run_taped_down_from_power_on_never_moves():
    desk = Desk()
    desk.switches = RUN_HELD
    desk.seconds(1)
    for pressed in (PAIN_PRESSED, STOP_PRESSED, PAIN_PRESSED):
        desk.switches = pressed
        desk.seconds(0.5)
        desk.switches = RUN_HELD
        desk.seconds(5)
    assert desk.made == 0


def test_armed_and_run_held_seeks_the_opening():
    assert Desk().started().state == SEEKING


def test_with_an_opening_it_injects_at_once():
    assert Desk().opened().state == INJECTING


@pytest.mark.req("L-04")
def test_nothing_moves_before_the_intent_is_stored_and_run_need_not_be_pressed_again():
    desk = Desk()
    desk.intents_stored = 0
    desk.arm()
    desk.run()
    desk.seconds(0.5)
    assert (desk.state, desk.made, desk.injector.wants_start) == (READY, 0, 1)
    desk.intents_stored = 1
    desk.seconds(0.5)
    assert desk.made > 0


@pytest.mark.parametrize("switches", [STOP_PRESSED, PAIN_PRESSED, RUN_OPEN])
def test_a_run_that_waits_for_its_intent_is_forgotten_when_the_chain_opens(switches):
    desk = Desk()
    desk.intents_stored = 0
    desk.arm()
    desk.run()
    desk.intents_stored = 1
    desk.switches = switches
    desk.tick()
    desk.switches = RUN_HELD
    desk.seconds(2)
    assert desk.made == 0


def test_a_unit_without_prescription_never_moves():
    desk = Desk()
    desk.pump = build(None, new_ints)
    desk.arm()
    desk.run()
    desk.seconds(1)
    assert (desk.state, desk.made) == (IDLE, 0)
    desk.inputs.line_status = 3
    desk.seconds(0.1)
    assert desk.state == STOPPED
    desk.inputs.line_status = 0
    acknowledge(desk)
    desk.run()
    desk.seconds(1)
    assert (desk.state, desk.made, desk.injector.enable) == (IDLE, 0, 0)


def test_release_pauses_and_a_new_press_goes_on():
    desk = Desk().opened()
    desk.seconds(1)
    desk.switches = RUN_OPEN
    desk.tick(2)
    paused_at = desk.made
    assert (desk.state, desk.reason) == (HOLDING, codes.RELEASE)
    desk.seconds(2)
    assert desk.made == paused_at
    assert desk.injector.enable == 1
    desk.run()
    desk.seconds(1)
    assert desk.state == INJECTING
    assert desk.made > paused_at
    assert desk.injector.steps == desk.made


@pytest.mark.req("P-09")
def test_a_short_release_does_not_go_on():
    desk = Desk().opened()
    desk.switches = RUN_OPEN
    desk.seconds(0.09)
    paused_at = desk.made
    desk.switches = RUN_HELD
    desk.seconds(5)
    assert (desk.state, desk.made) == (HOLDING, paused_at)


@pytest.mark.req("B-06")
def test_a_latched_lease_is_a_release_even_if_no_tick_saw_run_open():
    desk = Desk().opened()
    desk.seconds(0.1)
    desk._latched = True
    desk.seconds(1)
    assert (desk.state, desk.reason) == (HOLDING, codes.RELEASE)


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


@pytest.mark.parametrize("state", [IDLE, READY, SEEKING, INJECTING, SETTLING, HOLDING, STOPPED])
@pytest.mark.req("A-05", "A-06")
def test_a_fault_stops_in_every_state_and_is_acknowledged_once_it_is_gone(state):
    desk = in_state(state)
    was_proven = desk.injector.proven
    desk.inputs.line_status = 3
    desk.tick(2)
    assert (desk.state, desk.reason, desk.fault) == (STOPPED, codes.FAULT, codes.SENSOR_STATUS)
    assert desk.injector.enable == 0
    acknowledge(desk)
    assert desk.state == STOPPED
    desk.inputs.line_status = 0
    acknowledge(desk)
    assert desk.state == (READY if was_proven else IDLE)
    assert (desk.reason, desk.fault) == (codes.NO_REASON, codes.NO_FAULT)


def in_state(state: int) -> Desk:
    """A desk brought to a state of the level by its switches and its line."""
    if state in (IDLE, READY):
        desk = Desk()
        if state == READY:
            desk.arm()
        desk.tick()
    elif state == INJECTING:
        desk = Desk().opened()
    else:
        desk = Desk().started()
        if state in (SETTLING, HOLDING):
            find_knee(desk)
        if state == HOLDING:
            desk.switches = RUN_OPEN
            desk.until(HOLDING)
        if state == STOPPED:
            press_stop(desk)
            desk.switches = RUN_OPEN
            desk.seconds(0.31)
    assert desk.state == state
    return desk


def find_knee(desk: Desk, opening_pa: float = 100_000) -> None:
    """Let the line rise stiffly to `opening_pa`, then hardly at all, until the plunger rests."""
    desk.pa_a_step = 700.0
    for _ in range(2000):
        desk.tick()
        if desk.pressure_pa >= opening_pa:
            desk.pa_a_step = 7.0
        if desk.state == SETTLING:
            desk.pa_a_step = 0.0
            desk.tick()
            return
    raise AssertionError("no knee")


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


@pytest.mark.req("D-01")
def test_the_volume_ends_the_level_to_the_step():
    desk = Desk(QUICK).opened()
    desk.until(STOPPED)
    assert desk.reason == codes.VOLUME
    assert desk.made == 50_000 * 4096 // 422_733


@pytest.mark.req("D-01", "D-02")
def test_steps_under_way_are_reserved_of_the_volume():
    """Counted two ticks after they were granted: what is queued must not be granted again."""
    desk = Desk(unit_of(rate_nl_s=150_000, volume_nl=50_000)).opened()
    desk.switches = RUN_OPEN
    desk.tick(60)
    desk.counted_late = 1
    desk.run()
    desk.until(STOPPED)
    desk.tick(5)
    assert desk.reason == codes.VOLUME
    assert desk.made == 50_000 * 4096 // 422_733


def test_near_its_limit_the_flow_is_an_eighth():
    desk = Desk(unit_of(above_psi=20)).opened(0)
    for psi, share in ((0, 1), (14.9, 1), (17.5, 0.5), (19.4, 0.125)):
        desk.pressure_pa = psi * PSI_PA
        desk.tick(20)
        before = desk.made
        desk.seconds(4)
        assert desk.made - before == pytest.approx(4 * 484.5 * share, rel=0.03)


@pytest.mark.req("D-02")
def test_volume_is_cumulative_over_releases_stops_and_acknowledgements():
    desk = Desk(QUICK).opened()
    desk.tick(50)
    desk.switches = RUN_OPEN
    desk.tick(5)
    desk.run()
    desk.tick(50)
    press_stop(desk)
    acknowledge(desk)
    desk.run()
    desk.tick(50)
    desk.switches = PAIN_PRESSED
    desk.tick(20)
    acknowledge(desk)
    desk.run()
    desk.until(STOPPED)
    assert desk.reason == codes.VOLUME
    assert desk.made == 50_000 * 4096 // 422_733
    acknowledge(desk)
    desk.run()
    desk.seconds(1)
    assert (desk.state, desk.reason) == (STOPPED, codes.VOLUME)
    assert desk.made == 50_000 * 4096 // 422_733


@pytest.mark.req("D-02")
def test_after_a_restart_what_was_delivered_still_counts():
    desk = Desk(QUICK)
    desk.injector.resume_level(3, 400)
    desk.arm()
    desk.run()
    desk.until(STOPPED)
    assert (desk.reason, desk.injector.level) == (codes.VOLUME, 3)
    assert desk.made == 50_000 * 4096 // 422_733 - 400


@pytest.mark.req("P-14")
def test_after_a_restart_the_tare_counts_as_zero_and_is_not_read_again():
    desk = Desk()
    desk.injector.resume_level(3, 400)
    desk.arm()
    desk.run()
    assert desk.state == INJECTING
    assert desk.injector.opening_how == codes.OPENING_LOST
    assert desk.injector.limit_pa == desk.injector.rx.limit_above_pa


def test_the_press_that_proves_the_button_is_no_pain_mark():
    desk = Desk()
    desk.injector.resume_level(3, 400)
    desk.arm()
    assert desk.pump.presses == 0


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


@pytest.mark.req("P-14")
def test_set_opening_may_lower_the_limit_never_raise_it():
    desk = in_state(READY)
    assert desk.injector.set_opening(90_000) == 1
    assert desk.injector.set_opening(90_001) == 0
    assert desk.injector.set_opening(80_000) == 1
    assert desk.injector.opening_pa == 80_000
    assert desk.injector.opening_how == codes.OPENING_SET


def test_an_opening_lowered_while_the_start_waits_for_its_intent_counts_at_once():
    desk = in_state(READY)
    assert desk.injector.set_opening(100_000)
    desk.intents_stored = 0
    desk.run()
    assert desk.injector.set_opening(0)
    desk.intents_stored = 1
    desk.pressure_pa = 25 * PSI_PA  # less than 30 psi to go: no occlusion
    desk.pa_a_step = 700.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_ABOVE
    assert desk.pressure_pa < 50 * PSI_PA + 1400


@pytest.mark.parametrize(("opening_pa", "taken"), [(-1, 0), (0, 1), (206_843, 1), (206_844, 0)])
@pytest.mark.req("P-14")
def test_an_opening_over_30_psi_is_refused(opening_pa, taken):
    assert in_state(READY).injector.set_opening(opening_pa) == taken


@pytest.mark.parametrize("state", [SEEKING, INJECTING])
@pytest.mark.req("P-14")
def test_no_opening_is_set_while_moving(state):
    assert in_state(state).injector.set_opening(1000) == 0


def test_the_limit_counts_from_zero_without_an_opening():
    desk = Desk(unit_of(above_psi=20, line_psi=80)).started()
    desk.pa_a_step = 700.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_ABOVE
    assert 18 * PSI_PA < desk.pressure_pa < 20 * PSI_PA + 1400


def test_the_limit_counts_from_the_opening():
    desk = Desk(unit_of(above_psi=20, line_psi=80)).opened(round(10 * PSI_PA))
    desk.pa_a_step = 100.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_ABOVE
    assert 29.5 * PSI_PA < desk.pressure_pa < 30 * PSI_PA + 200


@pytest.mark.req("P-14")
def test_the_line_limit_does_not_count_from_the_opening():
    desk = Desk(unit_of(above_psi=50, line_psi=40)).opened(round(20 * PSI_PA))
    desk.pressure_pa = 20 * PSI_PA  # less than 30 psi to go: no occlusion
    desk.pa_a_step = 100.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_LINE
    assert 39.5 * PSI_PA < desk.pressure_pa < 40 * PSI_PA + 200


@pytest.mark.req("P-03")
def test_nothing_starts_over_the_limit():
    desk = in_state(READY)
    desk.pressure_pa = 51 * PSI_PA
    desk.run()
    assert (desk.state, desk.reason, desk.made) == (STOPPED, codes.PRESSURE_ABOVE, 0)


@pytest.mark.req("P-14")
def test_the_opening_is_read_at_rest_and_the_level_goes_on_by_itself():
    desk = in_state(SETTLING)
    desk.tick(3)
    made = desk.made
    desk.seconds(0.5)
    assert (desk.state, desk.made) == (SETTLING, made)
    desk.until(INJECTING)
    assert desk.made == made
    assert desk.injector.opening_how == codes.OPENING_READ
    assert abs(desk.injector.opening_pa - desk.pressure_pa) < 100
    desk.seconds(1)
    assert desk.made > made


def test_run_released_while_settling_is_read_out_and_then_waits_for_run():
    desk = in_state(HOLDING)
    assert desk.injector.opening_how == codes.OPENING_READ
    made = desk.made
    desk.run()
    desk.seconds(1)
    assert desk.state == INJECTING
    assert desk.made > made


def test_run_released_and_held_again_while_settling_goes_on_with_a_new_lease():
    desk = in_state(SETTLING)
    made = desk.made
    desk.run()
    desk.until(INJECTING)
    desk.seconds(1)
    assert (desk.state, desk.fault) == (INJECTING, codes.NO_FAULT)
    assert desk.made > made


def test_run_released_too_shortly_while_settling_does_not_go_on():
    desk = in_state(SETTLING)
    made = desk.made
    desk.switches = RUN_OPEN
    desk.seconds(0.05)
    desk.switches = RUN_HELD
    desk.until(HOLDING)
    desk.seconds(5)
    assert (desk.state, desk.made) == (HOLDING, made)


@pytest.mark.req("P-14")
def test_an_opening_over_30_psi_ends_the_level():
    desk = Desk()
    desk.pressure_pa = 10 * PSI_PA  # a line that rises by 30 psi with no bend is occluded
    desk.started()
    find_knee(desk, 31 * PSI_PA)
    desk.until(STOPPED)
    assert desk.reason == codes.OPENING_HIGH
    assert desk.injector.opening_pa == -1


def test_a_line_that_does_not_settle_leaves_no_tare():
    desk = in_state(SETTLING)
    for _ in range(50_000):
        desk.pressure_pa += 3.0
        desk.tick()
        if desk.state != SETTLING:
            break
    assert desk.state == INJECTING
    assert (desk.injector.opening_how, desk.injector.opening_pa) == (codes.OPENING_UNSETTLED, -1)


def test_a_straight_line_leaves_no_tare_and_goes_on_after_300_microlitres():
    desk = Desk().started()
    desk.pa_a_step = 50.0
    desk.until(INJECTING)
    assert (desk.injector.opening_how, desk.injector.opening_pa) == (codes.OPENING_NO_KNEE, -1)
    assert desk.made == pytest.approx(300_000 * 4096 / 422_733, abs=3)


STEPWISE = unit_of(codes.STEP, 100_000, 100_000, step_volume_nl=20_000)
A_STEP = 20_000 * 4096 // 422_733
A_LEVEL = 100_000 * 4096 // 422_733


def test_one_press_is_one_volume_step_then_a_settled_plateau():
    desk = Desk(STEPWISE).opened()
    desk.until(SETTLING)
    desk.pressure_pa = 60_000
    desk.until(HOLDING)
    desk.seconds(5)
    assert (desk.state, desk.reason, desk.made) == (HOLDING, codes.NO_REASON, A_STEP)
    assert desk.injector.plateau_pa == pytest.approx(60_000, abs=100)


def test_release_after_the_step_is_no_stop():
    desk = Desk(STEPWISE).opened()
    desk.until(SETTLING)
    desk.switches = RUN_OPEN
    desk.until(HOLDING)
    assert (desk.reason, desk.made) == (codes.NO_REASON, A_STEP)


def test_release_within_the_step_pauses_and_the_next_press_finishes_that_step():
    desk = Desk(STEPWISE).opened()
    desk.tick(40)
    desk.switches = RUN_OPEN
    desk.tick(100)
    assert (desk.state, desk.reason) == (HOLDING, codes.RELEASE)
    assert desk.made < A_STEP
    desk.run()
    desk.until(SETTLING)
    desk.tick(5)
    assert desk.made == A_STEP


@pytest.mark.req("D-01")
def test_the_steps_of_a_level_end_with_its_volume():
    desk = Desk(STEPWISE).opened()
    for number in range(1, 6):
        desk.until(SETTLING)
        desk.until(HOLDING, STOPPED)
        assert desk.made == min(number * A_STEP, A_LEVEL)
        desk.run()
    desk.until(STOPPED)
    assert (desk.reason, desk.made) == (codes.VOLUME, A_LEVEL)


PRIMING = unit_of(codes.PRIME, 100_000, 100_000, above_psi=5, line_psi=40)


def test_priming_seeks_nothing_and_obeys_the_line_limit_only():
    desk = Desk(PRIMING)
    desk.arm()
    desk.run()
    assert desk.state == INJECTING
    desk.pressure_pa = 20 * PSI_PA  # less than 30 psi to go: no occlusion
    desk.pa_a_step = 400.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_LINE
    assert 39 * PSI_PA < desk.pressure_pa < 40 * PSI_PA + 800


@pytest.mark.req("D-01", "B-01")
def test_priming_ends_with_its_volume_and_with_pain():
    desk = Desk(PRIMING)
    desk.arm()
    desk.run()
    desk.until(STOPPED)
    assert (desk.reason, desk.made) == (codes.VOLUME, A_LEVEL)
    desk = Desk(PRIMING)
    desk.arm()
    desk.run()
    desk.switches = PAIN_PRESSED
    desk.tick()
    assert (desk.state, desk.reason) == (STOPPED, codes.PAIN)


def test_a_level_that_flowed_into_the_disc_and_rested_finds_no_knee():
    """After a rest the next bend is the needle's: it would take the disc's rise for the opening."""
    desk = Desk()
    desk.arm()
    desk.run()
    desk.seconds(0.5)
    desk.hold(RUN_OPEN, 0.5)
    desk.pressure_pa -= 5000
    desk.run()
    assert desk.injector.opening_how == codes.OPENING_NO_KNEE
    assert desk.injector.limit_pa == desk.injector.rx.limit_above_pa


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
