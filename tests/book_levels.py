"""Levels on a pump with its bookkeeper, and what of them is read back from the flash."""

from functools import cache

from manostat_tools.journal.book import Book, read_book
from manostat_tools.journal.payloads import EVENTS, fields_of

from .book_bench import (
    JOURNAL_BLOCKS,
    JOURNAL_FIRST,
    TRACE_BLOCKS,
    TRACE_FIRST,
    UNIT,
    BookBench,
    new_storage,
)
from .nor_flash import BLOCK, PAGE

JOURNAL_AT = JOURNAL_FIRST * BLOCK
SMALL_UNIT = (*UNIT[:2], 100_000, *UNIT[3:])
UNSEEN = 0.31  # so soon after a stop no press of STOP acknowledges it (P-09)
PAGES = JOURNAL_BLOCKS * BLOCK // PAGE


def book_of(bench) -> Book:
    return read_book(bytes(bench.flash.memory))


def records(bench, *kinds):
    return [record for record in book_of(bench).records if not kinds or record.kind in kinds]


def order(bench):
    """The kinds of all records but EVENTS, which come when there is time for them."""
    return [record.kind for record in records(bench) if record.kind != EVENTS]


def events(bench, what=None):
    found = [event for record in records(bench, EVENTS) for event in fields_of(record)["events"]]
    return [event for event in found if what in (None, event["what"])]


def new_bench(flash=None, **options):
    bench = BookBench(flash or new_storage(), **options)
    bench.power_on()
    return bench


def moving(bench, seconds=0.3):
    bench.arm()
    bench.press("RUN")
    bench.advance(seconds)
    assert bench.last.steps > 0


def restarted(bench):
    bench.power_off()
    for switch in ("RUN", "PAIN", "STOP"):
        bench.release(switch)
    bench.power_on()
    bench.advance(0.05)


def a_level(bench):
    """One level with a pause, a press, a second press, and a second stop."""
    moving(bench)
    bench.release("RUN")
    bench.advance(0.15)
    bench.press("RUN")
    bench.advance(0.2)
    bench.hold("PAIN", 0.1)
    bench.release("RUN")
    bench.advance(0.2)
    bench.hold("PAIN", 0.1)
    bench.advance(0.1)
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    bench.press("RUN")
    bench.advance(0.2)
    bench.press("STOP")
    bench.advance(0.3)


@cache
def worn_storage():
    """A ring of traces that has gone round, so that each block must be erased before it is used;
    nothing in the journal."""
    bench = new_bench()
    blank = bytes(bench.flash.memory[:JOURNAL_AT]), b"\xff" * JOURNAL_BLOCKS * BLOCK
    ring = bench.books.traces.ring
    for _ in range(TRACE_BLOCKS * BLOCK // PAGE):
        while not ring.make_ready():
            pass
        ring.append(64, bytes(8))
    return b"".join(blank) + bytes(bench.flash.memory[TRACE_FIRST * BLOCK :])
