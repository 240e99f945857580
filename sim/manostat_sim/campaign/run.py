"""One virtual injection, from power-on to the rest after its stop, on the core's own objects.

Plain Python: under CPython it is run as it stands, and the kernel is generated from this text and
that of the objects it holds. Nothing here decides anything: it reads the sensors, asks the pump,
and obeys, as `benches.ticked` does.
"""

from typing import Any

from manostat.core.codes import BIT_INTENT, BIT_LATCHED, HOLDING, READY, STOPPED
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.lease_model import LeaseModel
from manostat_sim.plant.sensors import UPDATE_US

TICK_US = 2000
FIRST_TICK_US = 4000  # the line sensor has its first value 3 ms after power
SAMPLE_US = 60  # into the tick, as in `benches.ticked`
DECIDE_US = 720
_LONGEST_US = 65535
_BIT_END_EMPTY = 32
_OPEN_PA = 13790  # P-12: with less than 2 psi a line is open


class Run:
    """`run` makes ticks until the level has been stopped for `settle_us`, or to `most_us`."""

    def __init__(
        self,
        pump: Any,
        inputs: Any,
        plant: Any,
        line: Any,
        second: Any,
        patient: Any,
        hands: Any,
        fault: Any,
        score: Any,
        settle_us: int,
        most_us: int,
    ) -> None:
        self.pump = pump
        self.injector = pump.injector
        self.inputs = inputs
        self.plant = plant
        self.line = line
        self.second = second
        self.patient = patient
        self.hands = hands
        self.fault = fault
        self.score = score
        self.lease = LeaseModel(self._on_step)
        self.settle_us = settle_us
        self.most_us = most_us
        self.tick_us = FIRST_TICK_US
        self.last_us = FIRST_TICK_US - TICK_US
        self.shown_us = 0  # from when on the line sensor must see each change
        self.bits = hands.bits()
        self.enable = 0
        self.running = 0
        self.refused = 0

    def run(self) -> None:
        """The whole run."""
        while self.going():
            self.tick()

    def going(self) -> bool:
        """Whether there is a tick to come."""
        if self.score.stopped_us >= 0:
            return bool(self.tick_us < self.score.stopped_us + self.settle_us)
        return bool(self.tick_us < self.most_us)

    def tick(self) -> None:
        """One tick: what happens until the sensors are read, the reading, the decision."""
        tick_us = self.tick_us
        sample_us = tick_us + SAMPLE_US
        while self.hands.next_us <= sample_us:
            self._act(self.hands.next_us)
        self.lease.advance(sample_us)
        self._move(sample_us)
        if self.fault.next_us <= sample_us:
            self._turn_fault(sample_us)
        self._ask_patient(sample_us)
        self._read(tick_us, sample_us)
        self.shown_us = sample_us + TICK_US - UPDATE_US
        decide_us = tick_us + DECIDE_US
        while self.hands.next_us <= decide_us:
            self._act(self.hands.next_us)
        self.pump.tick(self.inputs)
        if self.pump.pressure_pa >= _OPEN_PA:
            self.score.tight_nl = self.plant.syringe.driven_nl
        self._obey(decide_us)
        self._digest()
        self.last_us = tick_us
        self.tick_us = tick_us + TICK_US + self.fault.delay_us + self.fault.missing_us
        self.fault.missing_us = 0

    def _on_step(self, at_us: int) -> None:
        self._move(at_us)
        plant = self.plant
        # Led through STOP's second pole: a pressed STOP takes the driver's enable away.
        if self.enable != 0 and self.hands.stop == 0:
            plant.step(1)
            self._show(at_us)
        pushed_nl = plant.syringe.driven_nl
        self.score.step(at_us, plant.line_pa, self.injector.limit_pa, pushed_nl)

    def _move(self, to_us: int) -> None:
        plant = self.plant
        if to_us > plant.now_us:
            plant.advance(to_us - plant.now_us)
            self._show(to_us)

    def _show(self, now_us: int) -> None:
        # Of all conversions only the last one before the reading is read.
        if now_us > self.shown_us:
            self.line.observe(now_us, self.plant.line_pa)
        else:
            self.line.pass_by(now_us, self.plant.line_pa)

    def _act(self, at_us: int) -> None:
        injector = self.injector
        idle = 1 if injector.state == HOLDING or injector.state == READY else 0
        before = self.hands.stop
        self.hands.act(at_us, idle)
        if self.hands.stop > before:
            self.score.press(at_us, self.plant.line_pa, self.plant.syringe.driven_nl)
        self._switch(at_us)

    def _ask_patient(self, now_us: int) -> None:
        disc = self.plant.disc
        above_pa = disc.pressure_pa - disc.opening_pa if disc.volume_nl > 0.0 else 0.0
        presses = 1 if self.patient.advance(now_us, above_pa, disc.volume_nl) else 0
        if presses != self.hands.patient:
            self.hands.patient = presses
            if presses != 0:
                self.score.press(now_us, self.plant.line_pa, self.plant.syringe.driven_nl)
            self._switch(now_us)

    def _switch(self, at_us: int) -> None:
        bits = self.hands.bits()
        if bits != self.bits:
            changed = bits ^ self.bits
            self.bits = bits
            if changed & 4:
                self.lease.permit(bits >> 2 & 1, at_us)

    def _read(self, tick_us: int, sample_us: int) -> None:
        inputs = self.inputs
        plant = self.plant
        elapsed_us = tick_us - self.last_us
        inputs.elapsed_us = elapsed_us if elapsed_us < _LONGEST_US else _LONGEST_US
        raw, status = self.line.sample(sample_us, plant.line_pa)
        inputs.line_status = status
        if status != 4:
            inputs.line_raw = raw
        inputs.second_raw = self.second.sample(plant.line_pa)
        switches = self.bits | BIT_INTENT  # there is no journal to wait for
        if self.lease.latched:
            switches |= BIT_LATCHED
        if plant.syringe.at_empty():
            switches &= ~_BIT_END_EMPTY
        inputs.switches = switches
        inputs.made = self.fault.counted(self.lease.made())
        inputs.refused = self.refused

    def _obey(self, now_us: int) -> None:
        injector = self.injector
        self.refused = 0
        if injector.start_lease != 0:
            self.lease.start(now_us, self.bits >> 2 & 1)
        elif injector.grant > 0 and not self.lease.renew(
            injector.grant, TICK_US // injector.grant, now_us
        ):
            self.refused = injector.grant
        if self.running != 0 and injector.running == 0:
            self.lease.stop()
        self.running = injector.running
        self.enable = injector.enable
        if injector.state == STOPPED and self.score.stopped_us < 0:
            self.score.stop(now_us, injector.reason, injector.fault)
            self.hands.next_us = NEVER_US  # what they hold they hold until the run is over

    def _digest(self) -> None:
        injector = self.injector
        inputs = self.inputs
        alarm = self.pump.alarm
        lamps = alarm.high | alarm.medium << 1 | alarm.low << 2 | alarm.sound << 3
        motion = injector.grant | injector.start_lease << 2 | injector.running << 3
        decision = injector.state | injector.reason << 3 | injector.fault << 7
        decision |= (motion | injector.enable << 4) << 12 | alarm.cause << 17 | lamps << 25
        seen = inputs.line_raw | inputs.line_status << 14 | (inputs.second_raw >> 4) << 17
        seen |= (inputs.made & 3) << 29
        if alarm.cause != 0:
            self.score.alarm = alarm.cause
        self.score.take(
            decision | seen << 31,
            self.pump.pressure_pa ^ injector.steps << 21 ^ injector.opening_pa << 40,
            self.plant.line_pa,
        )

    def _turn_fault(self, now_us: int) -> None:
        if self.fault.turn(now_us) != 0:
            self.score.broken_nl = self.plant.syringe.driven_nl
        for _ in range(self.fault.extra):
            self._on_step(now_us)
        self._switch(now_us)
