"""Requirements on what comes behind a first fault, on locks after a restart, and on loose wires."""

import pytest

from manostat.core import codes
from manostat.core.alarm import priority
from manostat.core.codes import IDLE, READY, STOPPED

from .desk import PSI_PA, RUN_HELD, RUN_OPEN, STOP_PRESSED, Desk, unit_of

SMALL_NL = 100_000
A_LEVEL = 968  # steps in it


def at_its_end(desk: Desk) -> Desk:
    """A MEDIUM fault, once a level has moved."""
    desk.started().switches = RUN_HELD & ~codes.BIT_END_EMPTY
    desk.tick(5)
    assert (desk.fault, desk.pump.alarm.priority) == (codes.END_EMPTY, 2)
    desk.switches = RUN_OPEN
    return desk


@pytest.mark.req("A-01", "A-05")
def test_a_worse_fault_behind_a_latched_one_becomes_the_alarm_and_stays_it():
    desk = at_its_end(Desk())
    desk.pressure_pa = 101 * PSI_PA
    desk.tick(5)
    assert (desk.fault, desk.pump.alarm.cause) == (codes.CEILING, codes.CEILING)
    desk.pressure_pa = 0
    desk.switches = RUN_HELD & ~codes.BIT_END_EMPTY
    desk.tick(5)
    assert desk.pump.alarm.cause == codes.CEILING


def _end(desk: Desk) -> None:
    desk.switches &= ~codes.BIT_END_EMPTY


def _silent(desk: Desk) -> None:
    desk.inputs.line_status = 4


def _ceiling(desk: Desk) -> None:
    desk.pressure_pa = 101 * PSI_PA


def _wiring(desk: Desk) -> None:
    desk.switches &= ~codes.BIT_PAIN_OK


def _contacts(desk: Desk) -> None:
    desk.switches |= codes.BIT_PAIN_NO


MADE = {codes.END_EMPTY: _end, codes.SENSOR_SILENT: _silent, codes.CEILING: _ceiling}
MADE |= {codes.WIRING: _wiring, codes.CONTACTS: _contacts}


@pytest.mark.req("A-01")
def test_of_any_two_faults_that_come_one_after_the_other_the_worse_is_the_alarm(figure):
    pairs = [(one, other) for one in MADE for other in MADE if one != other]
    wrong = []
    for one, other in pairs:
        desk = Desk().started()
        desk.switches = RUN_HELD
        for fault in (one, other):
            MADE[fault](desk)
            desk.seconds(0.6)
        if desk.pump.alarm.priority != max(priority(one), priority(other)):
            wrong.append((one, other))
    of = f"pairs of faults of which the worse is not the alarm, of {len(pairs)}"
    figure("A-01", len(wrong), 0, "pairs", "=", of=of)
    assert wrong == []


@pytest.mark.req("A-04")
def test_a_new_fault_breaks_the_pause_of_the_one_before():
    desk = Desk().started()
    desk.inputs.line_status = 4
    desk.seconds(0.5)
    desk.switches = RUN_OPEN
    desk.hold(STOP_PRESSED, 0.05)
    assert (desk.pump.alarm.cause, desk.pump.alarm.paused) == (codes.SENSOR_SILENT, 1)
    desk.inputs.line_status = 0
    desk.pressure_pa = 101 * PSI_PA
    desk.tick(3)
    alarm = desk.pump.alarm
    assert (alarm.cause, alarm.paused, alarm.sound) == (codes.CEILING, 0, 1)


@pytest.mark.req("P-10")
def test_a_fault_behind_another_counts_for_the_lock_out():
    desk = Desk()
    for at_ms in (0, 10):
        desk.pump.lockout.note(codes.CEILING, at_ms)
    at_its_end(desk).pressure_pa = 101 * PSI_PA
    desk.tick(5)
    assert (desk.fault, desk.injector.locked) == (codes.CEILING, 1)


