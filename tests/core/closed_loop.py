"""Pump, plant and sensors in a loop that runs alike on plain and on compiled parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from manostat.core import codes
from manostat.core import pump as core_pump
from manostat.core.inputs import Inputs
from manostat_sim.plant.build import (
    build_disc,
    build_plant,
    typical_line_sensor,
    typical_second_sensor,
)
from manostat_sim.plant.sensors import FAULT_NONE, FAULTS

from .desk import PAIN_PRESSED, RUN_HELD, RUN_OPEN, STOP_PRESSED, new_ints, unit_of

TICKS = 10_000
UNIT = unit_of()

# Tick from which the switches stand so; everything that a level can go through within 20 s.
SWITCHES = (
    (0, RUN_OPEN),
    (50, PAIN_PRESSED),
    (100, RUN_OPEN),
    (200, RUN_HELD),
    (3500, RUN_OPEN),
    (3650, RUN_HELD),
    (4500, PAIN_PRESSED),
    (4600, RUN_OPEN),
    (4700, STOP_PRESSED),
    (4720, RUN_OPEN),
    (4800, RUN_HELD),
    (6200, RUN_OPEN),
    (6300, STOP_PRESSED),
    (6320, RUN_OPEN),
    (6400, RUN_HELD),
    (7000, STOP_PRESSED),
    (7020, RUN_OPEN),
    (7040, STOP_PRESSED),
    (7060, RUN_OPEN),
    (7170, STOP_PRESSED),
    (7180, RUN_OPEN),
    (7240, RUN_HELD),
    (7500, RUN_OPEN),
    (7600, STOP_PRESSED),
    (7620, RUN_OPEN),
    (7700, STOP_PRESSED),
    (9300, RUN_OPEN),
    (9350, PAIN_PRESSED),
    (9400, RUN_OPEN),
    (9500, RUN_HELD),
)
LINE_FAULTS = {6000: FAULTS["stale"], 6050: FAULT_NONE, 9800: FAULTS["nack"], 9850: FAULT_NONE}
SECOND_FAULTS = {7400: FAULTS["open"], 7450: FAULT_NONE}


@dataclass
class Parts:
    """What makes up the loop; `inputs` is filled anew each tick."""

    plant: Any
    line: Any
    second: Any
    pump: Any
    inputs: Any


def plain_parts() -> Parts:
    """A soft disc behind a little air, a sticking plunger, drawn sensors with noise."""
    disc = build_disc(30.5, 8.0)
    plant = build_plant(disc, air_ml=0.01, stiction_n=2.0, backlash_steps=20)
    return Parts(
        plant,
        typical_line_sensor(5, share=0.2),
        typical_second_sensor(6, share=0.2),
        core_pump.build(UNIT, new_ints),
        Inputs(),
    )


def outputs(pump: Any) -> tuple[int, ...]:
    """Everything that the pump says of a tick (docs/design.md, "Outputs")."""
    decision = pump.injector
    return (
        decision.state,
        decision.reason,
        decision.grant,
        decision.start_lease,
        decision.running,
        decision.enable,
        decision.fault,
        pump.pressure_pa,
        decision.steps,
        decision.opening_pa,
    )


def run(parts: Parts, ticks: int = TICKS) -> Iterator[tuple[int, ...]]:
    """The outputs of each tick; the plant takes the granted steps unless PERMIT was low."""
    plant, line, second, pump, inputs = (
        parts.plant,
        parts.line,
        parts.second,
        parts.pump,
        parts.inputs,
    )
    schedule = dict(SWITCHES)
    switches, latched, under_way = RUN_OPEN, True, 0
    plant.advance(4000)
    for tick in range(ticks):
        switches = schedule.get(tick, switches)
        line.fault = LINE_FAULTS.get(tick, line.fault)
        second.fault = SECOND_FAULTS.get(tick, second.fault)
        if not switches & codes.BIT_PERMIT:
            latched = True
        inputs.elapsed_us = 2000 + (tick % 7) * 3
        raw, inputs.line_status = line.sample(plant.now_us, plant.line_pa)
        if inputs.line_status != 4:
            inputs.line_raw = raw
        inputs.second_raw = second.sample(plant.line_pa)
        inputs.switches = switches | codes.BIT_INTENT | (codes.BIT_LATCHED if latched else 0)
        inputs.made = under_way
        inputs.refused = 0
        pump.tick(inputs)
        yield outputs(pump)
        if pump.injector.start_lease:
            latched = False
        under_way = 0 if latched else pump.injector.grant
        plant.advance(600)
        for _ in range(under_way):
            plant.step(1)
            line.observe(plant.now_us, plant.line_pa)
            plant.advance(400)
        plant.advance(1400 - 400 * under_way)
