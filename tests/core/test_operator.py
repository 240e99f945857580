"""Requirements on RUN, STOP and PAIN as told from the taps."""

import pytest

from manostat.core.codes import BIT_LATCHED, BIT_PAIN_NO, BIT_PAIN_OK, BIT_PERMIT, BIT_STOP_OK
from manostat.core.operator import Operator

from .desk import PAIN_PRESSED, RUN_HELD, RUN_OPEN, STOP_PRESSED


class Hand:
    """Feeds switch patterns for a time and remembers which edges came."""

    def __init__(self) -> None:
        self.operator = Operator()
        self.starts = self.stops = self.long_stops = self.pains = self.proofs = 0

    def feed(self, switches: int, ms: float = 2, tick_us: int = 2000) -> "Hand":
        for _ in range(round(ms * 1000 / tick_us)):
            operator = self.operator
            operator.feed(switches, tick_us)
            self.starts += operator.run_started
            self.stops += operator.stop_pressed
            self.long_stops += operator.stop_long_released
            self.pains += operator.pain_pressed
            self.proofs += operator.pain_proof
        return self


def test_run_seen_open_and_then_held_starts_once():
    assert Hand().feed(RUN_OPEN, 102).feed(RUN_HELD, 5000).starts == 1


@pytest.mark.req("P-09")
def test_run_taped_down_never_starts():
    assert Hand().feed(RUN_HELD, 60_000).starts == 0


@pytest.mark.parametrize(("open_ms", "starts"), [(2, 0), (50, 0), (98, 0), (100, 0), (102, 1)])
@pytest.mark.req("P-09")
def test_run_must_be_seen_open_for_100_ms(open_ms, starts):
    """51 readings 2 ms apart span 100 ms; 50 readings span 98."""
    assert Hand().feed(RUN_OPEN, open_ms).feed(RUN_HELD, 1000).starts == starts


@pytest.mark.req("P-09")
def test_run_open_in_pieces_is_not_run_open():
    hand = Hand()
    for _ in range(20):
        hand.feed(RUN_OPEN, 60).feed(RUN_HELD, 60)
    assert hand.starts == 0


def test_a_bouncing_run_starts_only_once_it_rests():
    hand = Hand().feed(RUN_OPEN, 200)
    for _ in range(10):
        hand.feed(RUN_HELD, 10).feed(RUN_OPEN, 4)
    assert hand.starts == 0
    assert hand.feed(RUN_HELD, 500).starts == 0
    assert hand.feed(RUN_OPEN, 102).feed(RUN_HELD, 30).starts == 1


@pytest.mark.parametrize("pressed", [STOP_PRESSED, PAIN_PRESSED])
def test_run_taped_down_is_not_seen_open_behind_another_switch(pressed):
    assert Hand().feed(RUN_HELD, 10).feed(pressed, 500).feed(RUN_HELD, 1000).starts == 0


@pytest.mark.parametrize("pressed", [STOP_PRESSED, PAIN_PRESSED])
def test_another_switch_between_open_and_held_asks_for_run_open_anew(pressed):
    assert Hand().feed(RUN_OPEN, 200).feed(pressed, 2).feed(RUN_HELD, 1000).starts == 0


@pytest.mark.req("B-03")
def test_a_welded_pain_contact_does_not_let_run_start():
    welded = RUN_HELD | BIT_PAIN_NO
    assert Hand().feed(RUN_OPEN, 200).feed(welded, 1000).starts == 0


@pytest.mark.parametrize("gap_us", [4001, 20_000, 65_535])
@pytest.mark.req("P-09")
def test_a_gap_between_readings_proves_no_run_open(gap_us):
    hand = Hand().feed(RUN_OPEN, 40 * gap_us / 1000, tick_us=gap_us).feed(RUN_HELD, 500)
    assert hand.starts == 0


def test_a_gap_in_the_middle_starts_the_100_ms_over():
    hand = Hand().feed(RUN_OPEN, 80).feed(RUN_OPEN, 20, tick_us=20_000).feed(RUN_OPEN, 80)
    assert hand.feed(RUN_HELD, 500).starts == 0


