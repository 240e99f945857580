"""One run of the example: the firmware's own decisions on the `core` bench, nothing made up."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from manostat.core import codes
from manostat_sim.benches.core import CoreBench
from manostat_sim.scenarios import Scenario
from manostat_sim.telemetry import TickFrame
from manostat_tools.demo.benches import bench_unit
from manostat_tools.demo.outcome import PRESCRIBED
from manostat_tools.journal import names
from manostat_tools.pump import TICK_US
from manostat_tools.report.trace import Trace
from manostat_tools.session.model import (
    Event,
    PainMark,
    Plateau,
    Point,
    Prescription,
    Run,
    RunKind,
)

_AT_MOST_S = 200.0
_PAUSE_S = 0.05
_TRACED = (codes.SEEKING, codes.SETTLING, codes.INJECTING)


class Done(NamedTuple):
    """What a run left behind; `at_ms` of the events are since the power-on of that bench."""

    run: Run
    trace: Trace
    events: tuple[Event, ...]
    peak_plant_pa: float


def perform(
    of: Scenario, mode: int, *, number: int, boot: int, seed: int, step_nl: int = 0
) -> Done:
    """Power on, prove the pain button, hold RUN until the pump stops; a new press for each step.

    `seed` draws the errors of both sensors; `number` and `boot` are only written down.
    """
    unit = list(bench_unit(of))
    unit[PRESCRIBED.index("mode")] = mode
    unit[PRESCRIBED.index("step_volume_nl")] = step_nl
    bench = CoreBench(of, unit, seed=seed)
    bench.power_on()
    bench.arm()
    bench.run()
    plateaus = _run_to_stop(bench)
    bench.release("RUN")
    bench.advance(0.5)
    trace = _trace(bench.frames())
    stored = hashlib.sha256(np.stack([trace.pressure_pa, trace.steps]).tobytes()).hexdigest()
    run = _run(bench.record(), mode, number, plateaus, stored)
    return Done(run, trace, _events(bench.frames(), boot), bench.world.peak_line_pa)


def _run_to_stop(bench: CoreBench) -> list[tuple[int, int]]:
    """(steps, plateau in Pa or -1) of each volume step made on the way to the stop."""
    plateaus: list[tuple[int, int]] = []
    while True:
        tick = bench.advance_until(
            lambda tick: tick.state in (codes.HOLDING, codes.STOPPED), _AT_MOST_S
        )
        if tick.state == codes.STOPPED:
            return plateaus
        plateaus.append((tick.steps, bench.pump.injector.plateau_pa))
        bench.release("RUN")
        bench.run()
        bench.advance(_PAUSE_S)


def _trace(frames: Sequence[TickFrame]) -> Trace:
    """The ticks of motion and settling and the one that stops, as the pump's own trace has them."""
    kept: list[TickFrame] = []
    for before, frame in pairwise(frames):
        if frame.state in _TRACED or before.state in _TRACED:
            kept.append(frame)
    return Trace(
        np.array([at * TICK_US / 1e6 for at in range(len(kept))], dtype=np.float64),
        np.array([frame.pressure_pa for frame in kept], dtype=np.float64),
        np.array([frame.steps for frame in kept], dtype=np.int64),
    )


def _run(
    record: dict[str, Any], mode: int, number: int, plateaus: list[tuple[int, int]], stored: str
) -> Run:
    kind = RunKind(names.MODES[mode])
    ratio = record["nl_num"], record["nl_den"]
    marks = [record[name] for name in ("first_mark", "last_mark") if record[name]]
    rx = {name: record[name] for name in PRESCRIBED if name != "mode"}
    return Run(
        number=number,
        kind=kind,
        source=None,
        prescription=Prescription(mode=kind, **rx),
        duration_ms=record["duration_ms"],
        reason=names.REASONS[record["reason"]],
        fault=names.FAULTS[record["fault"]] if record["fault"] else "",
        locked=bool(record["locked"]),
        volume_nl=record["delivered_nl"],
        opening_pa=record["opening_pa"] if record["opening_pa"] >= 0 else None,
        opening_how=names.OPENINGS[record["opening_how"]],
        peak_pa=record["peak_pa"],
        stop_pa=record["stop_pa"],
        late_ticks=record["late_ticks"],
        marks=tuple(_mark(mark) for mark in marks),
        plateaus=tuple(
            Plateau(
                volume_nl=steps * ratio[0] // ratio[1], pressure_pa=at_pa if at_pa >= 0 else None
            )
            for steps, at_pa in plateaus
        ),
        trace=stored,
    )


def _mark(mark: dict[str, Any]) -> PainMark:
    known = mark["opening_pa"] >= 0
    return PainMark(
        at_ms=mark["at_ms"],
        moving=bool(mark["moving"]),
        points=tuple(
            Point(
                before_ms=point["before_ms"],
                pressure_pa=point["pressure_pa"],
                above_pa=point["above_pa"] if known else None,
                volume_nl=point["volume_nl"],
            )
            for point in mark["points"]
        ),
    )


def _events(frames: Sequence[TickFrame], boot: int) -> tuple[Event, ...]:
    told, last, at_us = [], None, 0
    for frame in frames:
        at_us += frame.elapsed_us
        now = (frame.state, frame.reason)
        if now != last:
            text = names.STATES[frame.state]
            if frame.reason != codes.NO_REASON:
                text += f": {names.REASONS[frame.reason]}"
            told.append(Event(wall=None, boot=boot, at_ms=at_us // 1000, origin="pump", text=text))
        last = now
    return tuple(told)
