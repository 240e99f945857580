"""Requirements on the journal and the unit page: no power cut loses what was written before."""

import struct
from binascii import crc32

import pytest

from manostat import unit_page
from manostat.journal import BOOT, INTENT, NOTE, OUTCOME, PAIN_MARK, PAYLOAD_MOST, Journal
from manostat_sim.unit_page import encode

from .nor_flash import BLOCK, PAGE, NorFlash, PowerCutError

FIRST = 2  # other things live in the blocks before and behind
BLOCKS = 4
PAGES = BLOCKS * BLOCK // PAGE


def new_flash():
    flash = NorFlash(FIRST + BLOCKS + 1)
    flash.memory[: FIRST * BLOCK] = b"\x5a" * FIRST * BLOCK
    flash.memory[-BLOCK:] = b"\xa5" * BLOCK
    return flash


def opened(flash):
    journal = Journal(flash, FIRST, BLOCKS)
    journal.scan()
    return journal


def payloads(journal):
    return [record.payload for record in journal.records()]


def numbered(number):
    return struct.pack("<I", number) * (number % 59 + 1)


# Writing and reading


def test_an_empty_journal_has_no_records():
    journal = opened(new_flash())
    assert payloads(journal) == []
    assert (journal.sequence, journal.boot) == (0, 1)
    assert journal.newest(BOOT, NOTE) is None
    assert journal.unmatched_intent() is None


def test_a_record_is_one_page_of_the_documented_bytes():
    flash = new_flash()
    opened(flash).append(PAIN_MARK, b"ouch", 123456)
    page = bytes(flash.memory[FIRST * BLOCK :][:PAGE])
    assert page[:20] == struct.pack("<HBBIHHI", 0x4D4A, PAIN_MARK, 4, 1, 1, 0, 123456) + b"ouch"
    assert page[20:252] == b"\xff" * 232
    assert page[252:] == struct.pack("<I", crc32(page[:252]))
    assert flash.operations == [("program", FIRST * BLOCK)]


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
    with pytest.raises(ValueError, match=r"237 bytes, allowed 0 to 236"):
        opened(new_flash()).append(NOTE, bytes(237))


def test_a_ring_of_two_blocks_is_refused():
    with pytest.raises(ValueError, match=r"blocks: 2"):
        Journal(new_flash(), FIRST, 2)


# The ring


def test_the_ring_keeps_the_newest_records_and_nothing_beside_it():
    flash = new_flash()
    for number in range(5 * PAGES):
        if number % 7 == 0:
            journal = opened(flash)
        assert journal.append(NOTE, numbered(number)) == number + 1
        journal.make_room()
    kept = payloads(opened(flash))
    assert kept == [numbered(n) for n in range(5 * PAGES)][-len(kept) :]
    assert len(kept) >= PAGES - 2 * BLOCK // PAGE
    assert flash.memory[: FIRST * BLOCK] == b"\x5a" * FIRST * BLOCK
    assert flash.memory[-BLOCK:] == b"\xa5" * BLOCK


def test_a_block_is_erased_before_it_is_needed():
    flash = new_flash()
    journal = opened(flash)
    for number in range(3 * PAGES):
        before = len(flash.operations)
        journal.append(NOTE, numbered(number))
        assert [name for name, _ in flash.operations[before:]] == ["program"]
        journal.make_room()


def test_room_that_is_there_is_not_erased_again():
    flash = new_flash()
    journal = opened(flash)
    for number in range(PAGES + 3):
        journal.append(NOTE, numbered(number))
    assert journal.make_room() == 1
    reads = flash.reads
    assert [journal.make_room() for _ in range(100)] == [0] * 100
    assert flash.reads == reads


def test_room_that_was_there_a_round_ago_is_looked_at_again():
    flash = new_flash()
    journal = opened(flash)
    journal.append(NOTE, b"first")
    assert journal.make_room() == 0
    for number in range(PAGES):
        journal.append(NOTE, numbered(number))
    assert journal.make_room() == 1


def test_a_forgotten_make_room_loses_no_record():
    flash = new_flash()
    journal = opened(flash)
    for number in range(3 * PAGES):
        assert journal.append(NOTE, numbered(number)) == number + 1
    kept = payloads(opened(flash))
    assert kept == [numbered(n) for n in range(3 * PAGES)][-len(kept) :]


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
    assert journal.append(NOTE, b"two") == 2
    assert payloads(opened(flash)) == [b"one", b"two"]


def test_the_scan_of_a_full_journal_reads_few_pages():
    flash = NorFlash(64)
    journal = Journal(flash, 0, 64)
    journal.scan()
    for number in range(64 * 16 + 5):
        journal.append(NOTE, numbered(number))
    flash.reads = 0
    Journal(flash, 0, 64).scan()
    assert flash.reads <= 64 + 16


# Intent and outcome


