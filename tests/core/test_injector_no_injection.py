"""Requirements on what is no injection: priming, relief, sham, and what is done once a level."""

import pytest

from manostat.core import codes
from manostat.core.codes import HOLDING, IDLE, INJECTING, READY, STOPPED

from .desk import PAIN_PRESSED, PSI_PA, RUN_HELD, RUN_OPEN, Desk, unit_of
from .levels import A_LEVEL, decide

PRIMING = unit_of(codes.PRIME, 100_000, 100_000, above_psi=5, line_psi=40)


def test_priming_seeks_nothing_and_obeys_the_line_limit_only():
    desk = Desk(PRIMING)
    desk.arm()
    desk.run()
    assert desk.state == INJECTING
    desk.pressure_pa = 20 * PSI_PA  # less than 30 psi to go: no occlusion
    desk.pa_a_step = 400.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_LINE
    assert 39 * PSI_PA < desk.pressure_pa < 40 * PSI_PA + 800


@pytest.mark.req("D-01", "B-01")
def test_priming_ends_with_its_volume_and_with_pain():
    desk = Desk(PRIMING)
    desk.arm()
    desk.run()
    desk.until(STOPPED)
    assert (desk.reason, desk.made) == (codes.VOLUME, A_LEVEL)
    desk = Desk(PRIMING)
    desk.arm()
    desk.run()
    desk.switches = PAIN_PRESSED
    desk.tick()
    assert (desk.state, desk.reason) == (STOPPED, codes.PAIN)


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


def test_a_relief_is_not_slowed():
    desk = Desk(unit_of(codes.RELIEVE, 50_003, 100_000))
    desk.arm()
    desk.pressure_pa = 20 * PSI_PA
    desk.run()
    rates = []
    desk.injector.flow.take = lambda rate_nl_s, most: rates.append(rate_nl_s) or 0
    desk.tick(3)
    assert rates == [50_003] * 3


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


@pytest.mark.parametrize(("armed_us", "state"), [(599_999_999, READY), (600_000_000, IDLE)])
def test_what_is_no_injection_expires_at_its_microsecond(armed_us, state):
    desk = Desk(unit_of(codes.PRIME))
    desk.arm()
    desk.injector.armed_us = armed_us - 2000
    desk.tick()
    assert desk.state == state
