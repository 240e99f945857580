"""Requirements on the view of a session: what was written is in it, what was not is None."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manostat_tools.session.corrections import FoldError
from manostat_tools.session.fitted import changes, fitted_at
from manostat_tools.session.fold import admit, fold
from manostat_tools.session.model import Event, Preparation, Role, RunKind

from .written import (
    BD_10,
    C240,
    COMPLIANCE,
    G22,
    G25,
    OPERATOR,
    OTHER_10,
    SAME_EACH_RUN,
    at,
    closed,
    event,
    fitted,
    found,
    noted,
    opened,
    planned,
    prepared,
    ran,
    responded,
    run,
    whole,
)


def test_a_session_that_was_only_opened_knows_nothing_else():
    session = fold("a", [opened()])
    assert (session.id, session.operator, session.opened_at) == ("a", OPERATOR, at(0))
    assert session.closed_at is None and session.syringe is None and session.chain_head is None
    assert session.preparation == Preparation()
    assert session.levels == session.events == session.notes == session.corrections == ()


def test_a_whole_session_has_everything_in_its_place():
    session = fold("a", whole(), chain_head="ff" * 32)
    control, suspect = session.levels
    assert (control.name, control.role, control.response.intensity) == ("L3-4", Role.CONTROL, 0)
    assert (suspect.name, suspect.response.intensity, suspect.finding.dallas) == ("L4-5", 7, 4)
    assert [run.source.sequence for run in suspect.runs] == [11]
    assert (suspect.needle, suspect.contrast, session.syringe) == (G22, C240, BD_10)
    assert suspect.notes == ("slept badly",) and session.notes == ("calm",)
    assert session.preparation == Preparation(zero_pa=120, zero_at_disc_height=True)
    assert session.closed_at == at(20) and session.chain_head == "ff" * 32


def test_levels_are_in_the_order_in_which_they_are_tested_however_they_were_planned():
    session = fold("a", [opened(), planned(2, "L3-4"), planned(1, "L5-S1")])
    assert [level.name for level in session.levels] == ["L5-S1", "L3-4"]


def test_events_of_the_pump_come_before_those_of_the_host_and_are_told_apart():
    pump = Event(wall=None, boot=1, at_ms=480, origin="pump", text="ready")
    session = fold("a", [opened(), event("link lost")], [pump])
    assert [each.origin for each in session.events] == ["pump", "host"]
    assert session.events[1].wall == at(7) and session.events[1].at_ms is None


def test_preparation_adds_up_and_the_last_word_counts():
    said = [prepared(zero_pa=120, primed=False), prepared(primed=True, line_compliance=COMPLIANCE)]
    done = fold("a", [opened(), *said]).preparation
    assert (done.zero_pa, done.primed, done.line_compliance) == (120, True, COMPLIANCE)
    assert done.zero_at_disc_height is None and done.pain_button_proven is None


def test_a_level_has_what_was_fitted_at_its_first_run_and_no_later_needle():
    before = [opened(), planned(1, "L3-4"), planned(2, "L4-5"), fitted(needle=G22)]
    session = fold("a", [*before, ran(1), fitted(needle=G25, contrast=C240)])
    assert (session.levels[0].needle, session.levels[0].contrast) == (G22, None)
    assert (session.levels[1].needle, session.levels[1].contrast) == (G25, C240)


def test_a_level_may_have_its_own_needle():
    before = [opened(), planned(1, "L3-4"), planned(2, "L4-5")]
    session = fold("a", [*before, fitted(level=1, needle=G25), fitted(needle=G22, contrast=C240)])
    assert [level.needle for level in session.levels] == [G25, G22]
    assert [level.contrast for level in session.levels] == [C240, C240]


def test_a_needle_that_is_changed_in_a_level_is_not_that_of_the_runs_before():
    before = [opened(), fitted(needle=G25, contrast=C240), planned(1, "L4-5"), ran(1, 5)]
    session = fold("a", [*before, fitted(level=1, needle=G22), ran(1, 9)])
    (level,) = session.levels
    assert level.needle == G22 and level.needles == (G25, G22)
    assert fitted_at(level, level.runs[0]) == (G25, C240)
    assert changes(level) == ["needle changed after run 1: 25 G x 89 mm, 22 G x 152 mm"]
    assert [event.text for event in session.events] == [
        "L4-5: needle changed after run 1: 25 G x 89 mm, now 22 G x 152 mm"
    ]
    late = fold("a", [*before, fitted(level=1, needle=G22), ran(1, 9), ran(1, 7), ran(1, 3)])
    assert late.levels[0].needles == (G25, G25, None, G22)


def test_a_needle_that_is_said_after_the_run_is_that_of_the_run_and_no_change():
    session = fold("a", [opened(), planned(1, "L4-5"), ran(1, 5), fitted(level=1, needle=G22)])
    (level,) = session.levels
    assert level.needles == (G22,) and changes(level) == [] and session.events == ()


def test_a_syringe_of_another_make_is_an_event():
    session = fold("a", [opened(), fitted(syringe=BD_10), fitted(syringe=OTHER_10)])
    assert session.syringe == OTHER_10
    assert [each.text for each in session.events] == [
        "syringe changed: BD 10 mL, now other 10 mL",
    ]


def test_runs_are_numbered_within_their_level_and_those_of_none_are_preparation():
    entries = [opened(), planned(1, "L3-4"), ran(None, 3), ran(1, 5), ran(1, 7)]
    session = fold("a", entries)
    assert [run.number for run in session.levels[0].runs] == [1, 2]
    assert [run.source.sequence for run in session.preparation.runs] == [3]


def test_runs_are_in_the_order_of_the_pumps_records_however_they_were_written_down():
    other = run(3).source.model_copy(update={"serial": "2" * 16})
    entries = [opened(), planned(1, "L3-4"), ran(1, 9), responded(1, 8), ran(1, 3, source=other)]
    level = fold("a", [*entries, ran(1, 5), ran(None, 8), ran(None, 2)]).levels[0]
    assert [(run.number, run.source.sequence) for run in level.runs] == [(1, 5), (2, 9), (3, 3)]
    assert level.responses_of == (2,)
    done = fold("a", [*entries, ran(None, 8), ran(None, 2)]).preparation
    assert [(run.number, run.source.sequence) for run in done.runs] == [(1, 2), (2, 8)]


def test_a_run_that_was_done_before_the_one_that_was_answered_allows_no_further_answer():
    entries = [opened(), planned(1, "L3-4"), ran(1, 9), responded(1, 8), ran(1, 5)]
    with pytest.raises(FoldError, match="level 1 has one already, and no run since"):
        fold("a", [*entries, responded(1, 0)])
    assert fold("a", [*entries, ran(1, 11), responded(1, 0)]).levels[0].responses_of == (2, 3)


def test_a_sham_that_is_found_late_is_no_injection_that_was_answered():
    entries = [opened(), planned(1, "L3-4"), ran(1, 9), responded(1, 8), sham(5)]
    level = fold("a", entries).levels[0]
    assert (level.responses_of, level.response.intensity) == ((2,), 8)
    with pytest.raises(FoldError, match="level 1 has one already, and no run since"):
        fold("a", [*entries, responded(1, 0)])


def test_an_injection_that_is_found_late_before_a_sham_that_was_answered_is_answered_itself():
    entries = [opened(), planned(1, "L3-4"), sham(9), responded(1, 0), ran(1, 5), responded(1, 8)]
    level = fold("a", entries).levels[0]
    assert (level.responses_of, level.response.intensity) == ((2, 1), 8)
    assert level.responded_past_sham


def sham(sequence):
    return ran(1, sequence, kind=RunKind.SHAM)


def test_a_further_run_may_be_answered_anew_and_the_earlier_answer_stays():
    entries = [opened(), planned(1, "L3-4"), ran(1, 5), responded(1, 3), found(1, 1)]
    session = fold("a", [*entries, ran(1, 7), responded(1, 8), found(1, 2)])
    (level,) = session.levels
    assert (level.response.intensity, level.finding.dallas) == (8, 2)
    assert [each.intensity for each in level.earlier_responses] == [3]
    assert [each.dallas for each in level.earlier_findings] == [1]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([], r"session a: no entry"),
        ([noted("calm")], r"entry 1 \(note\): before the session is opened"),
        ([opened(), opened()], r"entry 2 \(opened\): the session is open already"),
        ([opened(), responded(1)], r"entry 2 \(response\): level 1 is not planned: allowed none"),
        (
            [opened(), planned(2, "L4-5"), ran(1)],
            r"entry 3 \(run\): level 1 is not planned: allowed 2",
        ),
        ([opened(), planned(1, "L4-5"), planned(1, "L3-4")], r"order 1 is L4-5 already"),
        ([opened(), planned(1, "L4-5"), responded(1), responded(1, 6)], r"level 1 has one already"),
        ([opened(), planned(1, "L4-5"), found(1), found(1, 5)], r"level 1 has one already"),
        ([opened(), planned(1, "L4-5"), ran(1), ran(1)], r"record 5 is a run already"),
        ([opened(), closed(), event("late")], r"entry 3 \(host event\): after the session was"),
    ],
)
def test_what_contradicts_is_refused_with_the_number_of_the_entry(entries, said):
    with pytest.raises(FoldError, match=said):
        fold("a", entries)


def test_after_closing_come_runs_that_were_pulled_late_and_notes():
    late = [*whole(), ran(2, 15, minute=30), noted("pulled the next day", minute=31)]
    session = fold("a", late)
    assert len(session.levels[1].runs) == 2 and session.closed_at == at(20)


def test_a_preset_is_checked_when_a_level_is_planned_and_never_again():
    unconfirmed = planned(1, "C4-5", preset="cervical")
    with pytest.raises(FoldError, match=r"entry 2 \(level\): preset cervical, confirmed by nobody"):
        admit("a", [opened()], unconfirmed)
    assert fold("a", [opened(), unconfirmed]).levels[0].preset == "cervical"


# Whatever the order

PARTS = [
    [planned(1, "L3-4"), ran(1, 5), responded(1), found(1), noted("one", level=1)],
    [planned(2, "L4-5"), ran(2, 7), responded(2, 2), ran(2, 9), responded(2, 8)],
    [prepared(zero_pa=1), prepared(primed=True)],
    [fitted(level=None, syringe=BD_10)],
]


@SAME_EACH_RUN
@given(st.data())
def test_levels_do_not_depend_on_how_they_were_interleaved(data):
    waiting = [list(part) for part in PARTS]
    entries = [opened()]
    while any(waiting):
        part = data.draw(st.sampled_from([part for part in waiting if part]))
        entries.append(part.pop(0))
    in_turn = fold("a", [opened(), *(entry for part in PARTS for entry in part)])
    assert fold("a", entries) == in_turn


PLACES = st.integers(0, len(whole()) - 1)


@SAME_EACH_RUN
@given(st.lists(st.tuples(PLACES, PLACES), max_size=3))
def test_any_order_is_refused_by_number_or_keeps_all_that_was_said(exchanged):
    entries = whole()
    for one, other in exchanged:
        entries[one], entries[other] = entries[other], entries[one]
    try:
        session = fold("a", entries)
    except FoldError as refused:
        assert "entry " in str(refused)
        return
    assert len(session.levels) == 2 and session.notes == ("calm",)
    assert sum(len(level.runs) for level in session.levels) == 2
    assert [level.response.intensity for level in session.levels] == [0, 7]


def test_what_was_never_said_is_not_taken_from_another_level():
    session = fold("a", [opened(), planned(1, "L3-4"), planned(2, "L4-5"), ran(1), responded(1)])
    level = session.levels[1]
    assert (level.response, level.finding, level.needle, level.runs) == (None, None, None, ())


def test_an_empty_finding_does_not_take_the_place_of_one_that_was_recorded():
    entries = [opened(), planned(1, "L3-4"), ran(1, 5), found(1, 3), ran(1, 7), found(1, None)]
    (level,) = fold("a", entries).levels
    assert level.finding.dallas == 3 and level.earlier_findings == ()
    assert level.findings_of == (1,)


def test_findings_in_which_nothing_was_said_are_one_that_says_nothing():
    entries = [opened(), planned(1, "L3-4"), ran(1, 5), found(1, None), ran(1, 7), found(1, None)]
    (level,) = fold("a", entries).levels
    assert level.finding.is_empty and level.earlier_findings == ()


def test_answers_say_which_run_they_were_for():
    entries = [opened(), planned(1, "L3-4"), ran(1, 5), responded(1, 3), found(1, 1)]
    entries += [ran(1, 6, kind="sham"), ran(1, 7), responded(1, 8), found(1, 2)]
    (level,) = fold("a", entries).levels
    assert level.responses_of == level.findings_of == (1, 3)
