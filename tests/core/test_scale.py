"""Requirements on counts and pascals."""

from fractions import Fraction

import pytest

from manostat.core.scale import CEILING_PA, PA_PER_PSI, RAW_ZERO, line_pa

FULL_SCALE_PA = Fraction(150) * Fraction(6894757, 1000)
SPAN = 14746 - 1638  # counts, Honeywell HSC transfer function A (datasheet, H)


def test_every_count_is_within_one_pascal_of_the_exact_formula():
    for raw in range(16384):
        assert abs(line_pa(raw) - (raw - 1638) * FULL_SCALE_PA / SPAN) <= 1


def test_more_counts_never_mean_less_pressure():
    assert all(line_pa(raw) < line_pa(raw + 1) for raw in range(16383))


@pytest.mark.req("P-01")
def test_the_ceiling_is_100_psi():
    assert abs(CEILING_PA - 100 * 6894.757) <= 1


def test_pascals_are_rounded_to_the_nearest_and_up_from_a_half():
    a_count = 78 + Fraction(14_736, 16_384)
    for raw in range(16_384):
        assert line_pa(raw) == ((raw - 1638) * a_count + Fraction(1, 2)) // 1


def test_zero_and_the_ceiling_are_those_of_the_datasheet_and_of_p_01():
    assert (RAW_ZERO, CEILING_PA) == (1638, 689_476)


def test_a_psi_is_6895_pascals_to_the_nearest():
    assert abs(PA_PER_PSI - Fraction(6894757, 1000)) <= Fraction(1, 2)
