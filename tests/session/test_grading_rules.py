"""The published rules as published: each condition, each boundary, each count of controls."""

import pytest

from manostat_tools.session.model import Concordance, Response
from manostat_tools.session.rules import NOT_MET

from .grading_cases import (
    ABSOLUTE,
    DERBY,
    DISCOGENIC,
    POSSIBLE,
    PROBABLE,
    TWO,
    grades,
    late,
    painless,
    psi,
    results,
    said,
    session,
    suspect,
)

JUST_BELOW_15_PA, JUST_ABOVE_15_PA = 103_421, 103_422
JUST_BELOW_50_PA, JUST_ABOVE_50_PA = 344_737, 344_738


@pytest.mark.parametrize(
    ("above_pa", "absolute", "discogenic"),
    [
        (0, "absolute discogenic", "discogenic"),
        (JUST_BELOW_15_PA, "absolute discogenic", "discogenic"),
        (JUST_ABOVE_15_PA, NOT_MET, "discogenic"),
        (JUST_BELOW_50_PA, NOT_MET, "discogenic"),
        (JUST_ABOVE_50_PA, NOT_MET, NOT_MET),
    ],
)
def test_less_than_leaves_the_boundary_out(above_pa, absolute, discogenic):
    found = results(session(suspect(above_pa), *TWO))
    assert (found[ABSOLUTE], found[DISCOGENIC]) == (absolute, discogenic)


@pytest.mark.parametrize(("intensity", "met"), [(6, False), (7, True), (10, True)])
def test_seven_of_ten_is_enough_and_six_is_not(intensity, met):
    found = results(session(suspect(psi(10), intensity), *TWO))
    assert (found[ABSOLUTE] == "absolute discogenic") is met
    assert (found[DISCOGENIC] == "discogenic") is met


def test_one_painless_control_is_highly_probable_and_two_are_absolute():
    one, two = (results(session(suspect(psi(10)), *TWO[:n])) for n in (1, 2))
    assert (one[ABSOLUTE], one[PROBABLE], one[DISCOGENIC]) == (None, "highly probable", None)
    assert (two[ABSOLUTE], two[PROBABLE]) == ("absolute discogenic", "highly probable")


def test_possible_wants_one_painless_control_and_one_late_discordant_one():
    possible = {
        "both": results(session(suspect(psi(20)), TWO[0], late()))[POSSIBLE],
        "at 50 psi": results(session(suspect(psi(20)), TWO[0], late(above_pa=psi(49.99))))[
            POSSIBLE
        ],
        "two painless": results(session(suspect(psi(20)), *TWO))[POSSIBLE],
        "one alone": results(session(suspect(psi(20)), TWO[0]))[POSSIBLE],
    }
    assert possible == {
        "both": "possible",
        "at 50 psi": NOT_MET,
        "two painless": NOT_MET,
        "one alone": None,
    }


def test_discordant_pain_meets_no_rule():
    discordant = suspect(psi(10), response=said(Concordance.DISCORDANT, 9))
    found = grades(session(discordant, *TWO))
    assert found[ABSOLUTE].result == found[DISCOGENIC].result == NOT_MET
    assert "the pain is not concordant" in found[ABSOLUTE].unmet
    assert found[DERBY].result is None


def test_a_painless_suspect_meets_no_rule_and_is_normal_only_over_90_psi():
    no_pain = Response(concordance=Concordance.ABSENT, intensity=0)

    def at(above_psi):
        quiet = painless().runs[0].model_copy(update={"peak_pa": 60_000 + psi(above_psi)})
        return results(session(suspect(0, runs=(quiet,), response=no_pain), *TWO))

    assert at(50)[ABSOLUTE] == NOT_MET
    assert [at(above)[DERBY] for above in (50, 90, 90.1)] == [None, None, "normal"]


@pytest.mark.parametrize(
    ("above_psi", "named"),
    [
        (14.9, "chemically sensitive"),
        (15.01, "mechanically sensitive"),
        (49.99, "mechanically sensitive"),
        (50.5, None),
        (51.01, "indeterminate"),
        (89.99, "indeterminate"),
        (90.5, None),
    ],
)
def test_derbys_classes_and_the_gaps_between_them(above_psi, named):
    found = grades(session(suspect(psi(above_psi)), *TWO))[DERBY]
    assert found.result == named
    assert bool(found.missing) is (named is None)


def test_every_grade_names_its_source_letter_wording_and_inputs_with_units():
    for name, grade in grades(session(suspect(psi(10)), *TWO)).items():
        assert grade.source and grade.wording and grade.letter in "HMLCE", name
        assert grade.inputs["run"] == 1
    inputs = grades(session(suspect(psi(10)), *TWO))[ABSOLUTE].inputs
    assert inputs["above_opening_at_press_pa"] == psi(10)
    assert inputs["opening_pa"] == 60_000
    assert inputs["intensity_nrs"] == 8
    assert inputs["control L3-4"] == "painless"
    assert {f"above_opening_{s}_s_before_pa" for s in ("0.5", "1", "2", "3")} <= set(inputs)
