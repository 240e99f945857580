"""Does what was prescribed: the states of one level, its limits and its opening pressure."""

from micropython import const

from manostat.core.alarm import priority
from manostat.core.codes import (
    BIT_INTENT,
    FAULT,
    HOLDING,
    IDLE,
    INJECTING,
    LEAK,
    NO_FAULT,
    NO_REASON,
    OPENING_HIGH,
    OPENING_NONE,
    OPENING_REFUSED,
    PAIN,
    PRESSURE_ABOVE,
    PRESSURE_LINE,
    READY,
    RELEASE,
    RELIEVED,
    SEEKING,
    SETTLING,
    STOP,
    STOPPED,
    VOLUME,
)
from manostat.core.cutoff import BAND_PA, lowered

_SEEK_NL = const(300000)  # no bend within 0.3 mL: go on with a tare of zero (E)
_REASON_SETTLES_US = const(20000)
# A press of STOP sooner after a stop was meant to stop, and acknowledges nothing: between a simple
# reaction, 140-200 ms, and recognition, 380 ms (H, weak; the number is E).
_UNSEEN_US = const(300000)
_FELL_PA = const(3447)  # 0.5 psi: at rest the line has flowed into the disc (E)
_WATCHED_US = const(4000)  # more of a gap, while a page is written, is no rest that was watched
_REST_CAP_US = const(100000000)
_EXPIRES_US = const(600000000)  # a single-shot prescription that was armed and not begun (E)
_RELIEVED_PA = const(3447)  # 0.5 psi: what is left when a relief ends (E)


