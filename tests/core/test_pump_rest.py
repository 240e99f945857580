"""Requirements on marks, and on what happens at rest: levels, lock-outs, alarms; and on leaks."""

import pytest

from manostat.core import codes
from manostat.core.watch import LOOKS

from .desk import PAIN_PRESSED, PSI_PA, RUN_OPEN, STOP_PRESSED, Desk, unit_of
from .test_pump import belled, watched

# Marks


def marks(desk: Desk) -> tuple[int, int, int]:
    return desk.pump.presses, desk.pump.first_mark.valid, desk.pump.last_mark.valid


@pytest.mark.req("L-01")
@pytest.mark.parametrize(("rest_ms", "moving"), [(0, 1), (18, 1), (20, 1), (22, 0)])
def test_a_press_up_to_20_ms_after_the_last_step_is_one_in_motion(rest_ms, moving):
    desk = Desk().opened()
    desk.seconds(0.1)
    desk.switches = RUN_OPEN
    desk.tick(rest_ms // 2)
    desk.switches = PAIN_PRESSED
    desk.tick()
    assert marks(desk) == (1, 1, 0)
    assert desk.pump.first_mark.moving == moving


@pytest.mark.req("L-01")
def test_a_mark_holds_the_moment_of_the_press():
    desk = Desk().opened()
    desk.pa_a_step = 50.0
    desk.seconds(1)
    desk.switches = PAIN_PRESSED
    desk.tick()
    mark, pump = desk.pump.first_mark, desk.pump
    assert (mark.at_ms, mark.opening_pa) == (pump.now_ms, 100_000)
    assert (mark.pressures_pa[0], mark.steps[0]) == (pump.pressure_pa, desk.injector.steps)
    assert pump.pressure_pa > 10_000
    assert 0 < mark.steps[1] < mark.steps[0]


@pytest.mark.parametrize(("rest_us", "moving"), [(20_000, 1), (20_001, 0)])
def test_it_is_20_ms_to_the_microsecond(rest_us, moving):
    desk = Desk().opened()
    desk.seconds(0.1)
    desk.switches = RUN_OPEN
    desk.tick()
    desk.injector.rest_us = rest_us - 2000
    desk.switches = PAIN_PRESSED
    desk.tick()
    assert desk.pump.first_mark.moving == moving


def test_a_press_before_a_level_has_begun_is_no_mark_and_one_step_begins_it():
    for steps, feigned, presses in ((0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)):
        desk = Desk()
        desk.arm()
        desk.injector.steps = steps
        desk.injector.feigned = feigned
        desk.seconds(0.1)
        desk.hold(PAIN_PRESSED)
        assert desk.pump.presses == presses


def test_the_first_mark_stays_and_the_last_one_moves_on():
    desk = Desk().opened()
    desk.seconds(0.1)
    seen = []
    for _ in range(3):
        desk.hold(PAIN_PRESSED, 0.05)
        desk.seconds(0.1)
        seen.append((*marks(desk), desk.pump.first_mark.at_ms, desk.pump.last_mark.at_ms))
    assert [line[:3] for line in seen] == [(1, 1, 0), (2, 1, 1), (3, 1, 1)]
    assert len({line[3] for line in seen}) == 1
    assert seen[1][4] < seen[2][4]


# At rest: levels, lock-outs, alarms


def stopped(desk: Desk) -> Desk:
    desk.switches = STOP_PRESSED
    desk.tick()
    desk.switches = RUN_OPEN
    desk.tick(20)
    return desk


def new_level(desk: Desk) -> None:
    stopped(desk)
    desk.seconds(0.3)
    desk.hold(STOP_PRESSED, 0.05)
    desk.seconds(0.05)
    desk.hold(STOP_PRESSED, 3.1)
    desk.tick()


def test_a_new_level_begins_with_no_marks_no_faults_and_no_steps():
    desk = Desk().opened()
    desk.seconds(0.1)
    desk.tick(elapsed_us=3000)
    for _ in range(2):
        desk.hold(PAIN_PRESSED, 0.05)
        desk.seconds(0.1)
    pump = desk.pump
    pump.lockout.note(codes.LATE, 1)
    assert (pump.late_ticks > 0, pump.presses, pump.begun) == (True, 2, 1)
    watch = watched(desk)
    new_level(desk)
    assert (desk.injector.level, pump.level) == (2, 2)
    assert (pump.presses, pump.late_ticks, pump.begun) == (0, 0, 0)
    assert watch.restarts == [0]
    assert set(pump.lockout.times) == {-1}
    assert pump.look_back.filled < 20
    assert marks(desk) == (0, 0, 0)
    desk.seconds(1)
    assert watch.restarts == [0]


def test_a_new_level_looks_for_its_own_leak_also_between_volume_steps():
    desk = Desk(unit_of(codes.STEP, step_volume_nl=50_000)).opened()
    desk.seconds(0.1)
    desk.pump.leak.from_steps = 5
    stopped(desk)
    desk.seconds(0.1)
    assert desk.pump.leak.from_steps == 5, "a window may be longer than a volume step"
    new_level(desk)
    assert (desk.pump.level, desk.pump.leak.from_steps) == (2, -1)


def test_a_level_that_is_taken_up_is_no_new_one():
    desk = Desk()
    watch = watched(desk)
    desk.pump.resume_level(7, 300, 0)
    assert (watch.restarts, desk.pump.level, desk.injector.level) == ([300], 7, 7)
    assert (desk.injector.steps, desk.injector.locked) == (300, 0)
    desk.seconds(0.1)
    assert watch.restarts == [300]
    desk.pump.resume_level(7, 300, 1)
    assert desk.injector.locked == 1


def faulty(desk: Desk) -> Desk:
    desk.inputs.line_status = 1
    desk.tick(2)
    assert desk.reason == codes.FAULT
    return desk


@pytest.mark.req("A-01", "A-05")
def test_the_alarm_is_told_its_cause_from_the_second_tick_after_a_stop():
    desk = Desk()
    desk.arm()
    bell = belled(desk)
    faulty(desk)
    assert bell.ticks == [(2000, 0, 0)], "the tick of the stop has enough to do"
    desk.tick(2, elapsed_us=3000)
    assert bell.ticks[1:] == [(3000, codes.SENSOR_STATUS, 0)] * 2
    desk.switches = STOP_PRESSED
    desk.tick(2)
    assert bell.ticks[-2:] == [(2000, codes.SENSOR_STATUS, 1), (2000, codes.SENSOR_STATUS, 0)]


@pytest.mark.req("P-10", "A-01")
def test_the_third_fault_locks_and_that_is_the_cause_then():
    desk = Desk()
    desk.arm()
    bell = belled(desk)
    desk.pump.now_ms = 700_000
    for at in (100_001, 200_000):
        desk.pump.lockout.note(codes.SENSOR_STATUS, at)
    faulty(desk)
    desk.tick()
    assert (desk.injector.locked, bell.ticks[-1][1]) == (1, codes.LOCKED)


@pytest.mark.req("P-10")
@pytest.mark.parametrize("reason", [codes.PAIN, codes.STOP, codes.LEAK, codes.RELIEVED])
def test_a_stop_that_is_no_fault_is_not_noted(reason):
    desk = Desk().opened()
    desk.injector._latch(reason)
    desk.tick(5)
    assert desk.reason == reason
    assert set(desk.pump.lockout.times) == {-1}


@pytest.mark.req("P-10")
def test_every_fault_that_was_latched_is_noted_once_in_its_own_place():
    desk = Desk()
    desk.pump.now_ms = 5000
    desk.injector.new_faults = 1 << codes.LATE | 1 << codes.SENSOR_STATUS | 1 << codes.END_FULL
    desk.pump._count_faults()
    assert desk.injector.new_faults == 0
    times = desk.pump.lockout.times
    noted = [fault for fault in range(codes.FAULT_CODES) if times[2 * fault + 1] == 5000]
    assert noted == [codes.SENSOR_STATUS, codes.LATE, codes.END_FULL]
    desk.pump._count_faults()
    assert set(times) == {-1, 5000}
    assert list(times).count(5000) == 3


@pytest.mark.req("P-10")
def test_each_of_several_faults_may_lock():
    for third in (codes.SENSOR_STATUS, codes.END_FULL):
        desk = Desk()
        for at_ms in (0, 10):
            desk.pump.lockout.note(third, at_ms)
        desk.injector.new_faults = 1 << codes.SENSOR_STATUS | 1 << codes.END_FULL
        desk.pump._count_faults()
        assert desk.injector.locked == 1


@pytest.mark.req("B-04", "A-01")
@pytest.mark.parametrize("reason", [codes.PAIN, codes.STOP, codes.LEAK, codes.RELIEVED])
def test_a_held_button_is_an_alarm_behind_every_end_point(reason):
    desk = Desk().opened()
    bell, watch = belled(desk), watched(desk)
    desk.injector._latch(reason)
    watch.held = 1
    desk.switches = RUN_OPEN
    desk.tick(3)
    assert (desk.reason, bell.ticks[-1][1]) == (reason, codes.HELD)


@pytest.mark.req("T-01", "B-04", "A-01")
def test_a_failed_self_test_comes_before_a_fault_and_a_fault_before_a_held_button():
    desk = Desk()
    desk.arm()
    bell, watch = belled(desk), watched(desk)
    watch.held = 1
    desk.tick()
    assert bell.ticks[-1][1] == codes.HELD
    faulty(desk)
    desk.tick()
    assert bell.ticks[-1][1] == codes.SENSOR_STATUS
    desk.pump.verdict = 3
    desk.tick()
    assert bell.ticks[-1][1] == 131


def test_an_end_point_and_a_pump_that_moves_or_settles_have_no_alarm():
    desk = Desk().opened()
    bell = belled(desk)
    desk.seconds(0.1)
    desk.injector._rest(0)
    desk.seconds(0.1)
    assert (desk.state, bell.ticks) == (codes.SETTLING, [])
    desk.hold(PAIN_PRESSED, 0.05)
    desk.seconds(0.1)
    assert {cause for _, cause, _ in bell.ticks} == {0}


# Leak


def leaking(desk: Desk) -> list[tuple[int, int]]:
    fed: list[tuple[int, int]] = []
    desk.pump.leak.feed = lambda steps, pressure_pa: fed.append((steps, pressure_pa)) or 0
    desk.seconds(0.1)
    return fed


@pytest.mark.req("P-12")
def test_the_leak_is_fed_while_injecting_and_below_the_band_of_the_limit_only():
    desk = Desk().opened(0)
    desk.pressure_pa = 10 * PSI_PA
    desk.tick(20)
    fed = leaking(desk)
    assert fed and fed[-1][1] == desk.pump.pressure_pa
    assert fed[-1][0] == pytest.approx(desk.injector.steps, abs=10)
    assert leaking(Desk().started()) == [], "seeking"
    assert leaking(stopped(Desk().opened())) == []
    sham = Desk(unit_of(codes.SHAM, 100_000, 100_000))
    sham.arm()
    sham.run()
    assert sham.moving
    assert leaking(sham) == []


@pytest.mark.req("P-12")
@pytest.mark.parametrize(("room_pa", "fed"), [(34_473, False), (34_474, True)])
def test_within_5_psi_of_the_limit_no_leak_is_looked_for(room_pa, fed):
    desk = Desk().opened(0)
    desk.tick(20)
    desk.pump.leak.from_steps = 5
    desk.pump.look = 0
    desk.injector.limit_pa = desk.injector.predicted_pa + room_pa
    desk.pump._look(desk.inputs, 1)
    assert (desk.pump.leak.from_steps >= 0) is fed
    assert desk.pump.look == LOOKS


@pytest.mark.req("P-12")
@pytest.mark.parametrize(
    ("told", "pressure_pa", "seen"),
    [(1, 13_789, False), (1, 13_790, True), (1, 13_791, True), (0, 13_791, False)],
)
def test_a_line_under_2_psi_to_the_pascal_is_off_and_no_leak(told, pressure_pa, seen):
    desk = Desk().opened(0)
    desk.tick(20)
    desk.pump.leak.feed = lambda steps, pressure_pa: told
    desk.pump.look = 0
    desk.pump.pressure_pa = pressure_pa
    desk.pump._look(desk.inputs, 1)
    assert (desk.reason == codes.LEAK) is seen
    assert desk.moving is not seen


@pytest.mark.parametrize("part_us", [0, 8000])
def test_the_tick_in_which_the_motion_ends_has_time_for_nothing_else(part_us):
    desk = Desk().opened()
    desk.seconds(0.1)
    watch = watched(desk)
    desk.pump.part_us = part_us
    desk.injector.step_end = desk.injector.steps
    before = desk.pump.now_ms
    desk.tick()
    assert (desk.moving, desk.reason) == (0, codes.VOLUME)
    assert (watch.asked, desk.pump.now_ms) == ([], before)
