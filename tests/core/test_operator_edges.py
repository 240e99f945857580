"""Requirements on the operator's switches at their limits: to the microsecond, and when steady."""

import random

import pytest

from manostat.core.codes import (
    BIT_INTENT,
    BIT_LATCHED,
    BIT_PAIN_NO,
    BIT_PAIN_OK,
    BIT_PERMIT,
    BIT_STOP_OK,
)
from manostat.core.operator import Operator

from .desk import PAIN_PRESSED, RUN_HELD, RUN_OPEN, STOP_PRESSED, numbers
from .test_operator import Hand


def test_a_new_operator_has_seen_no_switch_and_takes_stop_for_pressed():
    known = {name: value for name, value in numbers(Operator()).items() if value}
    assert known == {
        "stop": 1,
        "switches": -1,
        "stop_let_go_us": 20_000,
        "pain_let_go_us": 20_000,
    }
    assert set(numbers(Operator())) == set(numbers(Hand().feed(RUN_OPEN).operator))


def test_forgetting_run_forgets_what_was_seen_of_it():
    for hand in (Hand().feed(RUN_OPEN, 200), Hand().feed(RUN_OPEN, 200).feed(RUN_HELD, 10)):
        operator = hand.operator
        operator.forget_run()
        assert (operator.open_us, operator.closed_us, operator.steady) == (0, 0, 0)


@pytest.mark.parametrize(("switches", "ms"), [(RUN_OPEN, 104), (RUN_HELD, 4), (RUN_OPEN, 500)])
def test_run_at_rest_is_steady(switches, ms):
    """Only what is not steady costs the moving tick its time."""
    assert Hand().feed(switches, ms).operator.steady == 1


@pytest.mark.parametrize("switches", [STOP_PRESSED, PAIN_PRESSED, 0])
def test_stop_and_pain_are_never_steady(switches):
    assert Hand().feed(RUN_OPEN, 200).feed(switches, 5000).operator.steady == 0


@pytest.mark.parametrize("seed", range(20))
def test_while_steady_the_same_switches_change_nothing(seed):
    """Feeding every tick or only what is new or not steady comes to the same."""
    draw = random.Random(seed)
    every, some = Operator(), Operator()
    kinds = [RUN_OPEN, RUN_HELD, PAIN_PRESSED, STOP_PRESSED, RUN_OPEN | BIT_PAIN_NO]
    for _ in range(60):
        switches = draw.choice(kinds) | draw.choice((0, BIT_LATCHED))
        for _ in range(draw.choice((1, 2, 9, 10, 11, 50, 51, 60))):
            every.feed(switches, 2000)
            if some.steady == 0 or switches != some.switches:
                some.feed(switches, 2000)
            assert numbers(some) == numbers(every)
            assert not some.steady or not some.event | some.run_started


def fed(operator: Operator, switches: int, for_us: int) -> int:
    """Feed in readings at most 4 ms apart; starts, presses and long stops of the last one."""
    while True:
        part_us = min(for_us, 4000)
        operator.feed(switches, part_us)
        for_us -= part_us
        if for_us == 0:
            edges = operator.run_started, operator.stop_pressed, operator.pain_pressed
            return sum(edges) + operator.stop_long_released


@pytest.mark.req("P-09")
@pytest.mark.parametrize(("open_us", "starts"), [(99_998, 0), (99_999, 1)])
def test_run_counts_as_open_after_100_ms_and_as_closed_after_20_to_the_microsecond(open_us, starts):
    """The first reading proves no time; it counts one microsecond."""
    operator = Operator()
    fed(operator, RUN_OPEN, 2000)
    fed(operator, RUN_OPEN, open_us)
    assert fed(operator, RUN_HELD, 19_999) == 0
    assert fed(operator, RUN_HELD, 1) == starts
    assert fed(operator, RUN_HELD, 100_000) == 0


