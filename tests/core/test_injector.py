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
from manostat.core.tare import Tare

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
    desk.seconds(0.05)
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
            desk.tick(20)
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


def test_a_journal_page_between_pain_and_stop_does_not_make_stop_an_acknowledgement():
    desk = in_state(INJECTING)
    desk.switches = PAIN_PRESSED
    desk.tick()
    desk.tick(elapsed_us=50_000)
    press_stop(desk)
    assert (desk.state, desk.reason) == (STOPPED, codes.STOP)


def test_after_20_ms_stop_acknowledges_the_pain():
    desk = in_state(INJECTING)
    desk.switches = PAIN_PRESSED
    desk.seconds(0.1)
    press_stop(desk)
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
    desk.seconds(0.03)
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


def tare_of(**changed: float) -> Tare:
    """The tare of the bench's own prescription, but for what is given."""
    return Desk(unit_of(**changed)).injector.tare


def test_a_tare_says_how_it_came_about():
    tare = tare_of()
    assert numbers(tare) == {"opening_pa": -1, "how": codes.OPENING_NONE}
    tare.go_on(False)
    assert tare.how == codes.OPENING_NONE
    tare.go_on(True)
    assert tare.how == codes.OPENING_NO_KNEE
    tare.lose()
    tare.give_up()
    assert tare.how == codes.OPENING_LOST
    assert tare.set(7) == 1
    tare.give_up()
    assert numbers(tare) == {"opening_pa": 7, "how": codes.OPENING_SET}
    tare.reset()
    assert numbers(tare) == {"opening_pa": -1, "how": codes.OPENING_NONE}


@pytest.mark.parametrize("flowed", [False, True])
def test_motion_begins_its_windows_anew_and_keeps_the_stiffness_of_the_line(flowed):
    tare = tare_of()
    for steps in range(300):
        tare.knee.feed(steps, 300 * steps)
    stiffness_pa = tare.knee.reference_pa
    tare.go_on(flowed)
    assert (tare.knee.begun_at, tare.knee.means, tare.knee.reference_pa) == (-1, 0, stiffness_pa)
    tare.reset()
    assert tare.knee.reference_pa == 0


@pytest.mark.parametrize(
    ("changed", "opening_pa", "limit_pa"),
    [
        ({"above_psi": 50, "line_psi": 80}, -1, 344_738),
        ({"above_psi": 50, "line_psi": 80}, 0, 344_738),
        ({"above_psi": 50, "line_psi": 80}, 1, 344_739),
        ({"above_psi": 50, "line_psi": 80}, 206_843, 344_738 + 206_843),
        ({"above_psi": 50, "line_psi": 80}, 206_842, 344_738 + 206_842),
        ({"above_psi": 50, "line_psi": 60}, 100_000, 413_685),
        ({"above_psi": 50, "line_psi": 40}, -1, 275_790),
        ({"above_psi": 5, "line_psi": 40, "mode": codes.PRIME}, -1, 275_790),
        ({"above_psi": 5, "line_psi": 40, "mode": codes.COMPLY}, 1000, 275_790),
        ({"mode": codes.RELIEVE, "volume_nl": 100_000}, -1, -268_435_456),
    ],
)
@pytest.mark.req("P-01", "P-02", "P-14")
def test_the_limit_is_the_lowest_of_those_in_force_to_the_pascal(changed, opening_pa, limit_pa):
    tare = tare_of(**changed)
    tare.opening_pa = opening_pa
    assert tare.limit_pa() == limit_pa


@pytest.mark.parametrize(
    ("line_pa", "limit_pa"), [(689_475, 689_475), (689_476, 689_476), (689_477, 689_476)]
)
@pytest.mark.req("P-01")
def test_the_ceiling_is_a_limit_even_of_a_page_that_nobody_validated(line_pa, limit_pa):
    tare = tare_of(mode=codes.PRIME)
    tare.rx.limit_line_pa = line_pa
    assert tare.limit_pa() == limit_pa


