"""The pressure that a line at rest settles at: an exponential fitted to its decay.

Closed form, and apart from the circuit's fit: it knows nothing of needle, line or disc.
"""

from math import exp
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

from manostat_tools.derive.equipment import Z95, SensorError
from manostat_tools.derive.recording import Floats, Recording
from manostat_tools.derive.refusal import NotDerived
from manostat_tools.session.model import Quantity

RULE = "plateau, exponential and drift, v1"
_BLOCK_S = 0.1
_LEAST_TAUS = 2.0
UNSEEN_SHARE = 0.5
"""Of the fall that is extrapolated: what a disc that gives way takes from the exponential (E)."""
_STILL_PA = 200.0
_LEAST_S = 1.0
_SLOWEST = 20.0


class Decay(NamedTuple):
    """P = `end_pa` + `fall_pa` exp(-t / `tau_s`) + `drift_pa_s` (t - rest), t from the stop."""

    end_pa: float
    end_sd_pa: float
    fall_pa: float
    tau_s: float
    drift_pa_s: float
    rms_pa: float
    rest_s: float

    @property
    def unseen_pa(self) -> float:
        """Of the fall: what was still to come at the end of the rest."""
        return abs(self.fall_pa) * exp(-self.rest_s / self.tau_s) if self.tau_s > 0.0 else 0.0


def plateau(recording: Recording, stop_us: int, sensor: SensorError) -> Quantity | NotDerived:
    """Line = disc at the end of the rest after `stop_us`, Pa gauge.

    `NotDerived` for a rest of less than 2 time constants or 1 s: what would be said then is
    mostly extrapolated.
    """
    decay = fit_decay(recording, stop_us)
    if isinstance(decay, NotDerived):
        return decay
    half = float(
        np.linalg.norm(
            [
                Z95 * decay.end_sd_pa,
                sensor.half_pa(decay.end_pa),
                decay.rms_pa,
                UNSEEN_SHARE * decay.unseen_pa,
            ]
        )
    )
    return Quantity(
        name="plateau",
        value=decay.end_pa,
        low=decay.end_pa - half,
        high=decay.end_pa + half,
        unit="Pa",
        rule=RULE,
        inputs={
            "stop_us": stop_us,
            "rest_s": decay.rest_s,
            "tau_s": decay.tau_s,
            "fall_pa": decay.fall_pa,
            "drift_pa_s": decay.drift_pa_s,
            "unseen_pa": decay.unseen_pa,
            "residual_pa": decay.rms_pa,
            "sensor_offset_half_pa": sensor.offset_half_pa,
            "sensor_span_half_share": sensor.span_half,
        },
    )


def fit_decay(recording: Recording, stop_us: int) -> Decay | NotDerived:
    """The decay after a stop, in means of 0.1 s. What the disc gives way is the drift."""
    rest_s = recording.rest_after_s(stop_us)
    if rest_s < _LEAST_S:
        return NotDerived("plateau", f"the rest lasted {rest_s:.1f} s, wanted is {_LEAST_S:.0f} s")
    t, p = _blocks(recording, stop_us, rest_s)
    if len(t) < 8:
        return NotDerived("plateau", "fewer than 8 tenths of a second of the rest were recorded")
    if abs(float(p[0] - p[-1])) < _STILL_PA:
        sd = float(np.std(p)) / len(p) ** 0.5
        return Decay(float(np.mean(p)), sd, 0.0, 0.0, 0.0, float(np.std(p)), rest_s)

    def misfit(log_tau: float) -> float:
        off = _least(t, p, float(np.exp(log_tau)), rest_s)[2]
        return float(off @ off)

    tries = np.linspace(np.log(0.05), np.log(_SLOWEST * rest_s), 40)
    best = int(np.argmin([misfit(one) for one in tries]))
    around = (tries[max(best - 1, 0)], tries[min(best + 1, len(tries) - 1)])
    tau_s = float(np.exp(minimize_scalar(misfit, bounds=around, method="bounded").x))
    if rest_s < _LEAST_TAUS * tau_s:
        return NotDerived(
            "plateau",
            f"the rest lasted {rest_s:.1f} s, {rest_s / tau_s:.1f} time constants of "
            f"{tau_s:.1f} s; wanted are {_LEAST_TAUS:.0f}",
        )
    numbers, slopes, off = _least(t, p, tau_s, rest_s)
    slopes = np.column_stack([slopes, numbers[1] * slopes[:, 1] * t / tau_s])
    variance = float(off @ off) / max(len(t) - 4, 1) * _together(off)
    covariance = np.linalg.pinv(slopes.T @ slopes) * variance
    rms_pa = float(np.sqrt(np.mean(off**2)))
    end_sd_pa = float(covariance[0, 0] ** 0.5)
    return Decay(
        float(numbers[0]), end_sd_pa, float(numbers[1]), tau_s, float(numbers[2]), rms_pa, rest_s
    )


def _blocks(recording: Recording, stop_us: int, rest_s: float) -> tuple[Floats, Floats]:
    at_s = (recording.time_us - stop_us) * 1e-6
    use = (at_s >= 0.0) & (at_s < rest_s)
    place = (at_s[use] / _BLOCK_S).astype(np.int64)
    count = np.bincount(place)
    kept = count > 0
    t = np.bincount(place, weights=at_s[use])[kept] / count[kept]
    p = np.bincount(place, weights=recording.pressure_pa[use])[kept] / count[kept]
    return t, p


def _least(t: Floats, p: Floats, tau_s: float, rest_s: float) -> tuple[Floats, Floats, Floats]:
    columns = np.column_stack([np.ones_like(t), np.exp(-t / tau_s), t - rest_s])
    numbers, *_ = np.linalg.lstsq(columns, p, rcond=None)
    return numbers, columns, p - columns @ numbers


def _together(off: Floats) -> float:
    """How many neighbours among the residuals go together, 1 for white noise."""
    power = float(off @ off)
    if power == 0.0 or len(off) < 10:
        return 1.0
    total = 1.0
    for lag in range(1, len(off) // 4):
        share = float(off[:-lag] @ off[lag:]) / power
        if share < 0.05:
            break
        total += 2.0 * share
    return total
