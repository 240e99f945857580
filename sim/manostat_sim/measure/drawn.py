"""Whole set-ups drawn over the plant's published ranges, from the disc to the patient.

A scrambled Sobol sequence, so that a few hundred draws lie evenly in all directions at once.
"""

from math import exp, log, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, qmc

from manostat_sim.measure.opening import MOST_DROP_PSI
from manostat_sim.plant import tables
from manostat_sim.plant.build import build_disc, build_plant
from manostat_sim.plant.plant import PATH_CLOSED, Plant
from manostat_sim.plant.sensors import FULL_SCALE_PA, LineSensor

USUAL_NL_S = 50_000
_ROUNDED = 6
_BORE_SD_MM = tables.BORE_TOLERANCE_MM / 2.0  # the tolerance read as two deviations (E)
_TENDER_GRADE = 4
_PAIN_PSI = (4.0, 45.0)  # above opening, both sides of Derby's 15 psi; below the limit of 50
_PAIN_NL = (300_000.0, 2_200_000.0)  # onset mostly by 1.7-2.2 mL (Derby & Vorobeychik 2026, H)
_REACTION_S = (0.5, 3.0)  # (E)
_DIRECTIONS = (
    "grade",
    "elastance",
    "opening",
    "relaxing_share",
    "relaxing_s",
    "leak_psi",
    "leak_ul_s_psi",
    "needle",
    "bore",
    "line_ul_psi",
    "warming_s",
    "stiction_n",
    "rod_ul_psi",
    "backlash_steps",
    "air_ml",
    "offset",
    "span",
    "pain_psi",
    "pain_nl",
    "reaction_s",
)


class SetUp(NamedTuple):
    """One draw. `stiction_n`, `backlash_steps`, `air_ml` and the leak are 0 where there is none.

    `elastance_psi_ml` mean over an injection; `rate_nl_s` the largest that this needle takes.
    """

    seed: int
    grade: int
    needle: str
    contrast: int
    rate_nl_s: int
    elastance_psi_ml: float
    opening_psi: float
    relaxing_share: float
    relaxing_s: float
    leak_psi: float
    leak_ul_s_psi: float
    bore_error_mm: float
    line_ul_psi: float
    warming_s: float
    stiction_n: float
    rod_ul_psi: float
    backlash_steps: int
    air_ml: float
    offset_pa: float
    span: float
    pain_psi: float
    pain_nl: float
    reaction_s: float

    def plant(self, closed: bool = False) -> Plant:
        """A new plant; `closed`: the stopcock is turned, and the screw has no play left. Else the
        screw has been drawn back since, as after the relief of a compliance run: its play comes
        first."""
        leak = {"leak_psi": self.leak_psi, "leak_ul_s_psi": self.leak_ul_s_psi}
        disc = build_disc(
            self.elastance_psi_ml,
            self.opening_psi,
            relaxing_share=self.relaxing_share,
            relaxing_s=self.relaxing_s,
            **(leak if self.leak_ul_s_psi else {}),
        )
        plant = build_plant(
            disc,
            needle=self.needle,
            contrast=self.contrast,
            bore_error_mm=self.bore_error_mm,
            warming_s=self.warming_s,
            line_ul_psi=self.line_ul_psi,
            air_ml=self.air_ml,
            stiction_n=self.stiction_n,
            backlash_steps=self.backlash_steps,
        )
        if closed:
            plant.path = PATH_CLOSED
        else:
            plant.syringe.slack_steps = self.backlash_steps
        if self.stiction_n:
            plant.syringe.rod_nl_per_pa = self.rod_ul_psi * tables.NL_PER_PA_PER_UL_PER_PSI
        return plant

    def sensor(self) -> LineSensor:
        """A new line sensor with its errors."""
        return LineSensor(self.offset_pa, self.span, tables.LINE_SENSOR_NOISE_COUNTS, self.seed)

    def classes(self) -> dict[str, str]:
        """What the figures are also told apart by."""
        return {
            "disc": f"Dallas {self.grade}" + (" leaking" if self.leak_ul_s_psi else ""),
            "needle": f"{self.needle} contrast {self.contrast}",
            "screw": "plain" if not self.backlash_steps and not self.stiction_n else "sticks",
            "air": "air" if self.air_ml else "no air",
            "line": "line 2-5 uL/psi"
            if self.line_ul_psi < tables.LINE_COMPLIANCE.usual
            else "line 5-10 uL/psi",
        }


