"""The plots of margins: how much of each limit is left, and overshoot by group."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from manostat_tools.campaign.groups import Group
from manostat_tools.campaign.margins import Margin

LINE = "#1f5fa8"
STOP = "#b3202c"
GOOD = "#3c8d40"
OTHER = "#d98032"
BOUND = "#8c8c8c"
_WIDE = 7.1


def new(high: float) -> Figure:
    """An empty drawing, `high` inches, as wide as a page."""
    figure = Figure(figsize=(_WIDE, high), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def margins_left(found: Sequence[Margin]) -> Figure:
    """The worst value of each limit as a share of the limit."""
    judged = [one for one in found if one.runs and one.judged.limit]
    figure = new(0.36 * len(judged) + 0.9)
    axes = figure.subplots()
    for place, one in enumerate(judged):
        part = one.worst / one.judged.limit
        color = STOP if one.margin < 0 else LINE
        axes.plot([0 if one.judged.at == "<=" else 2.0, part], [place, place], color=color, lw=3)
        axes.plot([part], [place], "o", color=color, ms=6)
    axes.axvline(1.0, color=STOP, lw=1.2)
    axes.set_yticks(range(len(judged)), [_label(one) for one in judged], fontsize=7.5)
    axes.set_xlim(min(-0.25, *(one.worst / one.judged.limit for one in judged)), 2.05)
    axes.invert_yaxis()
    axes.set_xlabel("worst run / limit (red line: the limit)")
    axes.grid(axis="x", color="#e3e7eb")
    plain_axes(axes)
    return figure


def _label(one: Margin) -> str:
    limit = one.judged
    said = limit.of if len(limit.of) < 46 else limit.of[:43] + "..."
    return f"{limit.requirement}  {said}  {limit.at} {limit.limit:g} {limit.unit}"


def by_group(discs: Sequence[Group], needles: Sequence[Group], limit_pa: float) -> Figure:
    """Pa beyond the limit as the pump's sensor reads it, by disc and by needle, and as it is."""
    figure = new(3.6)
    for axes, found, title in zip(
        figure.subplots(1, 2, sharey=True), (discs, needles), ("disc", "needle"), strict=True
    ):
        seen = [group for group in found if group.ended]
        for place, group in enumerate(seen):
            for shift, values, color in (
                (-0.12, group.read_pa, LINE),
                (0.12, group.over_pa, OTHER),
            ):
                x = place + shift
                axes.plot([x, x], [values[0.5], values[1.0]], color=color, lw=2)
                axes.plot([x], [values[0.5]], "_", color=color, ms=9, mew=2)
                axes.plot([x], [values[0.95]], "o", color=color, ms=4)
                axes.plot([x], [values[1.0]], "X", color=color, ms=7, mec="white")
        names = [f"{g.name}\n{g.ended} runs" for g in seen]
        axes.set_xticks(range(len(seen)), names, fontsize=6.8, rotation=30, ha="right")
        axes.set_xlim(-0.6, max(len(seen), 1) - 0.4)
        axes.axhline(limit_pa, color=STOP, lw=1)
        axes.axhline(0.0, color=BOUND, lw=0.8)
        axes.set_title(f"by {title}", fontsize=9, loc="left")
        axes.grid(axis="y", color="#e3e7eb")
        plain_axes(axes)
    left = figure.axes[0]
    left.set_ylabel("line beyond the limit (Pa)")
    left.plot([], [], color=LINE, lw=2, label="as its own sensor reads it (P-04)")
    left.plot([], [], color=OTHER, lw=2, label="true: the sensor's error included")
    left.plot([], [], color=STOP, lw=1, label=f"P-04: {limit_pa:g} Pa")
    figure.legend(loc="outside upper center", ncols=3, fontsize=7.5, frameon=False)
    return figure


def shares(values: dict[str, tuple[float, float, float, float]]) -> Figure:
    """First and total order with their 95 % intervals, the largest total first: name to (first,
    its half interval, total, its half interval)."""
    ranked = sorted(values.items(), key=lambda item: -item[1][2])
    figure = new(0.3 * len(ranked) + 1.0)
    axes = figure.subplots()
    places = np.arange(len(ranked))
    for shift, at, color, label in (
        (-0.16, 0, LINE, "first order: alone"),
        (0.16, 2, OTHER, "total order: with all others"),
    ):
        axes.barh(
            places + shift,
            [max(value[at], 0.0) for _, value in ranked],
            xerr=[value[at + 1] for _, value in ranked],
            height=0.3,
            color=color,
            ecolor="#444",
            error_kw={"lw": 0.9},
            label=label,
        )
    axes.set_yticks(places, [name for name, _ in ranked], fontsize=8)
    axes.invert_yaxis()
    axes.set_xlim(left=0.0)
    axes.set_xlabel("share of the variance of the overshoot (bars: 95 % by bootstrap)")
    axes.legend(fontsize=8, frameon=False, loc="lower right")
    plain_axes(axes)
    return figure


def plain_axes(axes: Any) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(labelsize=7.5)
    axes.xaxis.label.set_size(8.5)
    axes.yaxis.label.set_size(8.5)
