"""Answers that were given are not lost, and can be corrected."""

from contextlib import suppress
from types import SimpleNamespace

import pytest

from manostat_tools.guide.answered import answers, correct
from manostat_tools.guide.answers import NoMoreAnswersError
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.talk import Talk
from manostat_tools.session.fold import fold
from manostat_tools.session.model import Concordance
from manostat_tools.store.store import Store

from ..session import written as w


class Typed:
    """A screen at which these answers are typed; the program ends with `ends` when they are out."""

    def __init__(self, answers, ends):
        self.answers = list(answers)
        self.ends = ends
        self.asked = []
        self.told = []

    def said(self, question):
        if not self.answers:
            raise self.ends
        self.asked.append(question.id)
        answer = question.said(self.answers.pop(0))
        return answer or question.usual or ""

    def ask(self, question):
        return question.value(self.said(question))

    def head(self, _text):
        pass

    def say(self, text):
        self.told.append(text)

    warn = say


@pytest.fixture
def at_terminal(tmp_path):
    with Store.create(tmp_path / "store", w.START) as store:
        talk = Talk(store, "s", SimpleNamespace(), "unit", bytes(32))
        for entry in (w.opened(), w.planned(1, "L4-5")):
            talk.add(entry)

        def type_(do, *answers, ends=KeyboardInterrupt):
            screen = Typed(answers, ends)
            with suppress(KeyboardInterrupt, NoMoreAnswersError):
                do(Scene(talk, screen, None, None, 0.0), 1)
            return screen, fold("s", store.session_entries("s")).levels[0]

        yield type_


@pytest.mark.parametrize("ends", [KeyboardInterrupt, NoMoreAnswersError])
def test_answers_before_the_end_of_the_program_are_not_asked_again(at_terminal, ends):
    _, level = at_terminal(answers, "7", "concordant", ends=ends)
    assert level.response is None
    screen, level = at_terminal(answers, "30", "that's it", "", "2", "")
    assert screen.asked == ["lasted", "quote", "pattern", "dallas", "note"]
    assert "Pain now, 0 to 10; - if not asked: 7 (answered before)" in screen.told
    assert (level.response.intensity, level.response.persisted_s) == (7, 30.0)
    assert level.response.concordance is Concordance.CONCORDANT
    assert level.finding.dallas == 2


def test_an_end_before_the_first_answer_keeps_nothing(at_terminal):
    at_terminal(answers)
    screen, _ = at_terminal(answers, "7")
    assert screen.asked == ["nrs"]


def test_a_program_that_ends_twice_keeps_both_answers(at_terminal):
    at_terminal(answers, "7")
    at_terminal(answers, "discordant")
    screen, _ = at_terminal(answers, "-")
    assert screen.asked == ["lasted"]


ALL = ("7", "concordant", "-", "yes", "posterior", "4", "")


def test_a_correction_asks_all_with_what_stands_and_keeps_what_was_said(at_terminal, tmp_path):
    at_terminal(answers, *ALL)
    screen, level = at_terminal(correct, "", "absent", "", "", "", "3", "mistyped")
    assert screen.asked == ["nrs", "concordance", "lasted", "quote", "pattern", "dallas", "why"]
    assert (level.response.intensity, level.response.quote) == (7, "yes")
    assert level.response.concordance is Concordance.ABSENT
    assert (level.finding.pattern, level.finding.dallas) == ("posterior", 3)
    with Store.open(tmp_path / "store") as store:
        told = fold("s", store.session_entries("s")).corrections
    assert len(told) == 2
    assert "concordance: concordant, now absent" in told[0]
    assert "dallas: 4, now 3" in told[1]
    assert all("mistyped" in line for line in told)


def test_words_that_were_never_said_can_be_taken_back(at_terminal):
    at_terminal(answers, *ALL)
    _, level = at_terminal(correct, "", "", "", "-", "-", "", "of another patient")
    assert (level.response.quote, level.finding.pattern) == ("", "")
    assert (level.response.intensity, level.finding.dallas) == (7, 4)
    _, level = at_terminal(correct, "8", "", "", "", "", "", "mistyped")
    assert (level.response.quote, level.finding.pattern) == ("", "")


def test_a_correction_of_a_correction_begins_with_what_stands(at_terminal):
    at_terminal(answers, *ALL)
    at_terminal(correct, "8", "", "", "", "", "", "once")
    _, level = at_terminal(correct, "", "", "60", "", "", "", "twice")
    assert (level.response.intensity, level.response.persisted_s) == (8, 60.0)


def test_a_correction_that_changes_nothing_is_none(at_terminal):
    at_terminal(answers, *ALL)
    screen, _ = at_terminal(correct, *[""] * 6)
    assert screen.told[-1] == "nothing was changed"
    assert "why" not in screen.asked
