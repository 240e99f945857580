"""Requirements on the log of every press, state, alarm and command, asked of the flash."""

from itertools import pairwise

import pytest

from manostat.core import codes
from manostat_tools.journal.payloads import ALARM, CHANGE, COMMAND, LOST, NOTE

from .book_bench import BookBench, new_storage
from .book_levels import PAGES, events, new_bench, order, worn_storage


@pytest.mark.req("L-01")
@pytest.mark.parametrize("erase_us", [0, 45_000, 400_000])
def test_each_press_and_state_is_logged_to_10_ms_also_over_programs_and_erases(erase_us, figure):
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
    errors = []
    for at_us, switch, down in edges:
        ms = (at_us - bench.boot_us) / 1000
        closed = down if switch == "RUN" else 1 - down
        errors.append(
            min(
                abs(event["ms"] - ms)
                for before, event in pairwise(logged)
                if (before["switches"] ^ event["switches"]) & bits[switch]
                and bool(event["switches"] & bits[switch]) == bool(closed)
            )
        )
    figure("L-01", max(errors), 10, "ms", of="error of the time, of a press")
    assert max(errors) <= 10, (errors, edges, logged)
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
def test_a_thousand_events_are_kept(figure):
    bench = new_bench()
    for number in range(1200):
        bench.books.events.put(COMMAND, 7, number)
        if number % 100 == 99:
            bench.books._budget.pages = 32
            bench.advance(0.1)
    bench.advance(11.0)
    kept = len(events(bench, COMMAND))
    figure("L-01", kept, 1000, "events", ">=", of="events kept, of 1200 there were")
    assert kept == 1200
    assert bench.books.journal.room > PAGES // 2
