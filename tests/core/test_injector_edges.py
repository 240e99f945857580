"""Requirements on the injector at its limits: to the pascal, the step and the microsecond."""

import pytest

from manostat.core import codes
from manostat.core.codes import HOLDING, IDLE, INJECTING, READY, SEEKING, SETTLING, STOPPED

from .desk import PAIN_PRESSED, PSI_PA, RUN_HELD, RUN_OPEN, STOP_PRESSED, Desk, numbers, unit_of
from .test_injector import (
    A_LEVEL,
    A_STEP,
    QUICK,
    STEPWISE,
    acknowledge,
    in_state,
    press_stop,
)


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
def test_times_at_rest_stand_still_after_100_s_and_no_gap_is_a_watched_rest(name):
    desk = in_state(STOPPED)
    for at_us, added_us in ((99_999_999, 2000), (100_000_000, 0), (100_000_001, 0)):
        setattr(desk.injector, name, at_us)
        desk.tick()
        assert getattr(desk.injector, name) == at_us + added_us
    for elapsed_us in (3999, 4000, 4001, 65_535):
        added_us = min(elapsed_us, 4000) if name == "rest_us" else elapsed_us
        setattr(desk.injector, name, 500)
        desk.tick(elapsed_us=elapsed_us)
        assert getattr(desk.injector, name) == 500 + added_us


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


def test_only_pain_is_taken_over_by_stop():
    desk = Desk(QUICK).opened()
    desk.until(STOPPED)
    assert desk.reason == codes.VOLUME
    press_stop(desk)
    assert (desk.state, desk.reason) == (STOPPED, codes.VOLUME)


@pytest.mark.req("A-01", "A-04", "P-10")
def test_a_fault_behind_another_counts_once_if_it_is_no_lesser_one():
    desk = in_state(READY)
    desk.inputs.line_status = 3
    desk.tick(2)
    assert (desk.fault, desk.injector.stops) == (codes.SENSOR_STATUS, 1)
    for status in (4, 3, 4):
        desk.inputs.line_status = status
        desk.tick(20)
        assert (desk.fault, desk.injector.stops) == (codes.SENSOR_SILENT, 2)
    desk.inputs.line_status = 0
    desk.switches = codes.BIT_STOP_OK | codes.BIT_PAIN_OK | codes.BIT_PAIN_NO | 48  # contradict
    desk.seconds(0.6)
    assert (desk.fault, desk.injector.stops) == (codes.SENSOR_SILENT, 2), "of MEDIUM priority"


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


@pytest.mark.parametrize(
    ("fell_pa", "how"), [(-5000, 0), (0, 0), (3446, 0), (3447, 0), (3448, codes.OPENING_NO_KNEE)]
)
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


@pytest.mark.parametrize(
    ("steps", "state"), [(2905, SEEKING), (2906, INJECTING), (2907, INJECTING)]
)
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
    for steps, state in ((A_LEVEL - 1, HOLDING), (A_LEVEL, STOPPED), (A_LEVEL + 1, STOPPED)):
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
    peak_pa = desk.injector.peak_pa
    assert peak_pa == pytest.approx(150_000, abs=50)
    desk.pressure_pa = 90_000
    desk.tick()
    assert (desk.state, desk.injector.peak_pa) == (SETTLING, peak_pa)


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


# Faults


def fault_of(desk: Desk, status: int) -> None:
    """Two samples that the line sensor marks: 3 is SENSOR_STATUS, 4 is SENSOR_SILENT."""
    desk.inputs.line_status = status
    desk.tick(2)
    desk.inputs.line_status = 0


@pytest.mark.req("A-05", "P-10")
@pytest.mark.parametrize("reason", [codes.PAIN, codes.VOLUME, codes.LEAK, codes.RELIEVED])
def test_the_fault_of_before_is_a_fault_again_behind_any_end_point(reason):
    desk = in_state(READY)
    fault_of(desk, 3)
    acknowledge(desk)
    assert desk.state == READY
    desk.injector._latch(reason)
    stops = desk.injector.stops
    fault_of(desk, 3)
    assert (desk.reason, desk.fault) == (codes.FAULT, codes.SENSOR_STATUS)
    assert desk.injector.stops == stops + 1
    assert desk.injector.had_faults == 1 << codes.SENSOR_STATUS


@pytest.mark.req("A-01", "P-10")
def test_what_came_behind_a_fault_that_was_acknowledged_counts_again_behind_the_next():
    desk = in_state(READY)
    for _ in range(2):
        stops = desk.injector.stops
        fault_of(desk, 3)
        desk.tick(20)
        fault_of(desk, 4)
        assert (desk.fault, desk.injector.stops) == (codes.SENSOR_SILENT, stops + 2)
        assert desk.injector.had_faults == 1 << codes.SENSOR_STATUS | 1 << codes.SENSOR_SILENT
        acknowledge(desk)
        assert desk.state == READY


