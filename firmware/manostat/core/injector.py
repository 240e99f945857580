"""Does what was prescribed: the states of one level, its limits and its opening pressure."""

from micropython import const

from manostat.core.codes import (
    FAULT,
    HOLDING,
    IDLE,
    INJECTING,
    NO_FAULT,
    NO_REASON,
    OPENING_HIGH,
    OPENING_NO_KNEE,
    OPENING_NONE,
    OPENING_READ,
    OPENING_REFUSED,
    OPENING_SET,
    OPENING_UNSETTLED,
    PAIN,
    PRESSURE_ABOVE,
    PRESSURE_LINE,
    PRIME,
    READY,
    RELEASE,
    SEEKING,
    SETTLING,
    STEP,
    STOP,
    STOPPED,
    VOLUME,
)
from manostat.core.scale import CEILING_PA

_OPENING_MOST_PA = const(206843)  # 30 psi: over it the tip may be in annulus or endplate
_SEEK_NL = const(300000)  # no bend within 0.3 mL: go on with a tare of zero (E)
_REASON_SETTLES_US = const(20000)
_REST_CAP_US = const(100000000)


class Injector:
    """One level from arming to its stop. `tick` leaves the decision in `grant`.

    Without a tare the limit above opening counts from zero, which can only stop sooner. The
    tare is read once per level with the plunger at rest; later it may be lowered, never raised.
    """

    def __init__(self, rx, syringe, flow, cutoff, knee, settler):
        self.rx = rx
        self.syringe = syringe
        self.flow = flow
        self.cutoff = cutoff
        self.knee = knee
        self.settler = settler
        self.max_steps = syringe.steps_within(rx.volume_nl)
        self.step_steps = syringe.steps_within(rx.step_volume_nl)
        self.seek_steps = syringe.steps_within(_SEEK_NL)
        self.state = IDLE
        self.reason = NO_REASON
        self.fault = NO_FAULT
        self.level = 1
        self.stops = 0  # times a reason was latched: tells the journal that there is a new one
        self.wants_start = 0  # RUN was closed rightly: store the intent
        self.may_start = 0  # set once the intent is stored
        self.grant = 0
        self.start_lease = 0
        self.rest_us = _REST_CAP_US
        self.reason_us = 0  # since the reason was latched
        self.hold_counts = 0
        self._begin_level()

    def _begin_level(self):
        self.proven = 0
        self.steps = 0
        self.granted = 0
        self.step_end = 0
        self.opening_pa = -1
        self.opening_how = OPENING_NONE
        self.plateau_pa = -1
        self.settling_step = 0
        self.run_lost = 0
        self.peak_pa = 0
        self.stop_pa = 0

    def resume_level(self, level: int, steps: int, opening_pa: int, opening_how: int):
        """After a restart: `steps` of this level count as delivered, and its tare stays.

        Call before the first tick.
        """
        self.level = level
        self.steps = steps
        self.granted = steps
        self.opening_pa = opening_pa
        self.opening_how = opening_how

    def moving(self) -> int:
        """1 while steps may be granted."""
        return 1 if self.state == SEEKING or self.state == INJECTING else 0

    def limit_pa(self) -> int:
        """Line pressure in Pa at which to stop: the lowest of the limits in force."""
        limit_pa = self.rx.limit_line_pa
        if limit_pa > CEILING_PA:
            limit_pa = CEILING_PA
        if self.rx.mode != PRIME:
            above_pa = self.rx.limit_above_pa
            if self.opening_pa > 0:
                above_pa += self.opening_pa
            if above_pa < limit_pa:
                limit_pa = above_pa
        return limit_pa

    def set_opening(self, opening_pa: int) -> int:
        """The operator's own mark: 1 if taken. At rest only, at most 30 psi, lower than before."""
        if self.moving() or opening_pa < 0 or opening_pa > _OPENING_MOST_PA:
            return 0
        if self.opening_pa >= 0 and opening_pa > self.opening_pa:
            return 0
        self.opening_pa = opening_pa
        self.opening_how = OPENING_SET
        return 1

    def tick(self, operator, pressure_pa: int, inputs, fault: int, elapsed_us: int):
        """One decision. Faults first, then STOP, pain, and what the state does."""
        self.grant = 0
        self.start_lease = 0
        self.steps += inputs.made
        self.granted -= inputs.refused
        if self.moving():
            self.rest_us = 0
        elif self.rest_us < _REST_CAP_US:
            self.rest_us += elapsed_us
        if self.reason_us < _REST_CAP_US:
            self.reason_us += elapsed_us
        if self.steps > 0 and pressure_pa > self.peak_pa and self.state != STOPPED:
            self.peak_pa = pressure_pa
        if fault != NO_FAULT:
            if self.state != STOPPED or self.reason != FAULT:
                self.fault = fault
                self._latch(FAULT, pressure_pa)
            return
        if operator.stop != 0 or operator.stop_long_released != 0:
            self._stop(operator, pressure_pa)
            return
        if operator.pain_pressed != 0 or operator.pain_proof != 0:
            self._pain(operator, pressure_pa)
        if self.state == SEEKING or self.state == INJECTING:
            self._move(operator, pressure_pa)
        elif self.state == SETTLING:
            self._settle(operator, pressure_pa)
        elif self.state == READY or self.state == HOLDING:
            self._wait(operator, pressure_pa)

    def _latch(self, reason: int, pressure_pa: int):
        self.state = STOPPED
        self.reason = reason
        self.reason_us = 0
        self.stop_pa = pressure_pa
        self.stops += 1
        self.wants_start = 0
        self.may_start = 0

    def _stop(self, operator, pressure_pa: int):
        self.wants_start = 0
        if self.state == IDLE or self.state == READY:
            if operator.stop_pressed != 0:
                self.hold_counts = 1
            elif operator.stop_long_released != 0 and self.hold_counts != 0:
                self.level += 1
                self.state = IDLE
                self.reason = NO_REASON
                self.may_start = 0
                self._begin_level()
        elif self.state != STOPPED:
            if operator.stop != 0:
                self._latch(STOP, pressure_pa)
        elif self.reason == PAIN and self.reason_us <= _REASON_SETTLES_US:
            self._latch(STOP, pressure_pa)  # pressed together: STOP comes first
        elif operator.stop_pressed != 0:
            self.state = READY if self.proven and self.rx.mode != 0 else IDLE
            self.reason = NO_REASON
            self.fault = NO_FAULT
            self.hold_counts = 0
            operator.forget_run()

    def _pain(self, operator, pressure_pa: int):
        if self.state == IDLE:
            if operator.pain_proof != 0:
                self.proven = 1
                operator.forget_run()
                if self.rx.mode != 0:
                    self.state = READY
        elif operator.pain_pressed != 0 and self.state != READY and self.state != STOPPED:
            self._latch(PAIN, pressure_pa)

    def _wait(self, operator, pressure_pa: int):
        if operator.run_started != 0:
            self.wants_start = 1
        elif operator.run_closed == 0:
            self.wants_start = 0
        if self.wants_start != 0 and self.may_start != 0:
            self.wants_start = 0
            self._start(pressure_pa)

    def _start(self, pressure_pa: int):
        if self.steps >= self.max_steps:
            self._latch(VOLUME, pressure_pa)
            return
        if self._over_limit(pressure_pa):
            return
        self.reason = NO_REASON
        if self.rx.mode == STEP and self.step_end <= self.steps:
            self.step_end = self.steps + self.step_steps
            if self.step_end > self.max_steps:
                self.step_end = self.max_steps
        elif self.rx.mode != STEP:
            self.step_end = self.max_steps
        self._go()
        self.start_lease = 1

    def _go(self):
        seek = self.opening_how == OPENING_NONE and self.rx.mode != PRIME
        self.state = SEEKING if seek else INJECTING
        self.granted = self.steps
        self.flow.reset()
        self.knee.reset()

    def _over_limit(self, pressure_pa: int) -> int:
        limit_pa = self.limit_pa()
        if self.cutoff.predicted_pa < limit_pa:
            return 0
        line = self.rx.mode == PRIME or limit_pa >= self.rx.limit_line_pa
        self._latch(PRESSURE_LINE if line else PRESSURE_ABOVE, pressure_pa)
        return 1

    def _move(self, operator, pressure_pa: int):
        if operator.chain_closed == 0:
            self.state = HOLDING
            self.reason = RELEASE
            return
        if self._over_limit(pressure_pa):
            return
        if self.steps >= self.step_end:
            if self.rx.mode == STEP:
                self._rest(1)
            else:
                self._latch(VOLUME, pressure_pa)
            return
        if self.state == SEEKING:
            if self.knee.feed(self.steps, pressure_pa):
                self._rest(0)
                return
            if self.steps >= self.seek_steps:
                self.opening_how = OPENING_NO_KNEE
                self.state = INJECTING
        rate_nl_s = self.cutoff.rate_nl_s(self.rx.rate_nl_s, self.limit_pa())
        self.grant = self.flow.take(rate_nl_s, self.step_end - self.granted)
        self.granted += self.grant

    def _rest(self, step_done: int):
        self.state = SETTLING
        self.settling_step = step_done
        self.run_lost = 0
        self.settler.reset()

    def _settle(self, operator, pressure_pa: int):
        if operator.run_started != 0:
            self.run_lost = 0
            self.start_lease = 1
        elif operator.chain_closed == 0:
            self.run_lost = 1
        self.settler.feed(pressure_pa)
        if self.settler.settled == 0 and self.settler.expired == 0:
            return
        if self.settling_step == 0:
            self._read_opening()
            if self.opening_how == OPENING_REFUSED:
                self._latch(OPENING_HIGH, pressure_pa)
                return
        if self.settling_step != 0:
            self.plateau_pa = self.settler.value_pa if self.settler.settled else -1
            if self.steps >= self.max_steps:
                self._latch(VOLUME, pressure_pa)
                return
            self.state = HOLDING
        elif self.run_lost != 0:
            self.state = HOLDING
        else:
            self._go()

    def _read_opening(self):
        if self.opening_how == OPENING_SET:
            return
        value_pa = self.settler.value_pa
        if self.settler.settled == 0:
            self.opening_how = OPENING_UNSETTLED
        elif value_pa > _OPENING_MOST_PA:
            self.opening_how = OPENING_REFUSED
        else:
            self.opening_how = OPENING_READ
            self.opening_pa = value_pa if value_pa > 0 else 0