@pytest.mark.parametrize(("held_us", "long"), [(2_999_999, 0), (3_000_000, 1)])
def test_stop_is_long_from_three_seconds_on_to_the_microsecond(held_us, long):
    operator = Operator()
    fed(operator, RUN_OPEN, 2000)
    fed(operator, STOP_PRESSED, held_us)
    assert fed(operator, RUN_OPEN, 1) == long
    assert fed(operator, RUN_OPEN, 1) == 0


@pytest.mark.parametrize("pressed", [STOP_PRESSED, PAIN_PRESSED])
@pytest.mark.parametrize(("let_go_us", "edges"), [(19_999, 0), (20_000, 1)])
def test_a_touch_20_ms_after_the_last_one_is_a_new_press_to_the_microsecond(
    pressed, let_go_us, edges
):
    operator = Operator()
    fed(operator, RUN_OPEN, 2000)
    assert fed(operator, pressed, 2000) == 1
    fed(operator, RUN_OPEN, let_go_us)
    assert fed(operator, pressed, 2000) == edges


def test_a_reading_4_ms_after_the_last_one_is_no_gap():
    operator = Operator()
    for _ in range(26):
        operator.feed(RUN_OPEN, 4000)
    assert operator.open_us > 0
    operator.feed(RUN_OPEN, 4001)
    assert operator.open_us == 1, "seen open now, and no time proven"


@pytest.mark.req("T-06")
def test_the_time_of_stop_stands_still_after_20_s():
    operator = Operator()
    for held_us in (19_999_999, 20_000_000, 20_000_001):
        operator.stop_us = held_us
        operator.feed(STOP_PRESSED, 2000)
        assert operator.stop_us == held_us + (2000 if held_us < 20_000_000 else 0)


@pytest.mark.parametrize(
    ("before", "now", "event"),
    [
        (RUN_OPEN, STOP_PRESSED, 1),
        (RUN_OPEN, PAIN_PRESSED, 1),
        (STOP_PRESSED, RUN_OPEN, 0),
        (PAIN_PRESSED, RUN_OPEN, 0),
        (RUN_OPEN, RUN_HELD, 0),
        (RUN_OPEN, RUN_OPEN | BIT_PAIN_NO, 1),
    ],
)
def test_stop_and_each_press_of_pain_are_an_event_and_run_is_none(before, now, event):
    operator = Hand().feed(before, 100).operator
    operator.feed(now, 2000)
    assert operator.event == event


def test_a_proof_that_comes_after_the_press_is_an_event_of_its_own():
    operator = Hand().feed(RUN_OPEN, 100).feed(RUN_OPEN | BIT_PAIN_NO, 4).operator
    assert operator.event == 0
    operator.feed(PAIN_PRESSED, 2000)
    assert (operator.pain_pressed, operator.event) == (0, 1)


def test_the_end_of_a_long_stop_is_an_event():
    operator = Hand().feed(RUN_OPEN, 100).feed(STOP_PRESSED, 3002).operator
    operator.feed(RUN_OPEN, 2000)
    assert (operator.stop, operator.event) == (0, 1)


@pytest.mark.parametrize("pain", [RUN_HELD | BIT_PAIN_NO, RUN_HELD & ~BIT_PAIN_OK])
def test_run_closed_knows_nothing_of_the_lease_and_everything_of_pain(pain):
    assert Hand().feed(RUN_HELD | BIT_LATCHED).operator.run_closed == 1
    assert Hand().feed(pain).operator.run_closed == 0


def test_a_gap_adds_no_time_to_anything():
    for switches in (STOP_PRESSED, RUN_OPEN, PAIN_PRESSED):
        operator = Hand().feed(switches, 640, tick_us=64_000).operator
        timers = (operator.stop_us, operator.open_us, operator.closed_us)
        assert timers == ((0, 1, 0) if switches == RUN_OPEN else (0, 0, 0))
        let_go = (operator.stop_let_go_us, operator.pain_let_go_us)
        assert set(let_go) <= {0, 20_000}


