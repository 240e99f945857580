"""Parameters in the units people use to columns of DRAW: `plant.build`, many at a time.

A test holds the two together. Absent is NaN in a parameter: no air, no leak, never a pause.
"""

from fractions import Fraction
from typing import Any

import numpy as np

from manostat.core import codes
from manostat_sim.campaign.breaking import KINDS
from manostat_sim.campaign.draw import DRAW, NEVER_PA
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.plant import tables
from manostat_sim.plant.build import step_volume_nl
from manostat_sim.plant.disc import NEVER_PA as NEVER_LEAKS_PA
from manostat_sim.plant.noise import hash32
from manostat_sim.plant.plant import PATH_AIR, PATH_CLOSED, PATH_DISC
from manostat_sim.plant.sensors import FULL_SCALE_PA

_MODE_CODES = {
    "inject": codes.INJECT,
    "step": codes.STEP,
    "prime": codes.PRIME,
    "comply": codes.COMPLY,
    "sham": codes.SHAM,
}
_PATHS = {"prime": PATH_AIR, "comply": PATH_CLOSED}
_MEAN_SHARE = 0.6321205588  # of `plant.build`
_SLIDING = 0.8  # of what sticks (E), as in `plant.build`
_TICKS_PER_S, _STEPS_PER_TICK = 500, 3  # the most that `prescription.validate` passes
_RUPTURE_NL_S_PA = 3.0  # of `plant.disc.Disc`
_OPEN_PA_S_NL = 0.007  # of `plant.plant.Plant`
_MOST_DENOMINATOR = 4096
_STEP = 1  # keys of a run's three noises
_LINE = 2
_SECOND = 3

Parameters = dict[str, Any]
"""By name of `mix.PARAMETERS`: floats, NaN for absent; strings for names, "" for absent."""


def draws_of(at: Parameters, seed: int, runs: Any) -> Any:
    """An array of DRAW from the parameters of these `runs`, which are indices.

    `seed`: of the campaign; each run has noise of its own from both.
    """
    made = np.zeros(len(runs), dtype=DRAW)
    made["seed"], made["line_seed"], made["second_seed"] = (
        noise_seeds(seed, key, runs) for key in (_STEP, _LINE, _SECOND)
    )
    barrel_nl = _prescribe(made, at)
    _build_syringe(made, at, barrel_nl)
    _build_line(made, at)
    _build_disc(made, at)
    _build_sensors(made, at)
    _seat_patient(made, at)
    _instruct(made, at)
    _break(made, at)
    return made


def noise_seeds(seed: int, key: int, runs: Any) -> Any:
    """Seeds of 32 bits, no two runs of one `key` alike: `noise.hash32` of a sum, on a column."""
    return _hash32(np.uint64(hash32(hash32(seed) + key)) + np.asarray(runs, dtype=np.uint64))


def _hash32(values: Any) -> Any:
    mask = np.uint64(0xFFFFFFFF)
    x = values & mask
    x = ((x ^ (x >> np.uint64(16))) * np.uint64(0x21F0AAAD)) & mask
    x = ((x ^ (x >> np.uint64(15))) * np.uint64(0x735A2D97)) & mask
    return (x ^ (x >> np.uint64(15))).astype(np.int64)


def _prescribe(made: Any, at: Parameters) -> Any:
    """The unit page; the volume of the full barrel, nL."""
    barrel_nl = _by_name(at["syringe"], {name: float(name.split()[1]) * 1e6 for name in _BORES})
    ratio = {name: _step_ratio(bore_mm) for name, bore_mm in _BORES.items()}
    made["nl_num"] = _by_name(at["syringe"], {name: one.numerator for name, one in ratio.items()})
    made["nl_den"] = _by_name(at["syringe"], {name: one.denominator for name, one in ratio.items()})
    made["mode"] = _by_name(at["mode"], _MODE_CODES)
    fastest_nl_s = _TICKS_PER_S * made["nl_num"] // made["nl_den"] * _STEPS_PER_TICK
    made["rate_nl_s"] = np.minimum(_whole(at["rate_ml_s"] * 1e6), fastest_nl_s)
    made["volume_nl"] = np.minimum(_whole(at["volume_ml"] * 1e6), barrel_nl)
    made["limit_above_pa"] = _whole(at["limit_above_psi"] * tables.PA_PER_PSI)
    made["limit_line_pa"] = _whole(at["limit_line_psi"] * tables.PA_PER_PSI)
    step_nl = _whole(_or(at["step_volume_ml"], 0.0) * 1e6)
    made["step_volume_nl"] = np.minimum(step_nl, made["volume_nl"])
    return barrel_nl


_BORES = tables.SYRINGE_BORE_MM


def _step_ratio(bore_mm: float) -> Fraction:
    return Fraction(step_volume_nl(bore_mm)).limit_denominator(_MOST_DENOMINATOR)


def _build_syringe(made: Any, at: Parameters, barrel_nl: Any) -> None:
    bore_mm = _by_name(at["syringe"], _BORES)
    area_m2 = np.pi / 4.0 * bore_mm * bore_mm * 1e-6
    sticks = ~np.isnan(at["stiction_n"])
    made["syringe_step_nl"] = _by_name(
        at["syringe"], {name: step_volume_nl(bore_mm) for name, bore_mm in _BORES.items()}
    )
    made["syringe_barrel_nl"] = barrel_nl
    rod_ul_psi = np.where(sticks, _or(at["rod_ul_psi"], 0.0), 0.0)
    made["syringe_rod_nl_per_pa"] = rod_ul_psi * tables.NL_PER_PA_PER_UL_PER_PSI
    made["syringe_stiction_pa"] = _or(at["stiction_n"], 0.0) / area_m2
    made["syringe_sliding_pa"] = _SLIDING * made["syringe_stiction_pa"]
    backlash = _or(at["backlash_steps"], 0.0).astype(np.int64)
    made["syringe_backlash_steps"] = backlash
    slack = (at["slack_share"] * (backlash + 1)).astype(np.int64)
    made["syringe_slack_steps"] = np.minimum(slack, backlash)


