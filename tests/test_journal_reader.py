"""Requirements on `manostat journal`: it knows the format from docs/journal.md alone, and says what
is torn, spoilt, missing, exchanged, forged or gone, with its place."""

import ast
import hashlib
import hmac
import json
import re
import struct
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest

from manostat_tools.boards import BOARDS, REPOSITORY, load_board
from manostat_tools.cli import main
from manostat_tools.journal import names, payloads, source
from manostat_tools.journal.book import read_book
from manostat_tools.journal.seals import PUBLIC_KEY, name_of

from .book_bench import KEY_AT, BookBench, new_storage
from .nor_flash import BLOCK, PAGE

JOURNAL_AT = source.JOURNAL.start
TRACES_AT = source.TRACES.start
KEY = bytes(range(1, 33))
DOCUMENT = (REPOSITORY / "docs" / "journal.md").read_text()
PACKAGE = Path(source.__file__).parent


def page(kind, sequence, before=None, payload=b"", boot=1, ms=0):
    """A record made by hand, as the document describes it."""
    body = struct.pack("<HBBIHBBI", 0x4D4A, kind, len(payload), sequence, boot, 2, 0, ms) + payload
    chain = bytes(16) if before is None else hashlib.sha256(before).digest()[:16]
    body = body.ljust(236, b"\xff") + chain
    return body + struct.pack("<I", crc32(body))


def chained(count, kind=payloads.PLATEAU, payload=bytes(12)):
    pages = []
    for number in range(count):
        pages.append(page(kind, number + 1, pages[-1] if pages else None, payload, ms=10 * number))
    return pages


def storage(pages, traces=()):
    data = bytearray(b"\xff" * source.STORAGE_BYTES)
    for at, content in ((JOURNAL_AT, b"".join(pages)), (TRACES_AT, b"".join(traces))):
        data[at : at + len(content)] = content
    return bytes(data)


def found(data, key=None):
    return [(finding.what, finding.place) for finding in read_book(data, key).findings]


@cache
def recorded(sealed=True):
    """The storage of a pump that did one level and was switched off in the next intent."""
    flash = new_storage()
    if sealed:
        key_page = (b"MKEY" + struct.pack("<HH", 1, 32) + KEY).ljust(252, b"\xff")
        flash.memory[KEY_AT : KEY_AT + PAGE] = key_page + struct.pack("<I", crc32(key_page))
    bench = BookBench(flash)
    bench.power_on()
    bench.arm()
    bench.press("RUN")
    bench.advance(0.5)
    bench.hold("PAIN", 0.2)
    bench.release("RUN")
    bench.advance(0.2)
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    bench.press("RUN")
    bench.advance(0.2)
    bench.power_off()
    bench.release("RUN")
    bench.power_on()
    bench.advance(0.1)
    return bytes(flash.memory)


def places(data, *kinds):
    return [record.place for record in read_book(data).records if record.kind in kinds]


# Independence


@pytest.mark.req("L-02")
def test_the_reader_shares_no_code_with_firmware_or_simulator():
    for file in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            for module in modules:
                top = module.split(".")[0]
                assert top not in ("manostat", "manostat_sim"), file.name
                if top == "manostat_tools":
                    assert module.startswith("manostat_tools.journal"), file.name


def test_the_places_are_those_of_the_board():
    pump = load_board(BOARDS / "RPI_PICO").pump
    assert pump.storage_flash_bytes == source.STORAGE_BYTES
    assert source.JOURNAL.start == pump.journal_flash_offset_bytes
    assert source.JOURNAL.stop == pump.trace_flash_offset_bytes == source.TRACES.start
    assert source.TRACES.stop == pump.identity_flash_offset_bytes
    assert pump.key_flash_offset_bytes == KEY_AT
    for number in (8192, 524_288, 532_480, 897_024, 1_429_504, 1_433_600, 1_437_696):
        assert f"{number:_}".replace("_", " ") in DOCUMENT or str(number) in DOCUMENT


