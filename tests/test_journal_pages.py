"""Requirements on the pages of the journal: one record each, read back, nothing overwritten."""

import hashlib
import struct
from binascii import crc32

import pytest

from manostat.journal import BOOT, INTENT, NOTE, OUTCOME, PAIN_MARK, PAYLOAD_MOST, Journal
from manostat_tools.journal.findings import read_journal

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
)
from .nor_flash import BLOCK, PAGE, NorFlash

# Writing and reading


def test_an_empty_journal_has_no_records():
    journal = opened(new_flash())
    assert payloads(journal) == []
    assert (journal.sequence, journal.boot, journal.room) == (0, 1, PAGES)
    assert (journal.skipped, journal.foreign) == (0, 0)
    assert journal.last_words() == (None, None, True)


@pytest.mark.req("L-02")
def test_a_record_is_one_page_of_the_documented_bytes():
    flash = new_flash()
    opened(flash).append(PAIN_MARK, b"ouch", 123456)
    page = page_at(flash, 0)
    head = struct.pack("<HBBIHBBI", 0x4D4A, PAIN_MARK, 4, 1, 1, 2, 0, 123456)
    assert page[:20] == head + b"ouch"
    assert page[20:236] == b"\xff" * 216
    assert page[236:252] == bytes(16)
    assert page[252:] == struct.pack("<I", crc32(page[:252]))
    assert flash.operations == [("program", FIRST * BLOCK)]


@pytest.mark.req("L-05")
def test_each_record_holds_the_hash_of_the_one_before_it_also_over_a_restart():
    flash = filled(3)
    opened(flash).append(NOTE, b"after a restart")
    for number in range(1, 4):
        before = hashlib.sha256(page_at(flash, number - 1)).digest()
        assert page_at(flash, number)[236:252] == before[:16]


def test_records_come_back_oldest_first_with_kind_time_and_boot():
    flash = new_flash()
    journal = opened(flash)
    journal.append(BOOT, b"", 5)
    journal.append(NOTE, b"one", 6)
    journal = opened(flash)
    journal.append(NOTE, b"two", 7)
    records = list(journal.records())
    assert [(r.kind, r.sequence, r.boot, r.ms, r.payload) for r in records] == [
        (BOOT, 1, 1, 5, b""),
        (NOTE, 2, 1, 6, b"one"),
        (NOTE, 3, 2, 7, b"two"),
    ]


@pytest.mark.parametrize("length", [0, 1, PAYLOAD_MOST])
def test_payloads_of_any_length_survive_power_off(length):
    flash = new_flash()
    opened(flash).append(NOTE, b"\xff" * length)
    assert payloads(opened(flash)) == [b"\xff" * length]


def test_a_longer_payload_is_refused_with_the_allowed_length():
    with pytest.raises(ValueError, match=r"221 bytes, allowed 0 to 220"):
        opened(new_flash()).append(NOTE, bytes(221))


# Nothing is overwritten


@pytest.mark.req("L-05")
def test_a_full_journal_takes_no_more_and_keeps_everything(figure):
    flash = filled(PAGES)
    journal = opened(flash)
    assert journal.room == 0
    before = bytes(flash.memory)
    assert journal.append(NOTE, b"too much") == 0
    changed = sum(one != other for one, other in zip(flash.memory, before, strict=True))
    figure("L-05", changed, 0, "bytes", "=", of="bytes of a full journal that are written over")
    assert flash.memory == before
    assert payloads(opened(flash)) == [numbered(number) for number in range(PAGES)]


@pytest.mark.req("L-05")
def test_each_record_is_one_program_and_nothing_is_ever_erased(figure):
    flash = filled(PAGES)
    again = len(flash.operations) - len({at for name, at in flash.operations if name == "program"})
    figure("L-05", again, 0, "pages", "=", of="pages erased, or programmed twice")
    assert [name for name, _ in flash.operations] == ["program"] * PAGES
    assert flash.memory[: FIRST * BLOCK] == b"\x5a" * FIRST * BLOCK
    assert flash.memory[-BLOCK:] == b"\xa5" * BLOCK


