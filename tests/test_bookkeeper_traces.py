"""Requirements on the stored trace: what is in it, and when it is written."""

from itertools import pairwise

from manostat.core import codes
from manostat_tools.journal.payloads import BOOT, INTENT, OUTCOME, SEAL, TRACE
from manostat_tools.journal.trace_words import trace_ticks, words_of

from .book_bench import new_storage
from .book_levels import UNSEEN, a_level, book_of, moving, new_bench, order, worn_storage


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


def test_when_the_ring_is_full_the_oldest_trace_goes_first():
    bench = new_bench(new_storage(worn_storage()))
    a_level(bench)
    book = book_of(bench)
    assert [stretch.state for stretch in book.stretches] == ["whole", "whole"]
    assert book.is_sound
