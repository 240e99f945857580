"""Requirements on the predictive stop and the lowered flow."""

import random

import pytest

from manostat.core.cutoff import BAND_PA, HISTORY, Cutoff, lowered

from .desk import PSI_PA, new_ints, numbers

LIMIT_PA = round(50 * PSI_PA)


def predicted_pa(*readings_pa: int) -> int:
    """What is expected two ticks after the last of the readings."""
    cutoff = Cutoff(new_ints(HISTORY))
    for pressure_pa in readings_pa:
        expected_pa = cutoff.feed(pressure_pa)
    return expected_pa


def test_the_first_reading_predicts_itself():
    assert predicted_pa(300_000) == 300_000


def test_a_steady_line_never_trips_below_its_limit():
    for ticks in range(1, 50):
        assert predicted_pa(*[LIMIT_PA - 1] * ticks) < LIMIT_PA


@pytest.mark.parametrize("rise_pa", [4, 40, 712, 5000])
@pytest.mark.req("P-05")
def test_a_steady_rise_is_seen_two_ticks_ahead(rise_pa):
    readings = [100_000 + rise_pa * tick for tick in range(20)]
    assert predicted_pa(*readings) == readings[-1] + 2 * rise_pa


@pytest.mark.parametrize("rise_pa", [4, 712, 5000])
@pytest.mark.req("P-05")
def test_a_young_rise_is_never_overestimated(rise_pa):
    readings = [100_000 + rise_pa * tick for tick in range(HISTORY)]
    for ticks in range(1, HISTORY + 1):
        over_pa = predicted_pa(*readings[:ticks]) - readings[ticks - 1]
        assert 0 <= over_pa <= 2 * rise_pa


def test_a_fall_predicts_the_present():
    assert predicted_pa(*range(200_000, 100_000, -5000)) == 105_000


def test_a_rise_is_forgotten_after_sixteen_milliseconds():
    assert predicted_pa(0, *[50_000] * HISTORY) > 50_000
    assert predicted_pa(0, *[50_000] * (HISTORY + 1)) == 50_000


def test_five_psi_below_the_limit_the_flow_is_still_the_prescribed_one():
    assert abs(BAND_PA - 5 * PSI_PA) <= 1
    assert lowered(50_000, BAND_PA) == 50_000


def test_within_five_psi_the_flow_falls_steadily_to_an_eighth():
    rates = [lowered(50_000, room_pa) for room_pa in range(BAND_PA, 0, -50)]
    assert rates == sorted(rates, reverse=True)
    assert (rates[0], rates[-1]) == (50_000, 6250)
    assert lowered(50_000, BAND_PA // 2) == pytest.approx(25_000, rel=0.01)


def test_a_new_cutoff_takes_its_first_reading_for_all_of_its_history():
    history = new_ints(HISTORY)
    cutoff = Cutoff(history)
    assert numbers(cutoff) == {"at": 0, "seeded": 0}
    cutoff.feed(4321)
    assert list(history) == [4321] * 8
    assert numbers(cutoff) == {"at": 1, "seeded": 1}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.req("P-05")
def test_a_quarter_of_the_rise_over_eight_ticks_is_added_and_of_a_fall_nothing(seed):
    draw = random.Random(seed)
    cutoff = Cutoff(new_ints(HISTORY))
    readings = [draw.randrange(-20_000, 700_000)]
    assert cutoff.feed(readings[0]) == readings[0]
    for _ in range(100):
        pressure_pa = readings[-1] + draw.randrange(-300, 500)
        before_pa = readings[-8] if len(readings) >= 8 else readings[0]
        readings.append(pressure_pa)
        expected_pa = pressure_pa + max(0, (pressure_pa - before_pa) // 4)
        assert cutoff.feed(pressure_pa) == expected_pa


@pytest.mark.parametrize(
    ("room_pa", "rate_nl_s"),
    [
        (34_474, 50_003),
        (34_432, 50_003),
        (34_431, 49_910),
        (6464, 9387),
        (4352, 6320),
        (4288, 6250),
    ],
)
def test_the_lowered_flow_goes_in_steps_of_64_pa_and_ends_at_an_eighth(room_pa, rate_nl_s):
    assert BAND_PA == 34_474
    assert lowered(50_003, room_pa) == rate_nl_s


@pytest.mark.parametrize("room_pa", [0, -1, -100_000])
def test_beyond_the_limit_the_lowered_flow_is_still_an_eighth(room_pa):
    assert lowered(50_003, room_pa) == 6250
