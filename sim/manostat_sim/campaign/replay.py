"""A run of a campaign made again on another bench: same plant, sensors, patient, prescription and
hands, another pump.

On the `pico` bench that is the real image on the emulated board. What cannot be staged is refused:
faults, bounces of a switch, a mode that is no injection.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from manostat.core import codes
from manostat.record import UNIT
from manostat_sim.benches.base import Bench, Unit
from manostat_sim.campaign import breaking
from manostat_sim.campaign.draw import run_of
from manostat_sim.campaign.run import FIRST_TICK_US, TICK_US
from manostat_sim.patient import Patient
from manostat_sim.plant.plant import Plant
from manostat_sim.plant.sensors import LineSensor, SecondSensor
from manostat_sim.scenarios import Scenario

_PROOF_LASTS_US = 200_000  # as campaign.hands
_STOP_LASTS_US = 200_000
_LOOKS_EVERY_US = 500_000
_PRESSES_AGAIN_US = 300_000
_WAITS = (codes.READY, codes.HOLDING)


class Ended(NamedTuple):
    """How a run ended: codes of reason and fault, steps made, highest true line pressure and the
    opening as read (-1 for none), Pa gauge."""

    reason: int
    fault: int
    steps: int
    peak_line_pa: float
    opening_pa: int


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
    if draw["fault_kind"] != breaking.NONE:
        kind = breaking.KINDS[draw["fault_kind"]]
        raise ValueError(f"fault_kind: {kind} comes as the kernel reads its sensors, on no bench")
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
    not once a tick; bounces are left out.
    """
    scenario, _ = stage(draw)
    if not bench.frames():
        bench.advance(TICK_US / 1e6)
    bench.meet(scenario)
    zero_us = _zero_us(bench)
    bench.world.line_sensor.power(zero_us)  # its conversions, and their noise, as in the kernel
    plant = bench.world.plant
    plant.coldness = 1.0  # the contrast has not been in the patient while the board came up
    plant.needle_pa_s_per_nl = plant.cold_pa_s_per_nl
    hands = _Hands(draw, bench, zero_us)
    end_us = zero_us + int(draw["most_us"])
    while bench.last.state != codes.STOPPED and bench.now_us < end_us:
        hands.act()
        bench.advance_to(min(hands.next_us(), bench.now_us + TICK_US, end_us))
    bench.advance(0.05)  # the last frame's pulses are through
    last = bench.last
    return Ended(last.reason, last.fault, last.steps, bench.world.peak_line_pa, last.opening_pa)


def _zero_us(bench: Bench) -> int:
    """When the run began, if the next tick of this bench is the kernel's first."""
    if "pins" in bench.can:
        last_us = round(max(edge.at_us for edge in bench.edges("TICK") if edge.level))
    else:
        last_us = bench.now_us - bench.now_us % TICK_US
    return last_us + TICK_US - FIRST_TICK_US


class _Hands:
    """Presses what the draw says, when it says so; without bounces."""

    def __init__(self, draw: Any, bench: Bench, zero_us: int) -> None:
        self._bench = bench
        proof_us, run_us = (zero_us + int(draw[name]) for name in ("proof_us", "run_us"))
        again_us = proof_us + _PROOF_LASTS_US + _PRESSES_AGAIN_US
        run_us = run_us if run_us > proof_us + _PROOF_LASTS_US else again_us
        pause_us, stop_us = (zero_us + int(draw[name]) for name in ("pause_us", "stop_us"))
        self._due = [
            (proof_us, "PAIN", True),
            (proof_us + _PROOF_LASTS_US, "PAIN", False),
            (run_us, "RUN", True),
            (pause_us, "RUN", False),
            (pause_us + int(draw["pause_lasts_us"]), "RUN", True),
            (stop_us, "STOP", True),
            (stop_us + _STOP_LASTS_US, "STOP", False),
        ]
        self._due.sort()
        self._held_us = -1

    def next_us(self) -> int:
        """When the next switch moves."""
        return self._due[0][0]

    def act(self) -> None:
        """Move what is due."""
        while self._due[0][0] <= self._bench.now_us:
            _, switch, pressed = self._due.pop(0)
            (self._bench.press if pressed else self._bench.release)(switch)
            if switch == "RUN":
                self._held_us = self._bench.now_us if pressed else -1
        self._look()

    def _look(self) -> None:
        # Who holds RUN and sees that nothing moves lets go and presses again.
        now_us = self._bench.now_us
        if self._held_us < 0 or now_us < self._held_us + _LOOKS_EVERY_US:
            return
        self._held_us = now_us
        if self._bench.last.state in _WAITS:
            self._bench.release("RUN")
            self._held_us = -1
            self._due.append((now_us + _PRESSES_AGAIN_US, "RUN", True))
            self._due.sort()
