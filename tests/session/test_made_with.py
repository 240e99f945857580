"""Requirements on runs that were made with another syringe or zero than the session states."""

from manostat_tools.session.fold import fold
from manostat_tools.session.made_with import other_syringe, other_zero

from .written import BD_10, C240, G22, OTHER_10, corrected, fitted, opened, planned, prepared, ran

FITTED, PREPARED = 2, 4


def told(*corrections):
    session = fold(
        "a",
        [
            opened(),
            fitted(syringe=BD_10, needle=G22, contrast=C240),
            planned(1, "L4-5"),
            prepared(zero_pa=0, zero_at_disc_height=True),
            ran(None, 4),
            ran(1, 5),
            ran(1, 6),
            *corrections,
        ],
    )
    return list(other_syringe(session)), list(other_zero(session))


def test_what_the_pump_was_set_to_is_what_the_session_states():
    assert told() == ([], [])


def test_of_a_syringe_that_was_corrected_the_old_volumes_are_told_with_how_far_they_are_off():
    """A barrel of 15.6 mm has 1.157 times the area of one of 14.5 mm."""
    (said,), zero = told(corrected(FITTED, fitted(syringe=OTHER_10)))
    assert said == (
        "of no level, run 1; L4-5, run 1; L4-5, run 2: counted with 103.21 nL for a step; "
        "the syringe that is stated (other 10 mL, inner diameter 15.6 mm) pushes 119.46 nL. If it "
        "was the one that was fitted, 15.7 % more went in than each volume says, and derived "
        "values are wrong too."
    )
    assert zero == []


def test_a_narrower_syringe_pushed_less():
    narrow = BD_10.model_copy(update={"inner_diameter_mm": 14.0})
    (said,), _ = told(corrected(FITTED, fitted(syringe=narrow)))
    assert "6.8 % less went in" in said


def test_of_a_zero_that_was_corrected_the_old_pressures_are_told():
    syringe, (said,) = told(corrected(PREPARED, prepared(zero_pa=30_000)))
    assert syringe == []
    assert "counted from a zero of 0.0 psi (0 kPa); the one that is stated is 4.4 psi" in said
    assert "If it held for these runs too, each pressure" in said
    assert "of the line is 4.4 psi (30 kPa) lower" in said
    _, (said,) = told(corrected(PREPARED, prepared(zero_pa=-30_000)))
    assert "4.4 psi (30 kPa) higher" in said


def test_a_zero_that_shows_in_no_pressure_is_not_told():
    assert told(corrected(PREPARED, prepared(zero_pa=120))) == ([], [])


def test_what_is_not_stated_contradicts_nothing():
    assert told(corrected(FITTED, None), corrected(PREPARED, None)) == ([], [])
