"""Requirements on faults in a level: they stop it, outrank each other, count, and lock out."""

import pytest

from manostat.core import codes
from manostat.core.codes import HOLDING, IDLE, INJECTING, READY, SEEKING, SETTLING, STOPPED

from .desk import PAIN_PRESSED, RUN_OPEN, STOP_PRESSED
from .levels import acknowledge, fault_of, in_state, press_stop


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


def test_a_fault_takes_over_from_any_other_reason():
    desk = in_state(INJECTING)
    desk.hold(PAIN_PRESSED)
    assert (desk.reason, desk.injector.stops) == (codes.PAIN, 1)
    desk.inputs.line_status = 3
    desk.tick(2)
    assert (desk.reason, desk.fault) == (codes.FAULT, codes.SENSOR_STATUS)
    assert desk.injector.stops == 2


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


@pytest.mark.req("P-10")
def test_a_lock_is_a_lock():
    desk = in_state(STOPPED)
    desk.injector.lock()
    assert desk.injector.locked == 1
    acknowledge(desk)
    assert desk.state == STOPPED


@pytest.mark.req("P-10", "B-03")
def test_a_new_level_after_a_lock_out_shows_no_fault():
    desk = in_state(READY)
    fault_of(desk, 3)
    desk.injector.lock()
    desk.seconds(0.31)
    desk.hold(STOP_PRESSED, 3.1)
    assert (desk.state, desk.injector.level, desk.fault) == (IDLE, 2, codes.NO_FAULT)