def test_a_gap_while_run_closes_proves_it_not_closed():
    hand = Hand().feed(RUN_OPEN, 200).feed(RUN_HELD, 10).feed(RUN_HELD, 20, tick_us=20_000)
    assert hand.feed(RUN_HELD, 500).starts == 0


@pytest.mark.parametrize(("held_ms", "long"), [(100, 0), (2998, 0), (3000, 1), (20_000, 1)])
def test_stop_held_three_seconds_tells_when_it_is_released(held_ms, long):
    hand = Hand().feed(RUN_OPEN, 10).feed(STOP_PRESSED, held_ms)
    assert hand.long_stops == 0
    assert hand.feed(RUN_OPEN, 1000).long_stops == long
    assert hand.stops == 1


def test_a_chain_that_is_open_from_power_on_is_no_press_of_stop():
    """A box that is plugged in late must not begin a new level."""
    assert Hand().feed(STOP_PRESSED, 5000).feed(RUN_OPEN, 100).stops == 0


def test_gaps_do_not_count_as_stop_held():
    hand = Hand().feed(STOP_PRESSED, 3200, tick_us=64_000).feed(RUN_OPEN, 10)
    assert hand.long_stops == 0


@pytest.mark.req("B-02", "B-05")
def test_a_cut_wire_before_stop_is_stop():
    assert Hand().feed(RUN_OPEN, 10).feed(0, 10).stops == 1


@pytest.mark.parametrize("pressed", [STOP_PRESSED, PAIN_PRESSED])
def test_a_press_that_bounces_is_one_press_from_its_first_edge(pressed):
    hand = Hand().feed(RUN_OPEN, 30).feed(pressed, 2)
    assert hand.stops + hand.pains == 1
    for _ in range(3):
        hand.feed(RUN_OPEN, 18).feed(pressed, 2)
    assert hand.feed(pressed, 100).stops + hand.pains == 1
    assert hand.feed(RUN_OPEN, 20).feed(pressed, 2).stops + hand.pains == 2


def test_each_press_of_pain_is_one_edge():
    hand = Hand().feed(RUN_OPEN, 10)
    for presses in range(1, 4):
        assert hand.feed(PAIN_PRESSED, 500).feed(RUN_OPEN, 500).pains == presses


@pytest.mark.parametrize(
    "half", [BIT_STOP_OK, BIT_STOP_OK | BIT_PAIN_OK | BIT_PAIN_NO, RUN_HELD | BIT_PAIN_NO]
)
@pytest.mark.req("B-02", "B-03")
def test_either_contact_alone_is_pain_but_no_proof_of_the_button(half):
    hand = Hand().feed(RUN_OPEN, 10).feed(half, 10)
    assert hand.pains == 1
    assert hand.proofs == 0


def test_the_second_contact_counts_as_pain_while_stop_is_pressed():
    assert Hand().feed(STOP_PRESSED, 10).feed(STOP_PRESSED | BIT_PAIN_NO, 10).pains == 1


def test_stop_is_not_mistaken_for_pain():
    assert Hand().feed(RUN_OPEN, 10).feed(STOP_PRESSED, 10).feed(RUN_OPEN, 10).pains == 0


def test_the_contacts_need_not_change_in_the_same_reading_to_prove_the_button():
    hand = Hand().feed(RUN_OPEN, 10).feed(RUN_OPEN | BIT_PAIN_NO, 4).feed(PAIN_PRESSED, 100)
    assert hand.proofs == 1
    assert hand.feed(RUN_OPEN | BIT_PAIN_NO, 4).feed(PAIN_PRESSED, 100).proofs == 1
    assert hand.feed(RUN_OPEN, 4).feed(PAIN_PRESSED, 100).proofs == 2


@pytest.mark.parametrize(
    ("switches", "closed"),
    [
        (RUN_HELD, 1),
        (RUN_HELD | BIT_LATCHED, 0),
        (RUN_HELD | BIT_PAIN_NO, 0),
        (RUN_HELD & ~BIT_PERMIT, 0),
        (RUN_HELD & ~BIT_PAIN_OK, 0),
        (RUN_HELD & ~BIT_STOP_OK, 0),
    ],
)
def test_only_a_whole_chain_that_was_never_low_is_closed(switches, closed):
    assert Hand().feed(switches).operator.chain_closed == closed
