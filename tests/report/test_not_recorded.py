"""Whatever is None is named in the section "Not recorded"."""

from typing import Any

import pytest

from manostat_tools.report.missing import gaps, not_derived_in
from manostat_tools.report.model import Lines
from manostat_tools.session.calibration import Calibration
from manostat_tools.session.model import Preparation, RunKind
from manostat_tools.session.provoked import INTO_DISC

from .reading import parts, tell, with_level, with_run

CALIBRATION = Calibration(date="2026-11-01", by="A. Weber", zero_pa=0, line_nl_mpa=725_189)


def count_none(value: Any) -> int:
    """How many None there are in what a session dumps to."""
    if isinstance(value, dict):
        return sum(count_none(one) for one in value.values())
    if isinstance(value, list | tuple):
        return sum(count_none(one) for one in value)
    return value is None


def not_due(session):
    """What nobody was to say: who confirmed a lumbar preset, how long no pain persisted, where
    something opened that went into no disc."""
    painless = [
        one.response for one in session.levels if one.response and not one.response.intensity
    ]
    runs = [*session.preparation.runs, *(run for one in session.levels for run in one.runs)]
    into_none = [run for run in runs if run.kind not in INTO_DISC and run.opening_pa is None]
    return len(session.levels) + len(painless) + len(into_none)


def lines(session):
    section = next(one for one in tell(session).sections if one.title == "Not recorded")
    return section.parts[0].lines


def test_every_none_of_a_session_is_counted_and_told(session):
    bare = session.model_copy(update={"preparation": Preparation(), "syringe": None})
    for one in (session, bare, with_level(session, "L4-5", response=None, needle=None)):
        assert sum(gap.count for gap in gaps(one)) == count_none(one.model_dump()) - not_due(one)
        assert list(lines(one)) == [*(gap.said for gap in gaps(one)), *not_derived_in(one)]


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


LOST = "not all of the run was seen over the link: the link was lost"


def test_why_nothing_was_derived_stands_with_the_level_and_in_the_list_by_level_and_run(session):
    spoilt = with_run(session, "L4-5", derived=(), not_derived=(LOST,))
    (why,) = [part for part in parts(tell(spoilt), Lines) if LOST in " ".join(part.lines)][:1]
    assert why.title == "Derived values: none, and why"
    assert why.lines == (f"L4-5, run 2: {LOST}",)
    assert f"derived values of L4-5, run 2: {LOST}" in lines(spoilt)


def test_a_reason_stands_beside_the_values_that_were_derived(session):
    reason = "elastance: less than 20 uL were in the disc"
    spoilt = with_run(session, "L4-5", not_derived=(reason,))
    (why,) = [part for part in parts(tell(spoilt), Lines) if part.title == "Not derived, and why"]
    assert why.lines == (f"L4-5, run 2: {reason}",)


def test_without_a_reason_it_is_said_that_there_is_none_and_a_sham_needs_none(session):
    bare = with_run(session, "L4-5", derived=())
    said = [line for line in lines(bare) if "L4-5" in line and "derived" in line]
    assert said == ["derived values of L4-5, run 2: no value and no reason is recorded"]


def test_what_nobody_was_to_say_is_not_missing(session):
    said = " ".join(lines(session))
    assert "confirmed" not in said and "persisted" not in said
    lacking = with_level(session, "L4-5", preset="cervical")
    assert "level L4-5 (order 3): confirmed by" in lines(lacking)
    response = session.levels[2].response.model_copy(update={"persisted_s": None})
    lacking = with_level(session, "L4-5", response=response)
    line = "level L4-5 (order 3), response: how long the pain persisted"
    assert line in lines(lacking)


def test_nothing_missing_is_said(session):
    whole = session.model_copy(
        update={
            "levels": (),
            "events": (),
            "chain_head": "00",
            "preparation": session.preparation.model_copy(
                update={"runs": (), "calibration": CALIBRATION}
            ),
        }
    )
    assert list(lines(whole)) == ["Nothing is missing."]


@pytest.mark.parametrize("kind", RunKind)
def test_an_opening_is_missing_only_of_a_run_into_a_disc(session, kind):
    lacking = with_run(session, "L4-5", kind=kind, opening_pa=None)
    line = "level L4-5 (order 3), run 2: opening pressure"
    assert (line in lines(lacking)) is (kind in INTO_DISC)
    assert not any(line.startswith("preparation, run 1: opening") for line in lines(session))
