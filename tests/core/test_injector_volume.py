"""Requirements on the volume of a level: to the step, whatever comes between."""

import pytest

from manostat.core import codes
from manostat.core.codes import INJECTING, STOPPED

from .desk import PAIN_PRESSED, RUN_OPEN, Desk, unit_of
from .levels import QUICK, acknowledge, decide, in_state, press_stop


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


def test_a_level_that_has_all_its_volume_does_not_start_at_all():
    for steps, moving in ((33_911, 1), (33_912, 0), (33_913, 0)):
        injector = Desk().injector
        injector.steps = steps
        injector.limit_pa = 1000
        injector._start()
        assert (injector.moving, injector.start_lease) == (moving, moving)
        assert injector.reason == (0 if moving else codes.VOLUME)


@pytest.mark.req("D-01")
@pytest.mark.parametrize("over", [0, 1, 2])
def test_the_volume_is_over_also_with_more_steps_than_it_has(over):
    desk = in_state(INJECTING)
    desk.injector.steps = desk.injector.step_end + over
    decide(desk, 1000)
    assert (desk.reason, desk.injector.grant) == (codes.VOLUME, 0)


def test_the_injector_counts_with_the_syringe_of_the_unit():
    syringe = Desk(unit_of(rate_nl_s=4000, volume_nl=100_000, nl=(13, 4))).injector.syringe
    assert (syringe.nl_num, syringe.nl_den, syringe.volume_nl(9)) == (13, 4, 29)
