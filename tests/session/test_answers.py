"""A grade rests on no answer that was given to another run than the one whose numbers it uses."""

import pytest

from manostat_tools.session.fold import fold
from manostat_tools.session.grading import grade
from manostat_tools.session.model import Concordance, Role, RunKind

from .grading_cases import ABSOLUTE, OPENING_PA, SUSPECT_RULES, mark, psi
from .written import corrected, found, opened, planned, ran, responded

CONCORDANT, DISCORDANT, ABSENT = Concordance.CONCORDANT, Concordance.DISCORDANT, Concordance.ABSENT
HEBELKA, GUIDELINE = "end points, Hebelka 2014", "end points, guideline style"
PLANNED = (
    opened(),
    planned(1, "L2-3", Role.CONTROL),
    planned(2, "L3-4", Role.CONTROL),
    planned(3, "L4-5"),
)


def injected(level, record, press_psi=None, peak_psi=49.9, reason="limit above opening"):
    """Up to a pressure above opening; stopped by pain where there was a press."""
    peak_pa = OPENING_PA + psi(peak_psi if press_psi is None else press_psi)
    marks = () if press_psi is None else (mark(psi(press_psi), at_ms=record),)
    return ran(
        level,
        record,
        opening_pa=OPENING_PA,
        peak_pa=peak_pa,
        stop_pa=peak_pa,
        marks=marks,
        reason="pain" if marks else reason,
    )


def sham(level, record):
    return ran(level, record, kind=RunKind.SHAM, opening_pa=None, volume_nl=0, reason="volume")


CONTROLS = (
    *(injected(1, 5), responded(1, 0, ABSENT)),
    *(injected(2, 6), responded(2, 0, ABSENT)),
)
HURT = injected(3, 11, 10)
SAID = responded(3, 8, CONCORDANT)


def levels(*entries):
    return {level.name: level for level in fold("a", [*PLANNED, *entries]).levels}


def grades(*entries, name="L4-5"):
    session = fold("a", [*PLANNED, *entries])
    return {grade.rule: grade for grade in grade(session) if grade.level == name}


def control(*entries):
    """What the control L2-3 did, beside a good one and a suspect that hurt low."""
    return grades(*entries, *CONTROLS[2:], HURT, SAID, name="L2-3")["control disc"]


def test_the_answer_to_the_run_that_counts_is_graded():
    assert grades(*CONTROLS, HURT, SAID)[ABSOLUTE].result == "absolute discogenic"


UNANSWERED = {
    "an earlier injection": ((injected(3, 9, 60), SAID, HURT), "the last one is to run 1"),
    "a sham before it": ((sham(3, 9), SAID, HURT), "no response recorded"),
    "an injection and a sham": (
        (injected(3, 9, 60), SAID, sham(3, 10), SAID, HURT),
        "no response to run 3, which counts: the last one is to run 1",
    ),
    "nothing yet": ((SAID, HURT), "the last one is to none that is recorded here"),
}


@pytest.mark.parametrize("case", UNANSWERED)
def test_an_answer_to_something_else_grades_no_suspect(case):
    entries, why = UNANSWERED[case]
    by_rule = grades(*CONTROLS, *entries)
    for rule in (*SUSPECT_RULES, HEBELKA, GUIDELINE):
        assert by_rule[rule].result is None, rule
        assert any(why in missing for missing in by_rule[rule].missing), by_rule[rule].missing
        assert by_rule[rule].inputs["concordance"] is None
        assert by_rule[rule].inputs["intensity_nrs"] is None


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        (
            (injected(1, 5, peak_psi=6, reason="STOP"), responded(1, 0, ABSENT), injected(1, 8)),
            "no response to run 2, which counts: the last one is to run 1",
        ),
        ((sham(1, 5), responded(1, 0, ABSENT), injected(1, 8)), "no response recorded"),
        (
            (injected(1, 5, 10), responded(1, 3, DISCORDANT), injected(1, 8, 60)),
            "no response to run 2, which counts: the last one is to run 1",
        ),
        (
            (injected(1, 5, 10), responded(1, 9, CONCORDANT), injected(1, 8)),
            "no response to run 2, which counts: the last one is to run 1",
        ),
    ],
    ids=["stopped short before", "a sham", "hurt discordantly before", "hurt before"],
)
def test_an_answer_to_something_else_judges_no_control(entries, why):
    judged = control(*entries)
    assert judged.result is None
    assert judged.missing == (why,)
    assert judged.inputs["concordance"] is None


