"""Requirements on the order of a tick: who is asked when, the clock, marks, and alarms at rest."""

import pytest

from manostat.core import codes
from manostat.core.painmark import DEPTH
from manostat.core.pump import build
from manostat.core.watch import LOOKS

from .checked import Checked, checked_state, new_checked
from .desk import (
    RUN_HELD,
    RUN_OPEN,
    Desk,
    new_ints,
    numbers,
    unit_of,
)

WRAP_MS = 1 << 30


class Watchman:
    """Stands in for the watch and notes how it is asked; `says` is what it answers."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, int, int]] = []
        self.restarts: list[int] = []
        self.says = 0
        self.held = 0

    def look(self, left: int, inputs, made: int, moving: int, elapsed_us: int) -> int:
        self.asked.append((left, made, moving, elapsed_us))
        return self.says

    def restart(self, counted: int) -> None:
        self.restarts.append(counted)


class Bell:
    """Stands in for the alarm."""

    sound = 0

    def __init__(self) -> None:
        self.ticks: list[tuple[int, int, int]] = []

    def tick(self, elapsed_us: int, cause: int, pause: int) -> None:
        self.ticks.append((elapsed_us, cause, pause))


def watched(desk: Desk) -> Watchman:
    desk.pump.watch = Watchman()
    return desk.pump.watch


def belled(desk: Desk) -> Bell:
    desk.pump.alarm = Bell()
    return desk.pump.alarm


def test_a_new_pump_has_seen_nothing():
    assert numbers(Desk(unit_of(zero_pa=-5)).pump) == {
        "zero_pa": -5,
        "presses": 0,
        "pressure_pa": 0,
        "now_ms": 0,
        "part_us": 0,
        "look": 5,
        "round_us": 0,
        "round_at_us": 0,
        "stops": 0,
        "verdict": 0,
        "late_ticks": 0,
        "level": 1,
        "begun": 0,
        "begun_ms": 0,
    }


def test_each_part_gets_its_numbers_of_the_unit_page():
    pump = build(
        unit_of(codes.STEP, 60_000, 400_000, step_volume_nl=20_000, zero_pa=7890), new_ints
    )
    rx = numbers(pump.injector.rx)
    assert list(rx.values())[:6] == [codes.STEP, 60_000, 400_000, 344_738, 551_581, 20_000]
    assert numbers(pump.injector.syringe)["nl_num"] == 422_733
    assert (pump.injector.flow.earn_factor, pump.injector.flow.step_cost) == (4096, 211_366_500)
    assert pump.injector.knee.window_steps == 48
    assert pump.leak.window_steps == 2790
    watch = numbers(pump.watch)
    assert [watch[name] for name in ("steps_10ul", "steps_open", "most_steps")] == [96, 2790, 3875]
    assert pump.watch.line_still.steps == pump.watch.second_still.steps == 484
    assert watch["open_raw"] == 1638 + 100 + 175
    assert watch["steps_a_window"] == 7500 * 4096 // 422_733 + 7
    assert build(unit_of(), new_ints).watch.steps_a_window == 60 + 7
    assert build(unit_of(zero_pa=34_474), new_ints).watch.open_raw == 1638 + 436 + 175
    assert build(unit_of(codes.COMPLY), new_ints).watch.may_block == 1
    buffers = (pump.look_back.pressures, pump.look_back.steps, pump.lockout.times)
    assert [len(buffer) for buffer in buffers] == [DEPTH, DEPTH, 2 * codes.FAULT_CODES]
    marks = (pump.first_mark, pump.last_mark)
    assert [len(mark.steps) + len(mark.pressures_pa) for mark in marks] == [10, 10]
    assert (len(pump.injector.cutoff.history), len(pump.injector.settler.blocks)) == (8, 128)


@pytest.mark.parametrize("step_nl", [3, 4, 7, 73])
def test_volumes_are_whole_steps_to_the_nanolitre(step_nl):
    """288 001 divides by 7, 10 001 by 73, 5001 and 50 001 by 3, and all of the others by 4."""
    pump = build(unit_of(rate_nl_s=4000, volume_nl=100_000, nl=(step_nl, 1)), new_ints)
    assert pump.injector.knee.window_steps == 5000 // step_nl
    assert pump.leak.window_steps == 288_000 // step_nl
    assert pump.watch.steps_10ul == 10_000 // step_nl
    assert pump.watch.line_still.steps == 50_000 // step_nl
    assert pump.watch.steps_open == 288_000 // step_nl


def test_a_pump_is_built_without_floats_or_large_integers():
    checked_state(build([Checked(value) for value in unit_of(zero_pa=-30_000)], new_checked))


@pytest.mark.parametrize("mode", [codes.INJECT, codes.RELIEVE])
def test_a_relief_is_guarded_at_the_other_end(mode):
    guard = build(unit_of(mode, volume_nl=100_000), new_ints).guard
    assert guard.end_fault == (codes.END_FULL if mode == codes.RELIEVE else codes.END_EMPTY)


@pytest.mark.req("P-01")
@pytest.mark.parametrize(
    ("zero_pa", "ceiling_raw"),
    [
        (-34_474, 10_377 - 437),
        (-30_000, 10_377 - 381),
        (-789, 10_377 - 10),
        (-78, 10_377 - 1),
        (-1, 10_377 - 1),
        (0, 10_377),
        (1, 10_377),
        (34_474, 10_377),
    ],
)
def test_the_ceiling_of_the_guard_is_lower_by_what_the_line_sensor_reads_too_low(
    zero_pa, ceiling_raw
):
    """In whole counts of 78.9 Pa, the next lower one; it is never higher."""
    assert build(unit_of(zero_pa=zero_pa), new_ints).guard.ceiling_raw == ceiling_raw


def test_without_a_unit_the_pump_is_built_of_the_least_there_is():
    pump = build(None, new_ints)
    rx = numbers(pump.injector.rx)
    assert list(rx.values())[:6] == [0, 1000, 1000, 6895, 6895, 0]
    assert (pump.zero_pa, pump.injector.syringe.nl_num, pump.injector.syringe.nl_den) == (0, 100, 1)
    assert (pump.guard.ceiling_raw, pump.guard.end_fault) == (10_377, codes.END_EMPTY)


# Pressure


def test_the_zero_of_the_sensor_is_taken_off_its_pressure():
    desk = Desk(unit_of(zero_pa=1000))
    desk.pressure_pa = 50_000
    desk.tick()
    assert desk.pump.pressure_pa == desk.injector.pressure_pa == pytest.approx(49_000, abs=50)


@pytest.mark.parametrize(
    ("raw", "status", "taken"),
    [
        (1309, 0, False),
        (1310, 0, True),
        (14_746, 0, True),
        (14_747, 0, False),
        (3000, 1, False),
        (3000, 4, False),
    ],
)
@pytest.mark.req("P-11")
def test_a_sample_that_no_sound_sensor_gives_is_no_pressure(raw, status, taken):
    desk = Desk()
    desk.pressure_pa = 50_000
    desk.tick()
    before_pa = desk.pump.pressure_pa
    desk.line = raw
    desk.inputs.line_status = status
    desk.tick()
    assert (desk.pump.pressure_pa == before_pa) is not taken
    assert desk.injector.pressure_pa == desk.pump.pressure_pa


# Who is asked when


def test_the_watch_looks_five_times_then_the_leak_once_and_never_in_the_tick_of_a_sample():
    desk = Desk()
    desk.seconds(1)
    watch = watched(desk)
    desk.pump.look = LOOKS
    desk.pump.part_us = 0
    for _ in range(60):
        desk.tick()
    lefts = [left for left, *_ in watch.asked]
    assert len(lefts) == 40, "of five ticks one takes a sample, of six turns one is the leak's"
    assert lefts == [4, 3, 2, 1, 0] * 8
    assert {made for _, made, _, _ in watch.asked} == {0}


def test_the_time_of_a_round_is_that_from_leak_to_leak():
    desk = Desk()
    watch = watched(desk)
    rounds = []
    for _ in range(3):
        while desk.pump.look != LOOKS or not desk.pump.round_at_us:
            desk.tick()
        at_us = desk.pump.round_at_us
        desk.tick()
        while desk.pump.look != LOOKS:
            desk.tick()
        rounds.append(desk.pump.round_at_us - at_us)
        assert desk.pump.round_us == rounds[-1]
        desk.tick(3)
        assert watch.asked[-1][3] == rounds[-1]
    assert set(rounds) <= {14_000, 16_000}, "six turns, and the ticks that took a sample"


@pytest.mark.parametrize(
    ("now_ms", "part_us", "round_at_us", "round_us"),
    [
        (100, 500, 90_500, 10_000),
        (100, 500, 80_500, 20_000),
        (100, 500, 80_499, 20_000),
        (100, 501, 80_500, 20_000),
        (100, 500, 100_500, 0),
        (100, 500, 100_501, 20_000),
        (8192, 500, 8_190_500, 20_000),
        (8191, 500, 8_190_500, 1000),
        (WRAP_MS - 1, 999, 8_191_000, 999),
    ],
)
@pytest.mark.req("T-06")
def test_a_round_of_more_than_20_ms_or_over_the_turn_of_the_clock_counts_as_20(
    now_ms, part_us, round_at_us, round_us
):
    pump = Desk().pump
    pump.now_ms, pump.part_us, pump.round_at_us = now_ms, part_us, round_at_us
    pump._time_round()
    assert pump.round_us == round_us
    assert pump.round_at_us == (now_ms % 8192) * 1000 + part_us


def test_what_the_watch_says_reaches_the_guard_once_it_changes():
    desk = Desk()
    desk.tick()
    watch = watched(desk)
    watch.says = codes.RISE
    desk.tick(3)
    assert (desk.pump.guard.told, desk.fault) == (codes.RISE, codes.RISE)
    watch.says = 0
    desk.tick(3)
    assert desk.pump.guard.told == 0


def test_a_moving_tick_that_has_other_things_to_do_asks_nobody_else():
    desk = Desk().opened()
    desk.seconds(0.1)
    assert desk.pump.operator.steady == 1
    watch = watched(desk)
    desk.pump.part_us = 0
    desk.tick()
    assert [(moving, made > 0) for _, made, moving, _ in watch.asked] == [(1, True)]
    desk.inputs.line_status = 1
    desk.tick()
    assert len(watch.asked) == 1, "a sample is missed"
    desk.inputs.line_status = 0
    desk.pump.operator.steady = 0
    desk.tick()
    assert len(watch.asked) == 1, "the switches are asked"
    desk.tick()
    assert len(watch.asked) == 2
    desk.pump.part_us = 8000
    desk.tick()
    assert (len(watch.asked), desk.pump.part_us) == (2, 0), "a sample is kept"


def test_a_tick_at_rest_has_time_for_all():
    desk = Desk()
    desk.tick()
    watch = watched(desk)
    desk.pump.operator.steady = 0
    desk.inputs.line_status = 1
    desk.pump.part_us = 0
    desk.tick()
    assert len(watch.asked) == 1


def test_the_tick_of_a_start_has_time_for_nothing_else():
    desk = Desk()
    desk.arm()
    desk.seconds(0.12)
    watch = watched(desk)
    desk.switches = RUN_HELD
    for _ in range(20):
        before = len(watch.asked), desk.pump.now_ms
        desk.tick()
        if desk.injector.start_lease:
            break
    assert desk.injector.start_lease
    assert (len(watch.asked), desk.pump.now_ms) == before


@pytest.mark.parametrize(("elapsed_us", "fed"), [(2000, False), (4000, False), (4001, True)])
def test_a_steady_operator_is_asked_after_a_gap_only(elapsed_us, fed):
    desk = Desk()
    desk.seconds(0.5)
    operator = desk.pump.operator
    assert operator.steady == 1
    operator.open_us = -7
    desk.tick(elapsed_us=elapsed_us)
    assert (operator.open_us != -7) is fed


def test_the_intent_is_no_switch():
    desk = Desk()
    desk.intents_stored = 0
    desk.seconds(0.5)
    operator = desk.pump.operator
    operator.open_us = -7
    desk.intents_stored = 1
    desk.tick()
    assert operator.open_us == -7
    assert operator.switches < codes.BIT_INTENT


@pytest.mark.parametrize("bit", [1, 2, 4, 8, 64])
def test_every_switch_is_asked_about_when_it_changes(bit):
    desk = Desk()
    desk.seconds(0.5)
    operator = desk.pump.operator
    assert operator.steady == 1
    desk.inputs.switches = before = operator.switches
    desk.inputs.switches ^= bit
    desk.pump.tick(desk.inputs)
    assert operator.switches == before ^ bit


# The clock


@pytest.mark.req("L-01")
def test_the_clock_goes_on_by_ten_milliseconds_whenever_they_have_passed():
    desk = Desk()
    ticks = [(desk.tick(elapsed_us=2600), desk.pump.now_ms, desk.pump.part_us) for _ in range(8)]
    assert [(now_ms, part_us) for _, now_ms, part_us in ticks] == [
        (0, 2600),
        (0, 5200),
        (0, 7800),
        (10, 400),
        (10, 3000),
        (10, 5600),
        (10, 8200),
        (20, 800),
    ]
    desk = Desk()
    desk.tick(4, elapsed_us=2499)
    desk.tick(elapsed_us=3)
    assert (desk.pump.now_ms, desk.pump.part_us) == (0, 9999)
    desk.tick(elapsed_us=1)
    assert (desk.pump.now_ms, desk.pump.part_us) == (10, 0)


@pytest.mark.req("T-06")
@pytest.mark.parametrize("begin_ms", [0, 536_870_907, 536_870_912, WRAP_MS - 15, WRAP_MS - 10])
def test_the_clock_goes_round_after_twelve_days(begin_ms):
    desk = Desk()
    desk.pump.now_ms = Checked(begin_ms)
    for turn in range(1, 5):
        desk.tick(5)
        assert desk.pump.now_ms == (begin_ms + 10 * turn) % WRAP_MS


@pytest.mark.req("L-01")
def test_time_in_which_nothing_was_read_is_time_all_the_same():
    desk = Desk()
    desk.tick()
    desk.pump.skip_us(400_500)
    desk.pressure_pa = 50_000
    desk.tick()
    assert (desk.pump.now_ms, desk.pump.part_us) == (400, 4500)
    look_back = desk.pump.look_back
    assert (look_back.filled, look_back.at) == (40, 40), "the look-back does not slide"
    assert set(look_back.pressures[1:41]) == {desk.pump.pressure_pa}
    assert look_back.pressures[0] == 0


@pytest.mark.parametrize(("elapsed_us", "late"), [(1999, 0), (2500, 0), (2501, 1)])
def test_a_late_tick_is_one_of_more_than_two_and_a_half_milliseconds_while_moving(elapsed_us, late):
    desk = Desk()
    desk.tick(elapsed_us=elapsed_us)
    assert desk.pump.late_ticks == 0
    desk = desk.opened()
    before = desk.pump.late_ticks
    desk.tick(2, elapsed_us=elapsed_us)
    assert desk.pump.late_ticks - before == 2 * late


def test_a_level_is_timed_from_its_first_start():
    desk = Desk()
    desk.seconds(1)
    desk.opened()
    begun_ms = desk.pump.begun_ms
    assert (desk.pump.begun, begun_ms > 1000) == (1, True)
    assert begun_ms == pytest.approx(desk.pump.now_ms, abs=20)
    desk.switches = RUN_OPEN
    desk.seconds(1)
    desk.run()
    assert desk.moving
    assert (desk.pump.begun, desk.pump.begun_ms) == (1, begun_ms)


def test_the_guard_counts_anew_from_each_start_of_the_lease():
    desk = Desk().opened()
    desk.seconds(0.1)
    desk.switches = RUN_OPEN
    desk.tick(5)
    desk.pump.guard.ahead = 3
    restarts = []
    desk.pump.guard.restart = lambda: restarts.append(desk.injector.start_lease)
    desk.run()
    assert restarts == [1]