@pytest.mark.req("P-10")
def test_a_third_fault_locks_although_another_one_follows_in_the_next_tick():
    desk = Desk()
    for at_ms in (0, 10):
        desk.pump.lockout.note(codes.CEILING, at_ms)
    desk.started().pressure_pa = 101 * PSI_PA
    desk.tick()
    assert desk.fault == codes.CEILING
    desk.pressure_pa = 0
    desk._under_way[:] = [3]
    desk._latched = False
    desk.tick()
    assert desk.fault == codes.STEPS_EXTRA
    desk.tick(3)
    assert desk.injector.locked == 1


@pytest.mark.req("P-10", "A-01")
def test_a_lock_out_is_an_alarm_again_after_a_restart_until_a_new_level_begins():
    desk = Desk()
    desk.pump.resume_level(3, 0, 1)
    desk.tick(5)
    assert (desk.pump.alarm.cause, desk.pump.alarm.priority) == (codes.LOCKED, 3)
    desk.hold(STOP_PRESSED, 3.1)
    desk.tick(5)
    assert (desk.state, desk.injector.level, desk.pump.alarm.cause) == (IDLE, 4, 0)


@pytest.mark.req("D-02", "T-05")
@pytest.mark.parametrize("steps", [A_LEVEL + 1, 33_912])
def test_a_level_with_more_steps_than_the_unit_now_allows_ends_as_its_volume(steps):
    """The unit was changed, or its syringe: no fault, and a new level is what goes on."""
    desk = Desk(unit_of(volume_nl=SMALL_NL))
    desk.pump.resume_level(7, steps, 0)
    desk.arm()
    desk.run()
    desk.seconds(0.3)
    assert (desk.state, desk.reason, desk.made) == (STOPPED, codes.VOLUME, 0)
    desk.switches = RUN_OPEN
    desk.seconds(0.31)
    desk.hold(STOP_PRESSED, 0.05)
    desk.seconds(0.05)
    desk.hold(STOP_PRESSED, 3.1)
    desk.arm()
    desk.run()
    assert (desk.moving, desk.injector.level) == (1, 8)


@pytest.mark.req("D-02")
def test_steps_too_many_at_the_end_of_a_level_can_be_acknowledged():
    desk = Desk(unit_of(volume_nl=SMALL_NL, rate_nl_s=100_000)).opened()
    desk.until(STOPPED)
    desk._under_way[:] = [3]
    desk.seconds(0.1)
    assert desk.reason == codes.FAULT
    desk.switches = RUN_OPEN
    desk.seconds(0.31)
    desk.hold(STOP_PRESSED, 0.05)
    desk.seconds(0.1)
    assert desk.state == READY
    desk.run()
    desk.seconds(0.1)
    assert (desk.reason, desk.moving) == (codes.VOLUME, 0)


@pytest.mark.req("T-03", "D-01")
def test_a_level_whose_last_step_was_lost_ends_as_a_fault_and_not_never():
    desk = Desk(unit_of(volume_nl=SMALL_NL, rate_nl_s=100_000)).opened()
    while desk.injector.granted < A_LEVEL:
        desk.tick()
    desk._under_way.clear()
    desk.seconds(0.1)
    assert (desk.state, desk.fault) == (STOPPED, codes.STEPS_MISSING)


@pytest.mark.req("P-06", "P-12", "L-01")
def test_a_loose_wire_of_the_drawn_out_end_blinds_nothing_while_pressing():
    desk = Desk(unit_of(above_psi=80)).started()
    desk.pa_a_step = 700.0
    for tick in range(700):
        desk.switches = RUN_HELD & ~(codes.BIT_END_FULL if tick & 1 else 0)
        desk.tick()
        if desk.state == STOPPED:
            break
    assert (desk.reason, desk.fault) == (codes.FAULT, codes.OCCLUSION)
    assert desk.pump.part_us < 20_000


@pytest.mark.req("P-12")
def test_a_leak_is_found_over_volume_steps_smaller_than_its_window():
    desk = Desk(unit_of(codes.STEP, 100_000, 2_000_000, step_volume_nl=SMALL_NL))
    desk.arm()
    assert desk.injector.set_opening(0)
    desk.pressure_pa = 10 * PSI_PA
    presses = 0
    while desk.reason != codes.LEAK and presses < 10:
        desk.run()
        desk.until(codes.HOLDING, STOPPED)
        presses += 1
    assert (desk.state, desk.reason) == (STOPPED, codes.LEAK)
    assert desk.made <= 4 * A_LEVEL


