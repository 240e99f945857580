"""The monitors are worth something: each deliberate breaking is caught by the one that is named.

Each breaking is an act of a few seconds on a sound pump and on a broken one. On the sound pump the
monitor must hold and have had its occasion; on the broken one it must not hold. No referee looks.
"""

import pytest

from manostat import pages
from manostat.core import codes
from manostat.journal import NOTE, Journal
from manostat_sim.scenarios import scenario

from ..nor_flash import NorFlash, PowerCutError
from .breakings import (
    BRISK,
    COMPLY,
    FAST,
    RELIEVE,
    SMALL,
    TO_THE_CEILING,
    BlindLease,
    EndlessLease,
    ForgetfulLease,
    Unjudged,
    a_step_too_many,
    acknowledged_unseen,
    alarm_that_never_ends,
    blinks,
    deaf_to,
    drawing_back,
    enabled_for_ever,
    has_a_shifted_sensor,
    has_a_stuck_sensor,
    has_pain_and_runs,
    has_pain_and_stop_and_runs,
    has_run_welded,
    holds_stop,
    is_detached,
    is_late,
    is_pushed_at_rest,
    lets_go_of_run,
    loses_its_sensor,
    loses_the_tap_of,
    more_than_half_a_millilitre,
    moves_on,
    open_for_30_ms,
    opening_5_psi_too_high,
    opens_run_too_shortly,
    presses_a_blocked_line,
    presses_a_torn_disc,
    presses_long,
    presses_stop,
    reaches_its_volume,
    reading_40_ms_ago,
    reads_its_opening,
    recovers_from_a_fault,
    running,
    sounding_at_every_stop,
    stands_still,
    three_percent_fast,
    welded_run,
    whole,
    without_guard,
    without_latching_pain,
    without_leak,
    without_limit,
    without_limit_and_guard,
    without_timing_held_buttons,
)
from .desk import unit_of

CASES = [
    ("P-01", TO_THE_CEILING, "blocked", presses_a_blocked_line, without_limit_and_guard),
    ("P-03", COMPLY, "blocked", presses_a_blocked_line, without_limit),
    ("P-03", COMPLY, "blocked", presses_a_blocked_line, reading_40_ms_ago),
    ("P-04", COMPLY, "blocked", presses_a_blocked_line, reading_40_ms_ago),
    ("P-05", COMPLY, "blocked", presses_a_blocked_line, reading_40_ms_ago),
    ("P-06", unit_of(above_psi=90, line_psi=95), "blocked", presses_a_blocked_line, without_guard),
    ("P-07", RELIEVE, "blocked", presses_a_blocked_line, more_than_half_a_millilitre),
    ("P-08", None, "dallas-0", moves_on, drawing_back),
    ("P-09 open", None, "dallas-0", opens_run_too_shortly, open_for_30_ms),
    ("P-09 open", None, "dallas-0", blinks, ForgetfulLease.replace),
    ("P-09 acknowledged", None, "dallas-0", has_pain_and_runs, without_latching_pain),
    ("P-09 acknowledged", None, "dallas-0", has_pain_and_stop_and_runs, acknowledged_unseen),
    ("P-11 missed", None, "dallas-0", loses_its_sensor, without_guard),
    ("P-11 late", None, "dallas-0", is_late, without_guard),
    ("P-11 stuck", None, "dallas-0", has_a_stuck_sensor, without_guard),
    ("P-12 detached", FAST, "dallas-0", is_detached, without_guard),
    ("P-12 leak", BRISK, "dallas-5", presses_a_torn_disc, without_leak),
    ("P-12 rise", None, "dallas-0", is_pushed_at_rest, without_guard),
    ("P-13", None, "dallas-0", has_a_shifted_sensor, without_guard),
    ("P-14", None, "dallas-0", reads_its_opening, opening_5_psi_too_high),
    ("D-01", SMALL, "dallas-0", reaches_its_volume, a_step_too_many),
    ("D-03", None, "dallas-0", presses_long, three_percent_fast),
    ("B-01", FAST, "dallas-0", lets_go_of_run, BlindLease.replace),
    ("B-02", None, "dallas-0", loses_the_tap_of("PAIN_OK"), deaf_to(codes.BIT_PAIN_OK, 8)),
    ("B-04", None, "dallas-0", holds_stop, without_timing_held_buttons),
    ("B-05 steps", None, "dallas-0", loses_the_tap_of("STOP_OK"), deaf_to(codes.BIT_STOP_OK, 0)),
    ("B-05 enable", None, "dallas-0", presses_stop, enabled_for_ever),
    ("B-06", None, "dallas-0", has_run_welded, welded_run),
    ("A-05", SMALL, "dallas-0", reaches_its_volume, sounding_at_every_stop),
    ("A-06", None, "dallas-0", recovers_from_a_fault, alarm_that_never_ends),
    ("T-03", None, "dallas-0", stands_still, EndlessLease.replace),
]


@pytest.mark.parametrize(("name", "unit", "world", "act", "breaking"), CASES)
def test_a_breaking_is_caught_by_its_monitor(name, unit, world, act, breaking, monkeypatch):
    for broken in (whole, breaking):
        bench = running(unit, world)
        bench.patch = monkeypatch
        broken(bench)
        act(bench)
        found = bench.verdict(name)
        assert found.holds == (broken is whole), found
        assert found.occasions or name == "A-05", "the sound pump must have had its occasion"


def test_a_pump_that_starts_without_the_proof_of_pain_is_caught():
    bench = Unjudged(scenario("dallas-0"), unit_of())
    bench.pump.injector.proven = 1
    bench.pump.injector._enter(codes.READY, codes.NO_REASON)
    bench.run()
    bench.advance(0.1)
    assert not bench.verdict("B-03").holds
    sound = running()
    sound.advance(0.1)
    assert sound.verdict("B-03").occasions == 1 and sound.verdict("B-03").holds


def test_with_the_injector_s_limit_broken_the_guard_still_keeps_the_ceiling():
    bench = running(COMPLY, "blocked")
    without_limit(bench)
    presses_a_blocked_line(bench)
    assert bench.verdict("P-01").holds
    assert not bench.verdict("P-03").holds


# The journal


def read_back_after_a_torn_write():
    """What three appends leave when the power goes half way through the third, seed by seed."""
    for bits in range(20):
        flash = NorFlash(8)
        journal = Journal(flash, 1, 4)
        journal.scan()
        journal.append(NOTE, b"one")
        journal.append(NOTE, b"two")
        flash.cut_at, flash.done = len(flash.operations), "half"
        flash._random.seed(bits)
        with pytest.raises(PowerCutError):
            journal.append(NOTE, bytes(range(200)))
        again = Journal(NorFlash(8, flash.memory), 1, 4)
        again.scan()
        yield [record.payload for record in again.records()], again


@pytest.mark.req("L-02")
def test_a_journal_that_ignores_its_crc_is_caught(monkeypatch):
    whole_ones = [b"one", b"two"]
    assert all(payloads == whole_ones for payloads, _ in read_back_after_a_torn_write())
    monkeypatch.setattr(pages, "valid", lambda page: page[:2] == b"JM" and page[3] <= 220)
    assert any(payloads != whole_ones for payloads, _ in read_back_after_a_torn_write())
