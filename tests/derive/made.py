"""Recordings made from a known circuit, as the pump would have sent them."""

from dataclasses import dataclass

import numpy as np

from manostat_sim.plant import tables
from manostat_tools.derive.circuit import Circuit, Course, run
from manostat_tools.derive.equipment import Compliance, Equipment, NeedleRange, SensorError
from manostat_tools.derive.recording import Recording

PSI = tables.PA_PER_PSI
PER_NL = tables.PA_PER_NL_PER_PSI_PER_ML
LINE = 5.0 * tables.NL_PER_PA_PER_UL_PER_PSI
NL_NUM, NL_DEN = 228705, 2216
STEP_NL = NL_NUM / NL_DEN
TICK_US = 2000
EXACT = SensorError(0.0, 0.0)

LINEAR = Circuit(
    warm_pa_s_nl=105.0 * PER_NL,
    coldness=0.0,
    warming_s=30.0,
    line_nl_pa=LINE,
    air_nl=0.0,
    lost_nl=0.0,
    start_pa=0.0,
    opening_pa=16.0 * PSI,
    elastance_pa_nl=43.0 * PER_NL,
    share=0.0,
    relaxing_s=20.0,
    bend=0.0,
    over_nl=1e6,
)
"""A pure spring behind a needle of constant resistance: all of it can be written down."""

WARMING = LINEAR._replace(coldness=0.7, warming_s=20.0, share=0.2)
"""What a plain run looks like: the needle warms, the disc gives way."""

PLAIN = ((0.0, 1.0), (0.05, 4.0), (0.0, 8.0), (0.05, 8.0), (0.0, 15.0))
"""Rest, to past the opening, a hold, an injection, a stop: mL/s and s."""
SHORT = ((0.0, 1.0), (0.05, 8.0), (0.0, 0.2))
"""One stop, and the record ends at once."""


@dataclass(frozen=True)
class Made:
    """A recording with what was true: `course` at each of its readings."""

    recording: Recording
    course: Course
    press_us: int

    def truth(self, name: str, at_us: int) -> float:
        """A column of the course at a time."""
        return float(np.interp(at_us, self.recording.time_us, getattr(self.course, name)))


def make(
    circuit: Circuit, motion: tuple[tuple[float, float], ...] = PLAIN, noise_pa: float = 0.0
) -> Made:
    """A reading every 2 ms; the press is at the last stop."""
    rates = np.concatenate([np.full(round(s / 0.002), rate * 1e6) for rate, s in motion])
    time_us = np.arange(len(rates) + 1, dtype=np.int64) * TICK_US
    pushed = np.concatenate([[0.0], np.cumsum(rates * 0.002)])
    steps = np.floor(pushed / STEP_NL).astype(np.int64)
    moving = np.concatenate([rates > 0.0, [rates[-1] > 0.0]])
    course = run(circuit, time_us * 1e-6, steps * STEP_NL)
    noise = np.random.default_rng(1).normal(0.0, 1.0, len(time_us)) * noise_pa
    recording = Recording(time_us, course.line_pa + noise, steps, moving)
    return Made(recording, course, recording.stops_us()[-1])


def equipment(**other: object) -> Equipment:
    """What is known of `LINEAR` and `WARMING`: the line within 1 %, an exact sensor."""
    known: dict[str, object] = {
        "nl_num": NL_NUM,
        "nl_den": NL_DEN,
        "compliance": Compliance(LINE, 0.01 * LINE),
        "sensor": EXACT,
        "needle": NeedleRange(80.0 * PER_NL, 140.0 * PER_NL, 0.7),
    }
    return Equipment(**{**known, **other})  # type: ignore[arg-type]
