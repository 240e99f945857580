"""Requirements on the stored trace: what is in it, and when it is written."""

from itertools import pairwise

import pytest

from manostat.core import codes
from manostat_sim.benches import ticked
from manostat_tools.journal.payloads import (
    BOOT,
    INTENT,
    OUTCOME,
    SEAL,
    TRACE,
    TRACE_FULL,
    TRACE_LOST,
)
from manostat_tools.journal.trace_words import trace_ticks, words_of

from .book_bench import UNIT, new_storage
from .book_levels import (
    UNSEEN,
    a_level,
    book_of,
    events,
    moving,
    new_bench,
    order,
    worn_storage,
)


def words_in(book):
    assert [stretch.state for stretch in book.stretches if stretch.state != "whole"] == []
    return words_of(b"".join(stretch.words for stretch in book.stretches))


def test_the_stored_trace_is_what_was_read_tick_by_tick():
    bench = new_bench()
    a_level(bench)
    book = book_of(bench)
    assert [stretch.n_words > 50 for stretch in book.stretches] == [True] * len(book.stretches)
    frames = bench.frames()
    running = (codes.SEEKING, codes.SETTLING, codes.INJECTING)
    moved = [tick for before, tick in pairwise(frames) if before.state in running]
    ticks = [(tick.line_raw, tick.made) for tick in moved]
    traced = [tick for tick in trace_ticks(words_in(book)) if tick.moving]
    assert [(tick.raw, tick.made) for tick in traced] == ticks
    assert sum(made for _, made in ticks) == bench.last.steps


def test_run_does_not_wait_for_the_trace_of_its_own_level():
    bench = new_bench()
    bench.books._may_store = lambda _injector: False
    moving(bench, 0.5)
    bench.hold("PAIN", 0.1)
    bench.release("RUN")
    bench.advance(UNSEEN)
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    bench.press("RUN")
    bench.advance(0.1)
    assert order(bench) == [BOOT, INTENT, OUTCOME, SEAL, INTENT]
    assert bench.last.state == codes.SEEKING
    del bench.books._may_store
    bench.press("STOP")
    bench.advance(0.2)
    (stretch,) = book_of(bench).stretches
    assert (stretch.state, stretch.first_word) == ("whole", 0)
    assert len([tick for tick in stretch.ticks() if tick.moving]) > 270  # of both starts


def test_the_trace_is_not_stored_while_run_may_start_unless_nobody_touches_anything():
    bench = new_bench()
    moving(bench, 0.5)
    bench.press("PAIN")
    bench.advance(0.01)
    bench.books._may_store = lambda _injector: False
    bench.advance(0.1)
    bench.release("PAIN")
    bench.release("RUN")
    bench.advance(UNSEEN)
    bench.hold("STOP", 0.1)
    del bench.books._may_store
    bench.advance(1.9)
    assert TRACE not in order(bench)
    bench.advance(0.3)
    assert TRACE in order(bench)


def test_a_new_level_discards_no_trace_that_is_not_stored_yet():
    bench = new_bench()
    moving(bench, 0.5)
    bench.press("PAIN")
    bench.advance(0.004)
    bench.books._may_store = lambda _injector: False
    bench.release("PAIN")
    bench.release("RUN")
    bench.advance(UNSEEN)
    bench.hold("STOP", 0.1)
    bench.advance(0.1)
    bench.hold("STOP", 3.1)
    bench.advance(0.1)
    assert bench.pump.level == 2
    bench.arm()
    bench.press("RUN")
    made = bench.steps_made()
    bench.advance(0.2)
    assert bench.steps_made() == made
    del bench.books._may_store
    bench.advance(0.3)
    assert bench.steps_made() > made
    (stretch,) = book_of(bench).stretches
    assert (stretch.level, stretch.state) == (1, "whole")


LITTLE = 2 * 8000  # bytes of memory: 16 s of trace, of which a quarter is for the rest


def held_ticks(bench):
    trace = bench.trace
    return trace_ticks(words_of(bytes(trace.buf[: 2 * trace.count])))


def held_until_it_pauses(bench):
    for _ in range(9000):
        if bench.last.state == codes.HOLDING:
            return
        bench.advance(0.002)
    raise AssertionError("it never pauses")


def test_motion_pauses_before_the_trace_finds_no_room_and_goes_on_after_it_is_stored():
    bench = new_bench(trace_bytes=LITTLE)
    bench.arm()
    bench.press("RUN")
    bench.advance(0.1)
    held_until_it_pauses(bench)
    assert bench.trace.wants_pause == 1
    made = bench.steps_made()
    bench.advance(9.0)
    assert bench.steps_made() == made, "RUN that is still held starts nothing"
    assert (bench.last.state, bench.last.reason) == (codes.HOLDING, codes.RELEASE)
    assert TRACE in order(bench)
    bench.release("RUN")
    bench.advance(0.2)
    bench.press("RUN")
    bench.advance(0.3)
    assert bench.steps_made() > made


