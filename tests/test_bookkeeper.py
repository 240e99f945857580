"""Requirements on what is stored and when, asked of the flash: the pump with its bookkeeper, on
flash that takes time, fills up, wears out and loses power."""

from functools import cache
from itertools import pairwise

import pytest

from manostat.core import codes
from manostat_tools.journal.book import Book, read_book
from manostat_tools.journal.payloads import (
    ALARM,
    BOOT,
    CHANGE,
    COMMAND,
    EVENTS,
    INTENT,
    LOST,
    NOTE,
    OUTCOME,
    PAIN_MARK,
    SEAL,
    TRACE,
    fields_of,
)

from .book_bench import (
    JOURNAL_BLOCKS,
    JOURNAL_FIRST,
    TRACE_BLOCKS,
    TRACE_FIRST,
    UNIT,
    BookBench,
    new_storage,
)
from .nor_flash import BLOCK, PAGE, PowerCutError, every_cut

JOURNAL_AT = JOURNAL_FIRST * BLOCK
PAGES = JOURNAL_BLOCKS * BLOCK // PAGE
ROOM_TO_START = 64
SMALL_UNIT = (*UNIT[:2], 100_000, *UNIT[3:])
UNSEEN = 0.31  # so soon after a stop no press of STOP acknowledges it (P-09)


def book_of(bench) -> Book:
    return read_book(bytes(bench.flash.memory))


def records(bench, *kinds):
    return [record for record in book_of(bench).records if not kinds or record.kind in kinds]


def order(bench):
    """The kinds of all records but EVENTS, which come when there is time for them."""
    return [record.kind for record in records(bench) if record.kind != EVENTS]


def events(bench, what=None):
    found = [event for record in records(bench, EVENTS) for event in fields_of(record)["events"]]
    return [event for event in found if what in (None, event["what"])]


def new_bench(flash=None, **options):
    bench = BookBench(flash or new_storage(), **options)
    bench.power_on()
    return bench


def moving(bench, seconds=0.3):
    bench.arm()
    bench.press("RUN")
    bench.advance(seconds)
    assert bench.last.steps > 0


def restarted(bench):
    bench.power_off()
    for switch in ("RUN", "PAIN", "STOP"):
        bench.release(switch)
    bench.power_on()
    bench.advance(0.05)


def a_level(bench):
    """One level with a pause, a press, a second press, and a second stop."""
    moving(bench)
    bench.release("RUN")
    bench.advance(0.15)
    bench.press("RUN")
    bench.advance(0.2)
    bench.hold("PAIN", 0.1)
    bench.release("RUN")
    bench.advance(0.2)
    bench.hold("PAIN", 0.1)
    bench.advance(0.1)
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    bench.press("RUN")
    bench.advance(0.2)
    bench.press("STOP")
    bench.advance(0.3)


# Order


@pytest.mark.req("L-04")
def test_the_intent_is_in_flash_before_the_first_step_and_the_outcome_after_the_last():
    bench = new_bench()
    bench.arm()
    bench.press("RUN")
    while INTENT not in order(bench):
        assert bench.steps_made() == 0
        bench.advance(0.002)
    bench.advance(0.2)
    assert bench.steps_made() > 0
    bench.press("PAIN")
    bench.advance(0.1)
    assert order(bench) == [BOOT, INTENT, OUTCOME, SEAL, TRACE, SEAL]
    (outcome,) = records(bench, OUTCOME)
    assert fields_of(outcome)["steps"] == bench.steps_made()


@pytest.mark.req("T-02")
def test_a_tick_writes_one_page_or_erases_one_block_at_most():
    bench = new_bench(new_storage(worn_storage()))
    a_level(bench)
    assert ("erase", TRACE_FIRST * BLOCK) in bench.flash.operations
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


# Every press, state, alarm and command