def _build_line(made: Any, at: Parameters) -> None:
    rows = {f"{needle} / {contrast}": row for (needle, contrast), row in tables.NEEDLES.items()}
    bore_mm = _by_name(at["needle"], {name: tables.BORE_MM[name.split(" / ")[0]] for name in rows})
    ratio = bore_mm / (bore_mm + at["bore_error_mm"])
    resistance = ratio * ratio * ratio * ratio * tables.PA_PER_NL_PER_PSI_PER_ML
    for field, which in (("plant_cold_pa_s_per_nl", "cold"), ("plant_warm_pa_s_per_nl", "warm")):
        psi_s_ml = _by_name(at["needle"], {name: getattr(row, which) for name, row in rows.items()})
        made[field] = psi_s_ml * resistance
    made["plant_warming_s"] = at["warming_s"]
    made["plant_line_nl_per_pa"] = at["line_ul_psi"] * tables.NL_PER_PA_PER_UL_PER_PSI
    made["plant_air_nl"] = _or(at["air_ml"], 0.0) * 1e6
    made["plant_open_pa_s_per_nl"] = _OPEN_PA_S_NL
    made["plant_path"] = _by_name(at["mode"], _PATHS, PATH_DISC)


def _build_disc(made: Any, at: Parameters) -> None:
    slope = at["elastance_psi_ml"] * tables.PA_PER_NL_PER_PSI_PER_ML
    made["disc_opening_pa"] = at["opening_psi"] * tables.PA_PER_PSI
    made["disc_elastance_pa_per_nl"] = slope * (1.0 - _MEAN_SHARE * at["relaxing_share"])
    made["disc_relaxing_pa_per_nl"] = slope * at["relaxing_share"]
    made["disc_relaxing_s"] = at["relaxing_s"]
    made["disc_leak_pa"] = _or(at["leak_psi"] * tables.PA_PER_PSI, NEVER_LEAKS_PA)
    leak = at["leak_ul_s_psi"] * tables.NL_PER_PA_PER_UL_PER_PSI
    made["disc_leak_nl_per_s_pa"] = np.where(np.isnan(at["leak_psi"]), 0.0, leak)
    made["disc_rupture_pa"] = _or(at["rupture_psi"] * tables.PA_PER_PSI, NEVER_LEAKS_PA)
    made["disc_rupture_nl_per_s_pa"] = _RUPTURE_NL_S_PA


def _build_sensors(made: Any, at: Parameters) -> None:
    for sensor in ("line", "second"):
        made[f"{sensor}_offset_pa"] = FULL_SCALE_PA * at[f"{sensor}_offset_percent"] / 100.0
        made[f"{sensor}_span"] = 1.0 + at[f"{sensor}_span_percent"] / 100.0
        made[f"{sensor}_noise_counts"] = at[f"{sensor}_noise_counts"]
    # A calibrated zero follows the sensor's own; a pump without has 0.
    made["zero_pa"] = _whole(_or(made["line_offset_pa"] + at["zero_error_pa"], 0.0))


def _seat_patient(made: Any, at: Parameters) -> None:
    made["patient_threshold_pa"] = _or(at["threshold_psi"] * tables.PA_PER_PSI, NEVER_PA)
    made["patient_threshold_nl"] = _or(at["threshold_ml"], 0.0) * 1e6
    made["patient_reaction_us"] = _whole(at["reaction_s"] * 1e6)
    made["patient_press_us"] = _whole(at["press_s"] * 1e6)


def _instruct(made: Any, at: Parameters) -> None:
    for field in ("proof", "run", "pause_lasts", "settle", "most"):
        made[f"{field}_us"] = _whole(at[f"{field}_s"] * 1e6)
    for field in ("pause", "stop"):
        made[f"{field}_us"] = _us_or_never(at[f"{field}_s"])
    made["bounces"] = _whole(at["bounces"])


def _break(made: Any, at: Parameters) -> None:
    made["fault_kind"] = _by_name(at["fault"], {name: at for at, name in enumerate(KINDS)}, 0)
    made["fault_us"] = _whole(at["fault_s"] * 1e6)
    made["fault_lasts_us"] = _whole(_or(at["fault_lasts_s"], 0.0) * 1e6)
    made["fault_amount"] = _or(at["fault_amount"], 0.0)


def _us_or_never(seconds: Any) -> Any:
    return np.where(np.isnan(seconds), NEVER_US, _whole(_or(seconds, 0.0) * 1e6))


def _whole(values: Any) -> Any:
    return np.round(values).astype(np.int64)


def _or(values: Any, absent: float) -> Any:
    return np.where(np.isnan(values), absent, values)


def _by_name(names: Any, numbers: dict[str, Any], other: Any = None) -> Any:
    """The number of each name; `other` for a name that has none."""
    found = np.full(len(names), 0 if other is None else other, dtype=_type_of(numbers))
    for name, number in numbers.items():
        found[names == name] = number
    return found


def _type_of(numbers: dict[str, Any]) -> Any:
    return np.float64 if any(isinstance(one, float) for one in numbers.values()) else np.int64
