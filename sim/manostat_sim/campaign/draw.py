"""The parameters of one run as one flat record of numbers, and the objects built from it."""

from array import array
from typing import Any

import numpy as np

from manostat.core.codes import RELIEVE
from manostat.core.inputs import Inputs
from manostat.record import UNIT
from manostat_sim.benches.core import build_pump
from manostat_sim.campaign import breaking
from manostat_sim.campaign.breaking import Breaking
from manostat_sim.campaign.hands import COMBINATIONS, HOLDS_RUN, PRESSES_PAIN, PRESSES_STOP, Hands
from manostat_sim.campaign.run import Run
from manostat_sim.campaign.score import Score
from manostat_sim.patient import Patient
from manostat_sim.plant.disc import Disc
from manostat_sim.plant.plant import Plant
from manostat_sim.plant.sensors import LineSensor, SecondSensor
from manostat_sim.plant.syringe import Syringe
from manostat_sim.wiring import Wiring

FLOATS = {
    "disc_opening_pa": "plant.disc.opening_pa",
    "disc_elastance_pa_per_nl": "plant.disc.elastance_pa_per_nl",
    "disc_relaxing_pa_per_nl": "plant.disc.relaxing_pa_per_nl",
    "disc_relaxing_s": "plant.disc.relaxing_s",
    "disc_leak_pa": "plant.disc.leak_pa",
    "disc_leak_nl_per_s_pa": "plant.disc.leak_nl_per_s_pa",
    "disc_rupture_pa": "plant.disc.rupture_pa",
    "disc_rupture_nl_per_s_pa": "plant.disc.rupture_nl_per_s_pa",
    "syringe_step_nl": "plant.syringe.step_nl",
    "syringe_barrel_nl": "plant.syringe.barrel_nl",
    "syringe_rod_nl_per_pa": "plant.syringe.rod_nl_per_pa",
    "syringe_stiction_pa": "plant.syringe.stiction_pa",
    "syringe_sliding_pa": "plant.syringe.sliding_pa",
    "plant_line_nl_per_pa": "plant.line_nl_per_pa",
    "plant_cold_pa_s_per_nl": "plant.cold_pa_s_per_nl",
    "plant_warm_pa_s_per_nl": "plant.warm_pa_s_per_nl",
    "plant_warming_s": "plant.warming_s",
    "plant_air_nl": "plant.air_nl",
    "plant_open_pa_s_per_nl": "plant.open_pa_s_per_nl",
    "line_offset_pa": "line.offset_pa",
    "line_span": "line.span",
    "line_noise_counts": "line.noise_counts",
    "second_offset_pa": "second.offset_pa",
    "second_span": "second.span",
    "second_noise_counts": "second.noise_counts",
    "patient_threshold_pa": "patient.threshold_pa",
    "patient_threshold_nl": "patient.threshold_nl",
    "fault_amount": "fault.amount",
}
"""Numbers with a fraction, and the attribute of a `Run` that takes each."""

INTEGERS = {
    "seed": "hands.seed",
    "syringe_backlash_steps": "plant.syringe.backlash_steps",
    "syringe_slack_steps": "plant.syringe.slack_steps",
    "plant_path": "plant.path",
    "line_seed": "line.seed",
    "second_seed": "second.seed",
    "patient_reaction_us": "patient.reaction_us",
    "patient_press_us": "patient.press_us",
    "proof_us": "hands.hand_us",
    "run_us": "hands.run_us",
    "pause_us": "hands.pause_us",
    "pause_lasts_us": "hands.pause_lasts_us",
    "stop_us": "hands.stop_us",
    "bounces": "hands.bounces",
    "fault_kind": "fault.kind",
    "fault_us": "fault.next_us",
    "fault_lasts_us": "fault.lasts_us",
    "settle_us": "settle_us",
    "most_us": "most_us",
}
"""Whole numbers; the meaning of each is that of the attribute it goes to."""

DRAW = np.dtype(
    [(name, np.int64) for name in (*UNIT, *INTEGERS)] + [(name, np.float64) for name in FLOATS]
)
"""One run. The unit page's integers, then what `INTEGERS` and `FLOATS` name; units are in the
names, `fault_amount` is in that of `breaking.KINDS`. Times are us since power-on, hands.NEVER_US
for never; `fault_kind` indexes `breaking.KINDS`; `patient_threshold_pa` is above opening and
NEVER_PA for a patient who feels nothing; `mode` is any of codes.py but RELIEVE."""

NEVER_PA = 1e12


def run_of(draw: Any) -> Run:
    """The run of one record of `DRAW`, ready for its first tick.

    ValueError for a prescription that the firmware would refuse.
    """
    at = {name: draw[name].item() for name in DRAW.names or ()}
    if at["mode"] == RELIEVE:
        raise ValueError("mode: a relief draws back, which no campaign does")
    plant = Plant(
        Syringe(
            at["syringe_step_nl"],
            at["syringe_barrel_nl"],
            at["syringe_backlash_steps"],
            at["syringe_rod_nl_per_pa"],
            at["syringe_stiction_pa"],
            at["syringe_sliding_pa"],
        ),
        Disc(**_of(at, "disc_")),
        **_of(at, "plant_"),
    )
    plant.syringe.slack_steps = at["syringe_slack_steps"]
    patient = Patient(kind="concordant", threshold_nl=at["patient_threshold_nl"])
    patient.threshold_pa = at["patient_threshold_pa"]
    patient.reaction_us = at["patient_reaction_us"]
    patient.press_us = at["patient_press_us"]
    hands = Hands(
        switch_table(breaking.NONE),
        switch_table(at["fault_kind"]),
        at["seed"],
        at["proof_us"],
        at["run_us"],
        at["pause_us"],
        at["pause_lasts_us"],
        at["stop_us"],
        at["bounces"],
    )
    line = LineSensor(**_of(at, "line_"))
    second = SecondSensor(**_of(at, "second_"))
    fault = Breaking(
        at["fault_kind"],
        at["fault_us"],
        at["fault_lasts_us"],
        at["fault_amount"],
        line,
        second,
        plant,
        hands,
    )
    pump = build_pump(tuple(at[name] for name in UNIT))
    inputs, score, ends = Inputs(), Score(), (at["settle_us"], at["most_us"])
    return Run(pump, inputs, plant, line, second, patient, hands, fault, score, *ends)


def switch_table(kind: int) -> array:
    """What the pins see for each combination of pressed switches, with this fault of the wires."""
    table = array("q", bytes(8 * COMBINATIONS))
    name = breaking.KINDS[kind]
    for pressed in range(COMBINATIONS):
        wiring = Wiring()
        if name.startswith("wire-"):
            wiring.cut(name.removeprefix("wire-"))
        elif name.startswith("welded-"):
            wiring.weld(name.removeprefix("welded-"))
        for bit, switch in ((PRESSES_STOP, "STOP"), (PRESSES_PAIN, "PAIN"), (HOLDS_RUN, "RUN")):
            if pressed & bit:
                wiring.press(switch)
        table[pressed] = wiring.bits
    return table


def _of(at: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): at[name] for name in at if name.startswith(prefix)}
