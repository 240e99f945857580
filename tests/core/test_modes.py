"""Requirements on what is no injection: sham, comply, relief; and on leak and lock-out."""

import pytest

from manostat.core import codes
from manostat.core.codes import HOLDING, IDLE, INJECTING, READY, STOPPED
from manostat.core.leak import PLACES, Leak
from manostat.core.prescription import validate

from .desk import (
    PAIN_PRESSED,
    PSI_PA,
    RUN_OPEN,
    STOP_PRESSED,
    Desk,
    new_ints,
    numbers,
    unit_of,
)

SMALL = 100_000  # nl
A_LEVEL = 968  # steps in it
SHAM = unit_of(codes.SHAM, 100_000, SMALL)
COMPLY = unit_of(codes.COMPLY, 100_000, SMALL, above_psi=5, line_psi=40)
RELIEVE = unit_of(codes.RELIEVE, 100_000, SMALL)
SINGLE_SHOT = [SHAM, COMPLY, RELIEVE, unit_of(codes.PRIME, 100_000, SMALL, line_psi=40)]


def running(unit: tuple[int, ...], psi: float = 20.0) -> Desk:
    desk = Desk(unit)
    desk.arm()
    desk.pressure_pa = psi * PSI_PA
    desk.run()
    assert desk.state == INJECTING
    return desk


def test_a_sham_takes_its_time_and_grants_nothing():
    desk = running(SHAM)
    begun_s = 0
    while desk.state == INJECTING:
        desk.tick()
        begun_s += 0.002
    assert desk.reason == codes.VOLUME
    assert begun_s == pytest.approx(1.0, abs=0.05), "0.1 mL at 0.1 mL/s"
    assert (desk.made, desk.injector.steps) == (0, 0)


def test_a_sham_goes_on_after_a_pause_where_it_was():
    desk = running(SHAM)
    desk.seconds(0.5)
    desk.hold(RUN_OPEN, 0.2)
    assert desk.state == HOLDING
    feigned = desk.injector.feigned
    assert feigned > 0
    desk.run()
    desk.seconds(0.1)
    assert feigned < desk.injector.feigned < feigned + 200


def test_pain_in_a_sham_is_marked_with_no_volume():
    desk = running(SHAM)
    desk.seconds(0.3)
    desk.switches = PAIN_PRESSED
    desk.tick()
    assert (desk.state, desk.reason) == (STOPPED, codes.PAIN)
    assert desk.pump.presses == 1
    assert desk.pump.first_mark.steps[0] == 0


@pytest.mark.req("P-06")
def test_comply_presses_against_a_closed_stopcock_up_to_the_line_limit():
    desk = running(COMPLY, psi=0)
    desk.pa_a_step = 600.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_LINE
    assert 39 * PSI_PA < desk.pressure_pa < 40 * PSI_PA + 1200
    assert desk.injector.start_pa == pytest.approx(0, abs=100)


@pytest.mark.req("P-07", "P-08")
def test_only_relief_moves_backwards_and_ends_when_the_line_is_empty():
    assert [Desk(unit).injector.back for unit in SINGLE_SHOT] == [0, 0, 1, 0]
    assert Desk().injector.back == 0
    desk = running(RELIEVE, psi=80)
    desk.pa_a_step = -700.0
    desk.until(STOPPED)
    assert desk.reason == codes.RELIEVED
    assert -700 <= desk.pressure_pa <= 0.5 * PSI_PA


@pytest.mark.req("P-07")
def test_relief_is_bounded_by_its_volume():
    desk = running(RELIEVE, psi=80)
    desk.until(STOPPED)
    assert (desk.reason, desk.made) == (codes.VOLUME, A_LEVEL)


@pytest.mark.req("P-07", "C-01")
@pytest.mark.parametrize(("volume_nl", "allowed"), [(500_000, True), (500_001, False)])
def test_a_relief_of_more_than_half_a_millilitre_is_refused(volume_nl, allowed):
    unit = unit_of(codes.RELIEVE, volume_nl=volume_nl)
    if allowed:
        validate(unit)
    else:
        with pytest.raises(ValueError, match=r"volume_nl: 500001, allowed 104 to 500000"):
            validate(unit)


@pytest.mark.req("P-07")
def test_a_line_over_its_limit_can_be_relieved_and_an_empty_one_need_not():
    assert running(RELIEVE, psi=95).moving
    desk = Desk(RELIEVE)
    desk.arm()
    desk.run()
    assert (desk.state, desk.reason, desk.made) == (STOPPED, codes.RELIEVED, 0)


@pytest.mark.req("P-08")
def test_relief_stops_at_the_drawn_out_end():
    desk = running(RELIEVE, psi=80)
    desk.switches &= ~codes.BIT_END_FULL
    desk.tick()
    assert (desk.reason, desk.fault) == (codes.FAULT, codes.END_FULL)


