"""Requirements on a level in volume steps: one press, one step, one plateau."""

import pytest

from manostat.core import codes
from manostat.core.codes import HOLDING, SETTLING, STOPPED

from .desk import RUN_OPEN, Desk
from .levels import A_LEVEL, A_STEP, STEPWISE


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


def test_a_volume_step_rests_for_its_plateau():
    desk = Desk(STEPWISE).opened()
    desk.until(SETTLING)
    assert desk.injector.settling_step == 1


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


def test_the_last_volume_step_ends_the_level_after_its_plateau():
    desk = Desk(STEPWISE).opened()
    desk.until(SETTLING)
    for steps, state in ((A_LEVEL - 1, HOLDING), (A_LEVEL, STOPPED), (A_LEVEL + 1, STOPPED)):
        desk.injector._rest(1)
        desk.injector.steps = steps
        desk.until(HOLDING, STOPPED)
        assert desk.state == state
    assert desk.reason == codes.VOLUME
