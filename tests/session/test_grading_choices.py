"""What the rules leave open and was chosen here: which run, which press, what weakens a result."""

import pytest

from manostat_tools.session.grading import grade_levels
from manostat_tools.session.model import Concordance, Finding, Quantity, RunKind
from manostat_tools.session.rules import NOT_MET

from .grading_cases import (
    ABSOLUTE,
    DERBY,
    DISCOGENIC,
    TWO,
    grades,
    mark,
    painless,
    psi,
    results,
    run,
    said,
    session,
    suspect,
)


def test_the_last_injection_counts_and_shams_never_do():
    low, high = run(psi(10), mark(psi(10))), run(psi(30), mark(psi(30), at_ms=90_000), number=2)
    sham = run(0, kind=RunKind.SHAM, number=3)
    found = grades(session(suspect(0, runs=(low, high, sham), responses_of=(2,)), *TWO))[ABSOLUTE]
    assert found.inputs["run"] == 2
    assert found.inputs["above_opening_at_press_pa"] == psi(30)
    assert found.result == NOT_MET


def test_the_first_press_of_a_run_counts_and_one_told_again_does_not():
    first, second = mark(psi(10), at_ms=9_000), mark(psi(30), at_ms=9_900)
    found = grades(session(suspect(0, runs=(run(psi(30), second, first),)), *TWO))
    assert found[ABSOLUTE].inputs["above_opening_at_press_pa"] == psi(10)
    runs = (run(psi(10), first), run(psi(30), first, second, number=2))
    found = grades(session(suspect(0, runs=runs), *TWO))
    assert found[ABSOLUTE].inputs["above_opening_at_press_pa"] == psi(30)


def test_a_press_at_rest_counts_in_a_stepwise_run():
    plateau = mark(psi(10), moving=False)
    stepwise = run(psi(12), plateau, kind=RunKind.STEP)
    found = results(session(suspect(0, runs=(stepwise,)), *TWO))
    assert found[ABSOLUTE] == "absolute discogenic"


def test_the_long_words_of_the_demo_mean_the_same():
    run_in_words = run(psi(10), mark(psi(10)), opening_how="read at rest")
    quiet = run(psi(50), reason="pressure: the limit above opening was reached")
    controls = (painless("L3-4", runs=(quiet,)), painless("L5-S1"))
    found = results(session(suspect(0, runs=(run_in_words,)), *controls))
    assert found[ABSOLUTE] == "absolute discogenic"


def derived(value_psi, half_psi):
    return Quantity(
        name="disc_above_opening",
        value=psi(value_psi),
        low=psi(value_psi - half_psi),
        high=psi(value_psi + half_psi),
        unit="Pa",
        rule="r",
        inputs={"before_ms": 0},
    )


@pytest.mark.parametrize(
    ("value_psi", "half_psi", "told"),
    [(12, 0.5, True), (15.3, 0.5, True), (16.5, 0.5, False)],
    ids=["other side", "interval over the boundary", "same side"],
)
def test_a_disc_on_the_other_side_of_a_boundary_than_its_line_is_told(value_psi, half_psi, told):
    hurt = run(psi(20), mark(psi(20)), derived=(derived(value_psi, half_psi),))
    found = grades(session(suspect(0, runs=(hurt,)), *TWO))
    said = [text for text in found[ABSOLUTE].cautions if "derived, the disc is" in text]
    assert bool(said) is told
    if told:
        assert f"{value_psi:.2f} psi" in said[0]
    assert not any("derived" in text for text in found[DISCOGENIC].cautions)


def test_a_needle_that_nothing_is_known_of_is_told_where_it_may_turn_a_rule():
    high, low = run(psi(20), mark(psi(20))), run(psi(9), mark(psi(9)))
    of = {
        name: grades(session(suspect(0, runs=(hurt,)), *TWO))[ABSOLUTE].cautions
        for name, hurt in (("high", high), ("low", low))
    }
    assert [any("was not derived" in text for text in of[name]) for name in of] == [True, False]
    still = run(psi(20), mark(psi(20), moving=False), kind=RunKind.STEP)
    found = grades(session(suspect(0, runs=(still,)), *TWO))[ABSOLUTE]
    assert not any("was not derived" in text for text in found.cautions), "at rest there is no drop"


