"""Plants and sensors from the tables, in the units people use (psi, mL, uL/psi, N).

Here, and only here, the plant's numbers may come from exp, log or pow; they are rounded so that a
last bit that differs between machines does not reach a plant.
"""

from math import exp, log, pi, sqrt

from manostat_sim.plant import tables
from manostat_sim.plant.disc import NEVER_PA, Disc
from manostat_sim.plant.noise import gauss, uniform
from manostat_sim.plant.plant import PATH_DISC, Plant
from manostat_sim.plant.sensors import FULL_SCALE_PA, LineSensor, SecondSensor
from manostat_sim.plant.syringe import Syringe

_STEPS_PER_TURN = 3200
_LEAD_MM = 2.0
# Mean share of the relaxing spring over the first time constant, 1 - exp(-1): the published
# elastance is a mean slope over an injection, here one as long as the time constant.
_MEAN_SHARE = 0.6321205588


def step_volume_nl(bore_mm: float) -> float:
    """nL of one 1/16 step, 200 steps a turn, 2 mm lead, in a barrel of `bore_mm`."""
    return pi / 4.0 * bore_mm * bore_mm * _LEAD_MM / _STEPS_PER_TURN * 1000.0


def draw_elastance(kind: str, seed: int) -> float:
    """psi/mL, lognormal with the table's mean and sd, so never negative (C)."""
    row = tables.ELASTANCE[kind]
    variance = log(1.0 + (row.sd / row.mean) ** 2)
    return round(row.mean * exp(gauss(seed, 1) * sqrt(variance) - variance / 2.0), 6)


def draw(row: tables.Range, seed: int, counter: int) -> float:
    """Evenly from the row's range."""
    return row.low + (row.high - row.low) * uniform(seed, counter)


def build_disc(
    elastance_psi_ml: float,
    opening_psi: float,
    *,
    relaxing_share: float = tables.RELAXING_SHARE.usual,
    relaxing_s: float = tables.RELAXATION_TIME.usual,
    leak_psi: float | None = None,
    leak_ul_s_psi: float = tables.LEAK.usual,
    rupture_psi: float | None = None,
) -> Disc:
    """A disc whose mean slope over an injection of `relaxing_s` is `elastance_psi_ml`.

    `relaxing_share`: the relaxing spring over that slope; 0 for a pure spring.
    """
    slope = elastance_psi_ml * tables.PA_PER_NL_PER_PSI_PER_ML
    return Disc(
        opening_pa=opening_psi * tables.PA_PER_PSI,
        elastance_pa_per_nl=slope * (1.0 - _MEAN_SHARE * relaxing_share),
        relaxing_pa_per_nl=slope * relaxing_share,
        relaxing_s=relaxing_s,
        leak_pa=NEVER_PA if leak_psi is None else leak_psi * tables.PA_PER_PSI,
        leak_nl_per_s_pa=0.0
        if leak_psi is None
        else leak_ul_s_psi * tables.NL_PER_PA_PER_UL_PER_PSI,
        rupture_pa=NEVER_PA if rupture_psi is None else rupture_psi * tables.PA_PER_PSI,
    )


def build_plant(
    disc: Disc,
    *,
    syringe: str = "BD 10 mL",
    needle: str = "22G x 152",
    contrast: int = 240,
    bore_error_mm: float = 0.0,
    warming_s: float = tables.WARMING.usual,
    line_ul_psi: float = tables.LINE_COMPLIANCE.usual,
    air_ml: float = 0.0,
    stiction_n: float = 0.0,
    backlash_steps: int = 0,
    path: int = PATH_DISC,
) -> Plant:
    """A plant with this disc. `bore_error_mm` shifts the needle's bore (R goes with d^-4).

    With stiction, plunger and rod give by `tables.ROD`; what slides is 0.8 of what sticks (E).
    """
    barrel_mm = tables.SYRINGE_BORE_MM[syringe]
    row = tables.NEEDLES[needle, contrast]
    bore_mm = tables.BORE_MM[needle]
    ratio = bore_mm / (bore_mm + bore_error_mm)
    resistance = ratio * ratio * ratio * ratio * tables.PA_PER_NL_PER_PSI_PER_ML
    area_m2 = pi / 4.0 * barrel_mm * barrel_mm * 1e-6
    stiction_pa = stiction_n / area_m2
    rod_ul_psi = tables.ROD.usual if stiction_n else 0.0
    return Plant(
        Syringe(
            step_nl=step_volume_nl(barrel_mm),
            barrel_nl=float(syringe.split()[1]) * 1e6,
            backlash_steps=backlash_steps,
            rod_nl_per_pa=rod_ul_psi * tables.NL_PER_PA_PER_UL_PER_PSI,
            stiction_pa=stiction_pa,
            sliding_pa=0.8 * stiction_pa,
        ),
        disc,
        line_nl_per_pa=line_ul_psi * tables.NL_PER_PA_PER_UL_PER_PSI,
        cold_pa_s_per_nl=row.cold * resistance,
        warm_pa_s_per_nl=row.warm * resistance,
        warming_s=warming_s,
        air_nl=air_ml * 1e6,
        path=path,
    )


def typical_line_sensor(seed: int, share: float = 0.5) -> LineSensor:
    """A drawn HSC: offset and span error each within `share` of the total error band."""
    limit = share * tables.LINE_SENSOR_TOTAL_ERROR
    return LineSensor(
        offset_pa=FULL_SCALE_PA * limit * (2.0 * uniform(seed, 11) - 1.0),
        span=1.0 + limit * (2.0 * uniform(seed, 12) - 1.0),
        noise_counts=tables.LINE_SENSOR_NOISE_COUNTS,
        seed=seed,
    )


def typical_second_sensor(seed: int, share: float = 0.5) -> SecondSensor:
    """A drawn analogue sensor: offset and span error each within `share` of its error."""
    limit = share * tables.SECOND_SENSOR_TOTAL_ERROR
    return SecondSensor(
        offset_pa=FULL_SCALE_PA * limit * (2.0 * uniform(seed, 21) - 1.0),
        span=1.0 + limit * (2.0 * uniform(seed, 22) - 1.0),
        noise_counts=tables.SECOND_SENSOR_NOISE_COUNTS,
        seed=seed + 1,
    )