@pytest.mark.parametrize(
    ("settled", "value_pa", "how", "opening_pa"),
    [
        (1, 100_000, codes.OPENING_READ, 100_000),
        (1, 1, codes.OPENING_READ, 1),
        (1, 0, codes.OPENING_READ, 0),
        (1, -700, codes.OPENING_READ, 0),
        (1, 206_843, codes.OPENING_READ, 206_843),
        (1, 206_844, codes.OPENING_REFUSED, -1),
        (0, 100_000, codes.OPENING_UNSETTLED, -1),
        (0, 206_844, codes.OPENING_UNSETTLED, -1),
    ],
)
@pytest.mark.req("P-14")
def test_an_opening_is_read_up_to_30_psi_to_the_pascal_and_only_once_settled(
    settled, value_pa, how, opening_pa
):
    tare = tare_of()
    tare.settler.settled, tare.settler.value_pa = settled, value_pa
    tare.read()
    assert numbers(tare) == {"opening_pa": opening_pa, "how": how}


@pytest.mark.req("P-14")
def test_what_the_operator_set_is_not_read_over():
    tare = tare_of()
    assert tare.set(50_000) == 1
    tare.settler.settled, tare.settler.value_pa = 1, 40_000
    tare.read()
    assert numbers(tare) == {"opening_pa": 50_000, "how": codes.OPENING_SET}


@pytest.mark.req("P-14")
def test_a_mark_of_zero_is_a_mark_and_equal_ones_are_taken():
    tare = tare_of()
    assert [tare.set(value_pa) for value_pa in (9, 9, 0, 1, 0, -1)] == [1, 1, 1, 0, 1, 0]
    assert tare.opening_pa == 0


def test_a_tare_knows_nothing_when_it_is_built():
    knee = tare_of().knee
    knee.reference_pa = 5000
    tare = Tare(None, knee, None)
    assert numbers(tare) == {"opening_pa": -1, "how": codes.OPENING_NONE}
    assert knee.reference_pa == 0


def test_a_second_reading_takes_the_place_of_one_that_did_not_settle():
    tare = tare_of()
    tare.read()
    assert tare.how == codes.OPENING_UNSETTLED
    tare.settler.settled, tare.settler.value_pa = 1, 40_000
    tare.read()
    assert numbers(tare) == {"opening_pa": 40_000, "how": codes.OPENING_READ}


# To the pascal, the step and the microsecond


def decide(desk: Desk, pressure_pa: int, **inputs: int) -> None:
    """One tick of the injector alone, at a pressure that need not be a whole count."""
    for name, value in {"made": 0, "refused": 0, "elapsed_us": 2000, **inputs}.items():
        assert hasattr(desk.inputs, name)
        setattr(desk.inputs, name, value)
    desk.injector.tick(desk.pump.operator, desk.inputs, pressure_pa, 0)


@pytest.mark.parametrize(
    ("state", "reason", "moving", "running", "enable"),
    [
        (IDLE, codes.NO_REASON, 0, 0, 0),
        (READY, codes.NO_REASON, 0, 0, 1),
        (SEEKING, codes.NO_REASON, 1, 1, 1),
        (SETTLING, codes.NO_REASON, 0, 1, 1),
        (INJECTING, codes.NO_REASON, 1, 1, 1),
        (HOLDING, codes.RELEASE, 0, 0, 1),
        (HOLDING, codes.NO_REASON, 0, 0, 1),
        (STOPPED, codes.PAIN, 0, 0, 1),
        (STOPPED, codes.PRESSURE_ABOVE, 0, 0, 1),
        (STOPPED, codes.PRESSURE_LINE, 0, 0, 1),
        (STOPPED, codes.VOLUME, 0, 0, 1),
        (STOPPED, codes.OPENING_HIGH, 0, 0, 1),
        (STOPPED, codes.LEAK, 0, 0, 1),
        (STOPPED, codes.RELIEVED, 0, 0, 1),
        (STOPPED, codes.STOP, 0, 0, 0),
        (STOPPED, codes.FAULT, 0, 0, 0),
    ],
)
def test_what_a_state_means_for_motion_and_motor(state, reason, moving, running, enable):
    injector = Desk().injector
    injector._enter(state, reason)
    assert (injector.state, injector.reason) == (state, reason)
    assert (injector.moving, injector.running, injector.enable) == (moving, running, enable)
    assert injector.seeking == (state == SEEKING)