@pytest.mark.req("L-01")
@pytest.mark.parametrize("erase_us", [0, 45_000, 400_000])
def test_each_press_and_state_is_logged_to_10_ms_also_over_programs_and_erases(erase_us):
    bench = BookBench(new_storage(worn_storage()))
    bench.program_us, bench.erase_us = 700, erase_us
    bench.power_on()
    edges = []
    for switch, down in (("PAIN", 1), ("PAIN", 0), ("STOP", 1), ("STOP", 0), ("RUN", 1)):
        bench.advance(0.1537)
        edges.append((bench.now_us, switch, down))
        (bench.press if down else bench.release)(switch)
    bench.advance(0.4)
    for switch, down in (("PAIN", 1), ("PAIN", 0), ("RUN", 0), ("STOP", 1), ("STOP", 0)):
        edges.append((bench.now_us, switch, down))
        (bench.press if down else bench.release)(switch)
        bench.advance(0.9 if erase_us > 100_000 else 0.1537)
    bench.advance(1.0)
    bits = {"STOP": 1, "PAIN": 2, "RUN": 4}
    logged = events(bench, CHANGE)
    assert "erase" in [name for name, _ in bench.flash.operations]
    for at_us, switch, down in edges:
        ms = (at_us - bench.boot_us) / 1000
        closed = down if switch == "RUN" else 1 - down
        near = [
            event
            for before, event in pairwise(logged)
            if (before["switches"] ^ event["switches"]) & bits[switch]
            and bool(event["switches"] & bits[switch]) == bool(closed)
            and abs(event["ms"] - ms) <= 10
        ]
        assert near, (switch, down, ms, logged)
    states = [event["state"] for event in logged]
    assert {codes.IDLE, codes.READY, codes.SEEKING, codes.STOPPED} <= set(states)


@pytest.mark.req("L-01")
def test_a_press_survives_power_off_30_ms_later():
    bench = new_bench()
    bench.advance(0.1)
    bench.press("STOP")
    bench.advance(0.03)
    bench.power_off()
    assert events(bench, CHANGE)[-1]["switches"] & 1 == 0


@pytest.mark.req("L-01")
def test_alarms_and_requests_are_logged():
    bench = new_bench()
    bench.books.events.put_command(ord("J"))
    bench.world.line_sensor.fault = 3  # no answer
    bench.advance(0.2)
    faults = [event["fault"] for event in events(bench, CHANGE)]
    causes = [event["a"] for event in events(bench, ALARM)]
    assert causes[0] != 0 and causes[0] in faults
    assert [(event["a"], event["b"]) for event in events(bench, COMMAND)] == [(ord("J"), 1)]
    assert NOTE in order(bench)


@pytest.mark.req("L-01")
@pytest.mark.parametrize("failing", [False, True])
def test_a_request_is_counted_also_while_the_page_with_the_one_before_is_being_written(failing):
    bench = new_bench()
    bench.advance(0.2)
    program = bench.books.journal.program

    def asked_meanwhile():
        bench.books.journal.program = program
        bench.books.events.put_command(ord("J"))
        if failing:
            bench.books.journal.prepared = 0
            return 0
        return program()

    bench.books.journal.program = asked_meanwhile
    bench.books.events.put_command(ord("J"))
    bench.advance(22.0)
    assert bench.books.journal.program == program
    assert sum(event["b"] for event in events(bench, COMMAND)) == 2


@pytest.mark.req("L-01")
@pytest.mark.parametrize("every", [0.01, 0.002])
def test_a_host_that_asks_on_and_on_fills_no_journal(every):
    bench = new_bench()
    bench.advance(0.1)
    before = bench.books.journal.room
    for _ in range(int(25 / every)):
        bench.books.events.put_command(ord("H"))
        bench.advance(every)
    bench.advance(10.0)
    assert before - bench.books.journal.room <= 4
    asked = events(bench, COMMAND)
    assert sum(event["b"] for event in asked) >= 255


@pytest.mark.req("L-01")
def test_a_wire_that_chatters_for_minutes_fills_no_journal_and_the_loss_is_counted():
    bench = new_bench()
    for _ in range(3000):
        bench.press("PAIN")
        bench.advance(0.006)
        bench.release("PAIN")
        bench.advance(0.006)
    assert PAGES - bench.books.journal.room < 45
    bench.books._budget.pages = 32  # as if it had been quiet for minutes
    bench.advance(1.0)
    logged = events(bench)
    taken = sum(event["what"] == CHANGE for event in logged)
    lost = sum(event["b"] for event in logged if event["what"] == LOST)
    assert lost > 4000
    assert taken + lost == changes(bench.frames())