@pytest.mark.req("P-10")
def test_a_fault_is_handed_to_the_lock_out_once_a_latch():
    injector = in_state(READY).injector
    for fault, kept in ((codes.LATE, True), (codes.LATE, False), (codes.END_EMPTY, False)):
        injector.new_faults = 0
        injector._take_fault(fault, 2000)
        assert injector.new_faults == (1 << fault if kept else 0)
    injector._take_fault(codes.CEILING, 2000)
    injector._take_fault(codes.RISE, 2000)
    assert injector.new_faults == 1 << codes.CEILING | 1 << codes.RISE, "until they are counted"
    assert (injector.fault, injector.stops) == (codes.RISE, 3)


@pytest.mark.req("A-05")
@pytest.mark.parametrize("name", ["rest_us", "reason_us"])
def test_times_at_rest_go_on_under_a_fault_that_lasts(name):
    desk = in_state(INJECTING)
    desk.inputs.line_status = 3
    desk.tick(2)
    assert desk.reason == codes.FAULT
    before_us = getattr(desk.injector, name)
    desk.tick(elapsed_us=2500)
    assert getattr(desk.injector, name) == before_us + 2500
    desk.tick(elapsed_us=50_000)
    seen_us = 4000 if name == "rest_us" else 50_000  # a rest is watched, a reason only gets older
    assert getattr(desk.injector, name) == before_us + 2500 + seen_us


@pytest.mark.req("A-05", "P-09")
def test_a_fault_that_lasted_is_acknowledged_as_soon_as_it_is_gone():
    desk = in_state(INJECTING)
    desk.switches = RUN_OPEN
    desk.inputs.line_status = 3
    desk.seconds(0.31)
    desk.inputs.line_status = 0
    desk.tick(4)
    assert (desk.state, desk.fault) == (STOPPED, codes.SENSOR_STATUS)
    press_stop(desk)
    assert (desk.state, desk.fault) == (READY, codes.NO_FAULT)


@pytest.mark.req("P-10", "B-03")
def test_a_new_level_after_a_lock_out_shows_no_fault():
    desk = in_state(READY)
    fault_of(desk, 3)
    desk.injector.lock()
    desk.seconds(0.31)
    desk.hold(STOP_PRESSED, 3.1)
    assert (desk.state, desk.injector.level, desk.fault) == (IDLE, 2, codes.NO_FAULT)


@pytest.mark.req("L-04")
def test_a_start_that_waits_for_its_intent_is_forgotten_by_a_fault_and_when_run_opens():
    for opens in (True, False):
        desk = Desk()
        desk.intents_stored = 0
        desk.arm()
        desk.run()
        assert desk.injector.wants_start == 1
        if opens:
            desk.switches = RUN_OPEN
            desk.tick()
            assert desk.state == READY
        else:
            fault_of(desk, 3)
            assert desk.reason == codes.FAULT
        assert desk.injector.wants_start == 0, "nobody need store it"
        desk.intents_stored = 1
        desk.tick()
        assert (desk.injector.wants_start, desk.injector.start_lease, desk.moving) == (0, 0, 0)


# Buttons


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


@pytest.mark.parametrize("reason", [codes.PAIN, codes.FAULT])
def test_a_reason_is_as_old_as_its_stop(reason):
    injector = in_state(INJECTING).injector
    injector.reason_us = 500
    injector._latch(reason)
    assert (injector.reason_us, injector.stops) == (0, 1)


# Volumes, pressures and the lease


@pytest.mark.parametrize("step_nl", [3, 4, 13])
def test_the_opening_is_sought_for_whole_steps_within_300_microlitres(step_nl):
    """300 001 divides by 13, and 300 000 by 3 and by 4."""
    desk = Desk(unit_of(rate_nl_s=4000, volume_nl=100_000, nl=(step_nl, 1)))
    assert desk.injector.seek_steps == 300_000 // step_nl


def test_the_injector_counts_with_the_syringe_of_the_unit():
    syringe = Desk(unit_of(rate_nl_s=4000, volume_nl=100_000, nl=(13, 4))).injector.syringe
    assert (syringe.nl_num, syringe.nl_den, syringe.volume_nl(9)) == (13, 4, 29)


@pytest.mark.req("P-12", "D-01")
def test_what_was_decided_in_the_tick_of_a_leak_is_not_granted():
    injector = in_state(INJECTING).injector
    injector.granted, injector.grant = 100, 2
    injector.see_leak()
    assert (injector.granted, injector.grant, injector.reason) == (98, 0, codes.LEAK)


@pytest.mark.req("D-01")
@pytest.mark.parametrize("over", [0, 1, 2])
def test_the_volume_is_over_also_with_more_steps_than_it_has(over):
    desk = in_state(INJECTING)
    desk.injector.steps = desk.injector.step_end + over
    decide(desk, 1000)
    assert (desk.reason, desk.injector.grant) == (codes.VOLUME, 0)


@pytest.mark.req("P-01", "P-03")
def test_without_a_disc_every_limit_is_one_of_the_line_also_the_ceiling():
    desk = Desk(unit_of(codes.PRIME))
    desk.injector.rx.limit_line_pa = 700_000  # of a page that nobody validated
    desk.arm()
    desk.run()
    assert desk.moving
    assert desk.injector.limit_pa == 689_476
    decide(desk, 689_476)
    assert desk.reason == codes.PRESSURE_LINE


