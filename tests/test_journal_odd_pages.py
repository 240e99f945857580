"""Requirements on sound pages that say what no pump says: `manostat journal` judges them too."""

import struct
import tracemalloc

import pytest

from manostat_tools.journal import payloads
from manostat_tools.journal.book import read_book
from manostat_tools.journal.page import Kind, kind_of

from .handmade_journal import BOOT, chained, page, ticks, trace

WORDS = b"\x01\x10" * 50
MOST = (1 << 31) - 1


@pytest.mark.parametrize("length", [0, 1, 15, 16, 255, 257, 300])
@pytest.mark.parametrize("fill", [b"\0", b"\xff", b"\x4a\x4d"])
def test_what_is_not_256_bytes_is_no_record(length, fill):
    assert kind_of((fill * length)[:length]) is Kind.FOREIGN
    assert kind_of(chained(BOOT)[0][:length].ljust(length, b"\xff")[:length]) is Kind.FOREIGN


@pytest.mark.req("L-02")
def test_a_page_of_ticks_that_is_too_short_for_one_spoils_its_trace_alone():
    journal = chained(BOOT, trace(WORDS, 1, 1), trace(WORDS, 2, 1))
    first = page(payloads.TICKS, 1, None, b"abc")
    book = read_book(b"".join([*journal, first, ticks(WORDS, 2, before=first)]))
    assert [stretch.state for stretch in book.stretches] == ["spoilt", "whole"]
    assert [each.reason for each in book.findings] == [
        "level 1: a page of its trace is too short for one"
    ]


@pytest.mark.parametrize(("first", "pages"), [(1, 1_000_000), (-MOST, MOST), (MOST, MOST)])
def test_a_trace_of_more_pages_than_there_can_be_takes_no_memory_for_them(first, pages):
    said = struct.pack("<5i", 1, 0, 50, first, pages) + bytes(32)
    data = b"".join([*chained(BOOT, (payloads.TRACE, said)), ticks(WORDS)])
    tracemalloc.start()
    try:
        (stretch,) = read_book(data).stretches
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert stretch.state == ("overwritten" if first < 0 else "spoilt")


def test_missing_pages_of_a_trace_are_counted():
    journal = chained(BOOT, trace(WORDS, 1, 7))
    book = read_book(b"".join([*journal, ticks(WORDS, 1), ticks(WORDS, 5)]))
    (reason,) = [each.reason for each in book.findings if each.serious]
    assert reason == "level 1: 5 of 7 pages of its trace are not there"
