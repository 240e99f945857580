"""What the pump does, told from its ticks: pure, and fed by whoever listens.

A follower keeps the frames of a run from a second before its first step to its end, and knows what
the operator is to do next at the pump. It decides nothing and moves nothing.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from manostat.core import codes
from manostat_sim.telemetry import TickFrame
from manostat_tools.derive.recording import Recording, from_frames, pascals
from manostat_tools.link.state import State, is_moving
from manostat_tools.link.subscription import Item, LinkBack, LinkLost

LONG_STOP_US = 3_000_000
"""STOP held so long, then let go, begins a new level."""
_FREE_US = 50_000
"""Sooner after the last the pump takes a press for the same one, bouncing (20 ms)."""
_MEANT_US = 1_000_000
"""Held so long it was meant for a new level."""
_BEFORE = 500
_RATE_US = 1_000_000
_MOST_REST = 30_000
"""Frames at rest, one minute; of a longer pause one in `_THIN` is kept."""
_THIN = 10
_SOON_TICKS = 50
"""RUN that is held so long goes on, or is held in vain: it counts as closed after 20 ms."""


_NOT_SEEN = "its beginning was not seen"


class Do(Enum):
    """What the operator is to do at the pump."""

    ACKNOWLEDGE = "press STOP shortly: it acknowledges"
    HOLD_STOP = "hold STOP for 3 s and let go: a new level begins"
    PRESS_PAIN = "let the patient press PAIN once: it proves the button"
    HOLD_RUN = "hold RUN, and keep it held; letting go is a pause"
    GO_ON = "hold RUN to go on, or press STOP to end here"
    LET_GO_TO_GO_ON = "it pauses, and may store its trace: let go of RUN, then hold it to go on"
    WATCH = "the plunger moves: let go of RUN for a pause, STOP ends it"
    WAIT = "the pump rests for a reading: keep RUN held"
    OPEN_TO_AIR = "take the line off the needle and open it to air"
    CLOSE_STOPCOCK = "line off the needle: close the stopcock at its end"
    OPEN_STOPCOCK = "line off the needle: open the stopcock into air, let the pressure out"
    INTO_AIR = "hold the end of the line into air, away from the needle"
    TO_THE_NEEDLE = "join the line to the needle, without air and pressure in it"
    LET_GO = "let go of RUN"
    NOTHING = ""


class NewLevel:
    """Sees STOP held for 3 s and let go while the pump was idle or ready. `missed` counts those
    that came to nothing: too short, too soon after another press, or of a stopped pump."""

    def __init__(self) -> None:
        self.begun = False
        self.missed = 0
        self.do = Do.HOLD_STOP
        self._held_us = 0
        self._free_us = 0
        self._counts = False
        self._steps: int | None = None

    def feed(self, item: Item) -> None:
        """One tick; a lost link forgets a press that was under way."""
        if not isinstance(item, TickFrame):
            self._held_us, self._free_us, self._counts = 0, 0, False
            return
        idle = item.state == codes.IDLE
        if self._steps and idle and item.steps == 0:
            self.begun = True
        self._steps = item.steps
        if item.switches & codes.BIT_STOP_OK:
            if self._counts and self._held_us >= LONG_STOP_US and idle:
                self.begun = True
            elif self._held_us >= _MEANT_US:
                self.missed += 1
            if self._held_us:
                self._free_us = 0
            self._held_us, self._counts = 0, False
            self._free_us += item.elapsed_us
        else:
            if self._held_us == 0:
                is_new = self._free_us >= _FREE_US
                self._counts = is_new and item.state in (codes.IDLE, codes.READY)
            self._held_us += item.elapsed_us
        self.do = Do.ACKNOWLEDGE if item.state == codes.STOPPED else Do.HOLD_STOP


@dataclass(frozen=True)
class Seen:
    """A run as the host saw it. `lost`: why ticks are missing, "" if none are; `press`: index of
    the first frame with PAIN pressed after the first step."""

    frames: tuple[TickFrame, ...]
    lost: str
    press: int | None

    @property
    def is_whole(self) -> bool:
        """Every tick from before the first step of the pump's level on: not so of a run that goes
        on in its level."""
        return not self.lost and bool(self.frames) and self.frames[0].steps == 0

    def recording(self) -> Recording | None:
        """None if there is nothing to make one of."""
        return from_frames(self.frames) if len(self.frames) > 1 else None

    def press_us(self) -> int | None:
        """Of the press, on the clock of `recording`."""
        if self.press is None or self.press < 2:
            return None
        return int(from_frames(self.frames[: self.press + 1]).time_us[-1])


class RunFollower:
    """From the proof of the button to the stop, and on for as long as it is fed."""

    def __init__(self) -> None:
        self.newest: TickFrame | None = None
        self.is_lost = False
        self.moved = False
        self.ended = False
        """A reason is latched, or the link came back and the pump was used meanwhile."""
        self.proven = False
        self.do = Do.NOTHING
        self.rest_us = 0
        """At rest since the stop."""
        self.is_held = False
        """RUN, at the newest tick."""
        self._in_vain = 0
        """Ticks at rest with RUN held."""
        self._recent: deque[tuple[int, int]] = deque()
        self._recent_us = 0
        self._lost: list[str] = []
        self._before: deque[TickFrame] = deque(maxlen=_BEFORE)
        self._frames: list[TickFrame] = []
        self._press: int | None = None
        self._pressed = False
        self._still = 0
        self._was_lost = False

    def feed(self, item: Item) -> None:
        """One tick, or what is said of the link."""
        if isinstance(item, LinkLost | LinkBack):
            self._recent.clear()
        if isinstance(item, LinkLost):
            self.is_lost = True
            if self.moved or self.do is not Do.PRESS_PAIN:
                self._lost.append(item.why)
        elif isinstance(item, LinkBack):
            self.is_lost, self._was_lost = False, True
        else:
            self._tick(item)

    def _tick(self, frame: TickFrame) -> None:
        before, self.newest = self.newest, frame
        moves = is_moving(frame)
        if before is None and is_under_way(frame):
            self._lost.append(_NOT_SEEN)
        if self._was_lost:
            self._was_lost = False
            self.moved |= before is not None and frame.steps > before.steps
            was_armed = before is not None and before.state != codes.IDLE
            self.ended |= frame.state == codes.IDLE and (self.moved or was_armed)
            self.ended |= frame.state == codes.READY and self.moved
        self.moved |= moves
        self.proven |= frame.state in (codes.READY, codes.HOLDING) or moves
        self.ended |= frame.state == codes.STOPPED
        self.rest_us = self.rest_us + frame.elapsed_us if self.ended else 0
        self._keep(frame, moves)
        self.is_held = State(frame, 0.0).run_closed
        self._in_vain = self._in_vain + 1 if self.is_held and not moves else 0
        self._keep_recent(frame)
        self.do = self._next(frame)

    def _keep_recent(self, frame: TickFrame) -> None:
        """For the rate: of a motion, and not of the rest before it."""
        if frame.state not in (codes.SEEKING, codes.INJECTING):
            self._recent.clear()
            return
        self._recent_us += frame.elapsed_us
        self._recent.append((self._recent_us, frame.steps))
        while self._recent_us - self._recent[0][0] > _RATE_US:
            self._recent.popleft()

    def _keep(self, frame: TickFrame, moves: bool) -> None:
        if not self.moved:
            self._before.append(frame)
            return
        if not self._frames:
            self._frames += self._before
        self._still = 0 if moves else self._still + 1
        if self._still > _MOST_REST and self._still % _THIN:
            return
        pressed = State(frame, 0.0).pain_pressed
        if pressed and not self._pressed and self._press is None:
            self._press = len(self._frames)
        self._pressed = pressed
        self._frames.append(frame)

    def _next(self, frame: TickFrame) -> Do:
        if frame.state == codes.SETTLING:
            return Do.WAIT
        if is_moving(frame):
            return Do.WATCH
        if frame.state == codes.HOLDING and self._in_vain > _SOON_TICKS:
            return Do.LET_GO_TO_GO_ON
        return {
            codes.IDLE: Do.PRESS_PAIN,
            codes.READY: Do.HOLD_RUN,
            codes.HOLDING: Do.GO_ON,
            codes.STOPPED: Do.LET_GO,
        }.get(frame.state, Do.NOTHING)

    def steps_per_s(self) -> float | None:
        """Of the last second in motion; None before there is a tenth of one."""
        if not self._recent or self._recent_us - self._recent[0][0] < _RATE_US // 10:
            return None
        (since_us, since), (until_us, until) = self._recent[0], self._recent[-1]
        return (until - since) * 1e6 / (until_us - since_us)

    def seen(self) -> Seen:
        """What was kept so far."""
        return Seen(tuple(self._frames), "; ".join(dict.fromkeys(self._lost)), self._press)


def is_under_way(frame: TickFrame) -> bool:
    """Whether a run has begun and is not over: it moves, or pauses."""
    return is_moving(frame) or frame.state == codes.HOLDING


def readings_pa(frames: Sequence[TickFrame]) -> list[float]:
    """Gauge pressures of fresh readings at rest, Pa, with no zero taken off. ValueError if the
    plunger moved."""
    if any(is_moving(frame) for frame in frames):
        raise ValueError("the plunger moved: allowed at rest")
    counts = np.array(
        [frame.line_raw for frame in frames if frame.line_status == 0], dtype=np.int64
    )
    return [float(value) for value in pascals(counts)]