def changes(frames):
    told = [(f.switches & 63, f.state, f.reason, f.fault) for f in frames]
    return 1 + sum(before != after for before, after in pairwise(told))


@pytest.mark.req("L-01")
def test_a_thousand_events_are_kept():
    bench = new_bench()
    for number in range(1200):
        bench.books.events.put(COMMAND, 7, number)
        if number % 100 == 99:
            bench.books._budget.pages = 32
            bench.advance(0.1)
    bench.advance(11.0)
    assert len(events(bench, COMMAND)) == 1200
    assert bench.books.journal.room > PAGES // 2


# A full journal


def nearly_full(room, power_on=True):
    """A journal with so many pages left."""
    bench = new_bench()
    journal = bench.books.journal
    while journal.room > room:
        assert journal.append(PAIN_MARK, b"")
    bench.power_off()
    again = BookBench(bench.flash)
    if power_on:
        again.power_on()
    return again


@pytest.mark.req("L-03", "L-05")
def test_a_journal_without_room_for_a_level_starts_none_and_says_so():
    bench = nearly_full(ROOM_TO_START - 1)
    before = bytes(bench.flash.memory)
    bench.arm()
    bench.press("RUN")
    bench.advance(2.0)
    assert bench.steps_made() == 0
    assert bench.books.full and bench.books.notices & 1
    kept = bench.flash.memory
    used = [at for at in range(0, len(before), PAGE) if before[at : at + PAGE] != b"\xff" * PAGE]
    assert all(kept[at : at + PAGE] == before[at : at + PAGE] for at in used)


@pytest.mark.req("L-04")
def test_what_is_under_way_when_the_journal_fills_is_still_recorded():
    bench = nearly_full(ROOM_TO_START + 6)
    moving(bench)
    while bench.books.journal.room > 12:
        bench.books.journal.append(PAIN_MARK, b"")
    bench.press("PAIN")
    bench.advance(0.3)
    assert order(bench)[-4:] == [OUTCOME, SEAL, TRACE, SEAL]
    bench.release("PAIN")
    bench.release("RUN")
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    made = bench.steps_made()
    bench.press("RUN")
    bench.advance(0.5)
    assert bench.steps_made() == made


@pytest.mark.req("L-04")
def test_a_pause_in_which_the_journal_fills_ends_with_the_stop():
    bench = nearly_full(ROOM_TO_START + 6)
    moving(bench)
    bench.release("RUN")
    bench.advance(0.2)
    while bench.books.journal.room > 23:
        bench.books.journal.append(PAIN_MARK, b"")
    bench.books._write(PAIN_MARK, b"")
    made = bench.steps_made()
    bench.press("RUN")
    bench.advance(0.5)
    assert bench.steps_made() == made
    bench.press("STOP")
    bench.advance(0.1)
    assert order(bench)[-4:] == [OUTCOME, SEAL, TRACE, SEAL]


def test_power_that_comes_and_goes_for_ever_leaves_the_last_pages():
    bench = nearly_full(12, power_on=False)
    for _ in range(20):
        bench.power_on()
        bench.power_off()
    assert bench.books.journal.room == 8


# The trace


def is_traced(book, ticks):
    stretches = [stretch.rows() for stretch in book.stretches if stretch.state == "whole"]
    rows = [row for stretch in stretches for row in stretch]
    return rows == [(tick, raw, made) for tick, (raw, made) in enumerate(ticks)]


def test_the_stored_trace_is_what_was_read_tick_by_tick():
    bench = new_bench()
    a_level(bench)
    book = book_of(bench)
    assert [len(stretch.rows()) > 50 for stretch in book.stretches] == [True, True]
    frames = bench.frames()
    running = (codes.SEEKING, codes.SETTLING, codes.INJECTING)
    moved = [tick for before, tick in pairwise(frames) if before.state in running]
    ticks = [(tick.line_raw, tick.made) for tick in moved]
    assert is_traced(book, ticks)
    assert sum(made for _, made in ticks) == bench.last.steps