def test_the_pressure_a_rest_began_with_is_that_of_its_first_tick():
    desk = in_state(INJECTING)
    desk.pressure_pa = 50_000
    desk.seconds(0.1)
    injector = desk.injector
    assert injector.rest_us == 0
    desk.switches = RUN_OPEN
    desk.tick(2)
    began_pa = injector.rested_from_pa
    assert began_pa == pytest.approx(50_000, abs=50)
    desk.pressure_pa = 40_000
    desk.hold(PAIN_PRESSED)
    assert injector.rested_from_pa == began_pa


@pytest.mark.parametrize("name", ["rest_us", "reason_us"])
@pytest.mark.req("T-06")
def test_times_at_rest_stand_still_after_100_s_and_do_not_age_by_a_gap(name):
    desk = in_state(STOPPED)
    for at_us, added_us in ((99_999_999, 2000), (100_000_000, 0), (100_000_001, 0)):
        setattr(desk.injector, name, at_us)
        desk.tick()
        assert getattr(desk.injector, name) == at_us + added_us
    for elapsed_us, added_us in ((3999, 3999), (4000, 4000), (4001, 4000), (65_535, 4000)):
        setattr(desk.injector, name, 500)
        desk.tick(elapsed_us=elapsed_us)
        assert getattr(desk.injector, name) == 500 + added_us


@pytest.mark.parametrize(("reason_us", "state"), [(20_000, STOPPED), (20_001, READY)])
def test_stop_takes_over_from_pain_for_20_ms_to_the_microsecond(reason_us, state):
    desk = in_state(INJECTING)
    desk.switches = PAIN_PRESSED
    desk.tick()
    desk.injector.reason_us = reason_us
    press_stop(desk)
    assert desk.state == state
    assert desk.reason == (codes.STOP if state == STOPPED else codes.NO_REASON)
    assert desk.injector.enable == 0, "STOP is pressed"
    desk.switches = RUN_OPEN
    desk.tick()
    assert desk.injector.enable == (state == READY)


def test_only_pain_is_taken_over_by_stop():
    desk = Desk(QUICK).opened()
    desk.until(STOPPED)
    assert desk.reason == codes.VOLUME
    press_stop(desk)
    assert (desk.state, desk.reason) == (READY, codes.NO_REASON)


def test_the_first_fault_is_the_one_that_is_kept():
    desk = in_state(READY)
    desk.inputs.line_status = 3
    desk.tick(2)
    assert (desk.fault, desk.injector.stops) == (codes.SENSOR_STATUS, 1)
    desk.inputs.line_status = 4
    desk.tick(20)
    assert (desk.fault, desk.injector.stops) == (codes.SENSOR_STATUS, 1)
    assert desk.injector.reason_us == 0, "it has not gone"


def test_a_fault_takes_over_from_any_other_reason():
    desk = in_state(INJECTING)
    desk.hold(PAIN_PRESSED)
    assert (desk.reason, desk.injector.stops) == (codes.PAIN, 1)
    desk.inputs.line_status = 3
    desk.tick(2)
    assert (desk.reason, desk.fault) == (codes.FAULT, codes.SENSOR_STATUS)
    assert desk.injector.stops == 2


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


@pytest.mark.parametrize("state", [HOLDING, READY])
def test_a_fault_at_rest_is_no_peak(state):
    desk = in_state(state)
    peak_pa = desk.injector.peak_pa
    desk.pressure_pa = 190_000
    desk.inputs.line_status = 0
    desk.tick()
    desk.inputs.line_status = 3
    desk.tick(2)
    assert desk.reason == codes.FAULT
    assert desk.injector.peak_pa == peak_pa


