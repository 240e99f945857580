"""One run of a campaign alone: what was drawn, what came of it, and each of its ticks."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from manostat_sim.campaign.breaking import KINDS
from manostat_sim.campaign.draw import DRAW
from manostat_sim.campaign.kernel import run_many
from manostat_sim.campaign.outcome import OUTCOME
from manostat_sim.campaign.trace import trace
from manostat_tools.campaign.mix import Mix
from manostat_tools.campaign.sampling import Sampler
from manostat_tools.words import FAULTS, MODES, OPENINGS, REASONS, STATE_NAMES

_TRACED = {
    "tick_us": "last_us",
    "state": "injector.state",
    "reason": "injector.reason",
    "fault": "injector.fault",
    "alarm": "pump.alarm.cause",
    "switches": "bits",
    "granted_steps": "injector.grant",
    "steps": "injector.steps",
    "pressure_pa": "pump.pressure_pa",
    "limit_pa": "injector.limit_pa",
    "opening_pa": "injector.opening_pa",
    "line_raw": "inputs.line_raw",
    "line_status": "inputs.line_status",
    "second_raw": "inputs.second_raw",
    "true_line_pa": "plant.line_pa",
    "true_disc_pa": "plant.disc.pressure_pa",
    "flow_nl_s": "plant.flow_nl_s",
    "driven_nl": "plant.syringe.driven_nl",
    "delivered_nl": "plant.syringe.delivered_nl",
    "disc_nl": "plant.disc.volume_nl",
    "leaked_nl": "plant.disc.leaked_nl",
    "spilled_nl": "plant.spilled_nl",
    "fault_active": "fault.active",
    "patient_presses": "hands.patient",
}
"""Columns of the trace, and the attribute of a `Run` that each is after a tick."""

_WORDS: dict[str, Mapping[int, str]] = {
    "mode": MODES,
    "fault_kind": dict(enumerate(KINDS)),
    "reason": REASONS,
    "fault": FAULTS,
    "state": STATE_NAMES,
    "opening_how": OPENINGS,
}


class One:
    """Run `index` of (`mix`, `seed`), the same as in any campaign of these."""

    def __init__(self, mix: Mix, seed: int, index: int) -> None:
        self.mix = mix
        self.seed = seed
        self.index = index
        sampler = Sampler(mix, seed)
        parameters = sampler.parameters(index, 1)
        self.parameters = {name: column[0].item() for name, column in parameters.items()}
        self.draws = sampler.draws_of(index, parameters)
        self.outcomes = run_many(self.draws)

    def lines(self) -> Iterator[str]:
        """Parameters in the mix's units, then the fields of DRAW and OUTCOME; NaN is "none"."""
        yield f"run {self.index} of {self.mix.name}, seed {self.seed}"
        for one in self.mix.parameters:
            value = _shown(self.parameters[one.name])
            letter = one.worth(str(self.parameters.get(one.by)))
            yield f"{one.name:28} {value:>24}  {one.unit} ({letter})"
        for heading, record, dtype in (("draw", self.draws, DRAW), ("out", self.outcomes, OUTCOME)):
            for name in dtype.names or ():
                value = record[name][0].item()
                yield f"{heading}_{name:24} {_shown(value):>24}{_meant(name, value)}"

    def write_trace(self, path: Path) -> int:
        """Write a CSV with a row a tick, made by CPython; returns how many rows."""
        found = trace(self.draws[0], list(_TRACED.values()))
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(_TRACED)
            columns = [found[attribute].tolist() for attribute in _TRACED.values()]
            table.writerows(zip(*columns, strict=True))
        return len(columns[0])


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return "none" if value != value else repr(value)
    return str(value) if value != "" else "none"


def _meant(name: str, value: Any) -> str:
    words = _WORDS.get(name, {})
    return f"  {words[value]}" if value in words else ""
