"""Requirements on the raw trace in memory: each tick of motion, the line after it, the time."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manostat.trace import Trace
from manostat_tools.journal.trace_words import MARKS_END, trace_ticks

TICK_US = 2000
REST_TICKS = 5000


def words(trace):
    return list(struct.unpack(f"<{trace.count}H", trace.buf[: 2 * trace.count]))


def ticks(trace):
    return [tuple(tick) for tick in trace_ticks(words(trace))]


def moved(trace, *readings):
    """So many ticks of motion, of which the last one stops."""
    for raw, made in readings:
        trace.add(raw, made)
    trace.stop()
    trace.rest(0, TICK_US)  # of the tick that stopped, which is in it already


def test_a_trace_keeps_count_and_steps_of_every_tick():
    trace = Trace(80)
    for raw, made in ((0, 0), (16383, 3), (5000, 1), (1638, 4), (1639, 2)):
        trace.add(raw, made)
    assert ticks(trace) == [
        (0, 0, 0, True), (1, 16383, 3, True), (2, 5000, 1, True), (3, 1638, 3, True),
        (4, 1639, 3, True),
    ]  # fmt: skip


@pytest.mark.parametrize("raw", [0, 511, 1023])
def test_a_tick_that_might_be_a_mark_keeps_its_steps(raw):
    trace = Trace(12)
    trace.add(raw, 3)
    trace.add(raw, 2)
    assert ticks(trace) == [(0, MARKS_END, 3, True), (1, raw, 2, True)]


def test_it_wants_a_pause_while_a_whole_rest_still_fits():
    trace = Trace(98_304)
    while not trace.wants_pause:
        trace.add(2000, 3)
    trace.add(2000, 3)  # of the tick that stops
    trace.stop()
    for _ in range(REST_TICKS + 10):
        trace.rest(8, 2 * TICK_US)
        trace.rest(8, TICK_US)
    assert trace.room - 5200 < trace.count < trace.room
    held = ticks(trace)
    assert all(tick[1:3] == (2000, 3) for tick in held if tick[3])
    assert held[-1][0] - len([tick for tick in held if tick[3]]) >= REST_TICKS - 2


def test_a_line_that_settles_for_longer_than_memory_lasts_keeps_its_time():
    trace = Trace(800)
    for _ in range(350):
        trace.add(2000, 1)
    for _ in range(700):  # it settles, and the lease is not given again
        trace.add(2000, 0)
    trace.stop()
    trace.rest(0, TICK_US)
    for _ in range(20):
        trace.rest(7, TICK_US)
    held = words(trace)
    trace.stored = trace.count
    trace.forget_stored()
    trace.add(6, 1)
    found = [tuple(tick) for tick in trace_ticks(held + words(trace))]
    assert sum(tick[2] for tick in found) == 351
    assert found[-1] == (350 + 700 + 20 + 1, 6, 1, True)


@pytest.mark.parametrize("stored", [1, 2, 3])
def test_what_is_stored_makes_room_and_time_goes_on_behind_it(stored):
    trace = Trace(800)
    moved(trace, (5, 1))
    trace.rest(7, TICK_US)
    trace.stored = stored
    first = words(trace)[:stored]
    trace.forget_stored()
    assert (trace.base, trace.count, trace.stored) == (stored, 3 - stored, 0)
    trace.end_rest()
    for _ in range(4):
        trace.rest(7, TICK_US)
    trace.add(6, 1)
    assert [tuple(tick) for tick in trace_ticks(first + words(trace))] == [
        (0, 5, 1, True), (1, 7, 0, False), (7, 6, 1, True),
    ]  # fmt: skip
    trace.begin(2)
    assert (trace.base, trace.count) == (0, 0)


def test_a_pause_is_wanted_until_there_is_room_again():
    trace = Trace(800)
    while not trace.wants_pause:
        trace.add(5, 1)
    trace.stop()
    trace.stored = trace.count
    trace.forget_stored()
    assert trace.wants_pause == 0


def test_a_new_level_begins_at_the_front():
    trace = Trace(80)
    moved(trace, (1, 1))
    trace.rest(9, TICK_US)
    trace.begin(2)
    assert (trace.level, trace.count, trace.firm) == (2, 0, 0)
    trace.rest(9, TICK_US)
    trace.add(2, 0)
    assert ticks(trace) == [(0, 2, 0, True)]


def test_the_line_after_a_stop_is_kept_and_a_page_that_was_written_is_a_gap():
    trace = Trace(800)
    moved(trace, (5, 1), (6, 1))
    trace.rest(7, TICK_US)
    trace.rest(8, 3 * TICK_US - 300)
    trace.rest(9, TICK_US + 300)
    assert ticks(trace) == [
        (0, 5, 1, True), (1, 6, 1, True), (2, 7, 0, False), (5, 8, 0, False), (6, 9, 0, False),
    ]  # fmt: skip


def test_a_step_that_is_counted_a_tick_after_the_stop_is_not_lost():
    trace = Trace(800)
    moved(trace, (5, 1))
    trace.rest(7, TICK_US, 1)
    trace.rest(8, TICK_US)
    assert ticks(trace) == [(0, 5, 1, True), (1, 7, 1, False), (2, 8, 0, False)]


def test_it_is_kept_for_ten_seconds():
    trace = Trace(98_304)
    moved(trace, (5, 1))
    for _ in range(REST_TICKS + 100):
        trace.rest(7, TICK_US)
    assert len([tick for tick in ticks(trace) if not tick[3]]) == REST_TICKS


@pytest.mark.parametrize("pause", [1, 400, 511, 512, 513, 30_000, 400_000])
def test_a_pause_that_is_longer_keeps_its_length(pause):
    trace = Trace(98_304)
    moved(trace, (5, 1))
    for _ in range(REST_TICKS):
        trace.rest(7, TICK_US)
    for _ in range(pause):
        trace.rest(7, TICK_US)
    trace.add(6, 1)
    at, raw, made, moving = ticks(trace)[-1]
    assert (raw, made, moving) == (6, 1, True)
    assert at == 1 + REST_TICKS + pause + 1, "and the tick that starts it"
    assert trace.count <= REST_TICKS + 7


def test_motion_within_the_rest_goes_on_in_time():
    trace = Trace(800)
    moved(trace, (5, 1))
    trace.rest(7, TICK_US)
    trace.add(6, 1)
    assert ticks(trace) == [(0, 5, 1, True), (1, 7, 0, False), (3, 6, 1, True)]


def test_what_may_be_stored_ends_with_the_stop_until_the_rest_is_over():
    trace = Trace(800)
    trace.add(5, 1)
    assert trace.firm == 0
    trace.stop()
    trace.rest(0, TICK_US)
    trace.rest(7, TICK_US)
    assert trace.firm == 1
    trace.end_rest()
    assert trace.firm == trace.count == 3
    trace.rest(7, TICK_US)
    assert trace.count == 3


def test_nothing_is_kept_before_the_first_motion():
    trace = Trace(800)
    trace.rest(7, TICK_US)
    trace.end_rest()
    assert (trace.count, trace.firm) == (0, 0)


READING = st.tuples(st.integers(0, 16383), st.integers(0, 5))
REST = st.tuples(st.integers(0, 16383), st.integers(1, 3000))
PHASE = st.tuples(st.lists(READING, min_size=1, max_size=5), st.lists(REST, max_size=6))


@given(st.lists(PHASE, max_size=6))
def test_whatever_happens_no_step_is_lost_and_time_goes_on(phases):
    trace = Trace(98_304)
    now = -1
    over = 0
    expected = []
    for readings, rests in phases:
        now += bool(expected)  # the tick that starts it is not kept
        for raw, made in readings:
            now += 1
            trace.add(raw, made)
            over, made = max(0, over + made - 3), min(over + made, 3)
            expected.append((now, max(raw, MARKS_END) if made == 3 else raw, made, True))
        trace.stop()
        trace.rest(0, TICK_US)
        left = REST_TICKS
        for raw, passed in rests:
            now += passed
            trace.rest(raw, passed * TICK_US)
            if left > 0:
                over, made = max(0, over - 3), min(over, 3)
                expected.append((now, max(raw, MARKS_END) if made == 3 else raw, made, False))
            left -= passed
    assert ticks(trace) == expected
