"""Where a fit begins: rough numbers straight from the record."""

from math import log

import numpy as np

from manostat_sim.plant import tables
from manostat_tools.derive.equipment import Equipment
from manostat_tools.derive.grid import Grid
from manostat_tools.derive.recording import Floats, Recording

_LEAST_SLOPE = 1.0 * tables.PA_PER_NL_PER_PSI_PER_ML


def first_guess(recording: Recording, grid: Grid, equipment: Equipment) -> Floats:
    """The vector of `fit.NAMES` without its leak. ValueError when nothing moved, or never came to
    rest again.
    """
    stops = recording.stops_us()
    if not stops:
        raise ValueError("the plunger never moved, or never came to rest in the record")
    line = equipment.compliance
    before = recording.pressure_pa[recording.steps == recording.steps[0]]
    start_pa = float(np.mean(before[-250:]))
    rests = [_rest(recording, stop, equipment, start_pa) for stop in stops]
    last_pa, last_nl, tau_s = rests[-1]
    if len(rests) > 1 and last_nl > 1.2 * rests[0][1] + 1.0:
        slope = (last_pa - rests[0][0]) / (last_nl - rests[0][1])
        slope = max(slope, _LEAST_SLOPE)
        opening_pa = rests[0][0] - slope * rests[0][1]
    else:
        slope = max(0.6 * (last_pa - start_pa) / max(last_nl, 1.0), _LEAST_SLOPE)
        opening_pa = last_pa - slope * max(last_nl, 0.0)
    opening_pa = max(opening_pa, start_pa)
    needle = equipment.needle
    warm = log(tau_s / line.nl_per_pa) if tau_s > 0.0 else needle.middle_log
    warm = min(max(warm, needle.middle_log - needle.half_log), needle.middle_log + needle.half_log)
    return np.array(
        [
            warm,
            0.7 * needle.coldness,
            log(25.0),
            1.0,
            line.air_nl / 1e3,
            0.1,
            start_pa / 1e3,
            opening_pa / 1e3,
            log(1.2 * slope),
            0.2,
            log(tables.RELAXATION_TIME.usual),
            0.0,
        ]
    )


def _rest(
    recording: Recording, stop_us: int, equipment: Equipment, start_pa: float
) -> tuple[float, float, float]:
    """Line at the end of a rest, volume in the disc then, and the time of the decay (0: unseen)."""
    until_us = stop_us + round(recording.rest_after_s(stop_us) * 1e6)
    at = (recording.time_us >= stop_us) & (recording.time_us <= until_us)
    pressure_pa, time_us = recording.pressure_pa[at], recording.time_us[at]
    end_pa = float(np.mean(pressure_pa[-50:]))
    fall_pa = float(pressure_pa[0]) - end_pa
    steps = int(recording.steps[at][-1] - recording.steps[0])
    line = equipment.compliance
    rise_pa = end_pa - start_pa
    held_nl = line.nl_per_pa * rise_pa + line.air_nl * rise_pa / (101325.0 + max(rise_pa, 0.0))
    entered_nl = max(steps * equipment.step_nl - held_nl, 0.0)
    if fall_pa < 500.0:
        return end_pa, entered_nl, 0.0
    low = np.argmax(pressure_pa < end_pa + fall_pa / np.e)
    return end_pa, entered_nl, max(float(time_us[low] - stop_us) * 1e-6, 0.02)
