"""Requirements on runs: what the pump's own pages say, in the terms of a session."""

from functools import cache

import pytest

from manostat_tools.journal.book import read_book
from manostat_tools.journal.payloads import INTENT, OUTCOME, PAIN_MARK, TRACE, fields_of
from manostat_tools.session.model import RunKind
from manostat_tools.session.runs import NO_OUTCOME, runs_of, runs_told

from ..book_bench import BookBench, new_storage
from ..store.pumps import later

UNIT = "ab" * 8
STEPWISE = (2, 50_000, 100_000, 344_738, 551_581, 20_000, 422_733, 4_096, 0)


@cache
def book():
    return read_book(later())


def of_kind(kind):
    return [(r, fields_of(r)) for r in book().records if r.kind == kind]


def test_each_outcome_is_a_run_with_the_numbers_of_its_page():
    runs = [run for run in runs_of(book().records, UNIT) if not run.uncertain]
    outcomes = of_kind(OUTCOME)
    assert len(runs) == len(outcomes) == 2
    for run, (record, said) in zip(runs, outcomes, strict=True):
        assert (run.kind, run.reason, run.fault) == (RunKind.INJECT, "pain", "")
        assert run.volume_nl == said["delivered_nl"] and run.peak_pa == said["peak_pa"]
        assert run.stop_pa == said["stop_pa"] and run.duration_ms == said["duration_ms"]
        assert run.prescription.limit_above_pa == said["limit_above_pa"]
        source = run.source
        assert (source.serial, source.boot, source.sequence) == (UNIT, record.boot, record.sequence)
        assert source.record_hash == record.digest.hex()


@pytest.mark.req("L-04")
def test_an_intent_without_outcome_is_a_run_of_all_that_was_prescribed():
    (run,) = [run for run in runs_of(book().records, UNIT) if run.uncertain]
    said = fields_of(next(r for r in book().records if r.sequence == run.source.sequence))
    assert run.reason == NO_OUTCOME
    assert run.volume_nl == said["reserved_steps"] * said["nl_num"] // said["nl_den"]
    assert run.peak_pa is run.stop_pa is run.duration_ms is run.opening_pa is None


def test_the_newest_intent_may_still_be_answered_and_is_no_run():
    first, second, *_ = [r.sequence for r, _ in of_kind(INTENT)]
    upto = [r for r in book().records if r.sequence <= second]
    assert [run.uncertain for run in runs_of(upto, UNIT)] == [False]
    assert runs_of([r for r in upto if r.sequence <= first], UNIT) == []


def test_an_outcome_whose_intent_is_gone_is_a_run_all_the_same():
    first = of_kind(OUTCOME)[0][0].sequence
    cut = [r for r in book().records if r.sequence >= first]
    assert runs_of(cut, UNIT)[0] == runs_of(book().records, UNIT)[0]


def test_an_outcome_of_another_boot_is_not_that_of_an_intent_whose_boot_record_is_missing():
    (first, _), (second, _), (third, _) = of_kind(INTENT)
    lost = range(second.sequence + 1, third.sequence + 1)
    told = runs_told([r for r in book().records if r.sequence not in lost], UNIT)
    last = of_kind(OUTCOME)[1][0].sequence
    assert [sorted(one.records) for one in told][1:] == [[second.sequence], [last]]
    assert [one.run.uncertain for one in told] == [False, True, False]
    assert first.sequence in told[0].records


def test_no_opening_pressure_is_none_and_then_nothing_is_said_above_it():
    run = runs_of(book().records, UNIT)[0]
    assert run.opening_pa is None and run.opening_how == "none"
    assert [point.above_pa for point in run.marks[0].points] == [None] * 5


def test_a_press_is_one_mark_of_its_own_run_with_its_look_back():
    runs = [run for run in runs_of(book().records, UNIT) if not run.uncertain]
    for run, (_, said) in zip(runs, of_kind(OUTCOME), strict=True):
        (mark,) = run.marks
        assert mark.moving and mark.at_ms == said["first_mark"]["at_ms"]
        assert [point.before_ms for point in mark.points] == [0, 500, 1000, 2000, 3000]
        press = said["first_mark"]["points"][0]
        assert mark.points[0].pressure_pa == press["pressure_pa"]
        assert mark.points[0].volume_nl == press["steps"] * said["nl_num"] // said["nl_den"]


def test_a_press_after_the_stop_belongs_to_the_run_before_it_and_not_to_the_next():
    flash = new_storage()
    bench = BookBench(flash)
    bench.power_on()
    bench.arm()
    for _ in range(2):
        bench.press("RUN")
        bench.advance(0.5)
        bench.hold("STOP", 0.1)
        bench.release("RUN")
        bench.advance(0.5)
        bench.hold("PAIN", 0.2)
        bench.advance(0.5)
        bench.hold("STOP", 0.1)
        bench.advance(0.5)
    records = read_book(bytes(flash.memory)).records
    assert sum(record.kind == PAIN_MARK for record in records) == 2
    first, second = runs_of(records, UNIT)
    assert [len(run.marks) for run in (first, second)] == [1, 1]
    assert first.marks[0].at_ms < second.marks[0].at_ms
    assert not first.marks[0].moving


def test_plateaus_of_volume_steps_are_those_of_the_pump():
    flash = new_storage()
    bench = BookBench(flash, STEPWISE)
    bench.power_on()
    bench.arm()
    for _ in range(3):
        bench.press("RUN")
        bench.advance(5)
        bench.release("RUN")
        bench.advance(0.5)
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    runs = runs_of(read_book(bytes(flash.memory)).records, UNIT)
    plateaus = [plateau for run in runs for plateau in run.plateaus]
    assert len(plateaus) >= 2 and runs[0].kind is RunKind.STEP
    volumes = [plateau.volume_nl for plateau in plateaus]
    assert volumes == sorted(set(volumes))
    assert all(plateau.pressure_pa is None or plateau.pressure_pa > 0 for plateau in plateaus)


def test_a_run_names_its_trace_only_if_it_is_stored():
    ties = [said["sha256"] for _, said in of_kind(TRACE)]
    assert [run.trace for run in runs_of(book().records, UNIT)] == [None] * 3
    traces = [run.trace for run in runs_of(book().records, UNIT, ties)]
    assert traces == [ties[0], None, ties[1]]
