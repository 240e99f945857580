"""Injections by their parameters, each a number from 0 to 1: what a method needs that chooses its
own points instead of taking what was drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from typing import Any

import numpy as np
from scipy import stats

from manostat.core.codes import INJECT
from manostat_sim.campaign.draw import DRAW, NEVER_PA
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.campaign.sampler import set_parts
from manostat_sim.plant import tables
from manostat_sim.plant.build import build_disc, build_plant
from manostat_sim.plant.sensors import FULL_SCALE_PA, LineSensor, SecondSensor
from manostat_sim.plant.tables import PA_PER_PSI

_STEP = (422_733, 4_096)  # nL a step, BD 10 mL, as the sampler
_SENSOR_SHARE = 0.2  # of the total error band that a drawn sensor uses, as the sampler (E)
_SEEDS = 1 << 30


@dataclass(frozen=True)
class Parameter:
    """`of` makes a value in `unit` of a number from 0 to 1."""

    name: str
    unit: str
    of: Callable[[float], float]


def _even(low: float, high: float) -> Callable[[float], float]:
    return lambda part: low + (high - low) * part


def _row(row: tables.Range) -> Callable[[float], float]:
    return _even(row.low, row.high)


def _elastance(part: float) -> float:
    row = tables.ELASTANCE["dallas-0"]
    variance = log(1.0 + (row.sd / row.mean) ** 2)
    spread = float(stats.norm.ppf(min(max(part, 1e-12), 1.0 - 1e-12)))
    return row.mean * exp(spread * sqrt(variance) - variance / 2.0)


_BAND_PA = _SENSOR_SHARE * tables.LINE_SENSOR_TOTAL_ERROR * FULL_SCALE_PA
_BAND = _SENSOR_SHARE * tables.LINE_SENSOR_TOTAL_ERROR

PARAMETERS: tuple[Parameter, ...] = (
    Parameter("disc elastance, Dallas 0", "psi/mL", _elastance),
    Parameter("opening pressure", "psi", _row(tables.OPENING_NORMAL)),
    Parameter("share that relaxes", "", _row(tables.RELAXING_SHARE)),
    Parameter("line compliance", "uL/psi", _row(tables.LINE_COMPLIANCE)),
    Parameter(
        "needle bore, error", "mm", _even(-tables.BORE_TOLERANCE_MM, tables.BORE_TOLERANCE_MM)
    ),
    Parameter("contrast, 240 or 300", "", lambda part: 240.0 if part < 0.5 else 300.0),
    Parameter("warming of the contrast", "s", _row(tables.WARMING)),
    Parameter("stiction of the plunger", "N", _even(0.0, tables.STICTION.high)),
    Parameter("rate", "nL/s", _even(20_000.0, 50_000.0)),
    Parameter("line sensor, zero", "Pa", _even(-_BAND_PA, _BAND_PA)),
    Parameter("line sensor, span", "", _even(1.0 - _BAND, 1.0 + _BAND)),
    Parameter("noise of the sensors", "", _even(0.0, 1.0)),
)
"""Ranges are those of `plant.tables`; what has no row there is as in the sampler (E). "noise":
which noise, not how much."""


def draws(points: Any, limit_above_psi: float = 50.0) -> Any:
    """Records of `DRAW` for an array of points, one column for each of `PARAMETERS`: nothing
    broken, nobody feels pain, a limit of so much above opening ends it. 0.1 ms a point.

    ValueError for another number of columns, or a number outside of 0 to 1.
    """
    points = np.atleast_2d(points)
    if points.shape[1] != len(PARAMETERS):
        raise ValueError(f"{points.shape[1]} columns, but {len(PARAMETERS)} parameters")
    if not ((points >= 0.0) & (points <= 1.0)).all():
        raise ValueError("a point lies outside of 0 to 1")
    made = np.zeros(len(points), dtype=DRAW)
    for record, point in zip(made, points.tolist(), strict=True):
        _fill(record, [one.of(part) for one, part in zip(PARAMETERS, point, strict=True)])
        record["seed"] = record["line_seed"] = int(point[-1] * _SEEDS)
        record["second_seed"] = record["seed"] + 1
    made["limit_above_pa"] = round(limit_above_psi * PA_PER_PSI)
    return made


def _fill(record: Any, values: Sequence[float]) -> None:
    (elastance, opening, relaxing, line, bore, contrast, warming, stiction, rate, zero, span, _) = (
        values
    )
    disc = build_disc(elastance, opening, relaxing_share=relaxing)
    plant = build_plant(
        disc,
        contrast=int(contrast),
        bore_error_mm=bore,
        warming_s=warming,
        line_ul_psi=line,
        stiction_n=stiction,
    )
    line_sensor = LineSensor(zero, span, tables.LINE_SENSOR_NOISE_COUNTS)
    second = SecondSensor(0.0, 1.0, tables.SECOND_SENSOR_NOISE_COUNTS)
    set_parts(record, plant, line_sensor, second)
    record["mode"] = INJECT
    record["rate_nl_s"] = int(rate / 500.0) * 500
    record["volume_nl"] = 3_500_000
    record["limit_line_pa"] = round(80.0 * PA_PER_PSI)
    record["nl_num"], record["nl_den"] = _STEP
    record["patient_threshold_pa"] = NEVER_PA
    record["pause_us"] = record["stop_us"] = NEVER_US
    record["proof_us"], record["run_us"] = 100_000, 500_000
    record["settle_us"], record["most_us"] = 20_000, 150_000_000
