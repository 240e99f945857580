"""Judges what the pump makes of each record: the firmware's own states are judged, not asked.

What it takes from the pump to judge others by is the opening pressure and the fault code alone.
"""

from typing import Any

from manostat.core import codes
from manostat_sim.exhaustion.invariants import Broken, Rules
from manostat_sim.exhaustion.seen import Seen
from manostat_sim.exhaustion.times import (
    ALARM_SLOT_US,
    LONGEST_GAP_US,
    LONGEST_TICK_US,
    ROUND_US,
)

_MOVING = (codes.SEEKING, codes.INJECTING)
_WAITING = (codes.READY, codes.HOLDING)
_OPENING_MOST_PA = 206843
_RELIEVED_PA = 3447
_TEN_MINUTES_MS = 600_000
_SELF_TEST = 128


class Referee:
    """Sees each record and what the pump made of it. All attributes are integers or immutable."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.seen = Seen(rules)
        self.steps = 0
        self.step_end = 0
        self.granted = 0
        self.now_us = 0
        self.noted: tuple[tuple[int, int], ...] = ()
        self.must_lock = 0  # until a new level begins
        self.quiet = 0  # ticks in which the alarm need not tell yet
        self.paused_us = 0
        self.stopped_us = 0  # since the reason was latched
        # the tick before
        self.state = codes.IDLE
        self.reason = codes.NO_REASON
        self.fault = codes.NO_FAULT
        self.moving = 0
        self.running = 0
        self.level = 1
        self.opening_pa = -1
        self.cause = 0

    def judge(self, inputs: Any, pump: Any, under_way: int) -> None:
        """Raises Broken. `under_way`: steps granted before this tick that may still be made."""
        injector, seen = pump.injector, self.seen
        fault = seen.feed(inputs, self.granted, self.moving)
        fresh = injector.level != self.level
        if fresh:
            self._see_new_level(injector)
        self.steps = 0 if fresh else self.steps + inputs.made
        if injector.steps != self.steps:
            raise Broken("T-05", f"{injector.steps} steps, {self.steps} were counted")

        self._judge_state(injector, fault, fresh)
        if injector.start_lease:
            self._judge_start(injector, inputs.switches)
        elif injector.moving and not self.moving and not (self._settled() and seen.held):
            raise Broken("T-03", "moves and the lease was not started")
        if not injector.running:
            seen.held = 0
        if injector.grant:
            self._judge_grant(injector, under_way)
        self._judge_opening(injector, fresh)
        self._judge_lock(injector, inputs.elapsed_us)
        self._judge_alarm(pump, inputs.elapsed_us)

        if injector.fault == codes.STEPS_MISSING != self.fault:
            seen.ahead = 0
        seen.end_tick(injector.start_lease, bool(inputs.switches & codes.BIT_LATCHED))
        self.granted = injector.grant
        latched = self.state == injector.state == codes.STOPPED and self.reason == injector.reason
        self.stopped_us = self.stopped_us + inputs.elapsed_us if latched else 0
        self.state = injector.state
        self.reason = injector.reason
        self.fault = injector.fault
        self.moving = injector.moving
        self.running = injector.running
        self.level = injector.level
        self.opening_pa = injector.opening_pa
        self.cause = pump.alarm.cause

    def _settled(self) -> bool:
        return self.state == codes.SETTLING

    def _see_new_level(self, injector: Any) -> None:
        seen = self.seen
        asked = not seen.stop and seen.stop_held_us >= self.rules.times.stop_held_us
        if injector.level != self.level + 1 or injector.state != codes.IDLE or not asked:
            raise Broken("T-05", "a level began that nobody asked for")
        seen.proven = self.step_end = self.must_lock = 0
        self.noted = ()

    def _judge_state(self, injector: Any, fault: str, fresh: bool) -> None:
        """`fault`: the requirement by which there has to be one."""
        state, reason, moving = injector.state, injector.reason, injector.moving
        seen = self.seen
        goes = moving or injector.grant or injector.start_lease
        if seen.stop and (goes or injector.running or injector.enable):
            raise Broken("B-05", f"state {state}, enable {injector.enable}")
        if seen.pain and goes:
            raise Broken("B-01", f"state {state}")
        if self.running and state != codes.STOPPED and (seen.stop or seen.pain):
            raise Broken("B-05" if seen.stop else "B-01", f"not latched, state {state}")
        if moving and not seen.proven:
            raise Broken("B-03", f"state {state}")
        stopped = state == codes.STOPPED
        if fault and (goes or injector.enable or not stopped or reason != codes.FAULT):
            raise Broken(fault, f"state {state}, reason {reason}, enable {injector.enable}")
        if self.state == codes.STOPPED:
            self._judge_latch(state, reason, fresh)
        armed = state >= codes.READY and not (stopped and reason in (codes.STOP, codes.FAULT))
        if (injector.enable and not armed) or (moving and not injector.enable):
            raise Broken("enable", f"{injector.enable} in state {state}, reason {reason}")
        if (injector.locked or injector.spent) and moving:
            raise Broken("P-10" if injector.locked else "states", "moves and must not any more")
        pause = reason in (codes.NO_REASON, codes.RELEASE)
        if (
            bool(moving) != (state in _MOVING)
            or bool(injector.running) != (state in _MOVING or state == codes.SETTLING)
            or stopped == pause
            or (reason == codes.RELEASE and state != codes.HOLDING)
            or (injector.fault != codes.NO_FAULT) != (reason == codes.FAULT)
            or (injector.wants_start and state not in _WAITING)
            or (moving and self.rules.mode == 0)
        ):
            raise Broken("states", f"state {state}, reason {reason}, fault {injector.fault}")

    def _judge_latch(self, state: int, reason: int, fresh: bool) -> None:
        was, stop = self.reason, self.seen.stop
        if state != codes.STOPPED:
            if not fresh and (not stop or state not in (codes.IDLE, codes.READY)):
                raise Broken("A-05" if was == codes.FAULT else "P-09", f"left for state {state}")
            if not fresh and self.stopped_us + LONGEST_TICK_US < self.rules.times.unseen_us:
                raise Broken("P-09", f"acknowledged {self.stopped_us} us after the stop")
        elif reason not in (was, codes.FAULT) and not (was == codes.PAIN and stop):
            raise Broken("P-09", f"reason {was} became {reason}")

    def _judge_start(self, injector: Any, switches: int) -> None:
        seen = self.seen
        if not seen.qualified:
            raise Broken("P-09", "started, and RUN was not seen open and then closed")
        seen.qualified = 0
        seen.held = 1  # and until the chain opens: starting the lease clears its latch
        if self._settled() and injector.running:
            return
        if not injector.moving or self.state not in _WAITING:
            raise Broken("T-03", f"the lease was started from {self.state} to {injector.state}")
        if not switches & codes.BIT_INTENT:
            raise Broken("L-04", "started without intent")
        if self.steps >= self.step_end:
            self.step_end = min(self.steps + self.rules.step_steps, self.rules.max_steps)

    def _judge_grant(self, injector: Any, under_way: int) -> None:
        rules, seen, grant = self.rules, self.seen, injector.grant
        if not 0 < grant <= 3 or not injector.moving or not self.moving:
            raise Broken("T-03", f"{grant} steps in state {injector.state}")
        if not seen.held:
            raise Broken("B-06", "RUN was not held since the start")
        if rules.mode == codes.SHAM:
            raise Broken("sham", f"{grant} steps")
        if injector.back != (rules.mode == codes.RELIEVE):
            raise Broken("P-08", f"direction {injector.back}")
        if injector.back:
            if seen.pressure_pa <= _RELIEVED_PA:
                raise Broken("P-08", f"at {seen.pressure_pa} Pa")
        else:
            limit_pa = rules.limit_pa(max(injector.opening_pa, 0))
            if max(seen.pressure_pa, seen.predicted_pa - 2) >= limit_pa:
                raise Broken("P-03", f"{seen.predicted_pa} Pa of {limit_pa}")
        reserved = self.steps + under_way + grant
        if self.steps >= rules.max_steps or self.step_end < reserved <= rules.max_steps:
            raise Broken("D-01", f"{self.steps} counted, {under_way} under way, {grant} granted")
        if reserved > rules.max_steps:
            raise Broken("D-02", f"{self.steps} counted, {under_way} under way, {grant} granted")

    def _judge_opening(self, injector: Any, fresh: bool) -> None:
        opening_pa = injector.opening_pa
        if injector.feigned > self.rules.max_steps:
            raise Broken("sham", f"{injector.feigned} steps feigned")
        if opening_pa == self.opening_pa or fresh:
            return
        if opening_pa < 0:
            raise Broken("T-05", "the opening pressure is lost")
        raised = 0 <= self.opening_pa < opening_pa
        if raised or self.moving or opening_pa > _OPENING_MOST_PA:
            raise Broken("P-14", f"{opening_pa} Pa after {self.opening_pa} Pa")

    def _judge_lock(self, injector: Any, elapsed_us: int) -> None:
        self.now_us += elapsed_us
        if self.must_lock and not injector.locked:
            raise Broken("P-10", "three equal faults, and not locked")
        latched = (injector.reason, injector.fault)
        if injector.reason == codes.FAULT and latched != (self.reason, self.fault):
            now_ms = self.now_us // 1000
            equal = [at_ms for code, at_ms in self.noted if code == injector.fault]
            self.noted += ((injector.fault, now_ms),)
            if len(equal) >= 2 and now_ms - equal[-2] < _TEN_MINUTES_MS - 100:
                self.must_lock = 1

    def _judge_alarm(self, pump: Any, elapsed_us: int) -> None:
        injector, alarm, seen = pump.injector, pump.alarm, self.seen
        outputs = alarm.high | alarm.medium | alarm.low | alarm.sound
        if injector.running or injector.start_lease:
            if outputs:
                raise Broken("A-06", "an alarm while it moves or settles")
            self.quiet = 0
            return
        was = (self.state, self.reason, self.fault)
        now = (injector.state, injector.reason, injector.fault)
        if injector.state == codes.STOPPED and was != now:
            self.quiet = 1 + self.running
        if self.quiet:  # the tick of a stop, and the one after it if it moved, have enough to do
            self.quiet -= 1
            return
        times = self.rules.times
        held_us = max(seen.hold_stop_us, seen.hold_pain_us)
        due = self._alarm_due(pump)
        if due:
            if alarm.cause != due or not alarm.priority:
                raise Broken("A-06", f"alarm {alarm.cause} and not {due}")
        elif held_us > times.held_us + 2 * ROUND_US:
            if alarm.cause != codes.HELD:
                raise Broken("B-04", f"held for {held_us} us, alarm {alarm.cause}")
        elif alarm.cause not in (codes.NO_FAULT, codes.HELD) or (outputs and not alarm.cause):
            raise Broken("A-05", f"alarm {alarm.cause}, reason {injector.reason}")
        elif alarm.cause and not seen.leaning:
            raise Broken("A-05", "an alarm of a button that nobody holds")
        self.paused_us = self.paused_us + elapsed_us if alarm.paused else 0
        most_us = times.pause_slots * ALARM_SLOT_US + 2 * LONGEST_GAP_US
        if self.paused_us > most_us or (alarm.paused and alarm.cause != self.cause):
            raise Broken("A-04", f"paused for {self.paused_us} us, alarm {alarm.cause}")

    def _alarm_due(self, pump: Any) -> int:
        injector = pump.injector
        if pump.verdict:
            return int(_SELF_TEST + pump.verdict)
        if injector.locked:
            return codes.LOCKED
        return int(injector.fault) if injector.reason == codes.FAULT else codes.NO_FAULT
