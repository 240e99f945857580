"""Derived values against the plant's truth, over its published ranges."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from manostat.core.codes import INJECTING, SEEKING, SETTLING
from manostat.core.scale import line_pa
from manostat.trace import Trace
from manostat_sim.benches.base import Unit
from manostat_sim.measure.drawn import SetUp
from manostat_sim.measure.injected import REST_S, Run, Truth, comply, inject
from manostat_sim.telemetry import TickFrame
from manostat_tools.derive.compliance import line_compliance
from manostat_tools.derive.equipment import HSC, HSC_ZEROED, Equipment, needle_range
from manostat_tools.derive.recording import Recording, from_frames, from_trace
from manostat_tools.derive.refusal import NotDerived
from manostat_tools.derive.run import Derived, derive
from manostat_tools.journal.trace_words import trace_ticks, words_of
from manostat_tools.session.model import Quantity

_REST_ROOM = 50_000
"""Words of memory of which the pump keeps ten seconds of a rest."""

_NL_NUM, _NL_DEN, _ZERO = 6, 7, 8


class Compared(NamedTuple):
    """A derived value beside the truth."""

    value: float
    half: float
    truth: float

    @property
    def error(self) -> float:
        """Value less truth."""
        return self.value - self.truth

    @property
    def covered(self) -> bool:
        """Whether the interval holds the truth."""
        return abs(self.error) <= self.half


class Checked(NamedTuple):
    """One run. `compared` by name of the quantity and ms before the press; `refused` the reason for
    none at all. `pain`: a press ended it; else the stop takes the press's place.
    """

    set_up: SetUp
    pain: bool
    reason: int
    compared: dict[tuple[str, int], Compared]
    refused: str
    rms_pa: float


def check(
    of: SetUp,
    unit: Unit,
    zeroed: bool = False,
    rest_s: float = REST_S,
    other: bool = False,
    traced: bool = False,
) -> Checked:
    """Measure the line, inject, derive, compare.

    `zeroed`: a zero is taken first, with the line open. `rest_s`: recorded after the stop.
    `other`: a disc and a needle that are not those of the picture (`other_plant.py`).
    `traced`: from what the pump's own trace holds, not from all ticks.
    """
    if zeroed:
        unit = (*unit[:_ZERO], zero_of(of))
    step_nl = unit[_NL_NUM] / unit[_NL_DEN]
    line = line_compliance(from_frames(comply(of, unit)), step_nl)
    run = inject(of, unit, rest_s, other)
    recording = as_traced(run.frames) if traced else from_frames(run.frames)
    if isinstance(line, NotDerived):
        return Checked(of, run.pain, run.frames[-1].reason, {}, line.reason, 0.0)
    equipment = Equipment(
        unit[_NL_NUM],
        unit[_NL_DEN],
        line,
        HSC_ZEROED if zeroed else HSC,
        needle_range(of.needle, of.contrast),
    )
    press_us = press_of(recording)
    derived = derive(recording, equipment, press_us)
    compared = compare(derived, run, recording, press_us)
    rms_pa = derived.fit.rms_pa if derived.fit else 0.0
    why = derived.why_not("disc_pressure") or ""
    return Checked(of, run.pain, run.frames[-1].reason, compared, why, rms_pa)


def as_traced(frames: Sequence[TickFrame]) -> Recording:
    """What the firmware's trace keeps of these, on the clock of the first one."""
    # All at once, what the pump stores in parts; of little memory it would keep no whole rest.
    trace = Trace(2 * (len(frames) + _REST_ROOM))
    begin_us = now_us = 0
    running = False
    for frame in frames:
        now_us += frame.elapsed_us
        if running:
            begin_us = begin_us or now_us - frames[0].elapsed_us
            trace.add(frame.line_raw, frame.made)
        was_running, running = running, frame.state in (SEEKING, SETTLING, INJECTING)
        if was_running and not running:
            trace.stop()
        if not running:
            trace.rest(frame.line_raw, frame.elapsed_us, frame.made)
    found = from_trace(trace_ticks(words_of(bytes(trace.buf[: 2 * trace.count]))), 0, 0.0)
    return replace(found, time_us=found.time_us + begin_us)


def zero_of(of: SetUp) -> int:
    """What the sensor reads of an open line, Pa: the mean of 1 s of readings."""
    sensor = of.sensor()
    readings = [line_pa(sensor.sample(at_us, 0.0)[0]) for at_us in range(10_000, 1_010_000, 2000)]
    return round(sum(readings) / len(readings))


def press_of(recording: Recording) -> int:
    """Of the last stop."""
    stops = recording.stops_us()
    return stops[-1] if stops else int(recording.time_us[-1])


def compare(
    derived: Derived, run: Run, recording: Recording, press_us: int
) -> dict[tuple[str, int], Compared]:
    """Every value that has a truth in the plant."""
    truth = run.truth
    found: dict[tuple[str, int], Compared] = {}
    for value in derived.values:
        before_ms = int(value.inputs.get("before_ms", -1))
        if value.name == "plateau" or before_ms < 0:
            continue
        at_us = press_us - 1000 * before_ms
        true = _truth(truth, value.name, at_us)
        if true is not None:
            found[value.name, before_ms] = Compared(value.value, _half(value), true)
    plateaus = [value for value in derived.values if value.name == "plateau"]
    if plateaus:
        value = plateaus[-1]
        stop_us = int(value.inputs["stop_us"])
        end_us = stop_us + recording.rest_after_s(stop_us) * 1e6
        found["plateau", 0] = Compared(value.value, _half(value), truth.at("disc_pa", end_us))
    return found


def _half(value: Quantity) -> float:
    return 0.0 if value.high is None else value.high - value.value


def _truth(truth: Truth, name: str, at_us: float) -> float | None:
    disc_pa, entered_nl = truth.at("disc_pa", at_us), truth.at("entered_nl", at_us)
    if name == "disc_pressure":
        return disc_pa
    if name == "disc_above_opening":
        return disc_pa - truth.opening_pa
    if name == "disc_volume":
        return entered_nl
    if name == "needle_resistance":
        return truth.at("needle_pa_s_nl", at_us)
    if name == "elastance":
        return (disc_pa - truth.opening_pa) / max(entered_nl, 1.0)
    if name == "work":
        upto = truth.time_us <= at_us
        volume, pressure = truth.entered_nl[upto], truth.disc_pa[upto]
        return float(np.sum(np.diff(volume) * (pressure[1:] + pressure[:-1]) / 2.0)) * 1e-9
    return None
