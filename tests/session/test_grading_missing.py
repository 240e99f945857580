"""Where a rule cannot know it gives no result and says what is missing."""

import pytest

from manostat_tools.session.model import Concordance, Role, RunKind
from manostat_tools.session.rules import NOT_MET

from .grading_cases import (
    ABSOLUTE,
    DERBY,
    DISCOGENIC,
    POSSIBLE,
    PROBABLE,
    SUSPECT_RULES,
    TWO,
    grades,
    late,
    level,
    mark,
    painless,
    psi,
    results,
    run,
    said,
    session,
    suspect,
)

LOW_PA = psi(10)
PRESS = mark(LOW_PA)

SILENT = {
    "no run": ({"runs": ()}, "no injection into the disc"),
    "sham only": ({"runs": (run(0, PRESS, kind=RunKind.SHAM),)}, "no injection into the disc"),
    "no response": ({"response": None}, "no response recorded"),
    "no intensity": ({"response": said(Concordance.CONCORDANT, None)}, "no intensity recorded"),
    "no press": ({"runs": (run(LOW_PA),)}, "no press is in the run that counts"),
    "pressed, says absent": ({"response": said(Concordance.ABSENT, 0)}, "says no pain"),
    "unsettled": (
        {"runs": (run(LOW_PA, PRESS, opening_pa=None, opening_how="unsettled"),)},
        "no opening pressure read at rest: unsettled",
    ),
    "an opening nobody can vouch for": (
        {"runs": (run(LOW_PA, PRESS, opening_how="guessed"),)},
        "no opening pressure read at rest: guessed",
    ),
    "another opening": (
        {"runs": (run(LOW_PA, PRESS, opening_pa=50_000),)},
        "marked against another opening",
    ),
    "below opening": ({"runs": (run(0, mark(-1)),)}, "below the opening pressure"),
    "at rest": ({"runs": (run(LOW_PA, mark(LOW_PA, moving=False)),)}, "plunger at rest"),
    "uncertain": (
        {"runs": (run(LOW_PA, PRESS, uncertain=True),)},
        "delivery of run 1 is uncertain",
    ),
    "fault": ({"runs": (run(LOW_PA, PRESS, fault="sensors disagree"),)}, "sensors disagree"),
    "locked": ({"runs": (run(LOW_PA, PRESS, locked=True),)}, "locked out"),
    "cervical": ({"name": "C5-6"}, "no agreed pressure limit"),
}


@pytest.mark.parametrize("case", SILENT)
def test_no_rule_speaks_and_each_says_why(case):
    changes, why = SILENT[case]
    changed = suspect(LOW_PA, **changes)
    found = grades(session(changed, *TWO), changed.name)
    for rule in SUSPECT_RULES:
        assert found[rule].result is None, rule
        assert any(why in missing for missing in found[rule].missing), found[rule].missing


def test_the_case_that_is_spoilt_above_is_absolute_when_it_is_whole():
    assert results(session(suspect(LOW_PA), *TWO))[ABSOLUTE] == "absolute discogenic"


UNFIT = {
    "no run": {"runs": ()},
    "no response": {"response": None},
    "stopped by hand": {"runs": (run(psi(20), reason="STOP"),)},
    "a leak": {"runs": (run(psi(20), reason="leak"),)},
    "unknown reason": {"runs": (run(psi(20), reason="?"),)},
    "no opening": {"runs": (run(psi(50), opening_pa=None, opening_how="no bend"),)},
    "uncertain": {"runs": (run(psi(50), uncertain=True),)},
    "fault": {"runs": (run(psi(50), fault="late"),)},
    "pressed": {"runs": (run(psi(50), PRESS),)},
    "pressed earlier": {
        "runs": (run(psi(50), PRESS), run(psi(50), number=2)),
        "responses_of": (2,),
    },
    "rated": {"response": said(Concordance.ABSENT, 3)},
    "answered otherwise before": {"earlier_responses": (said(Concordance.DISCORDANT, 3),)},
}


