"""The two curves of a run: line pressure against volume, and against time.

Colours are those of the demo's picture. Every number in a legend carries its unit.
"""

from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.report.curve import Curve
from manostat_tools.report.trace import (
    Trace,
    rests,
    thin,
    time_of_steps,
    volume_ml,
)
from manostat_tools.report.units import ML_PER_NL, Unit, volume
from manostat_tools.session.model import Level, PainMark, Run
from manostat_tools.session.provoked import above_opening_pa, doubts
from manostat_tools.session.said import opening_at_rest

_LINE = "#1f5fa8"
_STOP = "#b3202c"
_PAIN = "#8a2be2"
_OPENING = "#3c8d40"
_PLATEAU = "#d98032"
_BOUND = "#8c8c8c"
_REST = "#d9ecd9"
_MOST_POINTS = 1600
_BOUNDS_PSI = (15, 50)
"""Boundaries of the published rules, psi above opening."""
_ROOM_FOR_NAME = 0.18
"""Of the height of the lower plot, for the name of a boundary above its line."""
_INCHES = (7.1, 6.1)
_SHARE = 0.68
"""Of the height, for pressure against volume."""


def curves(level: Level, run: Run, trace: Trace | None, unit: Unit) -> Figure:
    """Both curves of one run; without a trace only the recorded points."""
    wide, high = _INCHES
    if trace is None:
        figure = Figure(figsize=(wide, high * _SHARE), layout="constrained")
        axes = figure.subplots()
        _draw_volume(axes, run, Curve(run, None, None), unit)
    else:
        figure = Figure(figsize=_INCHES, layout="constrained")
        axes, below = figure.subplots(2, 1, height_ratios=(_SHARE, 1 - _SHARE))
        curve = Curve(run, trace, thin(trace, _MOST_POINTS))
        _draw_volume(axes, run, curve, unit)
        _draw_time(below, run, trace, curve.seen or trace, unit)
    FigureCanvasAgg(figure)
    axes.set_title(f"{level.name}, run {run.number} ({run.kind})", fontsize=9, loc="left")
    if doubts(run):
        axes.set_title("; ".join(doubts(run)), fontsize=8, loc="right", color=_STOP)
    return figure


def _draw_volume(axes: Axes, run: Run, curve: Curve, unit: Unit) -> None:
    if curve.seen is not None:
        axes.plot(
            volume_ml(curve.seen, run.prescription),
            unit.value(1) * curve.seen.pressure_pa,
            color=_LINE,
            lw=1.1,
            label="line",
        )
    _draw_opening(axes, run, curve, unit)
    settled = [one for one in run.plateaus if one.pressure_pa is not None]
    if settled:
        axes.plot(
            [one.volume_nl * ML_PER_NL for one in settled],
            [unit.value(one.pressure_pa or 0) for one in settled],
            "D",
            color=_PLATEAU,
            ms=4.5,
            mec="white",
            mew=0.6,
            label=f"plateaus at rest, {len(settled)} of {len(run.plateaus)} settled",
        )
    for mark in run.marks:
        _draw_mark(axes, run, mark, unit)
    if run.stop_pa is not None:
        axes.plot(
            [run.volume_nl * ML_PER_NL],
            [unit.value(run.stop_pa)],
            "X",
            color=_STOP,
            ms=7,
            mec="white",
            label=f"stop ({run.reason}): {unit.text(run.stop_pa)}, {volume(run.volume_nl)}",
        )
    axes.set_xlabel("volume delivered by the plunger (mL)")
    axes.set_ylabel(f"line pressure ({unit.name}, gauge)")
    axes.set_xlim(left=0.0)
    _finish(axes, run, unit)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.17), ncols=2, fontsize=7.5, frameon=False)


def _draw_opening(axes: Axes, run: Run, curve: Curve, unit: Unit) -> None:
    opening_pa = opening_at_rest(run)
    if opening_pa is None:
        axes.plot([], [], " ", label=f"no opening pressure read at rest ({run.opening_how})")
        return
    named = f"opening, read at rest: {unit.text(opening_pa)}"
    axes.axhline(unit.value(opening_pa), color=_OPENING, lw=0.9, ls=":")
    at_ml = curve.opening_ml(opening_pa)
    if at_ml is None:
        axes.plot([], [], color=_OPENING, lw=0.9, ls=":", label=named)
    else:
        axes.plot([at_ml], [unit.value(opening_pa)], "s", color=_OPENING, ms=6, label=named)


