"""Whole runs of drawn set-ups on the core bench: the frames, and what was true meanwhile."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from manostat.core import codes
from manostat_sim.benches.base import Unit
from manostat_sim.benches.core import CoreBench
from manostat_sim.benches.ticked import SAMPLE_US
from manostat_sim.measure.drawn import SetUp
from manostat_sim.measure.other_plant import OtherPlant
from manostat_sim.plant.sensors import SecondSensor
from manostat_sim.scenarios import Scenario, scenario
from manostat_sim.telemetry import TickFrame

REST_S = 20.0
"""Of rest recorded after the stop."""
_LOOK_US = 10_000
_LIMIT_S = 150.0
_COMPLY_NL = 2_000_000
_COMPLY_NL_S = 100_000
_MODE, _RATE, _VOLUME = 0, 1, 2


class Truth(NamedTuple):
    """Of the plant, every 10 ms; `time_us` on the clock of the first frame's reading.

    `entered_nl`: what passed the needle, whether or not it leaked out of the disc again.
    """

    time_us: NDArray[np.float64]
    disc_pa: NDArray[np.float64]
    entered_nl: NDArray[np.float64]
    needle_pa_s_nl: NDArray[np.float64]
    opening_pa: float

    def at(self, name: str, time_us: float) -> float:
        """A column between its two neighbours in time."""
        return float(np.interp(time_us, self.time_us, getattr(self, name)))


class Run(NamedTuple):
    """`frames` from power-on to the end of the rest; `pain`: whether a press ended it."""

    frames: list[TickFrame]
    truth: Truth
    pain: bool


def inject(of: SetUp, unit: Unit, rest_s: float = REST_S, other: bool = False) -> Run:
    """One injection as a clinic does it: arm, hold RUN until something ends it, and rest.

    After 150 s RUN is let go. `other`: disc and needle of `other_plant.py` instead.
    """
    values = list(unit)
    values[_RATE] = of.rate_nl_s
    patient = {
        "kind": "concordant",
        "threshold_psi": of.pain_psi,
        "threshold_nl": of.pain_nl,
        "reaction_s": of.reaction_s,
    }
    bench = _bench(of, tuple(values), replace(scenario("dallas-0"), patient_options=patient), False)
    if other:
        bench.world.plant = OtherPlant(bench.world.plant)
    begin_us = bench.now_us + SAMPLE_US
    rows: list[tuple[float, float, float, float]] = []
    bench.arm()
    bench.run()
    _watch(bench, rows, bench.now_us + round(_LIMIT_S * 1e6), until_stop=True)
    if bench.last.state != codes.STOPPED:
        bench.release("RUN")
    pain = bench.last.reason == codes.PAIN
    _watch(bench, rows, bench.now_us + round(rest_s * 1e6), until_stop=False)
    table = np.array(rows)
    return Run(
        bench.frames(),
        Truth(
            table[:, 0] - begin_us,
            table[:, 1],
            table[:, 2],
            table[:, 3],
            bench.world.plant.disc.opening_pa,
        ),
        pain,
    )


def comply(of: SetUp, unit: Unit) -> list[TickFrame]:
    """The same line against a closed stopcock, up to the unit's line limit: its frames."""
    values = list(unit)
    values[_MODE], values[_RATE], values[_VOLUME] = codes.COMPLY, _COMPLY_NL_S, _COMPLY_NL
    bench = _bench(of, tuple(values), scenario("blocked"), True)
    bench.arm()
    bench.run()
    bench.advance_until(lambda frame: frame.state == codes.STOPPED, _LIMIT_S)
    bench.advance(0.1)
    return bench.frames()


def _bench(of: SetUp, unit: Unit, world: Scenario, closed: bool) -> CoreBench:
    bench = CoreBench(replace(world, sensors="ideal"), unit, of.seed)
    bench.world.plant = of.plant(closed)
    bench.world.line_sensor = of.sensor()
    # The second sensor says the same with its own noise: only the guard looks at it.
    bench.world.second_sensor = SecondSensor(of.offset_pa, of.span, 0.0)
    bench.power_on()
    return bench


def _watch(
    bench: CoreBench, rows: list[tuple[float, float, float, float]], end_us: int, until_stop: bool
) -> None:
    plant = bench.world.plant
    disc = plant.disc
    while bench.now_us < end_us:
        bench.advance_to(bench.now_us + _LOOK_US)
        entered_nl = disc.volume_nl + disc.leaked_nl
        rows.append((float(bench.now_us), disc.pressure_pa, entered_nl, plant.needle_pa_s_per_nl))
        if until_stop and bench.last.state == codes.STOPPED:
            return
