"""Compliance of the line from a `comply` run: pressed against a closed stopcock."""

import numpy as np

from manostat_sim.plant import tables
from manostat_sim.plant.sensors import FULL_SCALE_PA
from manostat_tools.derive.circuit import ATMOSPHERE_PA
from manostat_tools.derive.equipment import Z95, Compliance
from manostat_tools.derive.recording import Floats, Recording
from manostat_tools.derive.refusal import NotDerived
from manostat_tools.session.model import Quantity

RULE = "line compliance, steps against pressure with air, v1"
_FROM_PA = 2.0 * tables.PA_PER_PSI  # above what the first slip of a sticking plunger leaves (E)
_LEAST_RISE_PA = 20.0 * tables.PA_PER_PSI
_BLOCKS = 40


def line_compliance(recording: Recording, step_nl: float) -> Compliance | NotDerived:
    """V = lost + C x + A x / (p0 + x), x the rise of the line: C of line, syringe and rod in
    motion, A air at the start, lost what screw and rod take first.

    The interval holds the residuals' own spread between blocks and what the sensor's accuracy
    (0.25 % of full scale, H) may tilt and bend. `NotDerived` for a rise of less than 20 psi.
    """
    before = recording.pressure_pa[recording.steps == recording.steps[0]]
    start_pa = float(np.mean(before[-250:]))
    rise_pa = recording.pressure_pa - start_pa
    use = recording.moving & (rise_pa > _FROM_PA)
    if not use.any() or float(np.ptp(rise_pa[use])) < _LEAST_RISE_PA:
        return NotDerived("line_compliance", "the line rose by less than 20 psi")
    volume_nl = (recording.steps - recording.steps[0])[use] * step_nl
    x, y = _means(rise_pa[use]), _means(volume_nl)
    at_start = ATMOSPHERE_PA + start_pa
    squeezed = x / (at_start + x)
    columns = np.column_stack([np.ones_like(x), x, squeezed])
    best, covariance, residual_nl = _least(columns, y)
    spread = Z95 * Z95 * covariance[1:, 1:] + _sensor_curve(x, squeezed, float(best[1]))
    if best[2] < 0.0:
        best, *_ = _least(columns[:, :2], y)
        best = np.append(best, 0.0)
    line_half, air_half = np.sqrt(np.diag(spread))
    together = spread[0, 1] / (line_half * air_half) if air_half > 0.0 else 0.0
    return Compliance(
        float(best[1]),
        float(line_half),
        float(best[2]),
        float(air_half),
        float(together),
        residual_nl,
    )


def _sensor_curve(x: Floats, squeezed: Floats, line: float) -> Floats:
    """Squares of what a sensor that is off by its accuracy does to compliance and air: tilted it
    changes the one, bent it looks like the other."""
    off_nl = tables.LINE_SENSOR_ACCURACY * FULL_SCALE_PA * line
    tilt = off_nl / float(np.ptp(x))
    slope, foot = np.polyfit(x, squeezed, 1)
    air = off_nl / float(np.max(np.abs(squeezed - slope * x - foot)))
    bent = np.array([-slope * air, air])
    spread: Floats = np.outer(bent, bent)
    spread[0, 0] += tilt * tilt
    return spread


def as_quantity(found: Compliance) -> Quantity:
    """For a session's preparation, in uL/psi with its interval."""
    per = tables.PA_PER_PSI / 1e3
    return Quantity(
        name="line_compliance",
        value=found.nl_per_pa * per,
        low=(found.nl_per_pa - found.half_nl_per_pa) * per,
        high=(found.nl_per_pa + found.half_nl_per_pa) * per,
        unit="uL/psi",
        rule=RULE,
        inputs={
            "air_nl": found.air_nl,
            "air_half_nl": found.air_half_nl,
            "line_with_air_correlation": found.together,
            "residual_nl": found.residual_nl,
            "sensor_accuracy_of_full_scale": tables.LINE_SENSOR_ACCURACY,
        },
    )


def from_quantity(stored: Quantity) -> Compliance:
    """What `as_quantity` made, back from a session. ValueError for one without an interval."""
    if stored.high is None:
        raise ValueError("line_compliance: without an interval nothing can be derived from it")
    per = 1e3 / tables.PA_PER_PSI
    numbers = {name: float(value) for name, value in stored.inputs.items()}
    return Compliance(
        stored.value * per,
        (stored.high - stored.value) * per,
        numbers.get("air_nl", 0.0),
        numbers.get("air_half_nl", 0.0),
        numbers.get("line_with_air_correlation", 0.0),
        numbers.get("residual_nl", 0.0),
    )


def _means(values: Floats) -> Floats:
    """Of equal blocks: what is left of a sticking plunger's slips is about one block long."""
    parts = np.array_split(values, min(_BLOCKS, len(values)))
    return np.array([np.mean(part) for part in parts])


def _least(columns: Floats, values: Floats) -> tuple[Floats, Floats, float]:
    normal = np.linalg.inv(columns.T @ columns)
    best: Floats = normal @ (columns.T @ values)
    off = values - columns @ best
    variance = float(off @ off) / max(len(values) - columns.shape[1], 1)
    return best, normal * variance, float(variance**0.5)
