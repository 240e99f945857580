"""Requirements on power cuts, torn pages, flipped bits and foreign data: none hides a record."""

import struct
from binascii import crc32

import pytest

from manostat.journal import BOOT, NOTE

from .journal_pages import (
    A_BLOCK,
    FIRST,
    PAGES,
    filled,
    new_flash,
    numbered,
    opened,
    page_at,
    payloads,
    spoil,
)
from .nor_flash import BLOCK, PAGE, PowerCutError, every_cut

# Power cuts


@pytest.mark.req("L-03")
def test_a_power_cut_at_any_program_loses_only_the_record_being_written():
    whole = [numbered(number) for number in range(PAGES)]
    for cut in every_cut(bytes(new_flash().memory), filled(PAGES).log):
        journal = opened(new_flash(cut.after))
        found = payloads(journal)
        assert found[: cut.number] == whole[: cut.number], cut[:3]
        assert found[cut.number :] == (whole[cut.number :][:1] if cut.done == "all" else [])
        if journal.room:
            assert journal.append(NOTE, b"after") == len(found) + 1, cut[:3]
            assert payloads(journal)[-1] == b"after", cut[:3]


@pytest.mark.req("L-02")
def test_torn_records_are_counted_and_never_programmed_again(figure):
    flash = new_flash()
    flash.cut_at, flash.done = 5, "half"
    journal = opened(flash)
    with pytest.raises(PowerCutError):
        for number in range(6):
            journal.append(NOTE, numbered(number))
    torn = page_at(flash, 5)
    journal = opened(flash)
    figure(
        "L-02",
        1 - journal.skipped,
        0,
        "records",
        "=",
        of="torn or spoilt records that are not reported, torn",
    )
    assert (len(payloads(journal)), journal.skipped) == (5, 1)
    journal.append(NOTE, b"after")
    assert page_at(flash, 5) == torn


@pytest.mark.req("L-03")
def test_power_that_fails_at_every_start_for_blocks_on_end_hides_nothing():
    """More torn pages in a row than a block holds."""
    flash = filled(A_BLOCK - 2)
    for _ in range(2 * A_BLOCK):
        flash.cut_at, flash.done = len(flash.operations), "half"
        with pytest.raises(PowerCutError):
            opened(flash).append(BOOT, b"again and again")
    flash.cut_at = -1
    journal = opened(flash)
    assert payloads(journal) == [numbered(number) for number in range(A_BLOCK - 2)]
    assert journal.skipped == 2 * A_BLOCK
    assert journal.append(NOTE, b"after") == A_BLOCK - 1
    assert opened(flash).sequence == A_BLOCK - 1


# Flipped bits


@pytest.mark.req("L-02")
@pytest.mark.parametrize("at", range(PAGE))
def test_a_flipped_bit_at_any_byte_costs_one_record_and_is_never_taken_for_one(at):
    flash = filled(A_BLOCK + 3)
    for number in (4, A_BLOCK):
        spoil(flash, number, at, 1 << at % 8)
    journal = opened(flash)
    kept = [number for number in range(A_BLOCK + 3) if number not in (4, A_BLOCK)]
    assert payloads(journal) == [numbered(number) for number in kept]
    assert journal.append(NOTE, b"after") == A_BLOCK + 4


@pytest.mark.parametrize("spoilt", [4, 15, 16, 17, 19])
def test_one_spoilt_record_hides_no_other(spoilt):
    flash = filled(20)
    spoil(flash, spoilt)
    journal = opened(flash)
    assert payloads(journal) == [numbered(n) for n in range(20) if n != spoilt]
    assert journal.append(NOTE, b"after") == (21 if spoilt < 19 else 20)


@pytest.mark.parametrize("low", [0, 7])
def test_a_spoilt_number_at_the_head_of_a_block_hides_nothing(low):
    """A bit that is cleared makes the newest block look like the oldest."""
    flash = filled(2 * A_BLOCK + 5)
    flash.memory[FIRST * BLOCK + 2 * BLOCK + 4] = low
    flash.memory[FIRST * BLOCK + BLOCK + 4] = low
    assert opened(flash).sequence == 2 * A_BLOCK + 5


# What is not ours


@pytest.mark.req("S-03")
def test_what_is_neither_blank_nor_ours_is_found_and_left_alone():
    superblock = bytes.fromhex("01000000f00fffff") + b"littlefs" + bytes(48)
    flash = new_flash()
    for block in (0, 2):
        at = (FIRST + block) * BLOCK
        flash.memory[at : at + len(superblock)] = superblock
    journal = opened(flash)
    assert journal.foreign == 2
    assert journal.room == PAGES - 2 * A_BLOCK - 1
    written = 0
    while journal.append(NOTE, numbered(written)):
        written += 1
    assert written == PAGES - 2
    assert payloads(opened(flash)) == [numbered(number) for number in range(written)]
    for block in (0, 2):
        at = (FIRST + block) * BLOCK
        assert flash.memory[at : at + len(superblock)] == superblock


def test_a_record_of_another_version_is_not_ours():
    flash = filled(1)
    page = bytearray(page_at(flash, 0))
    page[10] = 0
    struct.pack_into("<I", page, 252, crc32(page[:252]))
    flash.memory[FIRST * BLOCK : FIRST * BLOCK + PAGE] = page
    journal = opened(flash)
    assert (payloads(journal), journal.foreign) == ([], 1)