@pytest.mark.parametrize("between", [(), (PAIN_MARK, NOTE), (BOOT,)])
def test_an_intent_without_outcome_is_seen_at_the_next_boot(between):
    flash = new_flash()
    journal = opened(flash)
    journal.append(INTENT, b"first")
    journal.append(OUTCOME, b"first done")
    journal.append(INTENT, b"second")
    for kind in between:
        journal.append(kind, b"-")
    assert opened(flash).unmatched_intent().payload == b"second"


def test_an_intent_with_outcome_is_matched():
    flash = new_flash()
    journal = opened(flash)
    journal.append(INTENT, b"level")
    journal.append(OUTCOME, b"done")
    journal.append(NOTE, b"-")
    assert opened(flash).unmatched_intent() is None


# Power cuts


def history(flash, records):
    """Boots and writes until the power goes; returns what was acknowledged."""
    acknowledged = []
    try:
        journal = opened(flash)
        for number in range(records):
            if journal.append(NOTE, numbered(number)):
                acknowledged.append(numbered(number))
            journal.make_room()
    except PowerCutError:
        pass
    flash.cut_at = -1
    return acknowledged


RECORDS = PAGES + 20  # once round the ring


def operations_of_history():
    flash = new_flash()
    history(flash, RECORDS)
    return len(flash.operations)


@pytest.mark.parametrize("done", ["nothing", "half", "all"])
def test_a_power_cut_at_any_operation_loses_only_the_record_being_written(done):
    for cut in range(operations_of_history()):
        flash = new_flash()
        flash.cut_at, flash.done = cut, done
        acknowledged = history(flash, RECORDS)
        journal = opened(flash)
        found = payloads(journal)
        whole = [numbered(n) for n in range(RECORDS)]
        extra = found[-1:] if len(found) and found[-1] == whole[len(acknowledged)] else []
        kept = found[: len(found) - len(extra)]
        assert kept == acknowledged[len(acknowledged) - len(kept) :], cut
        assert len(kept) >= min(len(acknowledged), PAGES - 2 * BLOCK // PAGE), cut
        assert journal.append(NOTE, b"after") and payloads(opened(flash))[-1] == b"after", cut


def test_torn_records_are_counted():
    flash = new_flash()
    flash.cut_at, flash.done = 5, "half"
    history(flash, 10)
    journal = opened(flash)
    assert len(payloads(journal)) == 5
    assert journal.torn == 1


def test_repeated_power_cuts_never_lose_an_older_record():
    flash = new_flash()
    expected = []
    for boot in range(60):
        flash.cut_at, flash.done = len(flash.operations) + boot % 4, "half"
        try:
            journal = opened(flash)
            for number in range(5):
                payload = b"%d.%d" % (boot, number)
                if journal.append(NOTE, payload):
                    expected.append(payload)
                journal.make_room()
        except PowerCutError:
            pass
    flash.cut_at = -1
    found = payloads(opened(flash))
    assert found == expected[-len(found) :]
    assert len(found) >= 20


@pytest.mark.parametrize("flipped", [4, 15, 16, 17, 19])
def test_a_flipped_bit_costs_one_record(flipped):
    flash = new_flash()
    journal = opened(flash)
    for number in range(20):
        journal.append(NOTE, numbered(number))
    flash.memory[FIRST * BLOCK + flipped * PAGE + 17] ^= 1
    journal = opened(flash)
    assert payloads(journal) == [numbered(n) for n in range(20) if n != flipped]
    assert journal.torn == 1
    assert journal.append(NOTE, b"after") == (21 if flipped < 19 else 20)


# The unit page

UNIT = (1, 50000, 3500000, 344738, 551581, 0, 103200, 1000, -250)


def unit_flash(first, second):
    flash = NorFlash(2)
    flash.memory[: len(first)] = first
    flash.memory[BLOCK : BLOCK + len(second)] = second
    return flash


def test_the_unit_is_read_from_its_first_copy():
    other = (2, *UNIT[1:])
    assert unit_page.read(unit_flash(encode(UNIT), encode(other))) == UNIT


def test_the_second_copy_serves_when_the_first_is_torn():
    torn = encode(UNIT)[:100]
    assert unit_page.read(unit_flash(torn, encode(UNIT))) == UNIT


def test_an_empty_flash_holds_no_unit():
    assert unit_page.read(NorFlash(2)) is None


@pytest.mark.parametrize("at", range(256))
def test_any_flipped_bit_makes_a_copy_invalid(at):
    page = bytearray(encode(UNIT))
    page[at] ^= 1 << at % 8
    assert unit_page.decode(page) is None


@pytest.mark.parametrize(("version", "count"), [(2, 9), (1, 8), (1, 10)])
def test_another_version_or_count_is_not_read(version, count):
    page = bytearray(encode(UNIT))
    struct.pack_into("<HH", page, 4, version, count)
    struct.pack_into("<I", page, 252, crc32(page[:252]))
    assert unit_page.decode(page) is None