@pytest.mark.req("P-07")
def test_an_empty_line_is_not_relieved_at_all():
    desk = Desk(unit_of(codes.RELIEVE, volume_nl=100_000))
    desk.arm()
    desk.seconds(0.12)
    desk.switches = RUN_HELD
    seen = set()
    for _ in range(20):
        desk.tick()
        seen.add((desk.state, desk.injector.start_lease, desk.injector.grant))
    assert seen == {(READY, 0, 0), (STOPPED, 0, 0)}
    assert desk.reason == codes.RELIEVED


@pytest.mark.req("P-07", "P-03")
def test_nothing_is_granted_in_the_tick_that_finds_the_line_relieved():
    desk = Desk(unit_of(codes.RELIEVE, 150_000, 100_000))
    desk.arm()
    desk.pressure_pa = 20 * PSI_PA
    desk.run()
    desk.tick(20)
    assert desk.injector.grant > 0
    decide(desk, 3447)
    assert (desk.reason, desk.injector.grant) == (codes.RELIEVED, 0)


def test_a_sham_goes_on_with_what_it_has_feigned():
    desk = Desk(unit_of(codes.SHAM, 100_000, 100_000))
    desk.arm()
    desk.run()
    desk.seconds(0.3)
    desk.hold(RUN_OPEN, 0.2)
    feigned = desk.injector.feigned
    assert (desk.state, feigned > 100) == (HOLDING, True)
    desk.switches = RUN_HELD
    desk.until(INJECTING)
    assert desk.injector.granted == desk.injector.feigned == feigned


def test_what_a_start_has_granted_is_what_was_made_and_what_was_feigned():
    injector = Desk(unit_of(codes.SHAM, 100_000, 100_000)).injector
    injector.steps, injector.feigned = 3, 101
    injector._go()
    assert injector.granted == 104


# Settling


def test_a_volume_step_rests_for_its_plateau():
    desk = Desk(STEPWISE).opened()
    desk.until(SETTLING)
    assert desk.injector.settling_step == 1


@pytest.mark.req("B-06", "P-09")
def test_run_let_go_while_settling_holds_without_moving_in_between():
    desk = in_state(SETTLING)
    desk.switches = RUN_OPEN
    states = []
    while desk.state == SETTLING:
        desk.tick()
        states.append((desk.state, desk.reason, desk.injector.grant))
    assert states[-1] == (HOLDING, codes.RELEASE, 0)


def test_run_held_again_while_settling_asks_for_the_lease_once():
    desk = in_state(SETTLING)
    desk.switches = RUN_OPEN
    desk.seconds(0.12)
    desk.switches = RUN_HELD
    leases = []
    for _ in range(20):
        desk.tick()
        assert desk.state == SETTLING
        leases.append(desk.injector.start_lease)
    assert sorted(leases) == [0] * 19 + [1]


def test_the_lease_is_started_in_the_very_tick_in_which_the_level_goes_on():
    desk = in_state(SETTLING)
    desk.switches = RUN_OPEN
    desk.tick(60)
    assert desk.injector.run_lost == 1
    desk.injector.settler.settled = 1
    desk.pump.operator.closed_us = 18_000
    desk.switches = RUN_HELD
    desk.tick()
    assert (desk.state, desk.injector.start_lease) == (INJECTING, 1)
    desk.seconds(0.1)
    assert (desk.state, desk.fault) == (INJECTING, codes.NO_FAULT)


def test_what_has_settled_is_taken_in_the_next_tick():
    desk = in_state(SETTLING)
    fed = []
    feed = desk.injector.settler.feed
    desk.injector.settler.feed = lambda pressure_pa: (fed.append(pressure_pa), feed(pressure_pa))
    while not desk.injector.settler.settled:
        desk.tick()
    assert (desk.state, fed[-1]) == (SETTLING, desk.injector.pressure_pa)
    assert desk.injector.opening_how == codes.OPENING_NONE
    count = len(fed)
    desk.tick()
    assert (desk.state, desk.injector.opening_how) == (INJECTING, codes.OPENING_READ)
    assert len(fed) == count


@pytest.mark.parametrize(("settled", "expired", "fed"), [(0, 0, 1), (1, 0, 0), (0, 1, 0)])
def test_a_line_is_read_until_it_has_settled_or_has_not_in_time(settled, expired, fed):
    desk = in_state(SETTLING)
    settler = desk.injector.settler
    settler.settled, settler.expired = settled, expired
    ticks = settler.ticks
    desk.tick()
    assert settler.ticks == ticks + fed
    assert (desk.state == SETTLING) is bool(fed)


# What is no injection


@pytest.mark.parametrize(("armed_us", "state"), [(599_999_999, READY), (600_000_000, IDLE)])
def test_what_is_no_injection_expires_at_its_microsecond(armed_us, state):
    desk = Desk(unit_of(codes.PRIME))
    desk.arm()
    desk.injector.armed_us = armed_us - 2000
    desk.tick()
    assert desk.state == state