@pytest.mark.parametrize(("fell_pa", "how"), [(3447, 0), (3448, codes.OPENING_NO_KNEE)])
@pytest.mark.parametrize("steps", [0, 1])
def test_a_line_that_fell_by_half_a_psi_at_rest_has_flowed_to_the_pascal(fell_pa, how, steps):
    injector = Desk().injector
    injector.steps = steps
    injector.rested_from_pa = 50_000
    injector.pressure_pa = 50_000 - fell_pa
    injector._prepare()
    assert injector.opening_how == (how if steps else codes.OPENING_NONE)
    assert injector.limit_pa == injector.rx.limit_above_pa


@pytest.mark.parametrize(("pressure_pa", "reason"), [(3447, codes.RELIEVED), (3448, 0)])
@pytest.mark.req("P-07")
def test_a_relief_ends_at_half_a_psi_to_the_pascal(pressure_pa, reason):
    desk = Desk(unit_of(codes.RELIEVE, volume_nl=100_000))
    desk.arm()
    desk.pressure_pa = 20 * PSI_PA
    desk.run()
    assert desk.moving
    decide(desk, pressure_pa)
    assert desk.reason == reason


@pytest.mark.parametrize(
    ("mode", "opening_pa", "below_pa", "reason"),
    [
        (codes.INJECT, 0, 0, codes.PRESSURE_ABOVE),
        (codes.INJECT, 0, 1, 0),
        (codes.INJECT, 206_843, 0, codes.PRESSURE_LINE),
        (codes.INJECT, 206_842, 0, codes.PRESSURE_ABOVE),
        (codes.PRIME, -1, 0, codes.PRESSURE_LINE),
        (codes.PRIME, -1, 1, 0),
    ],
)
@pytest.mark.req("P-03")
def test_a_limit_is_reached_at_its_pascal_moving_and_before(mode, opening_pa, below_pa, reason):
    """Line limit 551 581 Pa, 206 843 Pa above the limit above opening: then both are reached."""
    for moving in (True, False):
        desk = Desk(unit_of(mode))
        desk.arm()
        if opening_pa >= 0:
            assert desk.injector.set_opening(opening_pa)
        if moving:
            desk.run()
            assert desk.moving
        else:
            desk.injector._prepare()
        limit_pa = desk.injector.limit_pa
        desk.injector.cutoff.seeded = 0
        if moving:
            decide(desk, limit_pa - below_pa)
        else:
            desk.injector.predicted_pa = limit_pa - below_pa
            desk.injector._start()
        assert (desk.reason, desk.moving) == (reason, int(reason == 0))


@pytest.mark.parametrize(("pressure_pa", "start_pa"), [(-5, 0), (0, 0), (1, 1), (70_000, 70_000)])
def test_a_level_keeps_the_pressure_that_it_first_moved_at(pressure_pa, start_pa):
    desk = Desk()
    desk.injector.pressure_pa = pressure_pa
    desk.injector._prepare()
    desk.injector._start()
    assert desk.injector.start_pa == start_pa
    desk.injector.pressure_pa = 99_000
    desk.injector._start()
    assert desk.injector.start_pa == start_pa


def test_a_start_is_asked_for_once_and_for_one_tick():
    desk = in_state(READY)
    desk.seconds(0.12)
    desk.switches = RUN_HELD
    starts = []
    for _ in range(30):
        desk.tick()
        starts.append(desk.injector.start_lease)
    assert sum(starts) == 1
    assert desk.injector.wants_start == 0


def test_nothing_is_granted_in_the_tick_of_a_stop():
    for pressed in (PAIN_PRESSED, STOP_PRESSED, RUN_OPEN):
        desk = Desk(unit_of(rate_nl_s=150_000)).opened()
        desk.tick(20)
        assert desk.injector.grant > 0
        desk.switches = pressed
        desk.tick()
        assert desk.injector.grant == 0


