"""Whether pressure and motion agree: what the guard judges over volumes and times, not per tick.

Asked every 20 ms with raw counts and the guard's own count of steps, in LOOKS looks of a tick each:
a tick has no time for all of them. Shares nothing with the injector.
"""

from micropython import const

from manostat.core.codes import (
    COMPLY,
    DETACHED,
    NO_FAULT,
    OCCLUSION,
    PRIME,
    RELIEVE,
    RISE,
    SENSOR_STUCK,
    SHAM,
    TOO_FAST,
    TOO_MUCH,
)

_STOP_OK = const(1)
_PAIN_OK = const(2)
_PAIN_NO = const(8)
# Counts of the line sensor: 13108 over 150 psi; of the second one, 52428 over 150 psi.
_OCCLUSION_COUNTS = const(2622)  # 30 psi above the start (P-06, E)
_OPEN_COUNTS = const(175)  # 2 psi: less is an open end (P-12, E)
_RISE_COUNTS = const(874)  # 10 psi with the plunger at rest: more than a cough (P-12, E)
_MOVED_COUNTS = const(175)  # 2 psi: the other channel moved (P-11, E)
_BACKWARDS_COUNTS = const(175)  # 2 psi up while the plunger is drawn out: it is not (E)
_MOVED_SECOND = const(699)
_STUCK_US = const(500000)  # P-11 (E)
_REST_US = const(100000)  # the plunger's own last steps are through
_RATE_US = const(100000)
_HELD_US = const(9980000)  # and a round of the watch: within 10 s (B-04)
_CAP_US = const(20000000)
LOOKS = const(5)
HELD_PAIN = const(1)
HELD_STOP = const(2)


class Still:
    """A channel that gives the same count while steps are made and the other channel moves."""

    def __init__(self, steps: int, moved: int):
        self.steps = steps
        self.moved = moved
        self.value = -1
        self.other = 0
        self.from_steps = 0
        self.still_us = 0

    def feed(self, value: int, other: int, counted: int, elapsed_us: int) -> int:
        """SENSOR_STUCK while `value` stands still although it should not (P-11)."""
        if value != self.value:
            self.value = value
            self.other = other
            self.from_steps = counted
            self.still_us = 0
            return 0
        if self.still_us < _CAP_US:
            self.still_us += elapsed_us
        if self.still_us < _STUCK_US or counted - self.from_steps < self.steps:
            return 0
        apart = other - self.other
        return SENSOR_STUCK if apart > self.moved or apart < -self.moved else 0