@pytest.mark.req("P-12")
@pytest.mark.parametrize(("psi", "reason"), [(1.9, codes.FAULT), (2.1, codes.LEAK)])
def test_a_line_that_comes_off_is_a_fault_and_no_leak_though_it_took_volume_without_a_rise_before(
    psi, reason
):
    desk = Desk(unit_of(rate_nl_s=100_000)).opened(0)
    desk.pressure_pa = 20 * PSI_PA
    desk.seconds(1)
    desk.pressure_pa = psi * PSI_PA
    desk.until(STOPPED)
    assert desk.reason == reason


@pytest.mark.req("P-12")
def test_volume_steps_into_a_disc_that_rises_are_no_leak():
    desk = Desk(unit_of(codes.STEP, 100_000, 1_000_000, step_volume_nl=SMALL_NL))
    desk.arm()
    assert desk.injector.set_opening(0)
    desk.pressure_pa = 10 * PSI_PA
    desk.pa_a_step = 5 * PSI_PA / A_LEVEL  # 50 psi/mL would be a whole disc; this is a tenth
    for _ in range(8):
        desk.run()
        desk.until(codes.HOLDING, STOPPED)
    assert desk.state == codes.HOLDING


@pytest.mark.req("P-07", "P-08")
def test_a_relief_under_which_the_line_rises_is_a_fault_within_2_psi():
    """The motor turns the wrong way: a wire pair of its coils is crossed."""
    desk = Desk(unit_of(codes.RELIEVE, 100_000, SMALL_NL))
    desk.arm()
    desk.pressure_pa = 60 * PSI_PA
    desk.pa_a_step = 100.0
    desk.run()
    desk.until(STOPPED)
    assert (desk.reason, desk.fault) == (codes.FAULT, codes.RISE)
    assert desk.pressure_pa < 62.5 * PSI_PA


@pytest.mark.req("P-12")
def test_a_line_that_rises_in_a_sham_is_a_fault():
    desk = Desk(unit_of(codes.SHAM, 50_000, 500_000))
    desk.arm()
    desk.run()
    desk.seconds(0.5)
    for _ in range(1000):
        desk.pressure_pa += 100
        desk.tick()
        if desk.state == STOPPED:
            break
    assert (desk.reason, desk.fault) == (codes.FAULT, codes.RISE)
    assert desk.pressure_pa < 14 * PSI_PA


@pytest.mark.req("A-05")
def test_a_stop_that_was_held_for_long_has_been_seen():
    desk = Desk().started()
    desk.hold(STOP_PRESSED, 2.0)
    desk.seconds(0.05)
    desk.hold(STOP_PRESSED, 0.05)
    assert desk.state == READY


@pytest.mark.req("T-03")
def test_the_lease_is_not_started_on_the_way_to_rest():
    """RUN counts as closed in the very tick in which the line has settled after a volume step."""
    desk = Desk(unit_of(codes.STEP, 100_000, 1_000_000, step_volume_nl=SMALL_NL))
    desk.arm()
    assert desk.injector.set_opening(0)
    desk.run()
    desk.until(codes.SETTLING)
    desk.switches = RUN_OPEN
    desk.tick(60)
    desk.injector.settler.settled = 1
    desk.pump.operator.closed_us = 18_000
    desk.switches = RUN_HELD
    desk.tick()
    assert (desk.state, desk.injector.start_lease) == (codes.HOLDING, 0)


def test_a_sham_ends_although_a_step_was_counted_that_nobody_granted():
    desk = Desk(unit_of(codes.SHAM, 100_000, SMALL_NL))
    desk.arm()
    desk._latched, desk._under_way[:] = False, [3]
    desk.switches = RUN_HELD
    desk.tick()
    desk.switches = RUN_OPEN
    assert desk.fault == codes.STEPS_EXTRA
    desk.seconds(0.4)
    desk.hold(STOP_PRESSED, 0.05)
    desk.run()
    desk.seconds(1.2)
    assert (desk.state, desk.reason) == (STOPPED, codes.VOLUME)