@pytest.mark.parametrize(
    ("row", "table"),
    [
        ("mode", names.MODES),
        ("state", names.STATES),
        ("reason", names.REASONS),
        ("fault", names.FAULTS),
        ("opening_how", names.OPENINGS),
        ("verdict", names.VERDICTS),
    ],
)
def test_words_are_those_of_the_document_and_codes_those_of_the_firmware(row, table):
    (line,) = re.findall(rf"^\| {row} \| (.*) \|$", DOCUMENT, re.M)
    said = {int(code): word for code, word in (item.split(" ", 1) for item in line.split(", "))}
    assert said == table
    if row == "fault":
        from manostat.core import codes

        assert max(table) == codes.END_FULL
        assert all(getattr(codes, word.upper().replace(" ", "_")) == code
                   for code, word in table.items() if code)  # fmt: skip


def test_what_the_firmware_writes_is_what_the_document_describes():
    from manostat import journal, record

    kinds = {name: getattr(journal, name) for name in payloads.KINDS.values() if name != "TICKS"}
    assert {name: code for code, name in payloads.KINDS.items() if name != "TICKS"} == kinds
    for code, name in payloads.KINDS.items():
        assert re.search(rf"^##+ .*\b{code} {name}\b", DOCUMENT, re.M), name
    assert payloads._OUTCOME == record.LEVEL
    assert payloads._INTENT == record.INTENT
    assert payloads._NOTE == record.NOTE
    assert payloads._PLATEAU == record.PLATEAU


# What is whole


def test_a_pumps_own_journal_is_whole_and_tells_what_happened():
    book = read_book(recorded(), KEY)
    assert book.is_sound and book.findings == []
    kinds = [payloads.KINDS[record.kind] for record in book.records]
    assert [kind for kind in kinds if kind != "EVENTS"] == [
        "BOOT", "INTENT", "OUTCOME", "SEAL", "TRACE", "SEAL", "INTENT", "BOOT",
    ]  # fmt: skip
    (stretch,) = book.stretches
    assert stretch.state == "whole"
    (outcome,) = [r for r in book.records if r.kind == payloads.OUTCOME]
    assert sum(tick.made for tick in stretch.ticks()) == payloads.fields_of(outcome)["steps"]


@pytest.mark.req("L-04")
def test_an_intent_without_outcome_reads_delivery_uncertain(capsys, tmp_path):
    file = tmp_path / "storage.bin"
    file.write_bytes(recorded())
    assert main(["journal", str(file)]) == 0
    told = capsys.readouterr().out
    assert told.count("DELIVERY UNCERTAIN") == 1
    assert re.search(r"INTENT .*DELIVERY UNCERTAIN", told)
    for said in ("boot 1", "boot 2", "level 1", "OUTCOME    pain", "RUN closed", "STOP pressed"):
        assert said in told


def test_what_service_did_is_told(capsys, tmp_path):
    unit = struct.pack("<9i", 1, 50_000, 2_000_000, 344_738, 551_581, 0, 422_733, 4_096, -250)
    payloads_of_service = (b"\1", b"\2" + unit, b"\3M-017\0\0\0", b"\4" + bytes(range(8)), b"\7")
    pages = []
    for number, payload in enumerate(payloads_of_service):
        before = pages[-1] if pages else None
        pages.append(page(payloads.SERVICE, number + 1, before, payload))
    pages.append(page(payloads.SERVICE, len(pages) + 1, pages[-1], b"\2" + unit[:-1]))
    file = tmp_path / "storage.bin"
    file.write_bytes(storage(pages))
    assert main(["journal", str(file)]) == 0
    said = capsys.readouterr().out.splitlines()
    lines = [line.split("SERVICE")[1].strip() for line in said if "SERVICE" in line]
    assert lines == [
        "service mode opened",
        "unit to be stored: inject 2.000 mL at 0.050 mL/s, 50.0 psi above opening, 80.0 psi line",
        "identity to be stored: M-017",
        "key to be stored: 0001020304050607",
        "code 7",
        "unreadable",
    ]


def test_flash_image_storage_and_answer_to_j_say_the_same():
    data = recorded()
    image = b"\xff" * source.STORAGE_AT + data
    sent = b"".join(data[at : at + PAGE] for at in places(data, *payloads.KINDS))
    digests = [[r.digest for r in read_book(each).records] for each in (data, image, sent)]
    assert digests[0] == digests[1] == digests[2]
    assert [stretch.state for stretch in read_book(sent).stretches] == ["not in the file"]
    assert read_book(sent).is_sound