class Watch:
    """`fault` and `held` hold from the last look of one round to that of the next.

    `zero_raw`: count of the line sensor at zero pressure. `steps_10ul`, `steps_50ul`: volumes in
    steps; `steps_open`: after which a line that is still open is told. `most_steps`: of a level.
    `steps_a_window`: most in 100 ms.
    """

    def __init__(
        self,
        mode: int,
        zero_raw: int,
        steps_10ul: int,
        steps_50ul: int,
        steps_open: int,
        most_steps: int,
        steps_a_window: int,
    ):
        self.may_block = 1 if mode == COMPLY else 0
        self.may_flow = 1 if mode in (PRIME, RELIEVE) else 0
        self.relieves = 1 if mode == RELIEVE else 0
        self.rests = 1 if mode == SHAM else 0  # the plunger does, whatever the injector says
        self.open_raw = zero_raw + _OPEN_COUNTS
        self.steps_10ul = steps_10ul
        self.steps_open = steps_open
        self.most_steps = most_steps
        self.steps_a_window = steps_a_window
        self.line_still = Still(steps_50ul, _MOVED_SECOND)
        self.second_still = Still(steps_50ul, _MOVED_COUNTS)
        self.fault = NO_FAULT
        self.found = NO_FAULT  # by the looks so far
        self.seen = 0  # steps, of those the guard has counted since power-on
        self.held = 0
        self.pain_us = 0
        self.stop_us = 0
        self.restart(0)

    def restart(self, counted: int):
        """A level begins, with `counted` steps made already."""
        self.counted = counted
        self.begun = 0
        self.was_moving = 0
        self.rest_us = 0
        self.steepest = 0
        self.start_raw = 0
        self.window_raw = 0
        self.window_at = counted
        self.pressed_at = counted
        self.low_raw = 0
        self.rises = 0
        self.rate_us = 0
        self.rate_from = counted

    def look(self, left: int, inputs, made: int, moving: int, elapsed_us: int) -> int:
        """Look at the record of a tick, with `left` looks of this round to come, LOOKS - 1 to 0.

        `made`: steps counted since power-on. `elapsed_us`: since the same look a round before.
        Returns the fault of the newest whole round.
        """
        if left == 4:
            self.found = self._count(made, elapsed_us)
        elif left == 3:
            self._hold(inputs.switches, elapsed_us)
        elif inputs.line_status == 0:
            raw = inputs.line_raw
            if left == 2:
                told = self.line_still.feed(raw, inputs.second_raw, self.counted, elapsed_us)
            elif left == 1:
                told = self.second_still.feed(inputs.second_raw, raw, self.counted, elapsed_us)
            else:
                if moving and self.rests:
                    self.begun = 1
                    moving = 0
                told = self._press(raw) if moving else self._rest(raw, elapsed_us)
                self.was_moving = moving
            if told and self.found == NO_FAULT:
                self.found = told
        if left == 0:
            self.fault = self.found
        return self.fault

    def _hold(self, switches: int, elapsed_us: int):
        if (switches & _STOP_OK) == 0:
            if self.stop_us < _CAP_US:
                self.stop_us += elapsed_us
        else:
            self.stop_us = 0
        if switches & _PAIN_NO or (switches & (_STOP_OK | _PAIN_OK)) == _STOP_OK:
            if self.pain_us < _CAP_US:
                self.pain_us += elapsed_us
        else:
            self.pain_us = 0
        held = HELD_STOP if self.stop_us >= _HELD_US else 0
        self.held = held | HELD_PAIN if self.pain_us >= _HELD_US else held

    def _count(self, made: int, elapsed_us: int) -> int:
        fault = NO_FAULT
        if made != self.seen:
            self.begun = 1
            self.counted += made - self.seen
            self.seen = made
            if self.counted > self.most_steps:
                fault = TOO_MUCH  # said for each step too many: it must be possible to acknowledge
        self.rate_us += elapsed_us
        if self.rate_us >= _RATE_US:
            if self.counted - self.rate_from > self.steps_a_window:
                fault = TOO_FAST
            self.rate_us = 0
            self.rate_from = self.counted
        return fault

    def _press(self, raw: int) -> int:
        counted = self.counted
        if self.was_moving == 0:
            self.rest_us = 0
            self.start_raw = raw
            self.window_raw = raw
            self.window_at = counted
        if raw >= self.open_raw:
            self.pressed_at = counted
        elif counted - self.pressed_at >= self.steps_open and self.may_flow == 0:
            self.pressed_at = counted  # said once: it must be possible to acknowledge
            return DETACHED
        if self.relieves and raw - self.start_raw >= _BACKWARDS_COUNTS:
            return RISE
        if counted - self.window_at < self.steps_10ul:
            return NO_FAULT
        rise = raw - self.window_raw
        self.window_raw = raw
        self.window_at = counted
        if rise > self.steepest:
            self.steepest = rise
        # The line alone is the stiffest thing: what opens into anything rises less (P-06).
        if raw - self.start_raw < _OCCLUSION_COUNTS or self.may_block:
            return NO_FAULT
        return OCCLUSION if rise * 10 >= self.steepest * 7 else NO_FAULT

    def _rest(self, raw: int, elapsed_us: int) -> int:
        if self.rest_us < _REST_US:
            self.rest_us += elapsed_us
            self.low_raw = raw
        if raw < self.low_raw:
            self.low_raw = raw
        if self.begun == 0 or raw - self.low_raw < _RISE_COUNTS:
            self.rises = 0
            return NO_FAULT
        self.rises += 1
        if self.rises < 2:
            return NO_FAULT
        self.rises = 0
        self.low_raw = raw
        return RISE