@pytest.mark.parametrize("unit", SINGLE_SHOT)
def test_what_is_no_injection_is_done_once_a_level(unit):
    desk = running(unit)
    desk.seconds(0.2)
    desk.hold(STOP_PRESSED, 0.05)
    desk.seconds(0.3)
    desk.hold(STOP_PRESSED, 0.05)
    assert desk.state == IDLE
    desk.hold(PAIN_PRESSED)
    desk.run()
    assert (desk.state, desk.moving) == (IDLE, 0)
    desk.hold(STOP_PRESSED, 3.1)
    desk.arm()
    assert desk.state == READY


@pytest.mark.parametrize("unit", SINGLE_SHOT)
def test_what_is_no_injection_expires_ten_minutes_after_it_was_armed(unit):
    desk = Desk(unit)
    desk.arm()
    desk.seconds(599)
    assert desk.state == READY
    desk.seconds(2)
    assert (desk.state, desk.injector.enable) == (IDLE, 0)
    desk.run()
    assert desk.moving == 0


def test_an_injection_does_not_expire():
    desk = Desk()
    desk.arm()
    desk.seconds(700)
    assert desk.state == READY


@pytest.mark.req("P-12")
def test_300_ul_with_no_rise_are_a_leak_and_end_in_silence():
    desk = Desk().opened(50_000)
    desk.pressure_pa = 15 * PSI_PA
    desk.until(STOPPED)
    assert desk.reason == codes.LEAK
    assert desk.injector.enable == 1
    assert 288_000 <= desk.made * 422_733 / 4096 <= 300_000
    desk.tick()
    assert desk.pump.alarm.sound == 0


@pytest.mark.req("P-12", "P-03")
def test_nothing_is_granted_in_the_tick_that_sees_the_leak():
    desk = Desk(unit_of(rate_nl_s=150_000)).opened(50_000)
    desk.pressure_pa = 15 * PSI_PA
    while desk.moving:
        desk.tick()
    assert (desk.reason, desk.injector.grant) == (codes.LEAK, 0)
    made = desk.made
    desk.tick(20, elapsed_us=30_000)
    assert desk.reason == codes.LEAK, "a page of flash after the stop is no late tick"
    assert desk.made <= made + 3


@pytest.mark.req("P-12")
def test_a_soft_disc_is_no_leak():
    """Dallas 5 by its mean: 6.9 psi/mL."""
    desk = Desk().opened(50_000)
    desk.pressure_pa = 15 * PSI_PA
    desk.pa_a_step = 6.9 * PSI_PA * 103.2e-6
    desk.until(STOPPED, within_s=90)
    assert desk.reason == codes.VOLUME


@pytest.mark.req("P-12")
def test_flow_held_back_near_the_limit_is_no_leak():
    desk = Desk(unit_of(above_psi=15))
    desk.pressure_pa = 12 * PSI_PA
    desk.opened(0)
    desk.seconds(30)
    assert desk.moving
    assert desk.injector.steps > 2907


@pytest.mark.req("P-11")
@pytest.mark.parametrize("raw", [0, 16_383])
def test_one_count_out_of_range_ends_nothing_and_the_second_is_a_fault(raw):
    """A sensor that shorts is not a pressure that was reached."""
    desk = Desk().opened(50_000)
    desk.pressure_pa = 20 * PSI_PA
    desk.seconds(0.1)
    desk.line = raw
    desk.tick()
    assert desk.moving
    desk.tick()
    assert (desk.reason, desk.fault) == (codes.FAULT, codes.SENSOR_RANGE)


def fault_and_acknowledge(desk: Desk) -> None:
    desk.switches &= ~codes.BIT_END_EMPTY
    desk.tick(2)
    assert desk.reason == codes.FAULT
    desk.switches = RUN_OPEN
    desk.seconds(0.31)
    desk.hold(STOP_PRESSED, 0.05)


@pytest.mark.req("P-10")
def test_a_fault_that_comes_a_third_time_locks_the_level():
    desk = Desk().started()
    for _ in range(2):
        fault_and_acknowledge(desk)
        assert desk.state == READY
        desk.run()
        assert desk.moving
    fault_and_acknowledge(desk)
    assert (desk.state, desk.injector.locked) == (STOPPED, 1)
    assert (desk.pump.alarm.cause, desk.pump.alarm.priority) == (codes.LOCKED, 3)
    desk.run()
    assert desk.moving == 0
    desk.switches = RUN_OPEN
    desk.tick()
    desk.hold(STOP_PRESSED, 3.1)
    assert (desk.state, desk.injector.level, desk.injector.locked) == (IDLE, 2, 0)
    desk.arm()
    desk.run()
    assert desk.moving


@pytest.mark.req("P-10")
def test_end_points_and_releases_never_lock():
    desk = Desk().started()
    for _ in range(6):
        desk.switches = PAIN_PRESSED
        desk.tick()
        desk.switches = RUN_OPEN
        desk.seconds(0.31)
        desk.hold(STOP_PRESSED, 0.05)
        desk.run()
        assert desk.moving
    assert desk.injector.locked == 0


