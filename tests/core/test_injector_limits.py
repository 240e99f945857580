"""Requirements on the pressure limits: what they count from, the flow below them, to the pascal."""

import pytest

from manostat.core import codes
from manostat.core.codes import INJECTING, READY, SETTLING, STOPPED

from .desk import PSI_PA, Desk, unit_of
from .levels import decide, in_state


def test_the_limit_counts_from_zero_without_an_opening():
    desk = Desk(unit_of(above_psi=20, line_psi=80)).started()
    desk.pa_a_step = 700.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_ABOVE
    assert 18 * PSI_PA < desk.pressure_pa < 20 * PSI_PA + 1400


def test_the_limit_counts_from_the_opening():
    desk = Desk(unit_of(above_psi=20, line_psi=80)).opened(round(10 * PSI_PA))
    desk.pa_a_step = 100.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_ABOVE
    assert 29.5 * PSI_PA < desk.pressure_pa < 30 * PSI_PA + 200


def test_the_limit_counts_from_the_opening_that_was_read_at_once():
    desk = in_state(SETTLING)
    desk.until(INJECTING)
    assert desk.injector.limit_pa == desk.injector.opening_pa + 344_738


@pytest.mark.req("P-14")
def test_the_line_limit_does_not_count_from_the_opening():
    desk = Desk(unit_of(above_psi=50, line_psi=40)).opened(round(20 * PSI_PA))
    desk.pressure_pa = 20 * PSI_PA  # less than 30 psi to go: no occlusion
    desk.pa_a_step = 100.0
    desk.until(STOPPED)
    assert desk.reason == codes.PRESSURE_LINE
    assert 39.5 * PSI_PA < desk.pressure_pa < 40 * PSI_PA + 200


@pytest.mark.req("P-03")
def test_nothing_starts_over_the_limit():
    desk = in_state(READY)
    desk.pressure_pa = 51 * PSI_PA
    desk.run()
    assert (desk.state, desk.reason, desk.made) == (STOPPED, codes.PRESSURE_ABOVE, 0)


@pytest.mark.parametrize(
    ("mode", "opening_pa", "below_pa", "reason"),
    [
        (codes.INJECT, 0, 0, codes.PRESSURE_ABOVE),
        (codes.INJECT, 0, 1, 0),
        (codes.INJECT, 206_843, 0, codes.PRESSURE_LINE),
        (codes.INJECT, 206_842, 0, codes.PRESSURE_ABOVE),
        (codes.PRIME, -1, 0, codes.PRESSURE_LINE),
        (codes.PRIME, -1, 1, 0),
    ],
)
@pytest.mark.req("P-03")
def test_a_limit_is_reached_at_its_pascal_moving_and_before(mode, opening_pa, below_pa, reason):
    """Line limit 551 581 Pa, 206 843 Pa above the limit above opening: then both are reached."""
    for moving in (True, False):
        desk = Desk(unit_of(mode))
        desk.arm()
        if opening_pa >= 0:
            assert desk.injector.set_opening(opening_pa)
        if moving:
            desk.run()
            assert desk.moving
        else:
            desk.injector._prepare()
        limit_pa = desk.injector.limit_pa
        desk.injector.cutoff.seeded = 0
        if moving:
            decide(desk, limit_pa - below_pa)
        else:
            desk.injector.predicted_pa = limit_pa - below_pa
            desk.injector._start()
        assert (desk.reason, desk.moving) == (reason, int(reason == 0))


def test_near_its_limit_the_flow_is_an_eighth():
    desk = Desk(unit_of(above_psi=20)).opened(0)
    for psi, share in ((0, 1), (14.9, 1), (17.5, 0.5), (19.4, 0.125)):
        desk.pressure_pa = psi * PSI_PA
        desk.tick(20)
        before = desk.made
        desk.seconds(4)
        assert desk.made - before == pytest.approx(4 * 484.5 * share, rel=0.03)


def test_below_the_band_of_the_limit_the_flow_is_the_prescribed_one():
    desk = Desk(unit_of(rate_nl_s=50_003)).opened(0)
    rates = []
    take = desk.injector.flow.take
    desk.injector.flow.take = lambda rate_nl_s, most: rates.append(rate_nl_s) or take(50_003, most)
    for room_pa in (34_475, 34_432, 34_431):
        desk.injector.cutoff.seeded = 0
        decide(desk, desk.injector.limit_pa - room_pa)
    assert rates == [50_003, 50_003, 49_910]
