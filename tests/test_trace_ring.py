"""Requirements on the ring of traces: the newest stay, and only its own blocks are erased."""

import random

import pytest

from manostat.pages import sequence_of
from manostat.trace_store import TICKS
from manostat_tools.journal.findings import read_ring

from .journal_pages import (
    A_BLOCK,
    BLOCKS,
    FIRST,
    PAGES,
    new_flash,
    numbered,
    opened_ring,
    payloads,
    spoil,
)
from .nor_flash import BLOCK, ERASE_DONE, PAGE, every_cut, part_done


def written_ring(flash, records):
    ring = opened_ring(flash)
    for number in range(records):
        while not ring.make_ready():
            pass
        assert ring.append(TICKS, numbered(number)) == number + 1
    return ring


def test_the_ring_keeps_the_newest_and_touches_nothing_beside_it():
    flash = new_flash()
    written_ring(flash, 5 * PAGES + 7)
    kept = payloads(opened_ring(flash))
    assert kept == [numbered(n) for n in range(5 * PAGES + 7)][-len(kept) :]
    assert len(kept) >= PAGES - A_BLOCK
    assert flash.memory[: FIRST * BLOCK] == b"\x5a" * FIRST * BLOCK
    assert flash.memory[-BLOCK:] == b"\xa5" * BLOCK


@pytest.mark.parametrize("records", [0, 1, A_BLOCK, A_BLOCK + 1, 5 * PAGES + 7])
def test_pages_from_a_number_on_are_those_and_few_others_are_read(records):
    ring = written_ring(new_flash(), records)
    every = [sequence_of(page) for page in ring.pages() if page]
    assert every == list(range(records + 1))[-len(every) :] if every else records == 0
    for first in range(records + 3):
        places = list(ring.pages(first))
        found = [bytes(page[4:8]) for page in places if page]
        assert len(found) == len([number for number in every if number >= first])
        if first > 0 and first - 1 in every:
            assert len(places) <= len(found) + A_BLOCK + BLOCKS + A_BLOCK


def test_a_spoilt_page_at_the_front_of_a_block_hides_no_page_from_a_number_on():
    flash = new_flash()
    written_ring(flash, 3 * A_BLOCK)
    spoil(flash, A_BLOCK)
    ring = opened_ring(flash)
    found = [sequence_of(page) for page in ring.pages(A_BLOCK // 2) if page]
    expected = [number for number in range(A_BLOCK // 2, 3 * A_BLOCK + 1) if number != A_BLOCK + 1]
    assert found == expected


def test_making_a_page_ready_is_one_step_at_a_time():
    flash = new_flash()
    ring = written_ring(flash, PAGES)
    done = len(flash.operations)
    while not ring.make_ready():
        assert len(flash.operations) - done <= 1
        done = len(flash.operations)
    assert flash.operations[-1] == ("erase", FIRST * BLOCK)


@pytest.mark.req("L-03")
def test_a_cut_at_any_operation_of_the_ring_loses_no_page_but_those_being_erased():
    flash = new_flash()
    written_ring(flash, PAGES + A_BLOCK + 2)
    pages = 0
    for cut in every_cut(bytes(new_flash().memory), flash.log):
        ring = opened_ring(new_flash(cut.after))
        whole = cut.done == "all" and cut.operation.name == "program"
        assert ring.sequence == pages + whole, cut[:3]
        found = payloads(ring)
        at_least = min(pages, PAGES - A_BLOCK)
        assert (
            found[-at_least - whole :]
            == [numbered(n) for n in range(pages + whole)][-at_least - whole :]
        )
        for _ in range(8 * A_BLOCK):
            if ring.make_ready() and ring.append(TICKS, b"after"):
                break
        assert payloads(opened_ring(ring._flash))[-1] == b"after", cut[:3]
        pages += cut.operation.name == "program" and cut.done == "all"


@pytest.mark.req("L-03")
@pytest.mark.parametrize("done", ERASE_DONE)
def test_a_block_whose_erase_was_cut_serves_again_and_is_not_called_foreign(done):
    flash = new_flash()
    written_ring(flash, PAGES + 3 * A_BLOCK)
    again = (FIRST + 1) * BLOCK
    old = bytes(flash.memory[again : again + BLOCK])
    left = part_done(old, b"\xff" * BLOCK, done, random.Random(3))
    flash.memory[again : again + BLOCK] = left
    ring = opened_ring(flash)
    assert ring.foreign == 0
    content = bytes(flash.memory[FIRST * BLOCK : -BLOCK])
    pages = [content[at : at + PAGE] for at in range(0, len(content), PAGE)]
    assert not [finding for finding in read_ring(pages, 0).findings if finding.what == "foreign"]
    before = len(flash.operations)
    for _ in range(PAGES):
        while not ring.make_ready():
            pass
        assert ring.append(TICKS, b"round")
    assert [at for name, at in flash.operations[before:] if name == "program"].count(again) == 1


@pytest.mark.req("S-03")
@pytest.mark.parametrize("pages", [1, 7])
def test_a_few_pages_that_look_like_torn_ones_are_no_proof_that_a_block_is_the_rings(pages):
    flash = new_flash()
    written_ring(flash, 3)
    at = (FIRST + 1) * BLOCK
    flash.memory[at : at + pages * PAGE] = (b"\xff" * 12 + bytes(244)) * pages
    white = b"\xff" * 16 + bytes(240)
    flash.memory[at + BLOCK : at + 2 * BLOCK] = white * A_BLOCK
    kept = bytes(flash.memory[at : at + 2 * BLOCK])
    ring = opened_ring(flash)
    for _ in range(4 * PAGES):
        if ring.make_ready():
            ring.append(TICKS, b"round")
    assert flash.memory[at : at + 2 * BLOCK] == kept


@pytest.mark.req("S-03")
def test_the_ring_erases_no_block_that_is_not_its_own():
    flash = new_flash()
    foreign = bytes(range(256)) * A_BLOCK
    flash.memory[(FIRST + 1) * BLOCK : (FIRST + 2) * BLOCK] = foreign
    written_ring(flash, 3 * PAGES)
    assert flash.memory[(FIRST + 1) * BLOCK : (FIRST + 2) * BLOCK] == foreign
    assert ("erase", (FIRST + 1) * BLOCK) not in flash.operations