def test_a_boundary_between_press_and_look_back_is_told():
    rising = run(psi(16), mark(psi(16), slope_pa_s=psi(0.6)))
    found = grades(session(suspect(0, runs=(rising,)), *TWO))
    said_of = (
        "16.00 psi above opening at the press, but 14.80 psi 2 s before, 14.20 psi 3 s before: "
        "on the other side of a boundary of this rule"
    )
    assert said_of in found[ABSOLUTE].cautions
    assert said_of in found[DERBY].cautions
    assert said_of not in found[DISCOGENIC].cautions


@pytest.mark.parametrize(("above_psi", "near"), [(13.4, False), (13.6, True), (16.4, True)])
def test_a_pressure_within_the_sensors_error_of_a_boundary_is_told(above_psi, near):
    found = grades(session(suspect(psi(above_psi)), *TWO))[ABSOLUTE]
    assert any("within the line sensor's error" in text for text in found.cautions) is near


def cautions(**changes):
    """The last answers are to the last run."""
    of = tuple(one.number for one in changes.get("runs", ()))[-1:]
    if "earlier_responses" not in changes:
        changes |= {"responses_of": of, "findings_of": of}
    return " / ".join(grades(session(suspect(psi(10), **changes), *TWO))[ABSOLUTE].cautions)


def test_a_result_says_what_weakens_it():
    assert cautions() == ""
    assert "Dallas 0" in cautions(finding=Finding(dallas=0))
    assert "annular disruption is not recorded" in cautions(finding=None)
    lasted = said(Concordance.CONCORDANT, 8).model_copy(update={"persisted_s": None})
    assert "persisted" in cautions(response=lasted)
    assert "notes" in cautions(notes=("run 1 counts",))
    sham = run(0, mark(0, at_ms=5), kind=RunKind.SHAM)
    assert "sham" in cautions(runs=(sham, run(psi(10), mark(psi(10)), number=2)))
    twice = (run(psi(10)), run(psi(10), mark(psi(10)), number=2))
    assert "fewer responses than injections" in cautions(runs=twice)
    cut_off = (run(0, uncertain=True), run(psi(10), mark(psi(10)), number=2))
    assert "the volume may include run 1" in cautions(runs=cut_off)
    faulty = (run(0, fault="late"), run(psi(10), mark(psi(10)), number=2))
    assert "another run of this level ended in a fault" in cautions(runs=faulty)
    before = said(Concordance.ABSENT, 0)
    assert "answered otherwise" in cautions(
        runs=twice, earlier_responses=(before,), responses_of=(1, 2)
    )


def test_a_disc_that_was_tested_again_says_so_in_either_grade():
    again = suspect(0, runs=(run(psi(49.9)),), response=said(Concordance.ABSENT, 0))
    levels = [
        given
        for one, given in grade_levels(session(suspect(psi(10)), again, *TWO))
        if one.name == "L4-5"
    ]
    told = "the session has another test of this disc: this result is of one test alone"
    first, second = ({grade.rule: grade for grade in given}[ABSOLUTE] for given in levels)
    assert (first.result, second.result) == ("absolute discogenic", NOT_MET)
    assert told in first.cautions and told in second.cautions
    assert told not in cautions()


def test_a_painless_suspect_that_was_not_carried_to_an_end_point_is_told():
    def told(reason):
        level = suspect(0, runs=(run(psi(3), reason=reason),), response=said(Concordance.ABSENT, 0))
        found = grades(session(level, *TWO))[ABSOLUTE]
        assert found.result == NOT_MET
        return any("not carried to an end point" in text for text in found.cautions)

    assert told("STOP")
    assert not told("volume")


def test_a_control_tested_less_far_than_the_suspect_hurt_is_told():
    short = painless("L3-4", runs=(run(psi(9), reason="volume"),))
    found = grades(session(suspect(psi(10)), short, TWO[1]))[ABSOLUTE]
    assert found.result == "absolute discogenic"
    assert "control L3-4 was tested less far than this level hurt at" in found.cautions
