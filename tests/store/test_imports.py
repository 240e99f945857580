"""Requirements on imports: each record once and whole, however it came; contradictions refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manostat_tools.journal.book import read_book
from manostat_tools.journal.page import PAGE_BYTES
from manostat_tools.journal.payloads import TRACE
from manostat_tools.journal.seals import name_of
from manostat_tools.journal.source import STORAGE_AT, TRACES, NoJournalError
from manostat_tools.store.errors import ContradictionError, StoreError
from manostat_tools.store.imports import import_pull
from manostat_tools.store.store import Store
from manostat_tools.store.units import book_of, units_of

from ..session.written import SAME_EACH_RUN, START
from .pumps import (
    KEY,
    OTHER_KEY,
    answer_to_j,
    answer_to_r,
    later,
    resealed,
    sooner,
    with_journal_page,
)

UNIT = name_of(KEY)
SERIAL = "00000000000000aa"


def take(store, data, unit=None):
    return import_pull(store, data, START, unit)


def holds(store, unit=UNIT):
    """The digests of the pump's records as they are stored."""
    return [record.digest for record in book_of(store, units_of(store)[unit]).records]


def digests(data):
    return [record.digest for record in read_book(data).records]


def page(data, number):
    return answer_to_j(data)[number * PAGE_BYTES : (number + 1) * PAGE_BYTES]


@pytest.mark.req("L-05")
def test_a_storage_is_stored_whole_and_the_seals_still_fit(store):
    outcome = take(store, later())
    assert outcome.is_sound and outcome.unit.name == UNIT
    assert holds(store) == digests(later())
    book = book_of(store, outcome.unit, KEY)
    assert book.is_sound
    assert book.seals.sealed_to == max(r.sequence for r in book.records if r.kind == TRACE)
    assert [stretch.state for stretch in book.stretches] == ["whole", "whole"]
    assert outcome.stretches == 2


def test_a_pull_that_is_stored_already_changes_nothing(store):
    take(store, later())
    before = store.head()
    for again in (later(), answer_to_j(later()), sooner(), b"\xff" * STORAGE_AT + later()):
        outcome = take(store, again)
        assert (outcome.records, outcome.trace_pages, outcome.stretches) == (0, 0, 0)
    assert store.head() == before


def test_a_later_pull_adds_what_is_new(store):
    take(store, sooner())
    outcome = take(store, later())
    assert outcome.records == len(digests(later())) - len(digests(sooner()))
    assert holds(store) == digests(later())


def test_an_answer_to_j_is_completed_by_the_flash_with_its_traces(store):
    first = take(store, answer_to_j(later()))
    assert first.stretches == 0 and first.is_sound
    second = take(store, later())
    assert (second.records, second.stretches) == (0, 2)
    assert all(store.blob(digest) for digest in second.unit.stretches)