@pytest.mark.req("D-01", "D-02")
def test_what_the_lease_refused_is_granted_again():
    desk = Desk(QUICK).opened()
    for tick in range(5000):
        desk.tick()
        desk.inputs.refused = 0
        if tick % 7 == 0 and desk._under_way:
            desk.inputs.refused = desk._under_way[-1]
            desk._under_way[-1] = 0
        if desk.state == STOPPED:
            break
    assert (desk.reason, desk.made) == (codes.VOLUME, 50_000 * 4096 // 422_733)


def test_the_flow_owes_nothing_from_before_a_start():
    desk = Desk().opened()
    desk.tick(50)
    desk.injector.flow.owed = 200_000_000
    desk.switches = RUN_OPEN
    desk.seconds(0.12)
    desk.switches = RUN_HELD
    for _ in range(20):
        desk.tick()
        if desk.injector.start_lease:
            break
    assert desk.injector.flow.owed == 0
    assert desk.injector.granted == desk.injector.steps


@pytest.mark.parametrize("how", [codes.OPENING_LOST, codes.OPENING_NO_KNEE, codes.OPENING_SET])
def test_what_has_an_answer_to_its_opening_seeks_none(how):
    injector = Desk().injector
    injector.opening_how = how
    injector._go()
    assert injector.state == INJECTING


@pytest.mark.parametrize(("steps", "state"), [(2905, SEEKING), (2906, INJECTING)])
def test_the_opening_is_sought_for_300_microlitres_to_the_step(steps, state):
    desk = in_state(SEEKING)
    desk.tick(5)
    desk.injector.steps = desk.injector.granted = steps
    decide(desk, 100)
    assert desk.state == state
    assert desk.injector.opening_how == (0 if state == SEEKING else codes.OPENING_NO_KNEE)


def test_a_mark_of_the_operator_is_shown_and_counts():
    desk = in_state(READY)
    assert desk.injector.set_opening(70_000) == 1
    assert (desk.injector.opening_pa, desk.injector.opening_how) == (70_000, codes.OPENING_SET)
    assert desk.injector.limit_pa == 70_000 + 344_738
    assert desk.injector.set_opening(80_000) == 0
    assert desk.injector.limit_pa == 70_000 + 344_738


def test_below_the_band_of_the_limit_the_flow_is_the_prescribed_one():
    desk = Desk(unit_of(rate_nl_s=50_003)).opened(0)
    rates = []
    take = desk.injector.flow.take
    desk.injector.flow.take = lambda rate_nl_s, most: rates.append(rate_nl_s) or take(50_003, most)
    for room_pa in (34_475, 34_432, 34_431):
        desk.injector.cutoff.seeded = 0
        decide(desk, desk.injector.limit_pa - room_pa)
    assert rates == [50_003, 50_003, 49_910]


def test_a_relief_is_not_slowed():
    desk = Desk(unit_of(codes.RELIEVE, 50_003, 100_000))
    desk.arm()
    desk.pressure_pa = 20 * PSI_PA
    desk.run()
    rates = []
    desk.injector.flow.take = lambda rate_nl_s, most: rates.append(rate_nl_s) or 0
    desk.tick(3)
    assert rates == [50_003] * 3


def test_a_volume_step_ends_at_its_step_and_the_last_one_at_the_volume():
    desk = Desk(STEPWISE).opened()
    injector = desk.injector
    ends = [injector.step_end]
    for _ in range(5):
        desk.until(SETTLING, STOPPED)
        if desk.state == STOPPED:
            break
        desk.until(HOLDING, STOPPED)
        desk.run()
        ends.append(injector.step_end)
    assert ends == [A_STEP * number for number in range(1, 6)] + [A_LEVEL][: len(ends) - 5]
    assert injector.plateaus == 5


def test_a_step_that_would_go_beyond_the_volume_ends_with_it():
    for steps, end in ((A_LEVEL - A_STEP - 1, A_LEVEL - 1), (A_LEVEL - A_STEP + 1, A_LEVEL)):
        injector = Desk(STEPWISE).injector
        injector.steps = steps
        injector.limit_pa = 1000
        injector._start()
        assert (injector.step_end, injector.moving) == (end, 1)


def test_a_level_that_has_all_its_volume_does_not_start_at_all():
    for steps, moving in ((33_911, 1), (33_912, 0), (33_913, 0)):
        injector = Desk().injector
        injector.steps = steps
        injector.limit_pa = 1000
        injector._start()
        assert (injector.moving, injector.start_lease) == (moving, moving)
        assert injector.reason == (0 if moving else codes.VOLUME)


@pytest.mark.parametrize(("settled", "plateau_pa"), [(True, 60_000), (False, -1)])
def test_a_plateau_is_what_has_settled_or_none(settled, plateau_pa):
    desk = Desk(STEPWISE).opened()
    desk.until(SETTLING)
    desk.pressure_pa = 60_000
    while desk.state == SETTLING:
        desk.pressure_pa += 0.0 if settled else 3.0
        desk.tick()
    assert desk.injector.plateaus == 1
    assert desk.injector.plateau_pa == pytest.approx(plateau_pa, abs=100 if settled else 0)
    assert desk.injector.peak_pa >= desk.injector.plateau_pa


def test_the_last_volume_step_ends_the_level_after_its_plateau():
    desk = Desk(STEPWISE).opened()
    desk.until(SETTLING)
    for steps, state in ((A_LEVEL - 1, HOLDING), (A_LEVEL, STOPPED)):
        desk.injector._rest(1)
        desk.injector.steps = steps
        desk.until(HOLDING, STOPPED)
        assert desk.state == state
    assert desk.reason == codes.VOLUME


def test_each_settling_forgets_that_run_was_let_go_in_the_one_before():
    desk = in_state(HOLDING)
    assert desk.injector.run_lost == 1
    desk.injector._rest(0)
    assert (desk.state, desk.injector.run_lost, desk.injector.settling_step) == (SETTLING, 0, 0)
    desk.injector._rest(1)
    assert desk.injector.settling_step == 1
    assert numbers(desk.injector.settler)["count"] == 0


def test_a_peak_while_settling_is_a_peak():
    desk = in_state(SETTLING)
    desk.pressure_pa = 150_000
    desk.tick()
    assert desk.injector.peak_pa == pytest.approx(150_000, abs=50)


def test_the_limit_counts_from_the_opening_that_was_read_at_once():
    desk = in_state(SETTLING)
    desk.until(INJECTING)
    assert desk.injector.limit_pa == desk.injector.opening_pa + 344_738


@pytest.mark.req("P-10")
def test_a_lock_is_a_lock():
    desk = in_state(STOPPED)
    desk.injector.lock()
    assert desk.injector.locked == 1
    acknowledge(desk)
    assert desk.state == STOPPED


@pytest.mark.req("P-12")
def test_a_leak_is_seen_in_motion_only():
    for state, reason in ((INJECTING, codes.LEAK), (READY, 0), (HOLDING, codes.RELEASE)):
        desk = in_state(state)
        desk.injector.see_leak()
        assert desk.reason == reason


def test_a_level_taken_up_without_steps_is_a_fresh_one():
    desk = Desk()
    desk.injector.resume_level(3, 0)
    assert (desk.injector.opening_how, desk.injector.level) == (codes.OPENING_NONE, 3)
    desk.injector.resume_level(3, 1)
    assert desk.injector.opening_how == codes.OPENING_LOST
    assert (desk.injector.steps, desk.injector.granted) == (1, 1)


@pytest.mark.parametrize(("mode", "spent"), [(codes.INJECT, 0), (codes.PRIME, 1)])
def test_what_is_done_once_a_level_is_spent_after_a_restart_and_after_its_first_stop(mode, spent):
    desk = Desk(unit_of(mode))
    desk.injector.resume_level(3, 0)
    assert desk.injector.spent == 0
    desk.injector.resume_level(3, 1)
    assert desk.injector.spent == spent
    desk = Desk(unit_of(mode))
    desk.injector._latch(codes.STOP)
    assert desk.injector.spent == 0, "it has not moved"
    desk.injector.start_pa = 0
    desk.injector._latch(codes.STOP)
    assert desk.injector.spent == spent