@pytest.mark.parametrize("case", UNFIT)
def test_a_control_that_proves_nothing_is_not_counted(case):
    unfit = painless("L3-4", **UNFIT[case])
    found = grades(session(suspect(LOW_PA), unfit))
    assert {found[rule].result for rule in SUSPECT_RULES} == {None}
    assert any("L3-4" in missing for missing in found[PROBABLE].missing)
    own = grades(session(suspect(LOW_PA), unfit), "L3-4")["control disc"]
    assert own.result is None and own.missing


def test_without_any_control_no_rule_speaks():
    found = grades(session(suspect(LOW_PA)))
    assert {found[rule].result for rule in SUSPECT_RULES} == {None}
    assert found[PROBABLE].missing == ("the rule asks for a control disc, 0 can be judged",)


def test_a_painful_control_is_judged_and_is_none_that_stays_painless():
    hurt = painless("L3-4", runs=(run(LOW_PA, PRESS),), response=said(Concordance.CONCORDANT, 6))
    found = grades(session(suspect(LOW_PA), hurt))
    assert found[PROBABLE].result == NOT_MET
    assert found[DERBY].result is None
    assert "control L3-4 hurt" in found[PROBABLE].cautions


def test_a_control_that_proves_nothing_may_be_the_one_that_is_asked_for():
    hurt = painless("L2-3", runs=(run(LOW_PA, PRESS),), response=said(Concordance.CONCORDANT, 6))
    unknown = painless("L5-S1", response=None)
    found = grades(session(suspect(LOW_PA), painless("L3-4"), hurt, unknown))
    assert found[ABSOLUTE].result is None
    assert found[ABSOLUTE].missing == ("control L5-S1: no response recorded",)
    assert found[PROBABLE].result == "highly probable"
    judged = grades(session(suspect(LOW_PA), painless("L3-4"), hurt))
    assert judged[ABSOLUTE].result == NOT_MET


def test_a_disc_tested_twice_is_one_control():
    twice = session(suspect(LOW_PA), painless("L3-4"), painless("L3-4"))
    assert results(twice)[ABSOLUTE] is None
    assert results(twice)[PROBABLE] == "highly probable"


def test_a_disc_that_hurt_in_one_of_two_tests_is_no_painless_control():
    for second in (late("L3-4"), painless("L3-4", response=None)):
        found = results(session(suspect(LOW_PA), painless("L3-4"), second))
        assert found[PROBABLE] != "highly probable"


def test_a_disc_that_is_also_a_suspect_is_no_control():
    both = level("L3-4", Role.SUSPECT, run(psi(50)), response=said(Concordance.ABSENT, 0))
    assert results(session(suspect(LOW_PA), painless("L3-4"), both))[PROBABLE] is None


@pytest.mark.parametrize("above_psi", [5, 20, 60])
def test_a_control_is_never_graded_by_a_rule_for_suspects(above_psi):
    painful = suspect(psi(above_psi), name="L3-4", role=Role.CONTROL)
    found = results(session(painful, painless("L5-S1"), painless("L2-3")), "L3-4")
    assert {found[rule] for rule in SUSPECT_RULES} == {None}
    assert found["control disc"] == "painful"


def test_a_late_control_without_a_usable_pressure_is_not_late():
    unknown = late("L2-3").model_copy(
        update={"runs": (run(psi(55), mark(psi(55)), opening_pa=None, opening_how="unsettled"),)}
    )
    assert results(session(suspect(psi(20)), painless(), unknown))[POSSIBLE] is None


def test_another_suspect_is_not_listed_among_the_controls():
    other = suspect(psi(20)).model_copy(update={"name": "L2-3"})
    inputs = grades(session(suspect(LOW_PA), other, *TWO))[ABSOLUTE].inputs
    named = {name for name in inputs if name.startswith("control") and "peak" not in name}
    assert named == {"control L3-4", "control L5-S1"}


def test_discomanometry_compares_nothing_for_its_opening_is_another_one():
    found = grades(session(suspect(LOW_PA), *TWO))["quantitative discomanometry cut-offs"]
    assert found.result is None
    assert any("first 0.1 mL" in missing for missing in found.missing)
    assert results(session(suspect(LOW_PA), *TWO))[DISCOGENIC] == "discogenic"
