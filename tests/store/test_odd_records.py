"""Requirements on records with numbers that no pump writes, in pages that are sound: said, never a
traceback, and nothing else is lost for them."""

import shutil

import pytest

from manostat_tools.journal.payloads import TICKS
from manostat_tools.store.chain import sha256
from manostat_tools.store.errors import ContradictionError, StoreError
from manostat_tools.store.imports import import_pull
from manostat_tools.store.listing import store_lines
from manostat_tools.store.reading import unassigned
from manostat_tools.store.store import Store

from ..handmade_journal import BOOT, chained, intent, outcome, page, ticks, trace
from ..session.written import START
from .spoiling import said, spoil

UNIT = "4d2d303137000000"
WORDS = b"\x01\x10" * 50

ODD = {
    "mode": ([intent(mode=7), outcome(mode=7)], 3, "mode 7: allowed 1 to 6"),
    "delivered": ([intent(), outcome(delivered_nl=-5)], 3, "volume_nl -5: "),
    "peak": ([intent(), outcome(peak_pa=3_000_000)], 3, "peak_pa 3000000: "),
    "steps": ([intent(nl_den=0), BOOT], 2, "nl_den 0: allowed 1 or more"),
    "reserved": ([intent(reserved_steps=1_100_000), BOOT], 2, "volume_nl 113526850: "),
}


@pytest.mark.req("L-05")
@pytest.mark.parametrize("odd", ODD)
def test_a_run_of_numbers_that_no_pump_writes_is_said_and_hides_no_other(store, odd):
    records, number, reason = ODD[odd]
    pages = chained(BOOT, *records, intent(), outcome(peak_pa=345_678))
    line = f"run of record {number} cannot be read: {reason}"
    outcome_of_import = import_pull(store, b"".join(pages), START, UNIT)
    assert not outcome_of_import.is_sound
    assert any(line in finding for finding in outcome_of_import.findings)
    assert [run.peak_pa for run in unassigned(store, UNIT)] == [345_678]
    assert any(line in each for each in store_lines(store))
    (broken,) = said(store.file)
    assert broken.startswith(f"unit M-017: {line}")


@pytest.mark.req("L-05")
@pytest.mark.parametrize(
    "content", ["x''", "x'00'", "x'ffff4a4d'", "zeroblob(256)", "zeroblob(300)"]
)
def test_a_stored_page_of_any_other_content_is_found_and_ends_nothing(store, content):
    pages = chained(BOOT, intent(), outcome())
    import_pull(store, b"".join(pages), START, UNIT)
    for number, content_of in enumerate(pages, 1):
        digest = sha256(content_of)
        file = store.file.with_name(f"{number}.sqlite")
        shutil.copy(store.file, file)
        spoil(
            file,
            lambda raw, digest=digest: raw.execute(
                f"UPDATE blobs SET content = {content} WHERE lower(hex(sha256)) = ?", [digest]
            ),
        )
        assert said(file)[0].startswith(f"blob {digest}: its ")
        with Store.open(file) as spoilt:
            assert list(store_lines(spoilt))
            with pytest.raises((ContradictionError, StoreError)):
                import_pull(spoilt, b"".join(chained(BOOT, BOOT, BOOT, BOOT)[1:]), START, UNIT)


@pytest.mark.req("L-05")
@pytest.mark.parametrize("nested", ["[" * 990 + "]" * 990, '{"a":' * 990 + "1" + "}" * 990])
def test_an_entry_nested_too_deeply_is_found_and_the_rest_is_checked(store, nested):
    import_pull(store, b"".join(chained(BOOT)), START, UNIT)
    spoil(
        store.file, lambda raw: raw.execute("UPDATE entries SET body=? WHERE sequence=2", [nested])
    )
    wrong = said(store.file)
    assert any(line.startswith("entry 2: cannot be read: ") for line in wrong)
    assert any("no entry names it" in line for line in wrong)


def test_a_trace_of_more_pages_than_there_can_be_is_not_pulled_and_no_break(store):
    data = [*chained(BOOT, trace(WORDS, 1, (1 << 31) - 1)), ticks(WORDS)]
    import_pull(store, b"".join(data), START, UNIT)
    assert said(store.file) == []


@pytest.mark.req("L-05")
@pytest.mark.parametrize(
    "changed", [b"\x02" + WORDS[1:], WORDS[:-2], b"abc"], ids=["another word", "less", "no page"]
)
def test_a_spoilt_trace_is_told_by_the_import_that_brings_all_its_pages(store, changed):
    journal = chained(BOOT, intent(), outcome(), trace(WORDS, 1, 1), trace(WORDS, 2, 3))
    spoilt = page(TICKS, 1, None, changed) if changed == b"abc" else ticks(changed)
    outcome_of_import = import_pull(store, b"".join([*journal, spoilt]), START, UNIT)
    (finding,) = outcome_of_import.findings
    assert finding.startswith("trace at byte 768: level 1: ") and not outcome_of_import.is_sound
    (broken,) = said(store.file)
    assert finding.split(": ", 1)[1] in broken


def test_a_trace_of_which_pages_are_still_to_come_is_no_finding(store):
    journal = chained(BOOT, intent(), outcome(), trace(WORDS + WORDS, 1, 2))
    import_of_half = import_pull(store, b"".join([*journal, ticks(WORDS)]), START, UNIT)
    assert import_of_half.is_sound and import_of_half.findings == []