def test_run_does_not_wait_for_the_trace_of_its_own_level():
    bench = new_bench()
    bench.books._may_store = lambda _injector: False
    moving(bench, 0.5)
    bench.hold("PAIN", 0.1)
    bench.release("RUN")
    bench.advance(UNSEEN)
    bench.hold("STOP", 0.1)
    bench.advance(0.2)
    bench.press("RUN")
    bench.advance(0.1)
    assert order(bench) == [BOOT, INTENT, OUTCOME, SEAL, INTENT]
    assert bench.last.state == codes.SEEKING
    del bench.books._may_store
    bench.press("STOP")
    bench.advance(0.2)
    (stretch,) = book_of(bench).stretches
    assert (stretch.state, stretch.first_tick) == ("whole", 0)
    assert stretch.n_ticks > 270  # of both starts


def test_the_trace_is_not_stored_while_run_may_start_unless_nobody_touches_anything():
    bench = new_bench()
    moving(bench, 0.5)
    bench.press("PAIN")
    bench.advance(0.01)
    bench.books._may_store = lambda _injector: False
    bench.advance(0.1)
    bench.release("PAIN")
    bench.release("RUN")
    bench.advance(UNSEEN)
    bench.hold("STOP", 0.1)
    del bench.books._may_store
    bench.advance(1.9)
    assert TRACE not in order(bench)
    bench.advance(0.3)
    assert TRACE in order(bench)


def test_a_new_level_discards_no_trace_that_is_not_stored_yet():
    bench = new_bench()
    moving(bench, 0.5)
    bench.press("PAIN")
    bench.advance(0.004)
    bench.books._may_store = lambda _injector: False
    bench.release("PAIN")
    bench.release("RUN")
    bench.advance(UNSEEN)
    bench.hold("STOP", 0.1)
    bench.advance(0.1)
    bench.hold("STOP", 3.1)
    bench.advance(0.1)
    assert bench.pump.level == 2
    bench.arm()
    bench.press("RUN")
    made = bench.steps_made()
    bench.advance(0.2)
    assert bench.steps_made() == made
    del bench.books._may_store
    bench.advance(0.3)
    assert bench.steps_made() > made
    (stretch,) = book_of(bench).stretches
    assert (stretch.level, stretch.state) == (1, "whole")


def test_when_the_ring_is_full_the_oldest_trace_goes_first():
    bench = new_bench(new_storage(worn_storage()))
    a_level(bench)
    book = book_of(bench)
    assert [stretch.state for stretch in book.stretches] == ["whole", "whole"]
    assert book.is_sound


