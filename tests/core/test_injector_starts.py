"""Requirements on what starts a level: the proof, RUN, the intent and the lease."""

import pytest

from manostat.core import codes
from manostat.core.codes import HOLDING, IDLE, INJECTING, READY, SEEKING, SETTLING, STOPPED
from manostat.core.pump import build

from .desk import PAIN_PRESSED, RUN_HELD, RUN_OPEN, STOP_PRESSED, Desk, new_ints
from .levels import acknowledge, fault_of, in_state


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