def test_a_page_that_does_not_take_its_bits_is_passed_over():
    flash = new_flash()
    journal = opened(flash)
    journal.append(NOTE, b"one")
    worn = FIRST * BLOCK + PAGE
    program = flash.writeblocks

    def wears_out(block, buf, offset):
        program(block, buf, offset)
        if block * BLOCK + offset == worn:
            flash.memory[worn] = 0

    flash.writeblocks = wears_out
    assert journal.append(NOTE, b"two") == 0
    assert journal.append(NOTE, b"two") == 2
    assert journal.skipped == 1
    assert payloads(opened(flash)) == [b"one", b"two"]


def append_twice(flash, journal, number):
    """A record to a page that reads badly when it is written, and well later."""
    read = flash.readblocks

    def reads_badly(block, buf, offset=0):
        read(block, buf, offset)
        if block * BLOCK + offset == FIRST * BLOCK + number * PAGE and buf[0] != 0xFF:
            buf[-1] ^= 1

    flash.readblocks = reads_badly
    assert journal.append(NOTE, b"twice", 1) == 0
    assert journal.append(NOTE, b"twice", 2) == number + 1
    flash.readblocks = read


@pytest.mark.req("L-02", "L-05")
@pytest.mark.parametrize("before", [1, A_BLOCK - 1, A_BLOCK])
def test_a_page_that_reads_badly_once_and_well_later_hides_nothing_behind_it(before):
    flash = filled(before)
    journal = opened(flash)
    append_twice(flash, journal, before)
    for kind in (OUTCOME, INTENT, NOTE):
        assert journal.append(kind, b"behind")
    journal = opened(flash)
    assert journal.sequence == before + 4
    newest, _, whole = journal.last_words()
    assert (newest.kind, whole) == (INTENT, True)
    assert journal.append(NOTE, b"after") == before + 5
    sound = read_journal([page_at(flash, number) for number in range(PAGES)], 0)
    assert [(finding.what, finding.place) for finding in sound.findings] == [
        ("repeated", before * PAGE)
    ]
    assert [record.sequence for record in sound.records] == list(range(1, before + 6))


@pytest.mark.req("L-05")
def test_of_a_record_that_stands_there_twice_the_later_is_gone_on_from():
    flash = filled(1)
    journal = opened(flash)
    append_twice(flash, journal, 1)
    assert page_at(flash, 1)[4:8] == page_at(flash, 2)[4:8]
    opened(flash).append(NOTE, b"after")
    assert page_at(flash, 3)[236:252] == hashlib.sha256(page_at(flash, 2)).digest()[:16]


def test_a_chip_that_does_nothing_leaves_no_blank_page_behind():
    flash = new_flash()
    journal = opened(flash)
    program = flash.writeblocks
    flash.writeblocks = lambda *_: None
    assert [journal.append(NOTE, b"lost") for _ in range(3)] == [0, 0, 0]
    flash.writeblocks = program
    assert journal.append(NOTE, b"kept") == 1
    assert page_at(flash, 0) != b"\xff" * PAGE


def test_the_scan_of_a_full_journal_reads_few_pages():
    flash = NorFlash(64)
    journal = Journal(flash, 0, 64)
    journal.scan()
    for number in range(64 * 16 - 3):
        journal.append(NOTE, numbered(number))
    flash.reads = 0
    Journal(flash, 0, 64).scan()
    assert flash.reads <= 64 + 16 + 2


@pytest.mark.parametrize("records", range(0, PAGES + 1, 5))
def test_the_scan_finds_the_newest_record_however_many_there_are(records):
    journal = opened(filled(records))
    assert (journal.sequence, journal.room) == (records, PAGES - records)