def _draw_mark(axes: Axes, run: Run, mark: PainMark, unit: Unit) -> None:
    before = [f"{point.before_ms / 1e3:g}" for point in mark.points if point.before_ms]
    for point in mark.points:
        at = [point.volume_nl * ML_PER_NL], [unit.value(point.pressure_pa)]
        if point.before_ms:
            last = point is mark.points[-1]
            axes.plot(
                *at,
                "o",
                color=_PAIN,
                mfc="white",
                ms=4.5,
                label=f"{', '.join(before)} s before the press" if last else None,
            )
            continue
        how = "press" if mark.moving else "press at rest"
        named = f"{how}: {unit.text(point.pressure_pa)}, {volume(point.volume_nl)}"
        above_pa = above_opening_pa(run, point.pressure_pa)
        if above_pa is not None:
            named += f", {unit.text(above_pa)} a.o."
        axes.plot(*at, "o", color=_PAIN, ms=9, alpha=0.9, label=named)


def _draw_time(axes: Axes, run: Run, trace: Trace, seen: Trace, unit: Unit) -> None:
    axes.set_xlabel("time since the trace began (s)")
    axes.set_ylabel(f"line ({unit.name})")
    for number, (first, last) in enumerate(rests(trace)):
        axes.axvspan(
            float(trace.time_s[first]),
            float(trace.time_s[last]),
            color=_REST,
            lw=0,
            label=None if number else "plunger at rest",
        )
    axes.plot(seen.time_s, unit.value(1) * seen.pressure_pa, color=_LINE, lw=1.0)
    axes.set_xlim(0.0, float(trace.time_s[-1]) * 1.02 + 0.1)
    for mark in run.marks:
        _draw_press_time(axes, run, trace, mark, unit)
    _finish(axes, run, unit)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="lower right", fontsize=7.5, framealpha=0.9)


def _draw_press_time(axes: Axes, run: Run, trace: Trace, mark: PainMark, unit: Unit) -> None:
    """A press is placed by its volume: pump time and the time of a trace have no common zero."""
    if not mark.moving or not mark.points:
        return
    rx = run.prescription
    press = min(mark.points, key=lambda point: point.before_ms)
    at_s = time_of_steps(trace, press.volume_nl * rx.nl_den / rx.nl_num)
    if at_s is None:
        return
    axes.axvline(at_s, color=_PAIN, lw=1.2, label="press, placed by its volume")
    for point in mark.points:
        if point is press:
            continue
        x, y = [at_s - point.before_ms / 1e3], [unit.value(point.pressure_pa)]
        axes.plot(x, y, "o", color=_PAIN, mfc="white", ms=4)


def _finish(axes: Axes, run: Run, unit: Unit) -> None:
    """Axis from zero, the rules' boundaries, and a second axis above opening."""
    low, high = axes.get_ylim()
    axes.set_ylim(min(0.0, low), max(unit.value(10 * PA_PER_PSI), high * 1.05))
    axes.grid(alpha=0.2)
    axes.tick_params(labelsize=7.5)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_fontsize(8)
    opening_pa = opening_at_rest(run)
    if opening_pa is None:
        return
    zero = unit.value(opening_pa)
    bottom, top = axes.get_ylim()
    for bound in _BOUNDS_PSI:
        at = zero + unit.value(bound * PA_PER_PSI)
        if at < top:
            below = top - at < _ROOM_FOR_NAME * (top - bottom)
            axes.axhline(at, color=_BOUND, lw=0.7, ls="--")
            axes.annotate(
                f"{bound} psi a.o.",
                (0.0, at),
                xycoords=("axes fraction", "data"),
                xytext=(3, -2 if below else 2),
                textcoords="offset points",
                ha="left",
                va="top" if below else "bottom",
                fontsize=6.5,
                color="#5a5a5a",
            )

    def to_above(y: Any) -> Any:
        return y - zero

    def to_line(y: Any) -> Any:
        return y + zero

    above = axes.secondary_yaxis("right", functions=(to_above, to_line))
    above.set_ylabel(f"above opening ({unit.name})", size=8)
    above.tick_params(labelsize=7.5)
