"""Requirements on the plunger at rest while the line is read, and on RUN meanwhile."""

import pytest

from manostat.core import codes
from manostat.core.codes import HOLDING, INJECTING, SETTLING

from .desk import RUN_HELD, RUN_OPEN, numbers
from .levels import in_state


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


def test_each_settling_forgets_that_run_was_let_go_in_the_one_before():
    desk = in_state(HOLDING)
    assert desk.injector.run_lost == 1
    desk.injector._rest(0)
    assert (desk.state, desk.injector.run_lost, desk.injector.settling_step) == (SETTLING, 0, 0)
    desk.injector._rest(1)
    assert desk.injector.settling_step == 1
    assert numbers(desk.injector.settler)["count"] == 0


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


def test_a_peak_while_settling_is_a_peak():
    desk = in_state(SETTLING)
    desk.pressure_pa = 150_000
    desk.tick()
    peak_pa = desk.injector.peak_pa
    assert peak_pa == pytest.approx(150_000, abs=50)
    desk.pressure_pa = 90_000
    desk.tick()
    assert (desk.state, desk.injector.peak_pa) == (SETTLING, peak_pa)
