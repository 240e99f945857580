"""World and pump in a loop, with a referee who looks at the plant and the wires at every step.

Its only questions to the firmware are which opening pressure it took (the limit counts from it) and
which level it counts for; both are judged elsewhere.
"""

from dataclasses import dataclass

from manostat.core import codes
from manostat.core import pump as core_pump
from manostat.core.inputs import Inputs
from manostat_sim.lease_model import LeaseModel
from manostat_sim.patient import Patient
from manostat_sim.plant.plant import Plant
from manostat_sim.plant.sensors import LineSensor, SecondSensor
from manostat_sim.scenarios import Scenario
from manostat_sim.world import World

from .desk import PA_A_COUNT, new_ints

OPEN_READS = 51  # 2 ms apart they span 100 ms (P-09)
TICK_US = 2000
DECIDE_US = 900  # into the tick
NOISE_SDS = 3.47  # where the simulated noise ends


@dataclass
class DrawnWorld:
    """What `World` asks a scenario for, ready made."""

    a_plant: Plant
    line: LineSensor
    second: SecondSensor
    a_patient: Patient

    def plant(self) -> Plant:
        return self.a_plant

    def line_sensor(self, seed: int | None = None) -> LineSensor:
        return self.line

    def second_sensor(self, seed: int | None = None) -> SecondSensor:
        return self.second

    def patient(self) -> Patient:
        return self.a_patient


def overshoot_bound_pa(plant: Plant, line: LineSensor, rate_nl_s: int, step_nl: float) -> float:
    """How far beyond its limit the line may be pressed, as its own sensor would show it exactly.

    A reading below the limit grants the steps of one tick. By the next reading the line has taken
    at most what the rate gives in a tick, and one step for the fraction that was owed (P-04). The
    stiffest the line can be is its own compliance alone: air and disc only soften it. Added are
    one slip of a plunger that sticks (what its rod held beyond what slides), half a count of
    quantisation and one of interpolation between conversions, and the sensor's noise.
    """
    stiffness_pa_nl = 1.0 / plant.line_nl_per_pa
    rod, syringe = plant.syringe.rod_nl_per_pa, plant.syringe
    slip_pa = 0.0
    if rod:
        slip_pa = (syringe.stiction_pa - syringe.sliding_pa) * rod / (rod + plant.line_nl_per_pa)
    pressed_pa = stiffness_pa_nl * (rate_nl_s * TICK_US * 1e-6 + step_nl) + slip_pa
    return line.span * pressed_pa + PA_A_COUNT * (1.5 + NOISE_SDS * line.noise_counts)


