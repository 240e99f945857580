"""The even bins in which a recording is compared with a model."""

from dataclasses import dataclass

import numpy as np

from manostat_tools.derive.recording import GAP_US, Floats, Recording, Whole

BIN_S = 0.02
_RATE_US = 500_000


@dataclass(frozen=True)
class Grid:
    """`edges_s` from the start of the record; `pushed_nl` by the steps at each edge, from 0;
    `mean_pa` and `readings` of each bin, the mean of an empty bin being NaN.
    """

    edges_s: Floats
    pushed_nl: Floats
    mean_pa: Floats
    readings: Whole

    @property
    def middle_s(self) -> Floats:
        """Of each bin."""
        middle: Floats = (self.edges_s[:-1] + self.edges_s[1:]) / 2.0
        return middle


def grid_of(recording: Recording, step_nl: float, bin_s: float = BIN_S) -> Grid:
    """Bins of `bin_s` seconds. Steps in a gap are taken as evenly spread, or, where the plunger
    stopped or began in it, as made at the rate of the motion that was seen.
    """
    at_s = (recording.time_us - recording.time_us[0]) * 1e-6
    count = max(int(np.ceil(at_s[-1] / bin_s)), 1)
    edges_s: Floats = np.arange(count + 1, dtype=np.float64) * bin_s
    known_s, known = _steps(recording)
    steps: Floats = np.interp(edges_s, known_s, known)
    since_us = recording.time_us - recording.time_us[0]
    place = np.minimum(since_us // round(bin_s * 1e6), count - 1)
    readings = np.bincount(place, minlength=count)
    sums = np.bincount(place, weights=recording.pressure_pa, minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_pa: Floats = sums / readings
    return Grid(edges_s, steps * step_nl, mean_pa, readings)


def _steps(recording: Recording) -> tuple[Floats, Floats]:
    """Seconds and steps, from 0, with a point more in each gap in which the motion changed."""
    time_us, moving = recording.time_us, recording.moving
    steps = (recording.steps - recording.steps[0]).astype(np.float64)
    more: list[tuple[float, float]] = []
    for place in np.flatnonzero(np.diff(time_us) > GAP_US):
        begin_us, end_us = float(time_us[place]), float(time_us[place + 1])
        made = steps[place + 1] - steps[place]
        if made <= 0.0 or moving[place] == moving[place + 1]:
            continue
        seen = (begin_us - _RATE_US, begin_us) if moving[place] else (end_us, end_us + _RATE_US)
        near = (time_us >= seen[0]) & (time_us <= seen[1]) & moving
        rate = _rate(time_us[near], steps[near])
        took_us = made / rate if rate > 0.0 else end_us - begin_us
        if took_us < end_us - begin_us:
            at_us = begin_us + took_us if moving[place] else end_us - took_us
            more.append((at_us, steps[place + 1] if moving[place] else steps[place]))
    all_us = np.concatenate([time_us.astype(np.float64), [at for at, _ in more]])
    all_steps = np.concatenate([steps, [made for _, made in more]])
    order = np.argsort(all_us, kind="stable")
    return (all_us[order] - time_us[0]) * 1e-6, all_steps[order]


def _rate(time_us: Whole, steps: Floats) -> float:
    """Steps a microsecond."""
    if len(time_us) < 2:
        return 0.0
    return float((steps[-1] - steps[0]) / (time_us[-1] - time_us[0]))