@pytest.mark.parametrize("content", [b"", b"\xff" * 512, bytes(1000), b"\xff" * 4096])
def test_what_is_no_journal_is_refused_with_what_would_be_read(capsys, tmp_path, content):
    file = tmp_path / "other.bin"
    file.write_bytes(content)
    assert main(["journal", str(file)]) == 2
    said = capsys.readouterr().err
    assert str(file) in said and "2097152" in said and "1441792" in said


def test_help_teaches_what_to_read_and_what_the_exit_code_means(capsys):
    with pytest.raises(SystemExit):
        main(["journal", "--help"])
    said = capsys.readouterr().out
    for word in ("picotool", "BOOTSEL", "answer to J", "Exit code", "--key", "--json"):
        assert word in said


def test_json_holds_records_findings_seals_and_traces(capsys, tmp_path):
    file, key, traces = tmp_path / "storage.bin", tmp_path / "key", tmp_path / "traces"
    file.write_bytes(recorded())
    key.write_text(KEY.hex() + "\n")
    arguments = [str(file), "--key", str(key), "--json", "--traces", str(traces)]
    assert main(["journal", *arguments]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["whole"] is True and data["findings"] == []
    assert data["records"][0]["kind"] == "BOOT"
    assert data["seals"]["good"] == 2
    assert len(data["delivery_uncertain"]) == 1
    (trace,) = data["traces"]
    (table,) = traces.iterdir()
    assert len(table.read_text().splitlines()) == trace["words"] + 1


# What is not


@pytest.mark.req("L-02")
@pytest.mark.parametrize("at", range(PAGE))
def test_a_flipped_bit_at_any_byte_of_a_page_is_reported_at_its_place(at, figure):
    data = bytearray(storage(chained(5)))
    data[JOURNAL_AT + 2 * PAGE + at] ^= 1 << at % 8
    book = read_book(bytes(data))
    assert [record.sequence for record in book.records] == [1, 2, 4, 5]
    assert not book.is_sound
    missed = ("spoilt", JOURNAL_AT + 2 * PAGE) not in found(bytes(data))
    figure(
        "L-02", missed, 0, "records", "=", of="torn or spoilt records that are not reported, spoilt"
    )
    assert not missed


@pytest.mark.req("L-02")
@pytest.mark.parametrize("whole", [1, 19, 20, 100, 255])
def test_a_torn_page_is_a_note_and_its_record_follows(whole, figure):
    pages = chained(4)
    torn = pages[2][:whole].ljust(PAGE, b"\xff")
    data = storage([*pages[:2], torn, *pages[2:]])
    missed = 1 - len(found(data))
    figure(
        "L-02", missed, 0, "records", "=", of="torn or spoilt records that are not reported, torn"
    )
    assert found(data) == [("torn", JOURNAL_AT + 2 * PAGE)]
    assert read_book(data).is_sound


@pytest.mark.req("L-02")
def test_a_record_that_was_written_twice_is_a_note_and_another_of_its_number_is_not():
    pages = chained(4)
    sooner = page(payloads.PLATEAU, 3, pages[1], bytes(12), ms=18)
    data = storage([*pages[:2], sooner, *pages[2:]])
    assert found(data) == [("repeated", JOURNAL_AT + 2 * PAGE)]
    assert read_book(data).is_sound
    assert len(read_book(data).records) == 4
    other = page(payloads.PLATEAU, 3, pages[1], bytes(11) + b"x", ms=18)
    assert not read_book(storage([*pages[:2], other, *pages[2:]])).is_sound


@pytest.mark.req("L-02")
def test_a_torn_page_at_the_end_is_a_note():
    pages = chained(3)
    data = storage([*pages[:2], pages[2][:100] + b"\xff" * 156])
    assert found(data) == [("torn", JOURNAL_AT + 2 * PAGE)]
    assert read_book(data).is_sound


@pytest.mark.req("L-02")
def test_a_missing_record_is_a_gap():
    pages = chained(5)
    data = storage([*pages[:2], *pages[3:]])
    assert ("gap", JOURNAL_AT + 2 * PAGE) in found(data)
    assert ("gap", 2 * PAGE) in found(b"".join([*pages[:2], *pages[3:]]))
    assert not read_book(data).is_sound


@pytest.mark.req("L-05")
def test_a_record_that_was_rewritten_with_a_right_crc_breaks_the_chain():
    pages = chained(5)
    pages[2] = page(payloads.PLATEAU, 3, pages[1], bytes([1]) + bytes(11), ms=20)
    assert found(storage(pages)) == [("chain break", JOURNAL_AT + 3 * PAGE)]


@pytest.mark.req("L-05")
def test_records_that_were_exchanged_are_out_of_order():
    pages = chained(5)
    pages[2], pages[3] = pages[3], pages[2]
    assert not read_book(storage(pages)).is_sound


@pytest.mark.req("S-03")
def test_foreign_data_is_reported():
    pages = chained(3)
    foreign = (bytes.fromhex("01000000f00fffff") + b"littlefs").ljust(PAGE, b"\x00")
    assert found(storage([*pages, foreign])) == [("foreign", JOURNAL_AT + 3 * PAGE)]


# Seals


@pytest.mark.req("L-05")
def test_a_seal_vouches_for_all_records_before_it():
    book = read_book(recorded(), KEY)
    assert (book.seals.good, book.seals.public, book.seals.unknown) == (2, 0, 0)
    (trace,) = [record for record in book.records if record.kind == payloads.TRACE]
    assert book.seals.sealed_to == trace.sequence


@pytest.mark.req("L-05")
def test_a_whole_history_written_anew_without_the_key_is_caught_by_the_seals():
    data = recorded()
    old = read_book(data).records
    pages = []
    for record in old:
        payload = record.payload
        if record.kind == payloads.OUTCOME:
            payload = payload[:48] + struct.pack("<i", 1) + payload[52:]  # fewer steps
        before = pages[-1] if pages else None
        pages.append(page(record.kind, record.sequence, before, payload, record.boot, record.ms))
    forged = read_book(storage(pages), KEY)
    assert {finding.what for finding in forged.findings} >= {"seal"}
    assert not forged.is_sound and forged.seals.good == 0


@pytest.mark.parametrize("key", [None, bytes(32)])
def test_seals_of_a_key_that_was_not_given_are_not_called_good(key):
    book = read_book(recorded(), key)
    assert (book.seals.good, book.seals.unknown, book.seals.sealed_to) == (0, 2, 0)
    assert book.is_sound == (key is None)


def rewritten(change, data=None, keep=lambda _: True):
    """A journal whose records are written anew, chained and numbered as a pump does it; `change`
    gives each record's payload, knowing the SHA-256 of the page before."""
    pages = []
    for record in filter(keep, read_book(data or recorded()).records):
        before = pages[-1] if pages else None
        digest = hashlib.sha256(before).digest() if before else b""
        payload = change(record, digest)
        pages.append(page(record.kind, len(pages) + 1, before, payload, record.boot, record.ms))
    return pages


def sealed_by(key):
    def change(record, digest):
        if record.kind == payloads.SEAL:
            return bytes.fromhex(name_of(key)) + hmac.new(key, digest, "sha256").digest()
        if record.kind == payloads.OUTCOME:
            return record.payload[:48] + struct.pack("<i", 1) + record.payload[52:]  # fewer steps
        return record.payload

    return change


def serious(pages, key=KEY):
    return {finding.what for finding in read_book(storage(pages), key).findings if finding.serious}


@pytest.mark.req("L-05")
@pytest.mark.parametrize("other", [bytes(32), PUBLIC_KEY])
def test_a_history_that_is_sealed_with_another_key_is_forged(other):
    assert serious(rewritten(sealed_by(other))) >= {"seal", "unsealed"}
    assert not serious(rewritten(sealed_by(KEY))) - {"trace"}
    assert not serious(rewritten(sealed_by(other)), None) - {"trace"}


@pytest.mark.req("L-05")
def test_a_history_without_seals_is_forged():
    bare = rewritten(sealed_by(KEY), keep=lambda record: record.kind != payloads.SEAL)
    assert "unsealed" in serious(bare)
    last = [record.kind for record in read_book(storage(bare)).records].index(payloads.OUTCOME)
    assert "unsealed" in serious(bare[: last + 1]), "nor is there one to come that anyone knows of"
    assert not serious(bare[:last])
    assert "unsealed" not in serious(bare, None)


@pytest.mark.req("L-05")
@pytest.mark.parametrize("claimed_key", [0, 1])
def test_a_tail_without_seals_is_forged_whatever_its_boot_says_of_the_key(claimed_key):
    pages = rewritten(sealed_by(KEY))
    (outcome,) = [r for r in read_book(recorded()).records if r.kind == payloads.OUTCOME]
    for kind, payload in (
        (payloads.BOOT, bytes(6) + bytes((claimed_key,)) + bytes(9)),
        (payloads.OUTCOME, outcome.payload),
    ):
        pages.append(page(kind, len(pages) + 1, pages[-1], payload, boot=3))
    assert "unsealed" not in serious(pages), "its seal may be due yet"
    pages.append(page(payloads.EVENTS, len(pages) + 1, pages[-1], b"", boot=3))
    assert "unsealed" in serious(pages)
    (finding,) = [f for f in read_book(storage(pages), KEY).findings if f.what == "unsealed"]
    assert finding.place == JOURNAL_AT + (len(pages) - 2) * PAGE


@pytest.mark.req("L-05")
def test_a_good_seal_vouches_also_for_what_came_before_the_pump_had_this_key():
    pages = rewritten(sealed_by(PUBLIC_KEY))
    digest = hashlib.sha256(pages[-1]).digest()
    payload = bytes.fromhex(name_of(KEY)) + hmac.new(KEY, digest, "sha256").digest()
    pages.append(page(payloads.SEAL, len(pages) + 1, pages[-1], payload))
    assert not serious(pages) - {"trace"}


def test_seals_of_the_bench_image_prove_nothing(capsys, tmp_path):
    file = tmp_path / "storage.bin"
    file.write_bytes(recorded(sealed=False))
    main(["journal", str(file)])
    assert "they prove nothing" in capsys.readouterr().out
    assert f"`{PUBLIC_KEY.decode()}`" in DOCUMENT


def test_a_seal_is_the_documented_mac():
    pages = chained(2)
    digest = hashlib.sha256(pages[1]).digest()
    payload = bytes.fromhex(name_of(KEY)) + hmac.new(KEY, digest, "sha256").digest()
    pages.append(page(payloads.SEAL, 3, pages[1], payload))
    assert read_book(storage(pages), KEY).seals.sealed_to == 2
    pages[2] = page(payloads.SEAL, 3, pages[1], payload[:-1] + b"\x00")
    assert found(storage(pages), KEY) == [("seal", JOURNAL_AT + 2 * PAGE)]


@pytest.mark.parametrize("content", [b"", b"short", b"g" * 64, bytes(33)])
def test_a_key_file_that_is_none_is_refused(capsys, tmp_path, content):
    file, key = tmp_path / "storage.bin", tmp_path / "key"
    file.write_bytes(recorded())
    key.write_bytes(content)
    assert main(["journal", str(file), "--key", str(key)]) == 2
    assert "64 hex digits" in capsys.readouterr().err


# Traces


def test_a_flipped_bit_in_a_trace_is_reported_with_its_level():
    data = bytearray(recorded())
    data[TRACES_AT + PAGE + 40] ^= 4
    (stretch,) = read_book(bytes(data)).stretches
    assert stretch.state == "spoilt"
    assert ("trace", places(bytes(data), payloads.TRACE)[0]) in found(bytes(data))


def test_a_trace_that_was_overwritten_is_named_and_is_no_error():
    data = bytearray(recorded())
    block = data[TRACES_AT : TRACES_AT + BLOCK]
    data[TRACES_AT : TRACES_AT + BLOCK] = b"\xff" * BLOCK
    newer = page(payloads.TICKS, 900, None, bytes(8))
    data[TRACES_AT + 2 * BLOCK : TRACES_AT + 2 * BLOCK + PAGE] = newer
    assert block != data[TRACES_AT : TRACES_AT + BLOCK]
    book = read_book(bytes(data))
    assert [stretch.state for stretch in book.stretches] == ["overwritten"]
    assert book.is_sound


def test_pages_that_no_record_names_are_a_note():
    data = bytearray(recorded())
    (at,) = places(bytes(data), payloads.TRACE)
    data[at:] = b"\xff" * (TRACES_AT - at) + data[TRACES_AT:]
    assert [what for what, _ in found(bytes(data))] == ["trace"]
    assert read_book(bytes(data)).is_sound
