"""A gap in what the host saw is closed by the pump's trace, or not at all."""

import random
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from manostat.core import codes
from manostat_tools.guide import filled as f
from manostat_tools.guide.filled import filled
from manostat_tools.guide.follower import NOT_SEEN, Seen

from .ticks import PAIN_HELD, RUN_HELD, ZERO_COUNT, Ticks

SEEK, SETTLE, INJECT, DECAY = 300, 400, 2000, 1500
AT_SEEK = 500
AT_SETTLE = AT_SEEK + SEEK
AT_INJECT = AT_SETTLE + SETTLE
AT_STOP = AT_INJECT + INJECT
DURATION_MS = 2 * (SEEK + SETTLE + INJECT)


def counted(drawn, frames, steps):
    """Each with a count that rises and is noisy, and with every other tick a step."""
    told = []
    for place, frame in enumerate(frames):
        made = place % 2 if frame.state in (codes.SEEKING, codes.INJECTING) and place else 0
        steps += made
        raw = ZERO_COUNT + steps // 2 + drawn.randrange(12)
        told.append(frame._replace(line_raw=raw, made=made, steps=steps, pressure_pa=79 * raw))
    return told, steps


def a_run():
    """Frames of a whole run that ends by pain, and the trace that a pump keeps of it."""
    ticks, drawn = Ticks(), random.Random(7)
    phases = (
        ticks(AT_SEEK, codes.READY),
        ticks(SEEK, codes.SEEKING, RUN_HELD),
        ticks(SETTLE, codes.SETTLING, RUN_HELD),
        ticks(INJECT, codes.INJECTING, RUN_HELD),
        ticks(DECAY, codes.STOPPED, PAIN_HELD, reason=codes.PAIN),
    )
    frames, steps = [], 0
    for phase in phases:
        told, steps = counted(drawn, phase, steps)
        frames += told
    moving = (codes.SEEKING, codes.INJECTING)
    words = [
        frame.line_raw | frame.made << 14
        for before, frame in pairwise(frames)
        if before.state in moving
    ]
    return frames, np.array(words, dtype="<u2").tobytes()


def without(frames, begin, end, press=AT_STOP):
    kept = (*frames[:begin], *frames[end:])
    if press >= end:
        press -= end - begin
    elif press >= begin:
        press = begin
    return Seen(kept, "unplugged", press)


def test_what_was_missed_in_motion_is_put_back_with_its_pressures_and_steps():
    frames, trace = a_run()
    found = filled(without(frames, 1400, 2600), trace, 0, DURATION_MS)
    assert (found.lost, found.cut, found.press) == ("", "", AT_STOP)
    assert [(x.tick, x.steps, x.made, x.line_raw) for x in found.frames] == [
        (x.tick, x.steps, x.made, x.line_raw) for x in frames
    ]
    recording = found.recording()
    assert recording.gaps() == []
    assert recording.time_us[-1] == 2000 * (len(frames) - 1)


def test_the_zero_of_the_prescription_is_taken_off():
    frames, trace = a_run()
    plain = filled(without(frames, 1400, 2600), trace, 0, DURATION_MS)
    zeroed = filled(without(frames, 1400, 2600), trace, 5000, DURATION_MS)
    apart = plain.frames[2000].pressure_pa - zeroed.frames[2000].pressure_pa
    assert apart == 5000
    raw = frames[2000].line_raw
    assert plain.frames[2000].pressure_pa == pytest.approx((raw - 1638) / 13108 * 1034213.55, abs=1)


def test_two_gaps_are_closed():
    frames, trace = a_run()
    once = without(frames, 2600, 2700)
    twice = without(list(once.frames), 1400, 1500, once.press)
    found = filled(twice, trace, 0, DURATION_MS)
    assert (found.lost, found.press, len(found.frames)) == ("", AT_STOP, len(frames))


