"""What is typed is refused with what is allowed, where it could not be stored."""

import pytest

from manostat_tools.guide import questions as q
from manostat_tools.guide.progress import given
from manostat_tools.guide.questions import Question
from manostat_tools.session import entries as e

from ..session import written as w

NOTE = Question("note", "Note", q.text)


@pytest.mark.parametrize("read", [q.text, q.words, q.name, q.syringe])
def test_letters_that_no_file_can_hold_are_refused_and_named(read):
    with pytest.raises(ValueError, match="U\\+DCE9: allowed text in UTF-8"):
        Question("any", "Any", read).value("bd \udce9 10 14.5")


def test_a_text_that_is_too_long_is_refused_with_its_length():
    assert NOTE.value("x" * 1500)
    for read in (q.text, q.words):
        with pytest.raises(ValueError, match="1501 letters: allowed at most 1500"):
            Question("any", "Any", read).value("x" * 1501)


@pytest.mark.parametrize("letter", ["\x1b", "é", "\U0001f600", '"'])
def test_what_is_allowed_is_kept_when_the_program_ends(letter):
    said = {"nrs": "10", "concordance": "concordant", "lasted": "-", "quote": letter * 1500}
    assert e.HostEvent(host_utc=w.START, text=given(99, said))