class Watched:
    """The far side of the wires and a pump; `unit` as in `manostat.core.prescription.RANGES`.

    `press`, `release`, `cut`, `mend` and `advance` are the hands. AssertionError at the step that
    breaks a rule. `check_pressure` may be switched off.
    """

    def __init__(self, of: DrawnWorld | Scenario, unit: tuple[int, ...]) -> None:
        self.world = World(of)
        self.unit = unit
        self.pump = core_pump.build(unit, new_ints)
        self.check_pressure = True
        self.sample_us = 300  # into the tick; before 900, when the steps are granted
        self.made = 0
        self.grants = 0
        self.worst = -1e9  # overshoot as a share of its bound
        self.bound_pa = overshoot_bound_pa(
            self.world.plant, self.world.line_sensor, unit[1], unit[6] / unit[7]
        )
        self.inputs = Inputs()
        self._lease = LeaseModel(self._on_step)
        self._reads: list[int] = []
        self._permit_low = True  # since the lease was last started
        self._running = 0
        self._level = 1
        self._level_began_nl = 0.0
        self._now_us = 4000  # the line sensor answers 3 ms after power
        self._part_us = 0
        self.world.advance(self._now_us)
        self.advance(0.01)

    def without_prescription(self) -> None:
        """From now on the pump is the one of a unit that has none."""
        self.pump = core_pump.build(None, new_ints)

    def press(self, switch: str) -> None:
        self._wire(self.world.wiring.press, switch)

    def release(self, switch: str) -> None:
        self._wire(self.world.wiring.release, switch)

    def cut(self, place: str) -> None:
        self._wire(self.world.wiring.cut, place)

    def mend(self, place: str) -> None:
        self._wire(self.world.wiring.mend, place)

    def hold(self, switch: str, seconds: float) -> None:
        self.press(switch)
        self.advance(seconds)
        self.release(switch)

    def arm(self) -> None:
        self.hold("PAIN", 0.05)
        self.advance(0.02)

    def run(self) -> None:
        """RUN open for long enough, then held."""
        self.release("RUN")
        self.advance(0.11)
        self.press("RUN")

    def advance(self, seconds: float) -> None:
        end_us = self._now_us + round(seconds * 1e6)
        while self._now_us < end_us:
            for at_us in (self.sample_us, DECIDE_US, TICK_US):
                if self._part_us < at_us:
                    self._move(min(at_us - self._part_us, end_us - self._now_us))
                    if self._part_us == at_us:
                        self._at(at_us)
                    break

    def tick(self) -> None:
        """One decision of the pump on the inputs that were read."""
        self.pump.tick(self.inputs)

    def limit_pa(self) -> int:
        """The limit in force, by the prescription and the opening pressure the pump took."""
        mode, _, _, above_pa, line_limit_pa = self.unit[:5]
        if mode == codes.PRIME:
            return line_limit_pa
        return min(line_limit_pa, above_pa + max(self.pump.injector.opening_pa, 0))

    def _wire(self, change, name: str) -> None:
        change(name)
        self._wires_changed()

    def _wires_changed(self) -> None:
        permit = self.world.wiring.levels["PERMIT"]
        if not permit:
            self._permit_low = True
        self._lease.permit(permit, self._now_us)

    def _move(self, us: int) -> None:
        self._now_us += us
        self._part_us += us
        self._lease.advance(self._now_us)
        self.world.advance(self._now_us)

    def _at(self, at_us: int) -> None:
        if at_us == self.sample_us:
            self._read()
        elif at_us == DECIDE_US:
            self._decide()
        else:
            self._part_us = 0
            if self.world.patient_acts():
                self._wires_changed()

    def _read(self) -> None:
        world, inputs = self.world, self.inputs
        raw, inputs.line_status = world.line_sample()
        if inputs.line_status != 4:
            inputs.line_raw = raw
        inputs.second_raw = world.second_sensor.sample(world.plant.line_pa)
        bits = world.wiring.bits
        self._reads.append(bits & codes.CHAIN)
        inputs.switches = bits | codes.BIT_INTENT
        if self._lease.latched:
            inputs.switches |= codes.BIT_LATCHED
        inputs.made = self._lease.made()

    def _decide(self) -> None:
        decision, lease, now_us = self.pump.injector, self._lease, self._now_us
        self.tick()
        self.inputs.refused = 0
        self.grants += decision.grant
        if decision.start_lease:
            self._permit_low = not self.world.wiring.levels["PERMIT"]
            lease.start(now_us, self.world.wiring.levels["PERMIT"])
        elif decision.grant and not lease.renew(decision.grant, TICK_US // decision.grant, now_us):
            self.inputs.refused = decision.grant
        if self._running and not decision.running:
            lease.stop()
        self._running = decision.running
        self.world.enable_n = 1 - decision.enable
        if decision.level != self._level:
            self._level = decision.level
            self._level_began_nl = self.world.plant.syringe.driven_nl

    def _on_step(self, at_us: int) -> None:
        self.world.advance(at_us)
        self.world.step()
        self.made += 1
        assert self.made <= self.grants, "a step without a grant"
        assert self.world.wiring.levels["PERMIT"], "a step with the permit low"
        assert not self._permit_low, "a step after the permit was low, with no new start"
        self._check_run_was_seen_open()
        self._check_volume()
        if self.check_pressure:
            self._check_pressure()

    def _check_run_was_seen_open(self) -> None:
        at = len(self._reads) - 1
        while at >= 0 and self._reads[at] == codes.CHAIN:
            at -= 1
        open_reads = self._reads[max(at + 1 - OPEN_READS, 0) : at + 1]
        assert open_reads == [codes.CHAIN_RUN_OPEN] * OPEN_READS, "RUN was not seen open for 100 ms"

    def _check_volume(self) -> None:
        syringe = self.world.plant.syringe
        delivered_nl = max(syringe.delivered_nl, syringe.driven_nl) - self._level_began_nl
        # The plant multiplies with a float, the prescription with a ratio: a picolitre apart.
        assert delivered_nl <= self.unit[2] + 1e-3, f"{delivered_nl} of {self.unit[2]} nl"

    def _check_pressure(self) -> None:
        line, plant = self.world.line_sensor, self.world.plant
        shown_pa = plant.line_pa * line.span + line.offset_pa - self.unit[8]
        over_pa = shown_pa - self.limit_pa()
        self.worst = max(self.worst, over_pa / self.bound_pa)
        assert over_pa <= self.bound_pa, f"{over_pa:.0f} Pa over, {self.bound_pa:.0f} allowed"
