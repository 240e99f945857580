"""Requirements on records that come in pieces: a run is one run, and the last injected counts,
whatever came first."""

from functools import cache

import pytest

from manostat_tools.guide.talk import Talk
from manostat_tools.guide.whose import refused
from manostat_tools.journal.page import PAGE_BYTES, read_record
from manostat_tools.journal.payloads import INTENT, OUTCOME
from manostat_tools.journal.seals import name_of
from manostat_tools.session import entries as e
from manostat_tools.session.model import Concordance, RunKind
from manostat_tools.session.provoked import counted_run
from manostat_tools.session.runs import runs_told
from manostat_tools.store.errors import StoreError
from manostat_tools.store.imports import import_pull
from manostat_tools.store.store import Store
from manostat_tools.store.units import units_of
from manostat_tools.store.verify import verify

from ..session import written as w
from ..store.pumps import KEY, answer_to_j, answer_to_r, gone_on, later, resealed, rested

UNIT = name_of(KEY)
STORAGES = {"later": later, "gone on": gone_on, "rested": rested}


@cache
def pages(storage):
    data = answer_to_j(STORAGES[storage]())
    return [data[at : at + PAGE_BYTES] for at in range(0, len(data), PAGE_BYTES)]


def records(storage):
    return [read_record(page, 0) for page in pages(storage)]


@pytest.fixture
def talk(tmp_path):
    with Store.create(tmp_path / "store", w.START) as store:
        made = Talk(store, "s", None, UNIT, KEY)
        for entry in (w.opened(), w.planned(1, "L4-5")):
            made.add(entry)
        made.arm(1, RunKind.INJECT)
        yield made


def pull(talk, storage, missing=()):
    """All that is stored of the pump, but for the records with these numbers; then what is new, by
    the operator's word."""
    sound = [page for page in pages(storage) if read_record(page, 0).sequence not in missing]
    import_pull(talk.store, b"".join(sound) + answer_to_r(STORAGES[storage]()), w.START, UNIT)
    for claim in talk.claims():
        talk.add(e.RunDone(host_utc=w.START, level=claim.order, run=claim.run))
    talk.add_late()


def level(talk):
    return talk.progress().session.levels[0]


def gaps():
    for storage in STORAGES:
        numbers = [record.sequence for record in records(storage)]
        for many in (1, 2, 4, len(numbers)):
            for first in numbers:
                yield storage, tuple(range(first, min(first + many, numbers[-1] + 1)))


@pytest.mark.parametrize(("storage", "missing"), sorted(set(gaps())))
def test_whatever_is_missing_at_first_the_runs_are_those_of_a_whole_pull(talk, storage, missing):
    known = [told.run for told in runs_told(records(storage), UNIT)]
    if len(missing) < len(records(storage)):
        pull(talk, storage, missing)
    pull(talk, storage)
    found = level(talk).runs
    assert [run.source for run in found] == [run.source for run in known]
    for run, whole in zip(found, known, strict=True):
        kept = {"trace", "number"}
        assert run.model_dump(exclude=kept) == whole.model_dump(exclude=kept)
        assert run.trace is not None or run.uncertain
    assert talk.add_late() == 0 and talk.claims() == []
    assert verify(talk.store.file).wrong == []


def test_an_outcome_that_comes_later_takes_the_place_of_the_uncertain_run_and_does_not_count(talk):
    outcome = next(record.sequence for record in records("later") if record.kind == OUTCOME)
    pull(talk, "later", {outcome})
    uncertain = level(talk).runs[0]
    assert uncertain.uncertain and uncertain.source.sequence == outcome - 1
    pull(talk, "later")
    first, second, last = level(talk).runs
    assert (first.source.sequence, first.uncertain, second.uncertain) == (outcome, False, True)
    assert counted_run(level(talk)) == last
    (told,) = talk.progress().session.corrections
    assert "ended: no outcome was recorded" in told and ", now pain;" in told


