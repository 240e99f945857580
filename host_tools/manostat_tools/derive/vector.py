"""The unknowns of a fit as one vector, and what is known of each before the record is looked at."""

from math import exp, log

import numpy as np

from manostat_sim.plant import tables
from manostat_tools.derive.circuit import Circuit
from manostat_tools.derive.equipment import Z95, Equipment
from manostat_tools.derive.grid import Grid
from manostat_tools.derive.recording import Floats

# Plausible discs; wide, so that a good record outweighs them. Middles and spreads of logarithms
# where a number is positive. All but elastance are E, as in the plant's tables.
_ELASTANCE = (log(25.0 * tables.PA_PER_NL_PER_PSI_PER_ML), 1.3)
_SHARE = (0.22, 0.10)
_RELAXING = (log(tables.RELAXATION_TIME.usual), 0.45)
_WARMING = (log(25.0), 0.9)
_BEND_SD = 0.15
_LOOSE_SD = 0.3
_LOST_SD_NL = 6000.0
LEAK = (log(tables.LEAK.usual * tables.NL_PER_PA_PER_UL_PER_PSI), 0.7)

NAMES = (
    "ln_warm",
    "coldness",
    "ln_warming",
    "line",
    "air",
    "lost",
    "start",
    "opening",
    "ln_elastance",
    "share",
    "ln_relaxing",
    "bend",
    "ln_leak",
    "leak_at",
)
"""The vector that is fitted; volumes in uL, pressures in kPa, `line` over the measured one."""
LINE, AIR = NAMES.index("line"), NAMES.index("air")


def circuit_of(v: Floats, equipment: Equipment, grid: Grid) -> Circuit:
    """The circuit that a vector, with or without a leak, stands for."""
    leak = (exp(v[12]), 1e3 * v[13]) if len(v) == len(NAMES) else (0.0, 1e12)
    return Circuit(
        exp(v[0]),
        v[1],
        exp(v[2]),
        v[3] * equipment.compliance.nl_per_pa,
        1e3 * v[4],
        1e3 * v[5],
        1e3 * v[6],
        1e3 * v[7],
        exp(v[8]),
        v[9],
        exp(v[10]),
        v[11],
        max(float(grid.pushed_nl[-1]), 1.0),
        *leak,
    )


def bounds(size: int) -> tuple[Floats, Floats]:
    """Least and most of each unknown: what a fit must not wander beyond, not what is likely."""
    low = [-20.0, 0.0, 0.0, 0.3, 0.0, 0.0, -200.0, -200.0, -12.0, 0.0, 0.7, -0.9, -9.0, -50.0]
    high = [9.0, 2.0, 6.5, 3.0, 1e4, 200.0, 700.0, 700.0, 3.0, 0.8, 5.7, 3.0, 3.0, 800.0]
    return np.array(low[:size]), np.array(high[:size])


def known_of(
    equipment: Equipment, size: int, leak_at_kpa: float, loose: bool = False
) -> tuple[Floats, Floats]:
    """Middles and standard deviations. `loose`: the compliance run is not believed."""
    needle, line = equipment.needle, equipment.compliance
    line_sd = _LOOSE_SD if loose else max(line.half_nl_per_pa / Z95 / line.nl_per_pa, 1e-6)
    air_sd = max(line.air_half_nl / Z95, 1.0)
    known = (
        (needle.middle_log, max(needle.half_log, 0.05)),
        (0.75 * needle.coldness, 0.35 * needle.coldness),
        _WARMING,
        (1.0, line_sd),
        (line.air_nl / 1e3, air_sd / 1e3),
        (0.0, _LOST_SD_NL / 1e3),
        (0.0, 1e3),
        (100.0, 1e3),
        _ELASTANCE,
        _SHARE,
        _RELAXING,
        (0.0, _BEND_SD),
        LEAK,
        (leak_at_kpa, 70.0),
    )[:size]
    middles, sds = zip(*known, strict=True)
    return np.array(middles), np.array(sds)