@cache
def worn_storage():
    """A ring of traces that has gone round, so that each block must be erased before it is used;
    nothing in the journal."""
    bench = new_bench()
    blank = bytes(bench.flash.memory[:JOURNAL_AT]), b"\xff" * JOURNAL_BLOCKS * BLOCK
    ring = bench.books.traces.ring
    for _ in range(TRACE_BLOCKS * BLOCK // PAGE):
        while not ring.make_ready():
            pass
        ring.append(64, bytes(8))
    return b"".join(blank) + bytes(bench.flash.memory[TRACE_FIRST * BLOCK :])


# Power cuts


@cache
def story():
    """What every operation of two levels was, beginning with `worn_storage`."""
    bench = new_bench(new_storage(worn_storage()))
    a_level(bench)
    bench.release("STOP")
    bench.release("RUN")
    bench.advance(0.1)
    bench.world.line_sensor.fault = 3
    bench.advance(0.2)
    return bench.flash.log, order(bench)


@pytest.mark.req("L-03", "T-05")
def test_a_cut_at_any_operation_loses_nothing_older_and_the_level_goes_on_from_what_is_known():
    log, kinds = story()
    assert {BOOT, INTENT, OUTCOME, SEAL, TRACE, PAIN_MARK, NOTE} <= set(kinds)
    assert {operation.name for operation in log} == {"program", "erase"}
    for cut in every_cut(worn_storage(), log):
        where = cut.number, cut.operation.name, cut.done
        if cut.done == "nothing":
            old = read_book(cut.before)
        bench = new_bench(new_storage(cut.after))
        new = book_of(bench)
        count = len(old.records)
        assert new.records[:count] == old.records, where
        extra = [record.kind for record in new.records[count:]]
        assert extra[-1] == BOOT and len(extra) <= 2, where
        assert new.is_sound, (where, new.findings)
        whole = {stretch.state for stretch in new.stretches}
        assert whole <= {"whole"}, where
        _goes_on_from_what_is_known(bench, new, where)
        bench.advance(0.05)
        assert bench.steps_made() == 0 and bench.last.state == codes.IDLE, where
        restarted(bench)
        assert book_of(bench).records[: len(new.records)] == new.records, where


def _goes_on_from_what_is_known(bench, book, where):
    told = [record for record in book.records if record.kind in (INTENT, OUTCOME)]
    steps = bench.pump.injector.steps
    if not told:
        assert steps == 0, where
    elif told[-1].kind == INTENT:
        assert steps == fields_of(told[-1])["reserved_steps"], where
        assert book.uncertain[-1] == told[-1], where
    else:
        assert steps == fields_of(told[-1])["steps"], where


@pytest.mark.req("L-03")
@pytest.mark.parametrize("done", ["nothing", "half", "all"])
def test_after_a_cut_at_any_operation_a_whole_level_is_recorded(done):
    log, _ = story()
    for cut in every_cut(worn_storage(), log):
        if cut.done != done or cut.number % 8:
            continue
        bench = new_bench(new_storage(cut.after))
        bench.arm()
        bench.hold("STOP", 3.1)
        bench.advance(0.1)
        before = len(book_of(bench).records)
        moving(bench, 0.1)
        bench.press("PAIN")
        bench.advance(0.1)
        after = [record.kind for record in book_of(bench).records[before:]]
        assert [kind for kind in after if kind != EVENTS] == [INTENT, OUTCOME, SEAL, TRACE, SEAL]
        assert book_of(bench).is_sound


# Taking a level up again


@pytest.mark.req("L-04", "D-02")
def test_power_cut_while_moving_counts_the_level_as_delivered():
    bench = new_bench()
    moving(bench)
    restarted(bench)
    (intent,) = book_of(bench).uncertain
    assert bench.pump.injector.steps == fields_of(intent)["reserved_steps"]
    assert 3_499_000 < bench.pump.injector.steps * 422_733 / 4_096 <= 3_500_000


@pytest.mark.req("L-02", "L-04", "D-02")
@pytest.mark.parametrize("lost", [0, 1])
def test_a_missing_record_that_may_have_been_an_intent_counts_the_level_as_delivered(lost):
    bench = new_bench()
    moving(bench)
    for _ in range(lost):
        bench.press("PAIN")
        bench.advance(0.3)
        bench.release("PAIN")
        bench.release("RUN")
        bench.advance(0.1)
        bench.hold("STOP", 0.1)
        bench.advance(0.2)
        bench.press("RUN")
        bench.advance(0.3)
    restarted(bench)
    bench.power_off()
    assert len(records(bench, INTENT)) == lost + 1
    bench.flash.memory[records(bench, INTENT)[-1].place + 2] ^= 16
    bench = new_bench(bench.flash)
    assert bench.pump.injector.steps == bench.pump.injector.max_steps
    assert bench.pump.level == 1
    bench.advance(0.1)
    bench.hold("STOP", 3.1)
    moving(bench)


@pytest.mark.req("L-04", "P-10", "D-02")
@pytest.mark.parametrize("faults", [1, 3])
@pytest.mark.parametrize("answered", [True, False])
def test_a_level_that_left_but_a_note_of_a_fault_goes_on_by_its_number_and_from_nothing(
    faults, answered
):
    bench = new_bench()
    moving(bench)
    if answered:
        bench.press("PAIN")
        bench.advance(0.3)
        bench.release("PAIN")
        bench.release("RUN")
        bench.advance(0.1)
        bench.hold("STOP", 0.1)
        bench.advance(0.1)
    else:
        restarted(bench)
    bench.arm()
    bench.hold("STOP", 3.1)
    bench.advance(0.1)
    for _ in range(faults):
        bench.hold("STOP", 0.1)
        bench.world.line_sensor.fault = 3
        bench.advance(UNSEEN)
        bench.world.line_sensor.fault = 0
    assert (bench.pump.level, bench.pump.injector.locked) == (2, int(faults == 3))
    assert order(bench)[-1] == NOTE
    restarted(bench)
    assert (bench.pump.level, bench.pump.injector.steps) == (2, 0)
    assert bench.pump.injector.locked == int(faults == 3)


FINER = (211_367, 4_096)  # a step of half the volume, rounded up


@pytest.mark.req("L-04", "D-02")
@pytest.mark.parametrize("volume_nl", [50_000, 100_000, 200_000])
@pytest.mark.parametrize("ratio", [UNIT[6:8], FINER])
def test_an_intent_counts_as_what_it_reserved_also_under_another_unit_page(volume_nl, ratio):
    bench = new_bench(unit=SMALL_UNIT)
    moving(bench)
    bench.power_off()
    (intent,) = map(fields_of, records(bench, INTENT))
    bench = new_bench(bench.flash, unit=(*UNIT[:2], volume_nl, *UNIT[3:6], *ratio, 0))
    injector = bench.pump.injector
    reserved_nl = intent["reserved_steps"] * UNIT[6] // UNIT[7]
    most_nl = max(reserved_nl, injector.max_steps * ratio[0] // ratio[1])
    assert most_nl <= injector.steps * ratio[0] // ratio[1] <= most_nl + ratio[0] // ratio[1]
    if ratio == UNIT[6:8]:
        assert injector.steps == max(intent["reserved_steps"], injector.max_steps)
    bench.arm()
    bench.press("RUN")
    made = bench.steps_made()
    bench.advance(0.3)
    assert bench.steps_made() == made


@pytest.mark.req("P-10", "T-05")
@pytest.mark.parametrize("moved", [False, True])
def test_a_lock_out_goes_on_after_power_off(moved):
    bench = new_bench()
    if moved:
        moving(bench)
    for _ in range(3):
        bench.world.line_sensor.fault = 3
        bench.advance(0.1)
        bench.world.line_sensor.fault = 0
        bench.release("RUN")
        bench.advance(UNSEEN)
        bench.hold("STOP", 0.1)
        bench.advance(0.2)
    assert bench.pump.injector.locked
    restarted(bench)
    assert bench.pump.injector.locked
    bench.arm()
    made = bench.steps_made()
    bench.press("RUN")
    bench.advance(0.5)
    assert bench.steps_made() == made
    (first, *_, last) = [record for record in records(bench, NOTE, OUTCOME)]
    assert (fields_of(first)["locked"], fields_of(last)["locked"]) == (0, 1)


# Foreign data, seals and keys


@pytest.mark.req("S-03")
def test_a_file_system_where_the_records_belong_is_reported_and_left_as_it_is():
    flash = new_storage()
    superblock = bytes.fromhex("01000000f00fffff") + b"littlefs" + bytes(48)
    places = [block * BLOCK for block in (JOURNAL_FIRST, JOURNAL_FIRST + 9, TRACE_FIRST)]
    for at in places:
        flash.memory[at : at + len(superblock)] = superblock
    bench = new_bench(flash)
    a_level(bench)
    boot = fields_of(records(bench, BOOT)[0])
    assert (boot["foreign"], boot["foreign_traces"]) == (2, 1)
    assert bench.books.notices & 16
    for at in places:
        assert flash.memory[at : at + len(superblock)] == superblock
    assert [stretch.state for stretch in book_of(bench).stretches] == ["whole", "whole"]


@pytest.mark.req("L-02")
def test_boot_says_how_many_pages_hold_no_record():
    bench = new_bench()
    for _ in range(3):
        bench.power_off()
        bench.flash.cut_at, bench.flash.done = len(bench.flash.operations), "half"
        with pytest.raises(PowerCutError):
            bench.power_on()
    bench.flash.cut_at = -1
    bench.power_on()
    assert fields_of(records(bench, BOOT)[-1])["no_record"] == 3


def test_without_a_key_nothing_is_sealed_and_the_pump_says_so():
    bench = new_bench(bench=0)
    a_level(bench)
    assert SEAL not in order(bench)
    assert bench.books.notices & 4
    assert fields_of(records(bench, BOOT)[0])["key"] == 0


def test_a_spoilt_key_seals_nothing_not_even_on_a_bench_image():
    flash = new_storage()
    flash.memory[351 * BLOCK : 351 * BLOCK + 40] = b"MKEY" + bytes(36)
    bench = new_bench(flash)
    a_level(bench)
    assert SEAL not in order(bench)
    assert bench.books.notices & 12 == 12
