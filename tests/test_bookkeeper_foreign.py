"""Requirements on a flash with data of others, torn pages, without a key or with a spoilt one."""

import pytest

from manostat_tools.journal.payloads import BOOT, SEAL, fields_of

from .book_bench import JOURNAL_FIRST, TRACE_FIRST, new_storage
from .book_levels import a_level, book_of, new_bench, order, records
from .nor_flash import BLOCK, PowerCutError


@pytest.mark.req("S-03")
def test_a_file_system_where_the_records_belong_is_reported_and_left_as_it_is():
    flash = new_storage()
    superblock = bytes.fromhex("01000000f00fffff") + b"littlefs" + bytes(48)
    places = [block * BLOCK for block in (JOURNAL_FIRST, JOURNAL_FIRST + 9, TRACE_FIRST)]
    for at in places:
        flash.memory[at : at + len(superblock)] = superblock
    bench = new_bench(flash)
    a_level(bench)
    boot = fields_of(records(bench, BOOT)[0])
    assert (boot["foreign"], boot["foreign_traces"]) == (2, 1)
    assert bench.books.notices & 16
    for at in places:
        assert flash.memory[at : at + len(superblock)] == superblock
    assert [stretch.state for stretch in book_of(bench).stretches] == ["whole", "whole"]


@pytest.mark.req("L-02")
def test_boot_says_how_many_pages_hold_no_record():
    bench = new_bench()
    for _ in range(3):
        bench.power_off()
        bench.flash.cut_at, bench.flash.done = len(bench.flash.operations), "half"
        with pytest.raises(PowerCutError):
            bench.power_on()
    bench.flash.cut_at = -1
    bench.power_on()
    assert fields_of(records(bench, BOOT)[-1])["no_record"] == 3


def test_without_a_key_nothing_is_sealed_and_the_pump_says_so():
    bench = new_bench(bench=0)
    a_level(bench)
    assert SEAL not in order(bench)
    assert bench.books.notices & 4
    assert fields_of(records(bench, BOOT)[0])["key"] == 0


def test_a_spoilt_key_seals_nothing_not_even_on_a_bench_image():
    flash = new_storage()
    flash.memory[351 * BLOCK : 351 * BLOCK + 40] = b"MKEY" + bytes(36)
    bench = new_bench(flash)
    a_level(bench)
    assert SEAL not in order(bench)
    assert bench.books.notices & 12 == 12
