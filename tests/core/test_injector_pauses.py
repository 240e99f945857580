"""Requirements on a level at rest: RUN let go and held again, and how long it has rested."""

import pytest

from manostat.core import codes
from manostat.core.codes import HOLDING, INJECTING, STOPPED

from .desk import PAIN_PRESSED, RUN_HELD, RUN_OPEN, Desk
from .levels import in_state


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