@settings(SAME_EACH_RUN, max_examples=25)
@given(cuts=st.lists(st.integers(1, 4000), min_size=1, max_size=4))
def test_after_any_lost_links_the_next_whole_pull_makes_it_whole(memory, cuts):
    file = memory / "lost-links.sqlite"
    file.unlink(missing_ok=True)
    whole = answer_to_j(later())
    with Store.create(file, START) as store:
        for cut in cuts:
            part = whole[: min(cut + PAGE_BYTES, len(whole))]
            known = len(units_of(store).get(SERIAL, None).journal) if units_of(store) else 0
            outcome = take(store, part, SERIAL)
            assert outcome.records == max(len(part) // PAGE_BYTES - known, 0)
            assert any("broke off" in each for each in outcome.findings) == bool(
                len(part) % PAGE_BYTES
            )
        take(store, whole)
        assert holds(store, SERIAL) == digests(later())


def test_a_hole_is_told_and_filled_by_the_next_pull(store):
    whole = answer_to_j(later())
    outcome = take(store, whole[: 3 * PAGE_BYTES] + whole[7 * PAGE_BYTES :])
    assert not outcome.is_sound and outcome.unit.missing == [range(4, 8)]
    assert take(store, whole).unit.missing == []
    assert holds(store) == digests(later())


def test_two_halves_make_a_whole_and_the_second_lacks_nothing(store):
    whole = answer_to_j(later())
    at = len(whole) // 2 // PAGE_BYTES * PAGE_BYTES
    take(store, whole[:at], UNIT)
    outcome = take(store, whole[at:], UNIT)
    assert outcome.is_sound and outcome.findings == []
    assert holds(store) == digests(later())


# Contradictions


@pytest.mark.req("L-05")
@pytest.mark.parametrize("number", [0, 3, 8])
def test_a_record_with_other_bytes_is_refused_with_everything_beside_it(store, number):
    take(store, sooner())
    before = store.head()
    changed = with_journal_page(later(), number, resealed(page(later(), number), 12, 0x55))
    with pytest.raises(ContradictionError) as refused:
        take(store, changed, UNIT)
    assert len(refused.value.lines) == 1
    assert refused.value.lines[0].startswith(f"journal, record {number + 1}: stored as ")
    assert store.head() == before and holds(store) == digests(sooner())


@pytest.mark.req("L-05")
@pytest.mark.parametrize("part", ["behind", "before"])
def test_records_of_another_history_do_not_join_on(store, part):
    """None of them is stored under its number, but the chain tells."""
    at = len(answer_to_j(sooner())) // 2 // PAGE_BYTES * PAGE_BYTES
    ours, others = answer_to_j(sooner()), answer_to_j(sooner(until_pain_s=0.6))
    first, second = (ours[:at], others[at:]) if part == "behind" else (ours[at:], others[:at])
    take(store, first, UNIT)
    with pytest.raises(ContradictionError) as refused:
        take(store, second, UNIT)
    said = "does not follow the record" if part == "behind" else "does not follow it"
    assert said in refused.value.lines[0]


def test_a_record_that_the_pump_wrote_once_more_is_no_contradiction(store):
    last = len(answer_to_j(sooner())) // PAGE_BYTES - 1
    again = resealed(page(sooner(), last), 12, page(sooner(), last)[12] ^ 1)
    older, newer = sorted((page(sooner(), last), again), key=lambda each: each[12:16][::-1])
    cut = answer_to_j(sooner())[: last * PAGE_BYTES]
    take(store, cut + older, UNIT)
    assert take(store, cut + older + newer).records == 1
    assert take(store, cut + older).records == 0
    assert take(store, cut + older + newer).records == 0
    assert holds(store)[-1] == digests(cut + newer)[-1]


def written_again(data, ms=1):
    """The last page of an answer to `J`, and the same record written once more a little later."""
    last = data[-PAGE_BYTES:]
    return resealed(last, 13, (last[13] + ms) % 256)


def test_of_a_record_written_once_more_the_later_counts_whichever_is_stored_first(store):
    whole = answer_to_j(sooner())
    again = written_again(whole)
    take(store, whole[:-PAGE_BYTES] + again, UNIT)
    assert take(store, whole + again).records == 0
    assert holds(store) == digests(whole[:-PAGE_BYTES] + again)


@pytest.mark.req("L-05")
@pytest.mark.parametrize("stored", [True, False], ids=["stored before", "not stored"])
def test_another_record_of_a_number_is_refused_though_the_first_is_in_the_file_too(store, stored):
    """Not in the next page, or with something else than the time changed, it was not written once
    more: it is another record."""
    whole = answer_to_j(sooner())
    if stored:
        take(store, whole)
    before = store.head()
    forged = resealed(whole[-PAGE_BYTES:], 16, whole[-PAGE_BYTES + 16] ^ 1)
    before_it = whole[-2 * PAGE_BYTES : -PAGE_BYTES]
    for behind in (forged, before_it + written_again(whole)):
        with pytest.raises(ContradictionError) as refused:
            take(store, whole + behind, UNIT)
        (line,) = refused.value.lines
        assert "twice in the file" in line and store.head() == before


@pytest.mark.req("L-05")
def test_a_record_written_once_more_is_refused_where_the_stored_one_behind_it_follows_the_first(
    store,
):
    whole = answer_to_j(sooner())
    take(store, whole)
    before = whole[:-PAGE_BYTES]
    with pytest.raises(ContradictionError, match="1 times something else") as refused:
        take(store, before + written_again(before))
    assert "that is stored does not follow it" in refused.value.lines[0]


def test_records_out_of_their_order_are_told_of_an_answer_to_j_too(store):
    whole = answer_to_j(sooner())
    swapped = whole[: -2 * PAGE_BYTES] + whole[-PAGE_BYTES:] + whole[-2 * PAGE_BYTES : -PAGE_BYTES]
    outcome = take(store, swapped)
    assert not outcome.is_sound
    assert any(each.startswith("order at byte") for each in outcome.findings)


@pytest.mark.req("L-05")
def test_pages_that_each_claim_to_be_the_other_written_once_more_end_in_a_refusal(store):
    whole = answer_to_j(sooner())
    take(store, whole)
    other = resealed(whole[-PAGE_BYTES:], 16, whole[-PAGE_BYTES + 16] ^ 1)
    with pytest.raises(ContradictionError):
        take(store, whole + written_again(whole) + whole[-PAGE_BYTES:] + other)


@pytest.mark.req("L-05")
def test_a_record_that_differs_in_its_time_alone_is_a_contradiction_without_the_first(store):
    take(store, sooner())
    last = len(answer_to_j(sooner())) // PAGE_BYTES - 1
    changed = resealed(page(sooner(), last), 12, page(sooner(), last)[12] ^ 1)
    with pytest.raises(ContradictionError, match="1 times something else"):
        take(store, with_journal_page(sooner(), last, changed))


@pytest.mark.req("L-05")
def test_a_trace_page_with_other_bytes_is_refused(store):
    take(store, later())
    data = bytearray(later())
    data[TRACES.start : TRACES.start + PAGE_BYTES] = resealed(
        data[TRACES.start : TRACES.start + PAGE_BYTES], 30, 0x55
    )
    with pytest.raises(ContradictionError, match="1 times something else"):
        take(store, bytes(data))


def test_a_damaged_page_is_told_and_kept_in_the_entry(store):
    spoilt = bytearray(page(sooner(), 3))
    spoilt[40] ^= 4
    outcome = take(store, with_journal_page(sooner(), 3, bytes(spoilt)))
    assert not outcome.is_sound and outcome.unit.missing == [range(4, 5)]
    kept = [finding for pull in store.pulls() for finding in pull.findings]
    assert any(finding.startswith("spoilt at byte 8960") for finding in kept)
    assert take(store, sooner()).unit.missing == []


# Which pump


def test_two_pumps_are_kept_apart_by_the_keys_of_their_seals(store):
    take(store, later())
    take(store, later(key=OTHER_KEY))
    assert set(units_of(store)) == {UNIT, name_of(OTHER_KEY)}
    assert holds(store, name_of(OTHER_KEY)) == digests(later(key=OTHER_KEY))


def test_a_pump_that_was_named_is_known_again_by_its_records(store):
    take(store, sooner(), SERIAL)
    assert take(store, later()).unit.name == SERIAL
    assert set(units_of(store)) == {SERIAL}


def test_a_pull_without_seals_of_an_unknown_pump_is_refused(store):
    with pytest.raises(StoreError, match=r"2 records without a seal.*allowed with --unit"):
        take(store, answer_to_j(later())[: 2 * PAGE_BYTES])


def test_what_is_no_journal_is_refused(store):
    with pytest.raises(NoJournalError):
        take(store, b"\xff" * 512)


# Traces


def test_pages_of_traces_behind_the_journal_are_stored_and_put_together(store):
    take(store, answer_to_j(sooner()))
    outcome = take(store, answer_to_j(sooner()) + answer_to_r(sooner()))
    (stretch,) = read_book(sooner()).stretches
    assert (outcome.what, outcome.records, outcome.stretches) == ("answer to J and R", 0, 1)
    assert stored_stretches(store) == [stretch.words]
    assert take(store, sooner()).stretches == 0, "a flash image brings the same trace"


def test_pages_of_traces_alone_are_stored_of_the_pump_that_is_named(store):
    take(store, answer_to_j(later()))
    pages = answer_to_r(later())
    take(store, pages[:PAGE_BYTES], UNIT)
    outcome = take(store, pages, UNIT)
    assert outcome.trace_pages == len(pages) // PAGE_BYTES - 1
    assert stored_stretches(store) == sorted(one.words for one in read_book(later()).stretches)


@pytest.mark.req("L-05")
def test_a_page_of_a_trace_that_contradicts_a_stored_one_is_refused(store):
    take(store, answer_to_j(sooner()) + answer_to_r(sooner()))
    forged = resealed(answer_to_r(sooner())[:PAGE_BYTES], 30, 0x55)
    with pytest.raises(ContradictionError) as refused:
        take(store, forged, UNIT)
    assert refused.value.lines[0].startswith("traces, record 1: stored as ")


def stored_stretches(store):
    (known,) = units_of(store).values()
    return sorted(store.blob(digest) for digest in known.stretches)
