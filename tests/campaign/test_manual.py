"""An injection by hand: compiled as it is written, and right where it can be worked out."""

from dataclasses import replace

import numpy as np
import pytest

from manostat_sim.campaign import breaking
from manostat_sim.campaign.draw import NEVER_PA
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.campaign.manual import KEPT, STOPPED_BY, Person, by_hand, manual_of
from manostat_sim.campaign.sampler import long_run
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign.against import Written, by_person, by_pump, pairs, sides
from manostat_tools.session.rules import LOW_PA

EXACT = Person(uneven=0.0, lag_s=0.0, called_s=0.002, rounded_pa=1.0, reaction_s=0.0, seen_nl=1.0)


def draws(runs: int):
    made = np.array([long_run(seed, breaking.NONE) for seed in range(1, runs + 1)])
    made["pause_us"] = made["stop_us"] = NEVER_US
    return made


def test_compiled_it_is_what_is_written():
    some = draws(12)
    compiled = by_hand(some, Person())
    for number, draw in enumerate(some):
        plain = manual_of(draw, Person())
        plain.run()
        assert {name: compiled[name][number] for name in KEPT} == {
            name: getattr(plain, name) for name in KEPT
        }


def test_an_even_hand_stops_at_the_volume():
    some = draws(4)
    some["patient_threshold_pa"] = NEVER_PA
    some["limit_above_pa"] = some["limit_line_pa"] = 689_475
    some["volume_nl"] = 400_000
    some["disc_elastance_pa_per_nl"] = 0.02
    made = by_hand(some, EXACT)
    assert [STOPPED_BY[by] for by in made["stopped_by"]] == ["volume"] * 4
    late_us = made["stop_us"] - 400_000 / 50_000.0 * 1e6
    # Backlash is pushed for nothing: some steps of 103 nL, 2 ms each.
    assert ((late_us >= -5_000) & (late_us <= 110 * 2_070)).all()


def test_an_exact_manometer_read_at_once_is_off_by_the_reaction_and_the_needle_alone():
    some = draws(40)
    some["patient_reaction_us"] = 0
    made = by_hand(some, EXACT)
    said = made["written_us"] >= 0
    over_pa = made["written_pa"] - made["hurt_pa"]
    opening_pa = some["disc_opening_pa"]
    drop_pa = EXACT.rate_nl_s * some["plant_cold_pa_s_per_nl"]
    assert said.sum() > 5
    # Never below the disc, never more above it than the needle's cold drop.
    assert (over_pa[said] >= opening_pa[said] - 200.0).all()
    assert (over_pa[said] <= (opening_pa + drop_pa)[said] + 2_000.0).all()


def test_what_is_called_is_rounded():
    made = by_hand(draws(20), replace(Person(), rounded_pa=10.0 * PA_PER_PSI))
    said = made["opening_pa"] >= 0
    tens = made["opening_pa"][said] / (10.0 * PA_PER_PSI)
    assert tens == pytest.approx(np.round(tens), abs=1e-6)


def test_a_slower_person_goes_further():
    some = draws(60)
    some["patient_threshold_pa"] = NEVER_PA
    quick = by_hand(some, replace(Person(), uneven=0.0, reaction_s=0.2))
    slow = by_hand(some, replace(Person(), uneven=0.0, reaction_s=3.0))
    pressed = quick["stopped_by"] == STOPPED_BY.index("pressure")
    assert pressed.sum() > 10
    assert (slow["line_peak_pa"][pressed] > quick["line_peak_pa"][pressed]).all()


def test_15_psi_is_not_below_15_psi():
    hurt = np.array([LOW_PA, LOW_PA - 1.0, LOW_PA, np.nan])
    above = np.array([LOW_PA, LOW_PA, LOW_PA - 1.0, np.nan])
    found = sides(Written("", above, above, above, hurt))
    assert (found.false_low, found.truly_high) == (1, 2)
    assert (found.missed, found.truly_low) == (1, 1)


def test_both_ways_have_the_same_patients():
    some = pairs(60)
    pump, hand = by_pump(some)[0], by_person(some, Person())
    assert np.array_equal(pump.hurt_pa, hand.hurt_pa)
    assert pump.written.sum() > 10 and hand.written.sum() > 10
    # The pump's errs to the high side by the drop over the needle; a thumb has the larger spread.
    assert np.median(pump.errors_pa()) > 0.0
    assert hand.line_peak_pa.max() > pump.line_peak_pa.max()
