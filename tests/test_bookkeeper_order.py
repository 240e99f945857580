"""Requirements on what is stored before and after motion, asked of the flash."""

import pytest

from manostat.core import codes
from manostat_tools.journal.payloads import BOOT, INTENT, OUTCOME, SEAL, TRACE, fields_of

from .book_bench import TRACE_FIRST, BookBench, new_storage
from .book_levels import (
    SMALL_UNIT,
    UNSEEN,
    a_level,
    book_of,
    moving,
    new_bench,
    order,
    records,
    restarted,
    worn_storage,
)
from .nor_flash import BLOCK


@pytest.mark.req("L-04")
def test_the_intent_is_in_flash_before_the_first_step_and_the_outcome_after_the_last(figure):
    bench = new_bench()
    bench.arm()
    bench.press("RUN")
    before = 0
    while INTENT not in order(bench):
        before = bench.steps_made()
        bench.advance(0.002)
    figure("L-04", before, 0, "steps", "=", of="steps before the intent is stored")
    assert before == 0
    bench.advance(0.2)
    assert bench.steps_made() > 0
    bench.press("PAIN")
    bench.advance(0.1)
    assert order(bench) == [BOOT, INTENT, OUTCOME, SEAL, TRACE, SEAL]
    (outcome,) = records(bench, OUTCOME)
    assert fields_of(outcome)["steps"] == bench.steps_made()


@pytest.mark.req("T-02")
def test_a_tick_writes_one_page_or_erases_one_block_at_most(figure):
    bench = new_bench(new_storage(worn_storage()))
    a_level(bench)
    assert ("erase", TRACE_FIRST * BLOCK) in bench.flash.operations
    of = "erases and programs from one feed to the next"
    figure("T-02", bench.most_operations, 1, "operations", of=f"{of}, which comes in each tick")
    assert bench.most_operations == 1


class FaultyBench(BookBench):
    """Its line sensor says something unsound in two ticks, which is a fault in the second."""

    fault_at = intent_at = 0
    ticked = 0

    def _read_inputs(self, tick_us):
        super()._read_inputs(tick_us)
        self.ticked += 1
        if self.fault_at - 1 <= self.ticked <= self.fault_at:
            self.inputs.line_status = 3

    def _rest(self, decision):
        super()._rest(decision)
        programmed = self.flash.log[-1].wanted
        if not self.intent_at and programmed[2] == INTENT:
            self.intent_at = self.ticked


def begun(fault_at=0):
    bench = FaultyBench(new_storage(), unit=SMALL_UNIT)
    bench.fault_at = fault_at
    bench.power_on()
    bench.arm()
    bench.press("RUN")
    bench.advance(0.1)
    return bench


@pytest.mark.req("L-04")
@pytest.mark.parametrize("ticks", range(-2, 4))
def test_a_fault_in_any_tick_about_the_intent_leaves_no_motion_without_an_open_intent(ticks):
    bench = begun(fault_at=begun().intent_at + ticks)
    assert bench.last.reason == codes.FAULT
    bench.release("RUN")
    bench.advance(UNSEEN)
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    assert bench.last.state == codes.READY
    assert not book_of(bench).uncertain
    made = bench.steps_made()
    bench.press("RUN")
    while bench.steps_made() == made:
        bench.advance(0.002)
    assert book_of(bench).uncertain
    bench.advance(0.2)
    restarted(bench)
    assert bench.pump.injector.steps == bench.pump.injector.max_steps > bench.steps_made()


@pytest.mark.req("L-04")
def test_an_intent_that_cannot_be_stored_keeps_run_waiting():
    bench = new_bench()
    bench.arm()
    bench.flash.writeblocks = lambda *_: None
    bench.press("RUN")
    bench.advance(1.0)
    assert bench.steps_made() == 0
    assert bench.books.broken
    assert bench.pump.alarm.cause == 128 + 11


@pytest.mark.req("L-04")
def test_an_outcome_that_failed_once_is_tried_again():
    bench = new_bench()
    moving(bench)
    program = bench.flash.writeblocks
    failing = iter([True] * 3)
    bench.flash.writeblocks = lambda *page: None if next(failing, False) else program(*page)
    bench.press("PAIN")
    bench.advance(0.1)
    assert OUTCOME in order(bench)
