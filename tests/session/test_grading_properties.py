"""What holds of every session, whatever is in it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from manostat_tools.session.grading import grade_levels
from manostat_tools.session.model import Concordance, Response, Role
from manostat_tools.session.rules import NOT_MET

from .grading_cases import (
    ABSOLUTE,
    DERBY,
    DISCOGENIC,
    POSSIBLE,
    PROBABLE,
    SUSPECT_RULES,
    late,
    level,
    mark,
    painless,
    psi,
    results,
    run,
    session,
    suspect,
)

FIXED = settings(max_examples=80, deadline=None, derandomize=True)
ABOVE_PA = st.integers(0, psi(100))
RESPONSES = st.none() | st.builds(
    Response, concordance=st.sampled_from(Concordance), intensity=st.none() | st.integers(0, 10)
)


ROLES = st.sampled_from(Role)


@st.composite
def levels(draw, role=ROLES):
    above_pa = draw(ABOVE_PA)
    marks = [mark(above_pa, moving=draw(st.booleans()))] if draw(st.booleans()) else []
    how = draw(st.sampled_from(["read", "unsettled"]))
    more = {} if how == "read" else {"opening_pa": None, "opening_how": how}
    reason = draw(st.sampled_from(["pain", "volume", "limit above opening", "leak", "STOP"]))
    done = run(above_pa, *marks, reason=reason, uncertain=draw(st.booleans()), **more)
    name = draw(st.sampled_from(["L1-2", "L2-3", "L3-4", "L4-5", "L5-S1", "C5-6"]))
    return level(name, draw(role), done, response=draw(RESPONSES))


@FIXED
@given(st.lists(levels(role=st.just(Role.SUSPECT)), max_size=4))
def test_without_a_control_no_rule_gives_a_result(suspects):
    for _level, grades in grade_levels(session(*suspects)):
        given_by = {grade.rule: grade for grade in grades}
        for rule in SUSPECT_RULES:
            assert given_by[rule].result is None
            assert given_by[rule].missing


@FIXED
@given(st.lists(levels(), max_size=5))
def test_a_rule_has_a_result_or_says_what_is_missing(some):
    for one, grades in grade_levels(session(*some)):
        for grade in grades:
            assert (grade.result is None) == bool(grade.missing)
            assert (grade.result == NOT_MET) == bool(grade.unmet)
            if one.role is Role.CONTROL and grade.rule in SUSPECT_RULES:
                assert grade.result is None


@FIXED
@given(st.lists(levels(), max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_levels_does_not_matter(some, random):
    def by_level(of):
        told = []
        for one, grades in grade_levels(session(*of)):
            told.append((one.model_copy(update={"order": 1}).model_dump_json(), grades))
        return sorted(told, key=lambda pair: pair[0])

    shuffled = list(some)
    random.shuffle(shuffled)
    assert by_level(shuffled) == by_level(some)


@FIXED
@given(ABOVE_PA, ABOVE_PA, st.integers(0, 10), st.booleans())
def test_more_pressure_never_makes_a_rule_more_positive(one_pa, other_pa, intensity, two):
    controls = [painless("L3-4"), painless("L5-S1") if two else late("L5-S1")]
    low, high = (
        results(session(suspect(above_pa, intensity), *controls))
        for above_pa in sorted([one_pa, other_pa])
    )
    for rule in (ABSOLUTE, PROBABLE, DISCOGENIC, POSSIBLE):
        assert not (low[rule] == NOT_MET and high[rule] not in (NOT_MET, None))
    order = ["chemically sensitive", "mechanically sensitive", "indeterminate"]
    classes = [order.index(said[DERBY]) for said in (low, high) if said[DERBY] is not None]
    assert classes == sorted(classes)


@FIXED
@given(ABOVE_PA, st.integers(0, 10))
def test_the_rules_are_nested(above_pa, intensity):
    found = results(session(suspect(above_pa, intensity), painless("L3-4"), painless("L5-S1")))
    if found[ABSOLUTE] != NOT_MET:
        assert found[PROBABLE] == "highly probable" and found[DISCOGENIC] == "discogenic"
