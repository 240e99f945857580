"""What the pump said of a whole run, as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from manostat.core.codes import INJECTING, SEEKING
from manostat_sim.plant.sensors import FULL_SCALE_PA
from manostat_sim.telemetry import TickFrame
from manostat_tools.journal.trace_words import TraceTick
from manostat_tools.pump import TICK_US

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]


_RAW_ZERO, _RAW_SPAN = 1638, 13108  # HSC data sheet (H), as in the core's scale.py
_NUMBERS = 0x10000  # a frame carries 16 bits of its tick's number
_STATUS_OK = 0
STILL_TICKS = 150
"""0.3 s: the slowest rate makes a step in 0.1 s (1 uL/s, 0.1 uL a step)."""
GAP_US = 20_000
"""Readings further apart than this are a gap: nothing is known in between but the sum of steps."""


@dataclass(frozen=True)
class Recording:
    """One run from before its first step to the rest after its last stop.

    `time_us`: of each reading, rising. `pressure_pa`: line, the prescription's zero taken off.
    `steps`: counted since the level began, as of the reading. `moving`: steps may be granted.
    ValueError for arrays of unlike length, fewer than 2 readings, times that do not rise, or a
    reading that is no number.
    """

    time_us: Whole
    pressure_pa: Floats
    steps: Whole
    moving: Flags

    def __post_init__(self) -> None:
        lengths = {len(self.time_us), len(self.pressure_pa), len(self.steps), len(self.moving)}
        if len(lengths) != 1 or min(lengths) < 2:
            raise ValueError(
                f"recording: arrays of {sorted(lengths)} readings, equal and 2 or more"
            )
        if np.any(np.diff(self.time_us) <= 0):
            raise ValueError("recording: time_us must rise from each reading to the next")
        if not np.all(np.isfinite(self.pressure_pa)):
            raise ValueError("recording: pressure_pa holds what is no number; leave it out")

    @property
    def begins_level(self) -> bool:
        """Whether the level had not moved when the record began."""
        return int(self.steps[0]) == 0

    def stops_us(self) -> list[int]:
        """Times of the first reading at rest after each motion."""
        ends = np.flatnonzero(self.moving[:-1] & ~self.moving[1:])
        return [int(self.time_us[end + 1]) for end in ends]

    def rest_after_s(self, stop_us: int) -> float:
        """How long the plunger rested after `stop_us`, up to the next motion or the end, s."""
        later = self.moving & (self.time_us > stop_us)
        end_us = self.time_us[np.argmax(later)] if later.any() else self.time_us[-1]
        return float(end_us - stop_us) * 1e-6

    def gaps(self) -> list[tuple[int, int, int]]:
        """Where readings are further apart than `GAP_US`: last time before, first after, and the
        steps that were made meanwhile."""
        long = np.flatnonzero(np.diff(self.time_us) > GAP_US)
        return [
            (
                int(self.time_us[place]),
                int(self.time_us[place + 1]),
                int(self.steps[place + 1] - self.steps[place]),
            )
            for place in long
        ]

    def has_unseen_rest(self) -> bool:
        """Whether the plunger rested for over a second between two motions with nothing recorded:
        the line may have been opened to air meanwhile, and closed again."""
        moved_us = self.time_us[self.moving]
        return len(moved_us) > 0 and any(
            made == 0 and end - begin > 1_000_000 and moved_us[0] < begin and end < moved_us[-1]
            for begin, end, made in self.gaps()
        )

    def without(self, from_us: int, to_us: int) -> "Recording":
        """The same with the readings of `from_us` to `to_us` lost: a gap."""
        kept = (self.time_us < from_us) | (self.time_us >= to_us)
        return Recording(
            self.time_us[kept], self.pressure_pa[kept], self.steps[kept], self.moving[kept]
        )

    def until(self, to_us: int) -> "Recording":
        """The same up to `to_us`."""
        return self.without(to_us, int(self.time_us[-1]) + 1)


def pascals(counts: Whole, zero_pa: float = 0.0) -> Floats:
    """Line pressure of 14 bit counts of the line sensor, as traces keep them."""
    line_pa: Floats = (counts - _RAW_ZERO).astype(np.float64) * (FULL_SCALE_PA / _RAW_SPAN)
    return line_pa - zero_pa


def from_trace(ticks: Sequence[TraceTick], steps: int, zero_pa: float) -> Recording:
    """A recording of a level's trace, which tells every tick of motion and the rests between.

    `steps`: of the level before the first tick. The rest in which the opening is read is kept as
    motion in a trace: a plunger that stands still for `STILL_TICKS` rests.
    """
    made = np.array([tick.made for tick in ticks], dtype=np.int64)
    at = np.array([tick.at for tick in ticks], dtype=np.int64)
    raw = np.array([tick.raw for tick in ticks], dtype=np.int64)
    moving = np.array([tick.moving for tick in ticks], dtype=np.bool_)
    bounds = [0, *np.flatnonzero(made).tolist(), len(at)]
    for first, after in pairwise(bounds):
        if after - first > STILL_TICKS:
            moving[first + 1 : after] = False
    return Recording(at * TICK_US, pascals(raw, zero_pa), steps + np.cumsum(made), moving)


def from_frames(frames: Sequence[TickFrame]) -> Recording:
    """A recording of the tick frames of one level; frames may be missing.

    Frames whose line reading was not fresh are left out. A gap counts the ticks that the 16 bit
    numbers say are missing, 2 ms each: one of more than 131 s is taken too short.
    """
    kept: list[tuple[int, int, int, bool]] = []
    now_us, before = 0, None
    for frame in frames:
        if before is not None:
            missing = (frame.tick - before - 1) % _NUMBERS
            now_us += frame.elapsed_us + missing * TICK_US
        before = frame.tick
        if frame.line_status == _STATUS_OK:
            moving = frame.state in (SEEKING, INJECTING)
            kept.append((now_us, frame.pressure_pa, frame.steps, moving))
    columns = list(zip(*kept, strict=True)) or [(), (), (), ()]
    return Recording(
        np.array(columns[0], dtype=np.int64),
        np.array(columns[1], dtype=np.float64),
        np.array(columns[2], dtype=np.int64),
        np.array(columns[3], dtype=np.bool_),
    )
