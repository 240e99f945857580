"""A run of a campaign made again on another bench: same plant, sensors, patient, prescription,
hands and fault, another pump.

On the `pico` bench that is the real image on the emulated board. What cannot be staged is refused:
the faults of `NOT_STAGED`, a mode that is no injection.
"""

from dataclasses import dataclass
from typing import Any

from manostat.core import codes
from manostat.record import UNIT
from manostat_sim.benches.base import Bench, Unit
from manostat_sim.campaign import breaking
from manostat_sim.campaign.draw import run_of
from manostat_sim.campaign.far_side import FarSide
from manostat_sim.campaign.phases import Ended
from manostat_sim.campaign.run import FIRST_TICK_US, TICK_US
from manostat_sim.patient import Patient
from manostat_sim.plant.plant import Plant
from manostat_sim.plant.sensors import LineSensor, SecondSensor
from manostat_sim.scenarios import Scenario
from manostat_sim.telemetry import TickFrame

_PULSES_S = 0.05  # the last frame's pulses are through

NOT_STAGED = {
    breaking.COUNT_LOST: "one pin of the board turns the motor and is counted: the counter alone "
    "misses no step",
    breaking.TICK_LATE: "in the kernel all ticks after it come later; a board that is held up "
    "goes back to its grid of 2 ms",
}
"""Kinds of fault that no bench shows as the kernel has them, and why."""
_ON_PINS = (breaking.STEP_EXTRA, breaking.TICKS_MISSING)


@dataclass(frozen=True)
class _Staged(Scenario):
    """The far side of the wires of one record of `DRAW`."""

    draw: Any = None

    def plant(self, draw_seed: int | None = None) -> Plant:
        made: Plant = run_of(self.draw).plant
        return made

    def line_sensor(self, seed: int | None = None) -> LineSensor:
        made: LineSensor = run_of(self.draw).line
        return made

    def second_sensor(self, seed: int | None = None) -> SecondSensor:
        made: SecondSensor = run_of(self.draw).second
        return made

    def patient(self) -> Patient:
        made: Patient = run_of(self.draw).patient
        return made


def stage(draw: Any) -> tuple[Scenario, Unit]:
    """Scenario and unit page of a record of `DRAW`, for a bench. ValueError: no bench stages it."""
    kind = int(draw["fault_kind"])
    if kind in NOT_STAGED:
        raise ValueError(f"fault_kind {breaking.KINDS[kind]}: {NOT_STAGED[kind]}")
    if draw["mode"] != codes.INJECT:
        raise ValueError(f"mode {int(draw['mode'])}: only an injection is replayed")
    name = f"run of seed {int(draw['seed'])}"
    scenario = _Staged(name, name, "a campaign's draw", "E", int(draw["seed"]), draw=draw)
    return scenario, tuple(int(draw[field]) for field in UNIT)


def kernel_ended(draw: Any) -> Ended:
    """The same run by the campaign's own bench, under CPython."""
    run = run_of(draw)
    run.run()
    injector, score = run.injector, run.score
    return Ended(score.reason, score.fault, injector.steps, score.peak_line_pa, injector.opening_pa)


def replay(draw: Any, bench: Bench) -> Ended:
    """Make the run on a bench that was built with what `stage` gave and is powered.

    Times count from a tick, and after `most_us` it is over, stopped or not. Differs from the kernel
    by what is inherent: the board reads its sensors some microseconds sooner or later in a tick, so
    that another conversion with other noise may be read; the patient is asked each millisecond and
    not once a tick; and what `phases` names. ValueError: a fault that takes real pins and a real
    processor, on a bench without.
    """
    scenario, _ = stage(draw)
    if draw["fault_kind"] in _ON_PINS and "pins" not in bench.can:
        kind = breaking.KINDS[draw["fault_kind"]]
        raise ValueError(f"fault_kind {kind}: the {bench.name} bench has no pins")
    if not bench.frames():
        bench.advance(TICK_US / 1e6)
    bench.meet(scenario)
    zero_us = _zero_us(bench)
    bench.world.line_sensor.power(zero_us)  # its conversions, and their noise, as in the kernel
    plant = bench.world.plant
    plant.coldness = 1.0  # the contrast has not been in the patient while the board came up
    plant.needle_pa_s_per_nl = plant.cold_pa_s_per_nl
    far_side = FarSide(run_of(draw), bench, zero_us)
    end_us, before = zero_us + int(draw["most_us"]), len(bench.frames())
    while bench.last.state != codes.STOPPED and bench.now_us < end_us:
        far_side.act()
        far_side.pass_to(min(bench.now_us + TICK_US, end_us))
    reason, fault = _stop(bench.frames()[before:])
    if reason:
        bench.advance(_PULSES_S)
    last = bench.last
    return Ended(reason, fault, last.steps, bench.world.peak_line_pa, last.opening_pa)


def _stop(frames: list[TickFrame]) -> tuple[int, int]:
    """Reason and fault of the first stop: a stopped pump may find a fault afterwards. 0, 0 without
    a stop, as in an outcome."""
    return next(((one.reason, one.fault) for one in frames if one.state == codes.STOPPED), (0, 0))


def _zero_us(bench: Bench) -> int:
    """When the run began, if the next tick of this bench is the kernel's first."""
    if "pins" in bench.can:
        last_us = round(max(edge.at_us for edge in bench.edges("TICK") if edge.level))
    else:
        last_us = bench.now_us - bench.now_us % TICK_US
    return last_us + TICK_US - FIRST_TICK_US