def test_an_answer_after_a_sham_is_to_the_sham_where_the_injection_has_one():
    entries = (HURT, responded(3, 4, DISCORDANT), sham(3, 12), SAID)
    level = levels(*entries)["L4-5"]
    assert (level.response.concordance, level.response.intensity) == (DISCORDANT, 4)
    assert [one.intensity for one in level.earlier_responses] == [8]
    assert level.responses_of == (2, 1)
    graded = grades(*CONTROLS, *entries)[ABSOLUTE]
    assert graded.unmet == ("the pain is not concordant", "the intensity is below 7/10")
    assert any("sham run" in text and "answered with pain" in text for text in graded.cautions)
    assert not any("answered otherwise" in text for text in graded.cautions)


def test_an_answer_after_relief_takes_no_place_of_that_to_the_injection():
    relief = ran(3, 12, kind=RunKind.RELIEVE, opening_pa=None, reason="relieved")
    graded = grades(*CONTROLS, HURT, responded(3, 4, DISCORDANT), relief, SAID)[ABSOLUTE]
    assert graded.unmet == ("the pain is not concordant", "the intensity is below 7/10")
    answered_once = grades(*CONTROLS, HURT, relief, SAID)[ABSOLUTE]
    assert answered_once.result == "absolute discogenic"
    assert not any("response" in text for text in answered_once.cautions)


TWO_RUNS = (injected(3, 9, 10), injected(3, 11, 60), SAID, found(3, 0))
NUMBER_OF = {"second run": 10, "response": 11}  # the first of them stands behind 4 + 4 entries


@pytest.mark.parametrize("instead", [None, 2], ids=["struck out", "of another level"])
def test_an_answer_to_a_run_that_is_gone_is_not_taken_for_one_to_the_run_before(instead):
    moved = None if instead is None else TWO_RUNS[1].model_copy(update={"level": instead})
    gone = corrected(NUMBER_OF["second run"], moved)
    by_rule = grades(*CONTROLS, *TWO_RUNS, gone)
    why = "no response to run 1, which counts: the last one is to none that is recorded here"
    assert by_rule[ABSOLUTE].result is None
    assert why in by_rule[ABSOLUTE].missing
    assert by_rule[ABSOLUTE].inputs["dallas_grade"] is None
    again = corrected(NUMBER_OF["response"], SAID)
    assert why not in grades(*CONTROLS, *TWO_RUNS, gone, again)[ABSOLUTE].missing
    assert why in grades(*CONTROLS, *TWO_RUNS, again, gone)[ABSOLUTE].missing


def test_an_answer_stays_with_its_run_where_that_comes_back_or_another_goes():
    back = (
        corrected(NUMBER_OF["second run"], None),
        corrected(NUMBER_OF["second run"], TWO_RUNS[1]),
    )
    session = fold("a", [*PLANNED, *CONTROLS, *TWO_RUNS, *back])
    assert session.levels[2].responses_of == session.levels[2].findings_of == (2,)
    first = corrected(NUMBER_OF["second run"] - 1, None)
    session = fold("a", [*PLANNED, *CONTROLS, *TWO_RUNS, first])
    assert session.levels[2].responses_of == session.levels[2].findings_of == (1,)