def test_a_level_that_is_longer_than_the_memory_is_stored_tick_by_tick():
    bench = new_bench(trace_bytes=LITTLE)
    bench.arm()
    for _ in range(3):
        bench.press("RUN")
        bench.advance(0.1)
        held_until_it_pauses(bench)
        bench.advance(0.5)
        bench.release("RUN")
        bench.advance(0.2)
    bench.press("RUN")
    bench.advance(2.0)
    bench.press("STOP")
    bench.release("RUN")
    bench.advance(15.0)
    book = book_of(bench)
    frames = bench.frames()
    running = (codes.SEEKING, codes.SETTLING, codes.INJECTING)
    moved = [tick for before, tick in pairwise(frames) if before.state in running]
    assert len(moved) > 3 * LITTLE // 4, "half as much again as memory holds"
    traced = [tick for tick in trace_ticks(words_in(book)) if tick.moving]
    assert [(t.raw, t.made) for t in traced] == [(t.line_raw, t.made) for t in moved]
    assert order(bench).count(INTENT) == 1, "it is one run"
    assert [stretch.first_word for stretch in book.stretches] == [
        sum(stretch.n_words for stretch in book.stretches[:n]) for n in range(len(book.stretches))
    ]


def test_a_stop_in_a_pause_whose_trace_is_stored_has_a_stretch_of_its_own():
    bench = new_bench(trace_bytes=2 * LITTLE)
    moving(bench, 9.0)
    bench.release("RUN")
    bench.books._may_store = lambda _injector: False
    bench.advance(0.2)
    bench.press("RUN")  # in vain, and ends the rest
    bench.advance(0.1)
    del bench.books._may_store
    bench.advance(1.0)
    assert bench.trace.count == 0
    bench.hold("PAIN", 0.1)
    bench.advance(1.0)
    kinds = order(bench)
    assert kinds.index(OUTCOME) < len(kinds) - kinds[::-1].index(TRACE) - 1
    book = book_of(bench)
    assert [len(stretch.ticks()) > 0 for stretch in book.stretches] == [True, False]


def test_it_is_on_record_that_memory_made_it_pause():
    bench = new_bench(trace_bytes=LITTLE)
    bench.arm()
    bench.press("RUN")
    bench.advance(0.1)
    held_until_it_pauses(bench)
    bench.advance(0.02)
    assert bench.books.refusing == 1, "the lamp says that RUN is held in vain"
    bench.release("RUN")
    bench.advance(1.0)
    assert len(events(bench, TRACE_FULL)) == 1


def test_a_short_pause_leaves_a_trace_in_memory_that_has_room_and_run_waits_for_nothing():
    bench = new_bench()
    moving(bench, 1.0)
    bench.release("RUN")
    bench.advance(14.0)
    assert TRACE not in order(bench)
    bench.press("RUN")
    made = bench.steps_made()
    bench.advance(0.08)
    assert bench.steps_made() > made


def test_run_that_is_pressed_where_memory_is_low_is_in_vain_until_it_is_pressed_again():
    """The core judges the line when RUN is pressed: to start later would be by what it was."""
    bench = new_bench(trace_bytes=2 * LITTLE)
    moving(bench, 9.0)
    bench.books._may_store = lambda _injector: False
    bench.release("RUN")
    bench.advance(0.3)
    bench.press("RUN")
    made = bench.steps_made()
    bench.advance(0.5)
    assert bench.steps_made() == made
    assert bench.books.refusing == 1
    del bench.books._may_store
    bench.advance(2.0)
    assert TRACE in order(bench), "it need not be let go for that"
    assert bench.steps_made() == made
    bench.release("RUN")
    bench.advance(0.2)
    assert bench.books.refusing == 0
    bench.press("RUN")
    bench.advance(0.3)
    assert bench.steps_made() > made


@pytest.mark.parametrize("first_step_us", [720, 1200, 1500])
@pytest.mark.parametrize("rate_nl_s", [100_000, 150_000])
def test_the_pause_is_no_fault_wherever_in_the_tick_the_steps_come(
    monkeypatch, first_step_us, rate_nl_s
):
    """A step that is made behind the reading of the count must not look like one of nobody."""
    monkeypatch.setattr(ticked, "DECIDE_US", first_step_us)
    bench = new_bench(trace_bytes=LITTLE, unit=(UNIT[0], rate_nl_s, *UNIT[2:]))
    bench.arm()
    bench.press("RUN")
    bench.advance(0.1)
    held_until_it_pauses(bench)
    bench.advance(0.2)
    assert (bench.last.state, bench.last.fault) == (codes.HOLDING, codes.NO_FAULT)
    stored = sum(tick.made for stretch in book_of(bench).stretches for tick in stretch.ticks())
    assert stored == bench.last.steps == bench.steps_made()


def test_the_second_level_of_a_boot_begins_on_its_own_clock():
    bench = new_bench()
    moving(bench, 0.5)
    bench.press("PAIN")
    bench.advance(12.0)
    bench.release("PAIN")
    bench.release("RUN")
    bench.hold("STOP", 0.1)
    bench.advance(20.0)
    bench.hold("STOP", 3.1)
    bench.advance(0.1)
    moving(bench, 0.5)
    bench.press("PAIN")
    bench.advance(0.1)
    at = [tick.at for tick in held_ticks(bench) if tick.moving]
    assert at == list(range(len(at)))


def test_a_flash_that_does_not_erase_keeps_run_for_a_second_and_no_longer():
    bench = new_bench(new_storage(worn_storage()), trace_bytes=LITTLE)
    moving(bench, 8.0)
    bench.flash.ioctl = lambda *_: 0
    bench.release("RUN")
    bench.advance(13.0)
    bench.press("RUN")
    made = bench.steps_made()
    bench.advance(0.3)
    assert bench.steps_made() > made
    assert len(events(bench, TRACE_LOST)) == 1


def test_when_the_ring_is_full_the_oldest_trace_goes_first():
    bench = new_bench(new_storage(worn_storage()))
    a_level(bench)
    book = book_of(bench)
    assert [stretch.state for stretch in book.stretches] == ["whole", "whole"]
    assert book.is_sound
