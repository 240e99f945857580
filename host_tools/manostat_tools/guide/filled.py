"""A run of which the host missed a part, made whole again from the trace that the pump kept.

The trace holds every tick in which the plunger moved, pauses left out (docs/journal.md). What was
seen before and after a gap must be found in it, and its steps must add up: nothing is guessed. At
rest nothing but the line changes. A gap there before the stop is left open; after the stop it ends
the record, for the pump writes pages then and its ticks are no clock. A stop that was missed is
taken only if the level lasted, by the pump's clock, as long as its ticks say: nothing paused.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from manostat.core.codes import INJECTING, SEEKING, STOPPED
from manostat_sim.telemetry import TickFrame
from manostat_tools.derive.recording import pascals
from manostat_tools.guide.follower import NOT_SEEN, Seen
from manostat_tools.pump import TICK_US

Words = NDArray[np.int64]

NO_TRACE = "the pump's trace of the run is not there"
NOT_IN_TRACE = "what was seen of the run is not in the pump's trace"
PAUSED = "the plunger paused where no tick was seen"
NO_STEPS = "the steps of the pump's trace do not add up to those that were seen"
CUT = "the line after the stop was not seen: the link was lost"

_NUMBERS = 0x10000  # a frame carries 16 bits of its tick's number
_COUNT = 0x3FFF
_MADE_SHIFT = 14
_MADE_MOST = 3
_CLOCK_MS = 60
"""More than two readings of the pump's clock of 10 ms are apart, and less than any pause."""
_LOOK = 200
_LEAST = 20
"""Ticks that must be alike on either side of a gap, at most and at least: a count and its noise."""


class _Gap(NamedTuple):
    """Frames `at - 1` and `at` have `missing` ticks between them."""

    at: int
    missing: int


class _UnknownError(Exception):
    """Why a gap cannot be closed."""


def filled(seen: Seen, trace: bytes | None, zero_pa: int, duration_ms: int | None) -> Seen:
    """The same without its gaps, or with the reason in `lost` why they cannot be closed.

    `trace`: as the pump stored it, two bytes a tick; None: there is none. `zero_pa`: of the
    prescription. `duration_ms`: of the level up to the stop, from the outcome. `cut` tells of a
    record that ends where the link was lost at rest.
    """
    gaps = _gaps(seen.frames)
    if not seen.lost or NOT_SEEN in seen.lost:
        return seen
    if trace is None:
        return replace(seen, lost=f"{seen.lost}; {NO_TRACE}")
    words = np.frombuffer(trace, dtype="<u2").astype(np.int64)
    frames: list[TickFrame] = []
    press, done, cut = seen.press, 0, ""
    try:
        for gap in gaps:
            before, after = seen.frames[gap.at - 1], seen.frames[gap.at]
            frames += seen.frames[done : gap.at]
            done = gap.at
            if not _runs(before) and not _runs(after) and before.steps == after.steps:
                if before.state == STOPPED:
                    done, cut = len(seen.frames), CUT
                    break
                continue
            ticks = _between(seen.frames, gap, words)
            frames += _frames(before, ticks, zero_pa)
            if press is not None and press >= gap.at:
                press = press + len(ticks) if press > gap.at else None
            if after.state == STOPPED:
                if not _lasted(frames, duration_ms):
                    raise _UnknownError(PAUSED)
                frames[-1] = frames[-1]._replace(state=STOPPED, reason=after.reason)
                done, cut = len(seen.frames), CUT
                break
    except _UnknownError as why:
        return replace(seen, lost=f"{seen.lost}; {why}")
    frames += seen.frames[done:]
    if press is not None and press >= len(frames):
        press = None
    return Seen(tuple(frames), "", press, cut)


def _gaps(frames: Sequence[TickFrame]) -> list[_Gap]:
    numbers = np.array([frame.tick for frame in frames], dtype=np.int64)
    missing = (np.diff(numbers) - 1) % _NUMBERS
    return [_Gap(int(at) + 1, int(missing[at])) for at in np.flatnonzero(missing)]