def test_the_answer_to_the_pumps_newest_run_is_of_no_other_also_where_that_was_written_down_first():
    """The answer was to the run of record 11, whichever was written down first."""
    late = (injected(3, 11, 60), injected(3, 9, 10), SAID, found(3, 0))
    session = fold("a", [*PLANNED, *CONTROLS, *late, corrected(NUMBER_OF["second run"] - 1, None)])
    assert session.levels[2].responses_of == session.levels[2].findings_of == (0,)
    session = fold("a", [*PLANNED, *CONTROLS, *late, corrected(NUMBER_OF["second run"], None)])
    assert session.levels[2].responses_of == session.levels[2].findings_of == (1,)


def test_a_run_and_its_answer_that_are_moved_together_stay_together():
    entries = [*PLANNED, injected(1, 5, 10), responded(1)]
    for number, entry in ((6, entries[5]), (5, entries[4])):
        entries.append(corrected(number, entry.model_copy(update={"level": 3})))
    level = fold("a", entries).levels[2]
    assert level.responses_of == (1,) and len(level.runs) == 1


def test_a_sham_between_an_injection_and_its_answer_is_told():
    graded = grades(*CONTROLS, HURT, sham(3, 12), SAID)[ABSOLUTE]
    assert graded.result == "absolute discogenic"
    assert "a sham run came before the response, which may be to that" in graded.cautions
    after = grades(*CONTROLS, HURT, SAID, sham(3, 12))[ABSOLUTE]
    assert not any("sham" in text for text in after.cautions)


def test_a_sham_that_was_answered_is_no_injection_that_was():
    entries = (injected(3, 9, 60), sham(3, 10), SAID, HURT, SAID)
    assert levels(*entries)["L4-5"].responses_of == (1, 3)
    entries = (sham(3, 9), SAID, injected(3, 10), HURT, SAID)
    graded = grades(*CONTROLS, *entries)[ABSOLUTE]
    assert any("fewer responses than injections" in text for text in graded.cautions)


def test_a_control_with_fewer_answers_than_injections_says_so_and_so_does_the_suspect():
    unclear = (injected(1, 5), injected(1, 8), responded(1, 0, ABSENT))
    said = "fewer responses than injections: the response may be to an earlier one"
    assert control(*unclear).result == "painless"
    assert control(*unclear).cautions == (said,)
    graded = grades(*unclear, *CONTROLS[2:], HURT, SAID)[ABSOLUTE]
    assert graded.result == "absolute discogenic"
    assert f"control L2-3: {said}" in graded.cautions


@pytest.mark.parametrize(
    ("earlier", "why"),
    [
        ((injected(1, 5, 10), responded(1, 3, DISCORDANT)), "an earlier injection was answered"),
        ((injected(1, 5, 10),), "pressed in another injection"),
    ],
)
def test_a_control_that_hurt_before_too_did_not_hurt_only_late(earlier, why):
    judged = control(*earlier, injected(1, 8, 60), responded(1, 3, DISCORDANT))
    assert judged.result is None
    assert why in judged.missing[0]


def test_a_dallas_grade_of_another_injection_is_not_used_and_is_told():
    entries = (injected(3, 9, 60), SAID, found(3, 0), injected(3, 11, 75), SAID, found(3, None))
    by_rule = grades(*CONTROLS, *entries)
    told = "the Dallas grade is of run 1, not of run 2, which counts: it is not used"
    assert "nucleogram" not in by_rule[GUIDELINE].result
    assert told in by_rule[GUIDELINE].cautions
    assert by_rule[GUIDELINE].inputs["dallas_grade"] is None
    low = grades(*CONTROLS, *entries[:3], HURT, SAID)[ABSOLUTE]
    assert low.result == "absolute discogenic"
    assert told in low.cautions and not any("Dallas 0" in text for text in low.cautions)
    seen = grades(*CONTROLS, *entries[:3], HURT, SAID, found(3, 0))[ABSOLUTE]
    assert any("Dallas 0" in text for text in seen.cautions) and told not in seen.cautions


def test_images_after_a_sham_show_what_the_injection_left():
    level = levels(HURT, SAID, found(3, 2), sham(3, 12), found(3, 4))["L4-5"]
    assert level.finding.dallas == 4 and level.findings_of == (1, 1)