class Injector:
    """One level from arming to its stop. `tick` leaves the decision in `grant`."""

    def __init__(self, rx, syringe, flow, cutoff, tare):
        self.rx = rx
        self.syringe = syringe
        self.flow = flow
        self.cutoff = cutoff
        self.tare = tare
        self.knee = tare.knee
        self.settler = tare.settler
        self.max_steps = syringe.steps_within(rx.volume_nl)
        self.step_steps = syringe.steps_within(rx.step_volume_nl)
        self.seek_steps = syringe.steps_within(_SEEK_NL)
        self.state = IDLE
        self.reason = NO_REASON
        self.fault = NO_FAULT
        self.had_faults = 0  # bits by code: latched since the last acknowledgement
        self.new_faults = 0  # of these, what the lock-out has not counted yet
        self.level = 1
        self.stops = 0  # times a reason was latched: tells the journal that there is a new one
        self.wants_start = 0  # RUN was closed rightly: waits for the intent to be stored
        self.seeking = 0
        self.moving = 0  # steps may be granted
        self.running = 0  # moving, or at rest for a reading after which it goes on by itself
        self.enable = 0
        self.grant = 0
        self.start_lease = 0
        self.rate_nl_s = rx.rate_nl_s
        self.by_steps = rx.by_steps
        self.into_disc = rx.into_disc
        self.back = rx.back
        self.sham = rx.sham
        self.limit_pa = 0  # in force since the last start
        self.pressure_pa = 0
        self.predicted_pa = 0
        self.rest_us = _REST_CAP_US
        self.reason_us = 0  # since the reason was latched
        self.hold_counts = 0
        self._begin_level()

    def _begin_level(self):
        self.proven = 0
        self.locked = 0  # the same fault came back too often (P-10): only a new level goes on
        self.spent = 0  # a single-shot prescription has been used, or has expired
        self.armed_us = 0
        self.start_pa = -1  # line pressure when the level first moved
        self.steps = 0
        self.feigned = 0  # steps that a sham has not granted
        self.granted = 0
        self.step_end = 0
        self.tare.reset()
        self._show_opening()
        self.plateau_pa = -1
        self.plateaus = 0
        self.settling_step = 0
        self.run_lost = 0
        self.peak_pa = 0
        self.stop_pa = 0
        self.rested_from_pa = 0

    def resume_level(self, level: int, steps: int):
        """After a restart, before the first tick: `steps` of this level count as delivered (D-02).

        Its tare is not taken up: nobody can tell that the needle is still in the same disc, and
        without one the limit can only stop sooner.
        """
        self.level = level
        self.steps = steps
        self.granted = steps
        if steps:
            self.tare.lose()
            self._show_opening()
            self.spent = self.rx.single_shot

    def lock(self):
        """Lock this level out (P-10): nothing acknowledges, only a new level goes on."""
        self.locked = 1

    def see_leak(self):
        """The line was watched over 0.3 mL and did not rise: an end point."""
        if self.moving:
            self.granted -= self.grant  # decided earlier in this tick, and not given
            self.grant = 0
            self._latch(LEAK)

    def set_opening(self, opening_pa: int) -> int:
        """The operator's own mark in Pa: 1 if taken. At rest only; see `Tare.set`."""
        if self.moving or self.tare.set(opening_pa) == 0:
            return 0
        self._show_opening()
        self.limit_pa = self.tare.limit_pa()  # also for a start that waits for its intent
        return 1

    def _show_opening(self):
        self.opening_pa = self.tare.opening_pa
        self.opening_how = self.tare.how

    def tick(self, operator, inputs, pressure_pa: int, fault: int):
        """One decision. Faults first, then STOP, pain, and what the state does."""
        self.grant = 0
        self.start_lease = 0
        self.pressure_pa = pressure_pa
        self.predicted_pa = self.cutoff.feed(pressure_pa)
        if inputs.made:
            self.steps += inputs.made
        if inputs.refused:
            self.granted -= inputs.refused
        if fault:
            self._take_fault(fault, inputs.elapsed_us)
            return
        stops = self.stops
        if operator.event and self._answer(operator):
            self._age(inputs.elapsed_us)
            if self.stops != stops:
                self.reason_us = 0  # what is latched now is no tick old
            return
        if self.moving:
            self._move(operator)
            return
        elapsed_us = self._age(inputs.elapsed_us)
        if self.running:
            self._settle(operator)
        elif self.state == READY or self.state == HOLDING:
            self._wait(operator, inputs.switches)
            if self.rx.single_shot:
                self._expire(elapsed_us)

    def _age(self, elapsed_us: int) -> int:
        if self.reason_us < _REST_CAP_US:
            self.reason_us += elapsed_us
        if elapsed_us > _WATCHED_US:
            elapsed_us = _WATCHED_US
        if self.rest_us < _REST_CAP_US:
            self.rest_us += elapsed_us
        return elapsed_us

    def _take_fault(self, fault: int, elapsed_us: int):
        """Latch; of faults that come behind the first each counts once, unless it is a lesser one:
        an alarm is about the worst, and a new one breaks its pause (A-01, A-04)."""
        if self.reason == FAULT:
            self._age(elapsed_us)
            if self.had_faults >> fault & 1 or priority(fault) < priority(self.fault):
                return
        else:
            self.had_faults = 0
        self.had_faults |= 1 << fault
        self.new_faults |= 1 << fault
        self.fault = fault
        self._latch(FAULT)

    def _enter(self, state: int, reason: int):
        self.state = state
        self.reason = reason
        seeking = 1 if state == SEEKING else 0
        moving = 1 if seeking or state == INJECTING else 0
        self.seeking = seeking
        self.moving = moving
        self.running = 1 if moving or state == SETTLING else 0
        if self.running == 0:
            self.start_lease = 0
        if moving:
            self.rest_us = 0
        elif self.rest_us == 0:
            self.rested_from_pa = self.pressure_pa
        # The motor holds its place for the whole level: de-energised it snaps by up to two
        # full steps. Fault and STOP let go of it.
        armed = state >= READY and (state != STOPPED or (reason != STOP and reason != FAULT))
        self.enable = 1 if armed else 0

    def _latch(self, reason: int):
        if self.running and self.pressure_pa > self.peak_pa:
            self.peak_pa = self.pressure_pa
        self._enter(STOPPED, reason)
        self.reason_us = 0
        self.stop_pa = self.pressure_pa
        self.stops += 1
        self.wants_start = 0
        if self.start_pa >= 0:
            self.spent = self.rx.single_shot

    def _answer(self, operator) -> int:
        """STOP and PAIN; 1 if one of them has the tick."""
        if operator.stop != 0 or operator.stop_long_released != 0:
            self._stop(operator)
            return 1
        if self.state == IDLE:
            if operator.pain_proof != 0:
                self.proven = 1
                self._enter(self._at_rest(), NO_REASON)
        elif operator.pain_pressed != 0 and self.state != READY and self.state != STOPPED:
            self._latch(PAIN)
            return 1
        return 0

    def _at_rest(self) -> int:
        """READY once the button is proven and something is left to do, else IDLE."""
        able = self.rx.mode != 0 and self.spent == 0 and self.locked == 0
        return READY if self.proven and able else IDLE

    def _stop(self, operator):
        self.wants_start = 0
        if self.state == IDLE or self.state == READY or self.locked != 0:
            if operator.stop_pressed != 0:
                self.hold_counts = 1
            elif operator.stop_long_released != 0 and self.hold_counts != 0:
                self.level += 1
                self.fault = NO_FAULT
                self._enter(IDLE, NO_REASON)
                self._begin_level()
        elif self.state != STOPPED:
            self._latch(STOP)
        elif self.reason == PAIN and self.reason_us <= _REASON_SETTLES_US:
            self._latch(STOP)  # pressed together: STOP comes first
        elif operator.stop_pressed != 0 and self.reason_us >= _UNSEEN_US:
            self._enter(self._at_rest(), NO_REASON)
            self.fault = NO_FAULT
            self.hold_counts = 0
        self.enable = 0

    def _wait(self, operator, switches: int):
        self.enable = 1  # again, after a STOP that found nothing to stop
        if operator.run_started != 0:
            self.wants_start = 1
            self._prepare()
        elif operator.run_closed == 0:
            self.wants_start = 0
        elif self.wants_start != 0 and switches & BIT_INTENT:
            self.wants_start = 0
            self._start()

    def _expire(self, elapsed_us: int):
        """What is no injection was meant for now: armed and left alone it is not done later."""
        self.armed_us += elapsed_us
        if self.armed_us >= _EXPIRES_US and self.wants_start == 0:
            self.armed_us = 0
            self.spent = 1
            self._enter(IDLE, NO_REASON)

    def _prepare(self):
        self.tare.go_on(self.steps > 0 and self.pressure_pa < self.rested_from_pa - _FELL_PA)
        self._show_opening()
        self.limit_pa = self.tare.limit_pa()

    def _start(self):
        if self.start_pa < 0:
            self.start_pa = self.pressure_pa if self.pressure_pa > 0 else 0
        if self.steps >= self.max_steps:
            self._latch(VOLUME)
            return
        if self._reached():
            return
        if self.by_steps == 0:
            self.step_end = self.max_steps
        elif self.step_end <= self.steps:
            self.step_end = self.steps + self.step_steps
            if self.step_end > self.max_steps:
                self.step_end = self.max_steps
        self._go()
        self.start_lease = 1

    def _go(self):
        seek = self.into_disc and self.opening_how == OPENING_NONE
        self._enter(SEEKING if seek else INJECTING, NO_REASON)
        self.granted = self.steps + self.feigned
        self.flow.reset()

    def _reached(self) -> int:
        """1 at the end that pressure sets: a limit from below (P-03), or none left to relieve."""
        if self.back:
            if self.pressure_pa > _RELIEVED_PA:
                return 0
            self._latch(RELIEVED)
            return 1
        if self.predicted_pa < self.limit_pa:
            return 0
        line = self.into_disc == 0 or self.limit_pa >= self.rx.limit_line_pa
        self._latch(PRESSURE_LINE if line else PRESSURE_ABOVE)
        return 1

    def _move(self, operator):
        if operator.chain_closed == 0:
            self._enter(HOLDING, RELEASE)
            return
        pressure_pa = self.pressure_pa
        if pressure_pa > self.peak_pa:
            self.peak_pa = pressure_pa
        room_pa = self.limit_pa - self.predicted_pa
        if room_pa <= 0 and self._reached():
            return
        steps = self.steps
        if steps >= self.step_end:
            if self.by_steps:
                self._rest(1)
            else:
                self._latch(VOLUME)
            return
        if self.seeking:
            if self.knee.feed(steps, pressure_pa):
                self._rest(0)
                return
            if steps >= self.seek_steps:
                self.tare.give_up()
                self._show_opening()
                self._enter(INJECTING, NO_REASON)
        rate_nl_s = self.rate_nl_s
        if room_pa < BAND_PA and self.back == 0:
            rate_nl_s = lowered(rate_nl_s, room_pa)
        granted = self.granted
        grant = self.flow.take(rate_nl_s, self.step_end - granted)
        self.granted = granted + grant
        if self.sham:
            self.feigned += grant
            if steps + self.feigned >= self.max_steps:
                self._latch(VOLUME)
            return
        self.grant = grant

    def _rest(self, step_done: int):
        self._enter(SETTLING, NO_REASON)
        self.settling_step = step_done
        self.run_lost = 0
        self.settler.reset()

    def _settle(self, operator):
        if operator.run_started != 0:
            self.run_lost = 0
            self.start_lease = 1
        elif operator.chain_closed == 0:
            self.run_lost = 1
        if self.pressure_pa > self.peak_pa:
            self.peak_pa = self.pressure_pa
        if self.settler.settled == 0 and self.settler.expired == 0:
            # What this finds is taken in the next tick: one has no time for both.
            self.settler.feed(self.pressure_pa)
            return
        if self.settling_step == 0:
            self.tare.read()
            self._show_opening()
            if self.opening_how == OPENING_REFUSED:
                self._latch(OPENING_HIGH)
            elif self.run_lost != 0:
                self._enter(HOLDING, RELEASE)
            else:
                self.limit_pa = self.tare.limit_pa()
                self._go()
            return
        self.plateau_pa = self.settler.value_pa if self.settler.settled else -1
        self.plateaus += 1
        if self.steps >= self.max_steps:
            self._latch(VOLUME)
        else:
            self._enter(HOLDING, NO_REASON)
