"""Whatever is None is named in the section "Not recorded"."""

from typing import Any

import pytest

from manostat_tools.report.missing import gaps
from manostat_tools.session.model import Preparation

from .reading import tell, with_level, with_run


def count_none(value: Any) -> int:
    """How many None there are in what a session dumps to."""
    if isinstance(value, dict):
        return sum(count_none(one) for one in value.values())
    if isinstance(value, list | tuple):
        return sum(count_none(one) for one in value)
    return value is None


def lines(session):
    section = next(one for one in tell(session).sections if one.title == "Not recorded")
    return section.parts[0].lines


def test_every_none_of_a_session_is_counted_and_told(session):
    bare = session.model_copy(update={"preparation": Preparation(), "syringe": None})
    for one in (session, bare, with_level(session, "L4-5", response=None, needle=None)):
        assert sum(gap.count for gap in gaps(one)) == count_none(one.model_dump())
        assert list(lines(one)) == [gap.said for gap in gaps(one)]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"response": None}, "level L4-5 (order 3): response of the patient"),
        ({"finding": None}, "level L4-5 (order 3): finding of the images"),
        ({"needle": None}, "level L4-5 (order 3): needle"),
    ],
)
def test_what_a_level_lacks_is_named_with_the_level(session, changes, line):
    assert line not in lines(session)
    assert line in lines(with_level(session, "L4-5", **changes))


def test_what_a_run_lacks_is_named_with_the_run(session):
    spoilt = with_run(session, "L4-5", peak_pa=None, trace=None)
    assert "level L4-5 (order 3), run 2: highest pressure" in lines(spoilt)
    assert "level L4-5 (order 3), run 2: stored trace" in lines(spoilt)


def test_neighbours_that_lack_the_same_are_one_line(session):
    assert "level L4-5 (order 3), runs 1-2: place in the pump's journal" in lines(session)
    pump = [event for event in session.events if event.wall is None]
    assert f"events 1-{len(pump)}: time of day" in lines(session)


def test_nothing_missing_is_said(session):
    whole = session.model_copy(
        update={
            "levels": (),
            "events": (),
            "chain_head": "00",
            "preparation": session.preparation.model_copy(update={"runs": ()}),
        }
    )
    assert list(lines(whole)) == ["Nothing is missing."]