def _runs(frame: TickFrame) -> bool:
    """Steps may be granted in this tick; the next one is in the trace then."""
    return frame.state in (SEEKING, INJECTING)


def _between(frames: Sequence[TickFrame], gap: _Gap, words: Words) -> Words:
    """What the trace holds of a gap in which the plunger moved. _UnknownError if that is not
    sure."""
    before, after = frames[gap.at - 1], frames[gap.at]
    first = _place_behind(frames, gap.at, words)
    if _runs(after):
        last = first + gap.missing
        ahead = _ahead(frames, gap.at)
        if list(words[last : last + len(ahead)]) != ahead:
            raise _UnknownError(PAUSED)
        made = words[first : last + 1] >> _MADE_SHIFT
    elif after.state == STOPPED:
        last = len(words)
        made = words[first:] >> _MADE_SHIFT
        if last - first > gap.missing:
            raise _UnknownError(NOT_IN_TRACE)
    else:
        raise _UnknownError(PAUSED)
    if before.steps + int(made.sum()) != after.steps:
        raise _UnknownError(NO_STEPS)
    return words[first:last]


def _lasted(frames: Sequence[TickFrame], duration_ms: int | None) -> bool:
    """Whether the level lasted from the first of these frames that moved to the last."""
    first = next(place for place, frame in enumerate(frames) if _runs(frame))
    seen_ms = sum(frame.elapsed_us for frame in frames[first + 1 :]) / 1000
    return duration_ms is not None and abs(duration_ms - seen_ms) <= _CLOCK_MS


def _place_behind(frames: Sequence[TickFrame], at: int, words: Words) -> int:
    """Where the trace goes on behind frame `at - 1`."""
    begin = at
    while begin > 1 and at - begin < _LOOK and _follows(frames, begin - 1):
        begin -= 1
    seen = np.array([_word(frame) for frame in frames[begin:at]], dtype=np.int64)
    if len(seen) < _LEAST or len(words) < len(seen):
        raise _UnknownError(NOT_IN_TRACE)
    windows = np.lib.stride_tricks.sliding_window_view(words, len(seen))
    places = np.flatnonzero((windows == seen).all(axis=1))
    if len(places) != 1:
        raise _UnknownError(NOT_IN_TRACE)
    return int(places[0]) + len(seen)


def _follows(frames: Sequence[TickFrame], at: int) -> bool:
    """Whether frame `at` is in the trace, behind the one before it."""
    before, frame = frames[at - 1], frames[at]
    return _runs(before) and (frame.tick - before.tick) % _NUMBERS == 1


def _ahead(frames: Sequence[TickFrame], at: int) -> list[int]:
    """Frame `at`, and those behind it that follow in the trace."""
    end = at + 1
    while end < len(frames) and end - at < _LOOK and _follows(frames, end):
        end += 1
    return [_word(frame) for frame in frames[at:end]]


def _word(frame: TickFrame) -> int:
    return frame.line_raw | min(frame.made, _MADE_MOST) << _MADE_SHIFT


def _frames(before: TickFrame, ticks: Words, zero_pa: int) -> list[TickFrame]:
    made = ticks >> _MADE_SHIFT
    columns = zip(
        (ticks & _COUNT).tolist(),
        made.tolist(),
        (before.steps + np.cumsum(made)).tolist(),
        pascals(ticks & _COUNT, zero_pa).tolist(),
        strict=True,
    )
    return [
        before._replace(
            tick=(before.tick + 1 + place) % _NUMBERS,
            elapsed_us=TICK_US,
            line_raw=raw,
            line_status=0,
            made=steps_made,
            pressure_pa=round(pressure_pa),
            steps=steps,
        )
        for place, (raw, steps_made, steps, pressure_pa) in enumerate(columns)
    ]
