"""Requirements on the predictive stop and the lowered flow."""

import pytest
from manostat.core.cutoff import HISTORY, Cutoff

from .desk import PSI_PA, new_ints

LIMIT_PA = round(50 * PSI_PA)


def fed(*readings_pa: int) -> Cutoff:
    cutoff = Cutoff(new_ints(HISTORY))
    for pressure_pa in readings_pa:
        cutoff.feed(pressure_pa)
    return cutoff


def test_the_first_reading_predicts_itself():
    assert fed(300_000).predicted_pa == 300_000


def test_a_steady_line_never_trips_below_its_limit():
    cutoff = fed(LIMIT_PA - 1)
    for _ in range(50):
        cutoff.feed(LIMIT_PA - 1)
        assert cutoff.predicted_pa < LIMIT_PA


@pytest.mark.parametrize("rise_pa", [4, 40, 712, 5000])
def test_a_steady_rise_is_seen_two_ticks_ahead(rise_pa):
    readings = [100_000 + rise_pa * tick for tick in range(20)]
    assert fed(*readings).predicted_pa == readings[-1] + 2 * rise_pa


@pytest.mark.parametrize("rise_pa", [4, 712, 5000])
def test_a_young_rise_is_never_overestimated(rise_pa):
    readings = [100_000 + rise_pa * tick for tick in range(HISTORY)]
    for ticks in range(1, HISTORY + 1):
        predicted_pa = fed(*readings[:ticks]).predicted_pa
        assert readings[ticks - 1] <= predicted_pa <= readings[ticks - 1] + 2 * rise_pa


def test_a_fall_predicts_the_present():
    assert fed(*range(200_000, 100_000, -5000)).predicted_pa == 105_000


def test_a_rise_is_forgotten_after_sixteen_milliseconds():
    assert fed(0, *[50_000] * HISTORY).predicted_pa > 50_000
    assert fed(0, *[50_000] * (HISTORY + 1)).predicted_pa == 50_000


def test_far_from_the_limit_the_flow_is_the_prescribed_one():
    assert fed(LIMIT_PA - round(5 * PSI_PA) - 1).rate_nl_s(50_000, LIMIT_PA) == 50_000


def test_within_five_psi_the_flow_falls_steadily_to_an_eighth():
    rates = [
        fed(pressure_pa).rate_nl_s(50_000, LIMIT_PA)
        for pressure_pa in range(LIMIT_PA - round(6 * PSI_PA), LIMIT_PA + 20_000, 50)
    ]
    assert rates == sorted(rates, reverse=True)
    assert rates[0] == 50_000
    assert rates[-1] == 6250
    assert min(rates) == 6250
    middle = fed(LIMIT_PA - round(2.5 * PSI_PA)).rate_nl_s(50_000, LIMIT_PA)
    assert middle == pytest.approx(25_000, rel=0.01)
