"""Requirements on the pages of the journal and of the traces, and on the unit page: no power cut,
torn page or flipped bit loses what was written before."""

import hashlib
import random
import struct
from binascii import crc32

import pytest

from manostat import unit_page
from manostat.journal import (
    BOOT,
    INTENT,
    NOTE,
    OUTCOME,
    PAIN_MARK,
    PAYLOAD_MOST,
    Journal,
)
from manostat.trace import Trace
from manostat.trace_store import TICKS, TraceRing, TraceStore
from manostat_sim.unit_page import encode
from manostat_tools.journal.findings import read_journal, read_ring

from .nor_flash import BLOCK, ERASE_DONE, PAGE, NorFlash, PowerCutError, every_cut, part_done

FIRST = 2  # other things live in the blocks before and behind
BLOCKS = 4
PAGES = BLOCKS * BLOCK // PAGE
A_BLOCK = BLOCK // PAGE


def new_flash(content=None):
    flash = NorFlash(FIRST + BLOCKS + 1, content)
    if content is None:
        flash.memory[: FIRST * BLOCK] = b"\x5a" * FIRST * BLOCK
        flash.memory[-BLOCK:] = b"\xa5" * BLOCK
    return flash


def opened(flash):
    journal = Journal(flash, FIRST, BLOCKS)
    journal.scan()
    return journal


def opened_ring(flash):
    ring = TraceRing(flash, FIRST, BLOCKS)
    ring.scan()
    return ring


def payloads(journal):
    return [record.payload for record in journal.records()]


def numbered(number):
    return struct.pack("<I", number) * (number % 55 + 1)


def filled(records):
    flash = new_flash()
    journal = opened(flash)
    for number in range(records):
        assert journal.append(NOTE, numbered(number))
    return flash


def page_at(flash, number):
    at = FIRST * BLOCK + number * PAGE
    return bytes(flash.memory[at : at + PAGE])


def spoil(flash, number, offset=17, bits=1):
    flash.memory[FIRST * BLOCK + number * PAGE + offset] ^= bits


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
def test_a_full_journal_takes_no_more_and_keeps_everything():
    flash = filled(PAGES)
    journal = opened(flash)
    assert journal.room == 0
    before = bytes(flash.memory)
    assert journal.append(NOTE, b"too much") == 0
    assert flash.memory == before
    assert payloads(opened(flash)) == [numbered(number) for number in range(PAGES)]


@pytest.mark.req("L-05")
def test_each_record_is_one_program_and_nothing_is_ever_erased():
    flash = filled(PAGES)
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


# Intent and outcome


@pytest.mark.req("L-04")
@pytest.mark.parametrize("between", [(), (PAIN_MARK, NOTE), (BOOT,)])
def test_an_intent_without_outcome_is_seen_at_the_next_boot(between):
    flash = new_flash()
    journal = opened(flash)
    journal.append(INTENT, b"first")
    journal.append(OUTCOME, b"first done")
    journal.append(INTENT, b"second")
    for kind in between:
        journal.append(kind, b"-")
    newest, note, whole = opened(flash).last_words()
    assert (newest.kind, newest.payload, whole) == (INTENT, b"second", True)
    assert (note is not None) == (NOTE in between)


@pytest.mark.req("L-04")
def test_an_intent_with_outcome_is_matched():
    flash = new_flash()
    journal = opened(flash)
    journal.append(INTENT, b"level")
    journal.append(OUTCOME, b"done")
    journal.append(NOTE, b"-")
    newest, note, whole = opened(flash).last_words()
    assert (newest.kind, note.payload, whole) == (OUTCOME, b"-", True)


@pytest.mark.req("L-02", "L-04")
@pytest.mark.parametrize("spoilt", range(6))
def test_a_record_that_is_missing_behind_the_newest_intent_or_outcome_is_noticed(spoilt):
    flash = new_flash()
    journal = opened(flash)
    for kind in (BOOT, OUTCOME, PAIN_MARK, INTENT, PAIN_MARK, NOTE):
        journal.append(kind, bytes((kind,)))
    for offset in (2, 4, 17):  # what it was may be wrong in it, too
        spoil(flash, spoilt, offset)
    newest, _, whole = opened(flash).last_words()
    assert newest.kind == (OUTCOME if spoilt == 3 else INTENT)
    assert whole == (spoilt not in (3, 4)), "the last page may as well have been cut off"


@pytest.mark.req("L-02", "L-04")
def test_a_journal_whose_only_intent_is_missing_is_not_whole():
    flash = new_flash()
    journal = opened(flash)
    for kind in (INTENT, BOOT):
        journal.append(kind, b"-")
    spoil(flash, 0)
    assert opened(flash).last_words() == (None, None, False)


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
def test_torn_records_are_counted_and_never_programmed_again():
    flash = new_flash()
    flash.cut_at, flash.done = 5, "half"
    journal = opened(flash)
    with pytest.raises(PowerCutError):
        for number in range(6):
            journal.append(NOTE, numbered(number))
    torn = page_at(flash, 5)
    journal = opened(flash)
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


# The ring of traces


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


# Storing a trace


def held(ticks, level=3):
    trace = Trace(4000)
    trace.begin(level)
    for tick in range(ticks):
        trace.add(tick % 16384, tick % 4)
    return trace


def stored(store):
    for _ in range(1000):
        done = store.step(77)
        if done:
            return done
    raise AssertionError("the trace is never stored")


@pytest.mark.parametrize("ticks", [1, 105, 106, 107, 500])
def test_a_trace_is_stored_once_whole_and_named_by_its_hash(ticks):
    trace = held(ticks)
    ring = opened_ring(new_flash())
    store = TraceStore(ring, trace)
    assert stored(store) == 1
    tie = bytearray(60)
    assert store.tie(tie) == store.tie(tie) == 52
    pages = list(ring.records())
    assert struct.unpack_from("<5i", tie) == (3, 0, ticks, 1, len(pages))
    content = b"".join(page.payload[8:] for page in pages)
    assert content == trace.buf[: 2 * ticks]
    assert tie[20:52] == hashlib.sha256(content).digest()
    store.tied()
    assert not store.due()


def test_what_came_later_is_stored_by_itself():
    trace = held(110)
    store = TraceStore(opened_ring(new_flash()), trace)
    stored(store)
    trace.add(1, 1)  # moved again before the first stretch was tied
    assert store.step(78) == 1
    tie = bytearray(60)
    store.tie(tie)
    assert struct.unpack_from("<3i", tie) == (3, 0, 110)
    store.tied()
    assert store.due()
    stored(store)
    store.tie(tie)
    assert struct.unpack_from("<5i", tie) == (3, 110, 1, 3, 1)


def test_a_ring_that_takes_nothing_is_given_up():
    flash = new_flash()
    flash.memory[FIRST * BLOCK : (FIRST + BLOCKS) * BLOCK] = bytes(BLOCKS * BLOCK)
    trace = held(10)
    ring = opened_ring(flash)
    assert ring.foreign == BLOCKS, "zeros of which there are no records to say whose they are"
    store = TraceStore(ring, trace)
    assert stored(store) == -1
    assert not store.due()
    assert flash.operations == []


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
