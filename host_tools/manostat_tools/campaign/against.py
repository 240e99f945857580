"""The pump against a person: same discs, same needles, same patients.

What is compared is what would be written: the pressure above opening at pain, and on which side of
a rule's boundary it falls.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from manostat.core import codes
from manostat_sim.campaign import breaking
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.campaign.kernel import kernel
from manostat_sim.campaign.manual import Person, by_hand
from manostat_sim.campaign.sampler import long_run
from manostat_sim.plant.noise import gauss, uniform
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign.exact import share
from manostat_tools.session.rules import LOW_PA

RATE_NL_S = 50_000
_THRESHOLDS_PSI = (4.0, 50.0)
_GAUGE_SD_PSI = 1.0  # zero of a manometer (E)
_HALF_S = 0.5
_BEFORE = {2: 1, 4: 3}
"""Points of a pain mark shown, and how many seconds before the press they are."""


@dataclass(frozen=True)
class Written:
    """What one way of injecting writes, arrays by run, Pa; NaN where nothing was written.

    `above_pa`: pressure at pain above the opening that was written. `opening_pa`: that opening.
    `line_peak_pa`: true. `hurt_pa`: true disc pressure above the disc's own opening at which it
    hurts, the same for all ways.
    """

    name: str
    above_pa: Any
    opening_pa: Any
    line_peak_pa: Any
    hurt_pa: Any

    @property
    def written(self) -> Any:
        """Where there is a pressure at pain and an opening to count from."""
        return np.isfinite(self.above_pa)

    def errors_pa(self) -> Any:
        """Written less true, of the runs with a pressure written."""
        return (self.above_pa - self.hurt_pa)[self.written]


@dataclass(frozen=True)
class Sides:
    """Runs on each side of a boundary, and the 95 % intervals of the shares (Clopper-Pearson).

    `false_low`: called below the boundary and truly not, of those truly not below. `missed`: truly
    below and called not below, of those truly below.
    """

    false_low: int
    truly_high: int
    missed: int
    truly_low: int

    @property
    def false_low_share(self) -> tuple[float, float]:
        """Interval of the share."""
        return share(self.false_low, self.truly_high)

    @property
    def missed_share(self) -> tuple[float, float]:
        """Interval of the share."""
        return share(self.missed, self.truly_low)


def sides(of: Written, boundary_pa: float = LOW_PA) -> Sides:
    """How often what was written is on the wrong side; `< 15 psi` leaves 15 psi out, as the rules
    do (manostat_tools.session.rules)."""
    seen = of.written
    low, truly_low = of.above_pa[seen] < boundary_pa, of.hurt_pa[seen] < boundary_pa
    return Sides(
        int((low & ~truly_low).sum()),
        int((~truly_low).sum()),
        int((~low & truly_low).sum()),
        int(truly_low.sum()),
    )


def pairs(runs: int, first_seed: int = 1) -> Any:
    """Draws that both ways are given: those of `sampler.long_run` with nothing broken and no pause,
    0.05 mL/s, a patient who hurts somewhere from 4 to 50 psi above opening (E)."""
    draws = np.array(
        [long_run(seed, breaking.NONE) for seed in range(first_seed, first_seed + runs)]
    )
    draws["rate_nl_s"] = RATE_NL_S
    draws["pause_us"] = draws["stop_us"] = NEVER_US
    low, high = _THRESHOLDS_PSI
    parts = np.array([uniform(seed, 91) for seed in draws["seed"].tolist()])
    draws["patient_threshold_pa"] = (low + (high - low) * parts) * PA_PER_PSI
    return draws


def by_pump(draws: Any) -> list[Written]:
    """What the pump's record says: at the press, 1 and 3 s before it, and at the press less the
    drop over the needle: the flow of the last half second, which the mark has, times a resistance
    that is known exactly. No fit of the decay after a stop can do better than that."""
    machine = kernel()
    records = machine.records(draws)
    machine.run(records)

    def at(path: str) -> Any:
        return records[machine.layout.field_of(path)]

    read = at("injector.opening_how") == codes.OPENING_READ
    opening_pa = np.where(read, at("injector.opening_pa"), np.nan)
    marked = at("pump.first_mark.valid") != 0
    marks_pa = np.where(marked[:, None], at("pump.first_mark.pressures_pa"), np.nan)
    steps = at("pump.first_mark.steps").astype(np.float64)
    flow_nl_s = (steps[:, 0] - steps[:, 1]) / _HALF_S * draws["nl_num"] / draws["nl_den"]
    drop_pa = at("plant.needle_pa_s_per_nl") * flow_nl_s
    peak_pa, hurt_pa = at("score.peak_line_pa").copy(), draws["patient_threshold_pa"].copy()

    def written(name: str, pain_pa: Any) -> Written:
        return Written(name, pain_pa - opening_pa, opening_pa, peak_pa, hurt_pa)

    return [
        written("pump, at the press", marks_pa[:, 0]),
        *(written(f"pump, {_BEFORE[at]} s before it", marks_pa[:, at]) for at in _BEFORE),
        written("pump, at the press, needle's drop taken off", marks_pa[:, 0] - drop_pa),
    ]


def by_person(draws: Any, person: Person, name: str = "by hand") -> Written:
    """What is written by hand. The zero of each manometer is drawn (E)."""
    zeros = [gauss(seed, 92) * _GAUGE_SD_PSI * PA_PER_PSI for seed in draws["seed"].tolist()]
    made = by_hand(draws, person, zeros)
    opened = np.where(made["opening_pa"] >= 0.0, made["opening_pa"], np.nan)
    said = np.where(made["written_us"] >= 0, made["written_pa"], np.nan)
    return Written(
        name, said - opened, opened, made["line_peak_pa"], draws["patient_threshold_pa"].copy()
    )
