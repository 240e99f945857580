"""Requirements on the pump's events in a session: its own, and none of another session's."""

import struct
from functools import cache

import pytest

from manostat_tools.journal.book import read_book
from manostat_tools.journal.listing import lines_in_order
from manostat_tools.journal.payloads import BOOT, COMMAND, EVENTS, INTENT, SETTING
from manostat_tools.session.pump_events import Own, events_of
from manostat_tools.session.runs import runs_of

from ..store.pumps import later

UNIT = "ab" * 8


@cache
def records():
    return read_book(later()).records


def runs():
    return runs_of(records(), UNIT)


def texts(found):
    return [event.text for event in found]


def test_without_a_run_and_without_a_record_of_its_own_there_is_no_event():
    assert events_of(records(), []) == []


def test_what_a_run_did_is_told_by_the_pumps_clock():
    first = events_of(records(), runs()[:1])
    assert any("seeking; RUN closed" in text for text in texts(first))
    assert {event.origin for event in first} == {"pump"} and first[0].wall is None


def test_between_two_runs_of_a_session_a_restart_is_told():
    assert any("after power" in text for text in texts(events_of(records(), runs())))


def test_behind_its_last_run_nothing_is_told_once_the_pump_was_used_again():
    boots = [record.sequence for record in records() if record.kind in (BOOT, SETTING)]
    first, second, third = runs()
    assert second.source.sequence < boots[-1] < third.source.sequence
    found = events_of(records(), [first, second])
    assert not any("after power" in text for text in texts(found))


def test_what_was_stored_while_the_session_had_the_pump_is_its_own_before_any_run():
    intent = next(record.sequence for record in records() if record.kind == INTENT)
    mine = {record.digest.hex() for record in records() if record.sequence < intent}
    found = events_of(records(), [], Own(mine))
    assert any("PAIN pressed" in text for text in texts(found)), "the proof of the button"
    assert any("after power" in text for text in texts(found))


def test_what_was_stored_while_another_session_had_the_pump_is_not_told():
    others = {record.digest.hex() for record in records()}
    assert events_of(records(), runs(), Own((), others)) == []


def test_an_event_from_before_the_session_is_not_told_though_its_page_was_written_in_it():
    page = next(r for r in records() if r.kind == EVENTS and r.sequence > 2)
    every = events_of(records(), [], Own({page.digest.hex()}))
    before = next(r for r in records() if r.sequence == page.sequence - 1)
    assert every
    late = before._replace(ms=every[-1].at_ms)
    assert events_of(records(), [], Own({page.digest.hex()}, (), late)) == []


@pytest.mark.parametrize(
    ("request_of", "said"),
    [
        (ord("H"), "the host asked for the hello"),
        (ord("J"), "the host asked for the journal"),
        (ord("R"), "the host asked for the stored traces"),
        (ord("T"), "the host asked for the trace in memory"),
        (ord("U"), "the host asked for the unit"),
        (ord("P"), "the host sent a setting"),
        (ord("S"), "the host sent STOP"),
        (0, "the host sent what is no request"),
        (33, "the host sent a request 33"),
    ],
)
def test_what_a_host_asked_for_is_said_in_words(request_of, said):
    payload = struct.pack("<IBBH", 500, COMMAND, request_of, 1)
    page = next(record for record in records() if record.kind == EVENTS)
    (line,) = lines_in_order([page._replace(payload=payload)])
    assert line.text == said


@pytest.mark.parametrize(("reset", "said"), [(0, "after power-on"), (2, "after a forced restart")])
def test_why_the_pump_began_anew_is_said_in_words(reset, said):
    boot = records()[0]
    (line,) = lines_in_order([boot._replace(payload=bytes([reset]) + boot.payload[1:])])
    assert line.text.startswith(f"{said}; self test: passed")
