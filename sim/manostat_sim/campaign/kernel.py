"""Draws in, outcomes out: many runs on the generated kernel."""

from functools import cache
from typing import Any

import numpy as np

from manostat_sim.campaign import generated
from manostat_sim.campaign.breaking import KINDS
from manostat_sim.campaign.draw import DRAW, FLOATS, INTEGERS, UNIT, run_of, switch_table
from manostat_sim.campaign.flatten import Flat, flatten
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.campaign.outcome import OUTCOME, read_outcomes
from manostat_sim.campaign.sampler import short_run

ENTRIES = ("run", "tick")
_BLOCK = 64
"""Runs at a time: their records, 9 kB each, stay in the processor's second cache."""
_MOST_TEMPLATES = 4096


@cache
def flat() -> Flat:
    """The run, flattened. Any draw has the same shape."""
    return flatten(run_of(short_run(1)), ENTRIES)


def run_many(draws: Any, out: Any = None) -> Any:
    """Make these runs and return their outcomes, an array of `outcome.OUTCOME`.

    `draws`: an array of `draw.DRAW`. `out`: the array to fill, as long; a new one when None. Memory
    beyond the two is the same for any number of runs. ValueError for a prescription that the
    firmware would refuse. The first call of a process loads the kernel, and compiles it, half a
    minute, when its sources are new.
    """
    return kernel().run_many(draws, out)


@cache
def kernel() -> "Kernel":
    """The kernel of this process."""
    return Kernel()


class Kernel:
    """Machine code for arrays of records of `flat().layout.dtype`.

    `run` makes the runs of such an array, `tick` one tick of each. `text`: of the generated module,
    another than the usual for a test.
    """

    def __init__(self, text: str | None = None) -> None:
        self.layout = flat().layout
        path = generated.stored(text or generated.text_with_loops(flat()))
        self.run, self.tick = generated.compiled(generated.loaded(path), flat().names)
        self._templates: dict[tuple[int, ...], Any] = {}
        self._tables = np.array([switch_table(kind) for kind in range(len(KINDS))])

    def run_many(self, draws: Any, out: Any = None) -> Any:
        """See the function."""
        if out is None:
            out = np.empty(len(draws), dtype=OUTCOME)
        if len(out) != len(draws):
            raise ValueError(f"{len(draws)} draws, but room for {len(out)} outcomes")
        for first in range(0, len(draws), _BLOCK):
            records = self.records(draws[first : first + _BLOCK])
            self.run(records)
            read_outcomes(self.layout, records, out[first : first + _BLOCK])
        return out

    def records(self, draws: Any) -> Any:
        """The records of these runs before their first tick, as `Layout.pack` would make them."""
        made = np.empty(len(draws), dtype=self.layout.dtype)
        units = np.stack([draws[name] for name in UNIT], axis=1)
        kinds, which = np.unique(units, axis=0, return_inverse=True)
        for number, unit in enumerate(kinds):
            made[which.reshape(-1) == number] = self._template(tuple(unit.tolist()))
        field_of = self.layout.field_of
        for name, path in (INTEGERS | FLOATS).items():
            made[field_of(path)] = draws[name]
        made[field_of("hands.broken")] = self._tables[draws["fault_kind"]]
        made[field_of("hands.next_us")] = draws["proof_us"]
        made[field_of("fault.next_us")] = np.where(
            draws["fault_kind"] != 0, draws["fault_us"], NEVER_US
        )
        for path in ("plant.disc.pressure_pa", "plant.disc.face_pa"):
            made[field_of(path)] = draws["disc_opening_pa"]
        made[field_of("plant.needle_pa_s_per_nl")] = draws["plant_cold_pa_s_per_nl"]
        return made

    def _template(self, unit: tuple[int, ...]) -> Any:
        if unit not in self._templates:
            if len(self._templates) >= _MOST_TEMPLATES:
                self._templates.clear()
            draw = np.zeros((), dtype=DRAW)
            for name, value in zip(UNIT, unit, strict=True):
                draw[name] = value
            self._templates[unit] = self.layout.pack(run_of(draw))
        return self._templates[unit]