@pytest.mark.req("P-10", "T-05")
def test_a_restart_does_not_unlock():
    desk = Desk()
    desk.pump.resume_level(4, 100, 1)
    desk.arm()
    desk.run()
    assert desk.moving == 0
    desk.switches = RUN_OPEN
    desk.tick()
    desk.hold(STOP_PRESSED, 3.1)
    desk.arm()
    desk.run()
    assert (desk.moving, desk.injector.level) == (1, 5)


@pytest.mark.req("P-12")
@pytest.mark.parametrize("begin_pa", [100, 50_000])
def test_a_leak_is_told_with_the_last_step_of_its_window_to_the_pascal(begin_pa):
    leak = leak_of(100)
    assert numbers(leak) == {"window_steps": 100, "from_steps": -1, "oldest": 0, "newest": 0}
    assert leak.feed(0, begin_pa) == 0
    assert [leak.feed(steps, begin_pa + 6894) for steps in (1, 99, 100)] == [0, 0, 1]
    leak.reset()
    assert numbers(leak)["from_steps"] == -1
    assert leak.feed(100, begin_pa) == 0
    assert leak.feed(200, begin_pa + 6895) == 0, "it has risen: a new window"
    assert [leak.feed(steps, begin_pa) for steps in (299, 300)] == [0, 1]


def leak_of(window_steps: int) -> Leak:
    return Leak(window_steps, new_ints(PLACES), new_ints(PLACES))


@pytest.mark.req("P-12")
def test_a_rise_that_took_nearly_a_window_is_followed_by_no_second_whole_one():
    leak = leak_of(1000)
    rise = [(0, 0), (10, 460), (20, 6800), (900, 6894), (990, 6895)]
    assert [leak.feed(steps, 50_000 + pa) for steps, pa in rise] == [0] * len(rise)
    assert numbers(leak)["from_steps"] == 10
    assert [leak.feed(steps, 56_895) for steps in (1009, 1010)] == [0, 1]


@pytest.mark.parametrize(("pa", "from_steps"), [(459, 6), (460, 5), (500, 5)])
def test_a_window_begins_with_a_fifteenth_of_the_rise_to_the_pascal(pa, from_steps):
    leak = leak_of(100)
    for steps, rise_pa in ((0, 0), (5, pa), (6, 6895)):
        leak.feed(steps, 1000 + rise_pa)
    assert numbers(leak)["from_steps"] == from_steps


@pytest.mark.req("P-12")
def test_a_jump_ends_one_window_a_reading_and_nothing_is_judged_before_the_last():
    leak = leak_of(100)
    for steps in range(14):
        assert leak.feed(steps, 460 * steps) == 0
    for step in range(1, 15):
        assert leak.feed(200, 50_000) == 0
        assert numbers(leak)["from_steps"] == (step if step < 14 else 200)
    assert [leak.feed(steps, 50_000) for steps in (299, 300)] == [0, 1]


def test_windows_of_before_a_reset_end_nothing_after_it():
    leak = leak_of(1000)
    for steps in range(10):
        leak.feed(steps, 460 * steps)
    leak.reset()
    assert [leak.feed(500 + steps, 50_000 + 6895 * steps) for steps in range(5)] == [0] * 5
    assert numbers(leak)["from_steps"] == 504


def test_there_are_as_many_places_as_windows_can_begin_within_the_rise():
    leak = leak_of(1000)
    for steps in range(100):
        assert leak.feed(steps, 460 * steps) == 0
        assert numbers(leak)["from_steps"] == max(steps - 14, 0), "15 times 460 Pa are over 1 psi"
    assert PLACES > 15
    assert [leak.feed(steps, 460 * 99) for steps in (1084, 1085)] == [0, 1]


@pytest.mark.parametrize("unit", SINGLE_SHOT)
def test_what_is_no_injection_expires_ten_minutes_after_it_was_armed_to_the_microsecond(unit):
    desk = Desk(unit)
    desk.arm()
    desk.injector.armed_us = 600_000_000 - 2001
    desk.tick()
    assert desk.state == READY
    desk.tick()
    assert (desk.state, desk.injector.enable) == (IDLE, 0)
    assert (desk.injector.spent, desk.injector.armed_us) == (1, 0)
    desk.run()
    assert desk.moving == 0


def test_an_injection_is_not_timed_while_it_is_ready():
    desk = Desk()
    desk.arm()
    desk.seconds(0.1)
    assert desk.injector.armed_us == 0


def test_a_start_that_waits_for_its_intent_does_not_expire():
    desk = Desk(SHAM)
    desk.intents_stored = 0
    desk.arm()
    desk.run()
    desk.injector.armed_us = 600_000_000
    desk.tick()
    assert (desk.state, desk.injector.wants_start) == (READY, 1)
