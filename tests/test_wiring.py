"""Levels at the pins for every press and every cut."""

from itertools import pairwise

import pytest

from manostat_sim.wiring import CHAIN_PLACES, SIGNALS, Wiring, bounce

ENDS = {"END_FULL": 1, "END_EMPTY": 1}


def chain(wiring: Wiring) -> tuple[int, int, int]:
    return tuple(wiring.levels[name] for name in ("STOP_OK", "PAIN_OK", "PERMIT"))


def running() -> Wiring:
    wiring = Wiring()
    wiring.press("RUN")
    return wiring


def test_untouched_wiring_permits_nothing():
    wiring = Wiring()
    assert chain(wiring) == (1, 1, 0)
    assert wiring.levels == {"STOP_OK": 1, "PAIN_OK": 1, "PERMIT": 0, "PAIN_NO": 0} | ENDS


def test_held_run_closes_the_chain_and_release_opens_it():
    wiring = running()
    assert chain(wiring) == (1, 1, 1)
    wiring.release("RUN")
    assert chain(wiring) == (1, 1, 0)


@pytest.mark.parametrize(("switch", "levels"), [("STOP", (0, 0, 0)), ("PAIN", (1, 0, 0))])
def test_stop_and_pain_open_the_chain_from_their_place_on(switch, levels):
    wiring = running()
    wiring.press(switch)
    assert chain(wiring) == levels
    wiring.release(switch)
    assert chain(wiring) == (1, 1, 1)


def test_pain_shows_on_its_second_contact_even_with_stop_pressed():
    wiring = running()
    wiring.press("PAIN")
    assert wiring.levels["PAIN_NO"] == 1
    wiring.press("STOP")
    assert wiring.levels["PAIN_NO"] == 1


@pytest.mark.parametrize(
    ("place", "levels"),
    list(zip(CHAIN_PLACES, [(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 0)], strict=True)),
)
def test_cut_in_the_chain_ends_the_permit_and_reads_as_the_switch_before_it(place, levels):
    wiring = running()
    wiring.cut(place)
    assert chain(wiring) == levels
    wiring.mend(place)
    assert chain(wiring) == (1, 1, 1)


@pytest.mark.parametrize("signal", ["STOP_OK", "PAIN_OK", "PERMIT", "END_FULL", "END_EMPTY"])
def test_cut_tap_reads_low_and_leaves_the_others(signal):
    wiring = running()
    before = dict(wiring.levels)
    wiring.cut(signal)
    assert wiring.levels == before | {signal: 0}


def test_cut_second_contact_hides_the_pain_there_only():
    wiring = running()
    wiring.cut("PAIN_NO")
    wiring.press("PAIN")
    assert wiring.levels["PAIN_NO"] == 0
    assert chain(wiring) == (1, 0, 0)


@pytest.mark.parametrize("switch", ["END_FULL", "END_EMPTY"])
def test_end_switch_reads_low_at_its_end(switch):
    wiring = Wiring()
    wiring.press(switch)
    assert wiring.levels[switch] == 0


def test_only_valid_patterns_appear_while_no_wire_is_cut():
    for pressed in range(8):
        wiring = Wiring()
        for bit, switch in enumerate(("STOP", "PAIN", "RUN")):
            if pressed >> bit & 1:
                wiring.press(switch)
        assert chain(wiring) in {(0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1)}


def test_bits_are_the_levels_in_the_order_of_the_inputs_record():
    wiring = running()
    wiring.press("PAIN")
    assert wiring.bits == 0b111001
    assert SIGNALS == ("STOP_OK", "PAIN_OK", "PERMIT", "PAIN_NO", "END_FULL", "END_EMPTY")


def test_welded_pain_contact_leaves_the_chain_closed_and_the_second_contact_tells():
    wiring = running()
    wiring.weld("PAIN")
    wiring.press("PAIN")
    assert chain(wiring) == (1, 1, 1)
    assert wiring.levels["PAIN_NO"] == 1


def test_driver_is_enabled_by_a_low_pin_through_stop_and_a_whole_wire():
    wiring = Wiring()
    assert wiring.driver_enabled(0)
    assert not wiring.driver_enabled(1)
    wiring.press("STOP")
    assert not wiring.driver_enabled(0)
    wiring.release("STOP")
    wiring.cut("ENABLE_N")
    assert not wiring.driver_enabled(0)


def test_stops_second_pole_acts_even_when_its_first_is_welded():
    wiring = running()
    wiring.weld("STOP")
    wiring.press("STOP")
    assert chain(wiring) == (1, 1, 1)
    assert not wiring.driver_enabled(0)


@pytest.mark.parametrize("act", ["press", "release", "weld", "cut", "mend"])
def test_unknown_name_is_refused_with_what_there_is(act):
    wiring = Wiring()
    with pytest.raises(KeyError, match=r"'BRAKE' is none of .*STOP"):
        getattr(wiring, act)("BRAKE")


@pytest.mark.parametrize("edges", [0, 1, 4, 5, 8])
@pytest.mark.parametrize("pressed", [True, False])
def test_bounce_alternates_and_ends_as_pressed(pressed, edges):
    entries = bounce(pressed, 1000, seed=4, edges=edges)
    times = [time_us for time_us, _ in entries]
    levels = [level for _, level in entries]
    assert entries[0] == (1000, pressed) and levels[-1] is pressed
    assert all(a != b for a, b in pairwise(levels))
    gaps = [b - a for a, b in pairwise(times)]
    assert all(1 <= gap <= 500 for gap in gaps)
    assert bounce(pressed, 1000, seed=4, edges=edges) == entries
    assert len(entries) == (edges | 1)