def test_a_stop_that_was_missed_ends_the_record():
    frames, trace = a_run()
    found = filled(without(frames, 2000, AT_STOP + 700), trace, 0, DURATION_MS)
    assert (found.lost, found.cut) == ("", f.CUT)
    assert len(found.frames) == AT_STOP + 1
    assert found.frames[-1].state == codes.STOPPED
    assert found.frames[-1].steps == frames[-1].steps
    assert found.press is None, "nobody saw when it was pressed"


def test_a_link_lost_in_the_decay_ends_the_record_there():
    frames, trace = a_run()
    found = filled(without(frames, AT_STOP + 600, AT_STOP + 900), trace, 0, DURATION_MS)
    assert (found.lost, found.cut, found.press) == ("", f.CUT, AT_STOP)
    assert len(found.frames) == AT_STOP + 600


def test_a_gap_at_rest_before_the_stop_stays_open():
    frames, trace = a_run()
    seen = without(frames, AT_SETTLE + 100, AT_SETTLE + 200)
    found = filled(seen, trace, 0, DURATION_MS)
    assert (found.lost, found.frames) == ("", seen.frames)


@pytest.mark.parametrize(
    ("begin", "end", "why"),
    [
        (AT_SETTLE - 100, AT_INJECT + 100, f.PAUSED),
        (AT_SETTLE - 100, AT_STOP + 100, f.PAUSED),
        (AT_SETTLE + 100, AT_INJECT + 100, f.NOT_IN_TRACE),
        (AT_SEEK + 5, AT_SEEK + 100, f.NOT_IN_TRACE),
        (AT_SETTLE - 100, AT_SETTLE + 100, f.PAUSED),
    ],
    ids=["over a rest", "over a rest to the stop", "from a rest", "too little seen", "into a rest"],
)
def test_what_may_have_paused_meanwhile_is_not_guessed(begin, end, why):
    frames, trace = a_run()
    seen = without(frames, begin, end)
    assert filled(seen, trace, 0, DURATION_MS) == replace(seen, lost=f"unplugged; {why}")


def spoilt(trace, at, by):
    words = np.frombuffer(trace, dtype="<u2").copy()
    words[at] = words[at] + by
    return words.tobytes()


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda trace: None, f.NO_TRACE),
        (lambda trace: b"", f.NOT_IN_TRACE),
        (lambda trace: trace * 2, f.NOT_IN_TRACE),
        (lambda trace: spoilt(trace, SEEK + 150, 1), f.NOT_IN_TRACE),
        (lambda trace: spoilt(trace, SEEK + 800, 1 << 14), f.NO_STEPS),
        (lambda trace: spoilt(trace, SEEK + 1450, 1), f.PAUSED),
    ],
    ids=["none", "empty", "twice there", "before the gap", "in the gap", "behind the gap"],
)
def test_a_trace_that_is_another_closes_nothing(spoil, why):
    frames, trace = a_run()
    seen = without(frames, AT_INJECT + 200, AT_INJECT + 1400)
    assert filled(seen, spoil(trace), 0, DURATION_MS) == replace(seen, lost=f"unplugged; {why}")


@pytest.mark.parametrize("apart_ms", [-61, 61])
def test_a_missed_stop_wants_the_clock_to_agree(apart_ms):
    frames, trace = a_run()
    seen = without(frames, 2000, AT_STOP + 700)
    assert filled(seen, trace, 0, DURATION_MS + apart_ms).lost.endswith(f.PAUSED)
    assert filled(seen, trace, 0, None).lost.endswith(f.PAUSED)


def test_a_run_whose_beginning_was_not_seen_stays_so():
    frames, trace = a_run()
    seen = replace(without(frames, 1400, 2600), lost=NOT_SEEN)
    assert filled(seen, trace, 0, DURATION_MS) == seen


def test_a_run_that_was_seen_is_left_as_it_is():
    frames, trace = a_run()
    seen = Seen(tuple(frames), "", AT_STOP)
    assert filled(seen, trace, 0, DURATION_MS) == seen