@pytest.mark.parametrize("taps", [BIT_PAIN_OK, BIT_PERMIT, BIT_PAIN_OK | BIT_PERMIT])
@pytest.mark.req("B-02", "B-05")
def test_without_stop_ok_it_is_stop_whatever_the_other_taps_say(taps):
    operator = Hand().feed(RUN_OPEN, 10).feed(taps).operator
    assert (operator.stop, operator.stop_pressed, operator.switches) == (1, 1, taps)


@pytest.mark.parametrize("taps", [BIT_STOP_OK, BIT_STOP_OK | BIT_PERMIT, RUN_OPEN | BIT_PAIN_NO])
@pytest.mark.req("B-02")
def test_without_pain_ok_or_with_pain_no_it_is_pain_whatever_permit_says(taps):
    operator = Hand().feed(RUN_OPEN, 10).feed(taps).operator
    assert (operator.pain, operator.pain_pressed) == (1, 1)


@pytest.mark.parametrize("before", [BIT_STOP_OK, STOP_PRESSED, BIT_PAIN_OK, PAIN_PRESSED])
@pytest.mark.req("B-03")
def test_a_button_that_was_not_seen_free_since_power_on_proves_nothing(before):
    hand = Hand().feed(before, 10)
    assert hand.operator.pain_free == 0
    assert hand.feed(PAIN_PRESSED, 10).proofs == 0
    assert hand.feed(RUN_OPEN).operator.pain_free == 1
    assert hand.feed(PAIN_PRESSED).proofs == 1


def test_edges_that_come_together_are_an_event_all_the_same():
    operator = Hand().feed(RUN_OPEN, 100).feed(STOP_PRESSED | BIT_PAIN_NO).operator
    assert (operator.stop, operator.pain_pressed, operator.event) == (1, 1, 1)
    operator = Hand().feed(RUN_OPEN, 100).feed(STOP_PRESSED | BIT_PAIN_NO, 3002).operator
    operator.feed(PAIN_PRESSED, 2000)
    assert (operator.pain_proof, operator.stop_long_released, operator.event) == (1, 1, 1)


def test_run_is_steady_from_the_microsecond_on_that_proves_it_open():
    operator = Operator()
    fed(operator, RUN_OPEN, 2000)
    fed(operator, RUN_OPEN, 99_998)
    assert (operator.open_us, operator.steady) == (99_999, 0)
    fed(operator, RUN_OPEN, 1)
    assert (operator.open_us, operator.steady) == (100_000, 1)
    fed(operator, RUN_OPEN, 4000)
    assert (operator.open_us, operator.steady) == (100_000, 1)


@pytest.mark.parametrize("pressed", [STOP_PRESSED, PAIN_PRESSED])
@pytest.mark.req("T-06")
def test_ticks_that_do_not_divide_the_times_change_nothing(pressed):
    """3 ms: 20 ms are over after 21, 100 ms after 102."""
    hand = Hand().feed(RUN_OPEN, 30, 3000).feed(pressed, 3, 3000).feed(RUN_OPEN, 150, 3000)
    assert hand.operator.steady == 1
    assert max(hand.operator.stop_let_go_us, hand.operator.pain_let_go_us) == 21_000
    assert hand.feed(RUN_HELD, 30, 3000).starts == 1
    assert hand.feed(RUN_OPEN, 6, 3000).feed(pressed, 3, 3000).stops + hand.pains == 2


@pytest.mark.parametrize(("open_ms", "closed_ms"), [(50, 2), (50, 10), (200, 2), (200, 18)])
def test_run_opened_again_too_soon_has_proven_no_time(open_ms, closed_ms):
    operator = Hand().feed(RUN_OPEN, open_ms).feed(RUN_HELD, closed_ms).feed(RUN_OPEN).operator
    assert (operator.open_us, operator.closed_us) == (1, 0)


def test_an_intent_that_is_stored_does_not_open_the_chain():
    assert Hand().feed(RUN_HELD | BIT_INTENT).operator.chain_closed == 1
    assert Hand().feed(RUN_HELD | BIT_INTENT | BIT_LATCHED).operator.chain_closed == 0
