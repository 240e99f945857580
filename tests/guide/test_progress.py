"""What is to be done next is told by the entries alone, wherever a session was left."""

from hypothesis import given
from hypothesis import strategies as st

from manostat_tools.guide.progress import (
    NO_COMPLIANCE,
    NO_ZERO,
    PLANNED,
    Armed,
    Step,
    What,
    armed_in,
    done,
    progress_of,
)
from manostat_tools.session.model import Concordance, RunKind
from manostat_tools.session.told import pump_taken

from ..session import written as w


def step_after(*entries):
    return progress_of("s", entries).next_step()


BEGUN = (w.opened(), w.fitted(syringe=w.BD_10, needle=w.G22, contrast=w.C240))
PLANNED_TWO = (*BEGUN, w.planned(1, "L3-4"), w.planned(2, "L4-5"), w.event(PLANNED))
PREPARED = (
    *PLANNED_TWO,
    w.prepared(zero_pa=0, zero_at_disc_height=True),
    w.prepared(primed=True),
    w.prepared(line_compliance=w.COMPLIANCE),
)
ANSWERED = (w.responded(1, 0, Concordance.ABSENT), w.found(1, 0))


def test_each_part_of_the_preparation_comes_in_its_order():
    assert step_after(w.opened()) == Step(What.EQUIPMENT)
    assert step_after(*BEGUN) == Step(What.LEVELS)
    assert step_after(*BEGUN, w.planned(1, "L3-4")) == Step(What.LEVELS)
    assert step_after(*PLANNED_TWO) == Step(What.ZERO)
    assert step_after(*PLANNED_TWO, w.event(NO_ZERO)) == Step(What.PRIME)
    assert step_after(*PLANNED_TWO, w.event(NO_ZERO), w.prepared(primed=False)) == Step(What.COMPLY)
    assert step_after(*PREPARED) == Step(What.RUN, 1)


def test_what_was_left_out_is_not_asked_again():
    left_out = (*PLANNED_TWO, w.event(NO_ZERO), w.prepared(primed=False), w.event(NO_COMPLIANCE))
    assert step_after(*left_out) == Step(What.RUN, 1)


def test_a_level_wants_a_run_then_its_answers_then_a_word_that_it_is_done():
    assert step_after(*PREPARED, w.ran(1)) == Step(What.ANSWERS, 1)
    assert step_after(*PREPARED, w.ran(1), ANSWERED[0]) == Step(What.ANSWERS, 1)
    assert step_after(*PREPARED, w.ran(1), *ANSWERED) == Step(What.NEXT, 1)
    assert step_after(*PREPARED, w.ran(1), *ANSWERED, w.event(done(1))) == Step(What.RUN, 2)


def test_a_further_injection_wants_answers_of_its_own_and_a_sham_wants_none():
    first = (*PREPARED, w.ran(1), *ANSWERED)
    assert step_after(*first, w.ran(1, sequence=9)) == Step(What.ANSWERS, 1)
    sham = w.ran(1, sequence=9, kind=RunKind.SHAM)
    assert step_after(*first, sham) == Step(What.NEXT, 1)
    assert step_after(*PREPARED, sham) == Step(What.RUN, 1)


def test_an_injection_after_a_level_is_done_wants_answers_before_all_else():
    first = (*PREPARED, w.ran(1), *ANSWERED, w.event(done(1)))
    again = (*first, w.ran(1, sequence=9))
    assert step_after(*again) == Step(What.ANSWERS, 1)
    assert step_after(*again, w.event(done(2))) == Step(What.ANSWERS, 1)
    assert step_after(*again, ANSWERED[0], w.event(done(2))) == Step(What.ANSWERS, 1)
    assert step_after(*again, *ANSWERED) == Step(What.RUN, 2)
    assert step_after(*again, *ANSWERED, w.event(done(2))) == Step(What.CLOSE)
    skipped = (*PREPARED, w.event(done(1)), w.event(done(2)))
    assert step_after(*skipped, w.ran(2, sequence=9)) == Step(What.ANSWERS, 2)
    sham = w.ran(2, sequence=9, kind=RunKind.SHAM)
    assert step_after(*skipped, sham) == Step(What.CLOSE)


def test_the_end_comes_when_all_levels_are_done_and_once():
    both = (*PREPARED, w.event(done(1)), w.event(done(2)))
    assert step_after(*both) == Step(What.CLOSE)
    assert step_after(*both, w.closed()) == Step(What.REPORT)


@given(
    order=st.none() | st.integers(1, 99),
    kind=st.sampled_from(RunKind),
    record=st.integers(0, 1_000_000),
    unit=st.sampled_from(["", "8908000000000000"]),
)
@w.SAME_EACH_RUN
def test_what_was_set_for_a_level_is_read_back_from_its_event(order, kind, record, unit):
    armed = Armed(order, kind, record, unit)
    assert armed_in(armed.text) == armed
    assert armed_in(armed.text + " ") is None


PUMP = "8908000000000000"
TAKEN = w.event(pump_taken(PUMP, "production image"))


def test_what_was_prepared_with_another_pump_holds_no_more_and_is_asked_for_again():
    before = (*PREPARED, w.ran(1), *ANSWERED, w.event(done(1)))
    told = progress_of("s", [*before, TAKEN])
    assert told.session.preparation.zero_pa == 0, "what was done stays in the report"
    assert (told.preparation.zero_pa, told.preparation.line_compliance) == (None, None)
    assert told.next_step() == Step(What.EQUIPMENT)
    again = (*before, TAKEN, w.fitted(syringe=w.BD_10))
    assert step_after(*again) == Step(What.ZERO)
    zeroed = (*again, w.prepared(zero_pa=700, zero_at_disc_height=True))
    assert progress_of("s", zeroed).preparation.zero_pa == 700
    assert step_after(*zeroed) == Step(What.PRIME)
    primed = (*zeroed, w.prepared(primed=True))
    assert step_after(*primed) == Step(What.COMPLY)
    assert step_after(*primed, w.event(NO_COMPLIANCE)) == Step(What.RUN, 2)


def test_what_was_left_out_with_another_pump_is_asked_for_again():
    left_out = (*PLANNED_TWO, w.event(NO_ZERO), w.prepared(primed=False), w.event(NO_COMPLIANCE))
    assert step_after(*left_out, TAKEN, w.fitted(syringe=w.BD_10)) == Step(What.ZERO)


@given(cut=st.integers(1, 14))
@w.SAME_EACH_RUN
def test_wherever_it_was_cut_off_something_is_next(cut):
    assert isinstance(step_after(*w.whole()[:cut]), Step)