def test_a_record_that_the_pump_wrote_once_more_is_no_second_run(talk):
    upto = next(n for n, one in enumerate(records("later"), 1) if one.kind == OUTCOME)
    sound = pages("later")[:upto]
    import_pull(talk.store, b"".join(sound), w.START, UNIT)
    run = talk.claims()[0].run
    talk.add(e.RunDone(host_utc=w.START, level=1, run=run))
    again = resealed(sound[-1], 12, sound[-1][12] ^ 1)  # at another millisecond
    import_pull(talk.store, b"".join([*sound, again]), w.START, UNIT)
    assert records_stored(talk)[run.source.sequence] == 2
    assert talk.claims() == [] and talk.add_late() == 0
    assert verify(talk.store.file).wrong == []


def records_stored(talk):
    return {at: len(held) for at, held in units_of(talk.store)[UNIT].journal.items()}


def test_an_uncertain_run_beside_its_own_outcome_is_struck_out(talk):
    """As a store may have them that was written before one was known from the other."""
    outcome = next(record.sequence for record in records("later") if record.kind == OUTCOME)
    pull(talk, "later", {outcome})
    import_pull(talk.store, b"".join(pages("later")), w.START, UNIT)
    whole = runs_told(records("later"), UNIT)[0].run
    talk.add(e.RunDone(host_utc=w.START, level=1, run=whole))
    assert verify(talk.store.file).wrong == []
    talk.add_late()
    assert [run.source.sequence for run in level(talk).runs if run.uncertain] != [outcome - 1]
    assert len(level(talk).runs) == 3 and verify(talk.store.file).wrong == []
    assert talk.add_late() == 0


def test_a_run_that_was_found_late_does_not_count_and_does_not_take_the_answer_of_a_newer(talk):
    first = [record.sequence for record in records("later") if record.kind in (INTENT, OUTCOME)][:2]
    pull(talk, "later", first)
    talk.add(w.responded(1, 8))
    talk.add(w.found(1, 3))
    before = level(talk)
    assert before.responses_of == (len(before.runs),)
    pull(talk, "later")
    after = level(talk)
    assert len(after.runs) == len(before.runs) + 1
    assert counted_run(after).source == counted_run(before).source
    assert after.responses_of == after.findings_of == (len(after.runs),)
    assert 1 in talk.progress().responded and 1 in talk.progress().found
    with pytest.raises(StoreError, match="has one already, and no run since"):
        talk.add(w.responded(1, 0, Concordance.ABSENT))


def test_what_was_struck_out_as_uncertain_does_not_come_back_with_its_outcome(talk):
    outcome = next(record.sequence for record in records("later") if record.kind == OUTCOME)
    pull(talk, "later", {outcome})
    number, run = next(
        (number, entry.run)
        for number, entry in enumerate(talk.store.session_entries("s"), 1)
        if isinstance(entry, e.RunDone)
    )
    assert run.uncertain and run.source.sequence == outcome - 1
    talk.add(w.corrected(number, None))
    pull(talk, "later")
    assert outcome not in [run.source.sequence for run in level(talk).runs]
    assert len(level(talk).runs) == 2 and talk.claims() == []


def test_a_run_that_was_refused_as_uncertain_is_not_asked_for_with_its_outcome(talk):
    outcome = next(record.sequence for record in records("later") if record.kind == OUTCOME)
    sound = [page for page in pages("later") if read_record(page, 0).sequence != outcome]
    import_pull(talk.store, b"".join(sound), w.START, UNIT)
    first, *others = talk.claims()
    assert first.run.uncertain
    talk.event(refused(first.source))
    import_pull(talk.store, b"".join(pages("later")), w.START, UNIT)
    assert [claim.source for claim in talk.claims()] == [claim.source for claim in others]


def test_a_correction_cannot_leave_out_a_press_that_the_pump_tells(talk):
    pull(talk, "later")
    number, entry = next(
        (number, entry)
        for number, entry in enumerate(talk.store.session_entries("s"), 1)
        if isinstance(entry, e.RunDone) and entry.run.marks
    )
    less = entry.model_copy(update={"run": entry.run.model_copy(update={"marks": ()})})
    with pytest.raises(StoreError, match="is not what record"):
        talk.add(w.corrected(number, less))