def drawn(count: int, seed: int = 1) -> list[SetUp]:
    """So many set-ups, 1 or more; a power of two keeps the sequence even."""
    sobol = qmc.Sobol(len(_DIRECTIONS), scramble=True, rng=np.random.default_rng(seed))
    points = sobol.random_base2((count - 1).bit_length())[:count]
    return [_set_up(point, seed * 100_000 + number) for number, point in enumerate(points)]


def _set_up(point: NDArray[np.float64], seed: int) -> SetUp:
    shares = zip(_DIRECTIONS, point, strict=True)
    at = {name: round(float(share), _ROUNDED) for name, share in shares}
    grade = int(6 * at["grade"])
    needle, contrast = list(tables.NEEDLES)[int(len(tables.NEEDLES) * at["needle"])]
    fits_nl_s = MOST_DROP_PSI / tables.NEEDLES[needle, contrast].cold * 1e6
    tender = grade >= _TENDER_GRADE
    opening = tables.OPENING_DEGENERATE if tender else tables.OPENING_NORMAL
    # Half of the torn-through discs leak, half of the screws stick or play, a quarter holds air.
    leaks = grade == 5 and at["leak_ul_s_psi"] >= 0.5
    sticks = at["stiction_n"] >= 0.5
    return SetUp(
        seed=seed,
        grade=grade,
        needle=needle,
        contrast=contrast,
        rate_nl_s=min(USUAL_NL_S, int(fits_nl_s / 500) * 500),
        elastance_psi_ml=_elastance(f"dallas-{grade}", at["elastance"]),
        opening_psi=_within(opening, at["opening"]),
        relaxing_share=_within(tables.RELAXING_SHARE, at["relaxing_share"]),
        relaxing_s=_within(tables.RELAXATION_TIME, at["relaxing_s"]),
        leak_psi=_within(tables.LEAK_PRESSURE, at["leak_psi"]) if leaks else 0.0,
        leak_ul_s_psi=_within(tables.LEAK, 2.0 * at["leak_ul_s_psi"] - 1.0) if leaks else 0.0,
        bore_error_mm=_normal(at["bore"]) * _BORE_SD_MM,
        line_ul_psi=_within(tables.LINE_COMPLIANCE, at["line_ul_psi"]),
        warming_s=_within(tables.WARMING, at["warming_s"]),
        stiction_n=_within(tables.STICTION, 2.0 * at["stiction_n"] - 1.0) if sticks else 0.0,
        rod_ul_psi=_within(tables.ROD, at["rod_ul_psi"]),
        backlash_steps=round(_within(tables.BACKLASH, max(2.0 * at["backlash_steps"] - 1.0, 0.0))),
        air_ml=round(_within(tables.AIR, max(4.0 * at["air_ml"] - 3.0, 0.0)), 4),
        offset_pa=tables.LINE_SENSOR_TOTAL_ERROR * FULL_SCALE_PA * (2.0 * at["offset"] - 1.0),
        span=1.0 + tables.LINE_SENSOR_TOTAL_ERROR * (2.0 * at["span"] - 1.0),
        pain_psi=_between(_PAIN_PSI, at["pain_psi"]),
        pain_nl=_between(_PAIN_NL, at["pain_nl"]),
        reaction_s=_between(_REACTION_S, at["reaction_s"]),
    )


def _within(row: tables.Range, share: float) -> float:
    return _between((row.low, row.high), share)


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * share


def _normal(share: float) -> float:
    """A normal number, never beyond 2 deviations."""
    value = round(float(norm.ppf(min(max(share, 1e-6), 1.0 - 1e-6))), _ROUNDED)
    return max(-2.0, min(value, 2.0))


def _elastance(kind: str, share: float) -> float:
    row = tables.ELASTANCE[kind]
    variance = log(1.0 + (row.sd / row.mean) ** 2)
    normal = norm.ppf(min(max(share, 1e-3), 1.0 - 1e-3))
    return round(row.mean * exp(float(normal) * sqrt(variance) - variance / 2.0), _ROUNDED)
