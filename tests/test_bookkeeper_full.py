"""Requirements on a journal that is full or fills up: what starts, and what is still recorded."""

import pytest

from manostat_tools.journal.payloads import OUTCOME, PAIN_MARK, SEAL, TRACE

from .book_bench import BookBench
from .book_levels import moving, new_bench, order
from .nor_flash import PAGE

ROOM_TO_START = 64


def nearly_full(room, power_on=True):
    """A journal with so many pages left."""
    bench = new_bench()
    journal = bench.books.journal
    while journal.room > room:
        assert journal.append(PAIN_MARK, b"")
    bench.power_off()
    again = BookBench(bench.flash)
    if power_on:
        again.power_on()
    return again


@pytest.mark.req("L-03", "L-05")
def test_a_journal_without_room_for_a_level_starts_none_and_says_so():
    bench = nearly_full(ROOM_TO_START - 1)
    before = bytes(bench.flash.memory)
    bench.arm()
    bench.press("RUN")
    bench.advance(2.0)
    assert bench.steps_made() == 0
    assert bench.books.full and bench.books.notices & 1
    kept = bench.flash.memory
    used = [at for at in range(0, len(before), PAGE) if before[at : at + PAGE] != b"\xff" * PAGE]
    assert all(kept[at : at + PAGE] == before[at : at + PAGE] for at in used)


@pytest.mark.req("L-04")
def test_what_is_under_way_when_the_journal_fills_is_still_recorded():
    bench = nearly_full(ROOM_TO_START + 6)
    moving(bench)
    while bench.books.journal.room > 12:
        bench.books.journal.append(PAIN_MARK, b"")
    bench.press("PAIN")
    bench.advance(0.3)
    assert order(bench)[-4:] == [OUTCOME, SEAL, TRACE, SEAL]
    bench.release("PAIN")
    bench.release("RUN")
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    made = bench.steps_made()
    bench.press("RUN")
    bench.advance(0.5)
    assert bench.steps_made() == made


@pytest.mark.req("L-04")
def test_a_pause_in_which_the_journal_fills_ends_with_the_stop():
    bench = nearly_full(ROOM_TO_START + 6)
    moving(bench)
    bench.release("RUN")
    bench.advance(0.2)
    while bench.books.journal.room > 23:
        bench.books.journal.append(PAIN_MARK, b"")
    bench.books._write(PAIN_MARK, b"")
    made = bench.steps_made()
    bench.press("RUN")
    bench.advance(0.5)
    assert bench.steps_made() == made
    bench.press("STOP")
    bench.advance(0.1)
    assert order(bench)[-4:] == [OUTCOME, SEAL, TRACE, SEAL]


def test_power_that_comes_and_goes_for_ever_leaves_the_last_pages():
    bench = nearly_full(12, power_on=False)
    for _ in range(20):
        bench.power_on()
        bench.power_off()
    assert bench.books.journal.room == 8
