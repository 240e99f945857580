"""One run of a campaign drawn in full: pressures, limit, steps and states over time."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from manostat.core import codes
from manostat_sim.campaign.trace import trace
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign.drawings import BOUND, GOOD, LINE, OTHER, STOP, new, plain_axes

_PATHS = (
    "tick_us",
    "plant.line_pa",
    "plant.disc.pressure_pa",
    "pump.pressure_pa",
    "injector.limit_pa",
    "injector.opening_pa",
    "injector.steps",
    "injector.state",
)
_NEAR_S = 0.12
_REST = "#d9ecd9"
_MOST_POINTS = 4000


@dataclass(frozen=True)
class Traced:
    """One value a tick: s since power-on, Pa, steps; `stop_s` is None in a run without a stop."""

    time_s: Any
    line_pa: Any
    disc_pa: Any
    read_pa: Any
    limit_pa: Any
    opening_pa: Any
    steps: Any
    state: Any

    @property
    def stop_s(self) -> float | None:
        """When the pump stopped."""
        stopped = np.flatnonzero(self.state == codes.STOPPED)
        return float(self.time_s[stopped[0]]) if len(stopped) else None


def traced(draw: Any) -> Traced:
    """The run of this record of `DRAW`, made under CPython: 0.3 s for a whole injection."""
    rows = trace(draw, _PATHS)
    # `tick_us` is that of the next tick already.
    return Traced((rows[_PATHS[0]] - 2000) / 1e6, *(rows[path] for path in _PATHS[1:]))


def drawing(run: Traced) -> Figure:
    """The whole run above, the last steps before its stop below."""
    figure = new(6.4)
    whole, moves, near = figure.subplots(3, 1, height_ratios=(3, 1.3, 2.4))
    every = max(1, len(run.time_s) // _MOST_POINTS)
    seen = slice(None, None, every)
    _pressures(whole, run, seen)
    whole.set_ylabel("pressure (psi, gauge)")
    whole.legend(fontsize=7.5, frameon=False, ncols=3, loc="lower right")
    whole.set_title("whole run", fontsize=9, loc="left")
    moves.plot(run.time_s[seen], run.steps[seen] / 1e3, color=LINE, lw=1.2)
    moves.set_ylabel("steps (1000)")
    moves.set_xlabel("time since power-on (s)")
    moves.set_xlim(whole.get_xlim())
    stop_s = run.stop_s
    end_s = float(run.time_s[-1]) if stop_s is None else stop_s
    about = (run.time_s >= end_s - _NEAR_S) & (run.time_s <= end_s + 0.25 * _NEAR_S)
    _pressures(near, run, about, marker=".")
    made = np.flatnonzero(np.diff(run.steps, prepend=run.steps[0]) > 0)
    made = made[about[made]]
    bottom = near.get_ylim()[0]
    near.plot(run.time_s[made], np.full(len(made), bottom), "|", color=LINE, ms=9, label="steps")
    near.set_title("around the stop; strokes at the foot: ticks with steps", fontsize=9, loc="left")
    near.set_ylabel("pressure (psi, gauge)")
    near.set_xlabel("time since power-on (s)")
    for axes in (whole, moves, near):
        if stop_s is not None:
            axes.axvline(stop_s, color=STOP, lw=0.9, ls="--")
        axes.grid(color="#e9edf0")
        plain_axes(axes)
    return figure


def _pressures(axes: Any, run: Traced, seen: Any, marker: str = "") -> None:
    time_s = run.time_s[seen]
    opened = run.opening_pa[seen] >= 0
    opening = np.where(opened, run.opening_pa[seen] / PA_PER_PSI, np.nan)
    settling = run.state[seen] == codes.SETTLING
    low, high = _range(run, seen)
    axes.fill_between(time_s, low, high, where=settling, color=_REST, lw=0, label="at rest")
    axes.plot(time_s, run.disc_pa[seen] / PA_PER_PSI, color=OTHER, lw=1.1, label="disc, true")
    axes.plot(
        time_s,
        run.line_pa[seen] / PA_PER_PSI,
        color=LINE,
        lw=1.1,
        marker=marker,
        ms=3,
        label="line",
    )
    axes.plot(time_s, run.read_pa[seen] / PA_PER_PSI, color=BOUND, lw=0.6, label="line, as read")
    axes.plot(time_s, run.limit_pa[seen] / PA_PER_PSI, color=STOP, lw=1.1, label="limit in force")
    if opened.any():
        axes.plot(time_s, opening, color=GOOD, lw=1.0, ls=":", label="opening, as read")
    axes.set_ylim(low, high)


def _range(run: Traced, seen: Any) -> tuple[float, float]:
    values = [run.line_pa[seen], run.read_pa[seen], run.disc_pa[seen]]
    low = min(float(np.min(each)) for each in values) / PA_PER_PSI
    high = (
        max(*(float(np.max(each)) for each in values), float(run.limit_pa[seen][-1])) / PA_PER_PSI
    )
    room = 0.05 * (high - low) + 0.02
    return low - room, high + room
