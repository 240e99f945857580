"""The comparison with a person, as a section of the report."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Drawing

from manostat_sim.campaign.manual import Person
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign.against import Sides, Written, by_person, by_pump, pairs, sides
from manostat_tools.campaign.drawings import BOUND, LINE, OTHER, STOP, new, plain_axes
from manostat_tools.report.model import Cell, Figure, Lines, Notice, Section, Table, Weight

_SWEPT: dict[str, tuple[tuple[float, str], ...]] = {
    "uneven": ((0.2, "rate uneven by 20 %"), (0.6, "rate uneven by 60 %")),
    "lag_s": ((0.1, "manometer lags 0.1 s"), (1.0, "manometer lags 1 s")),
    "called_s": ((1.0, "a value called each second"), (4.0, "a value called each 4 s")),
    "rounded_pa": (
        (1.0 * PA_PER_PSI, "values rounded to 1 psi"),
        (10.0 * PA_PER_PSI, "values rounded to 10 psi"),
    ),
    "reaction_s": ((0.4, "thumb still after 0.4 s"), (1.5, "thumb still after 1.5 s")),
    "seen_nl": (
        (10_000.0, "opening called at 0.01 mL of contrast"),
        (100_000.0, "opening called at 0.1 mL of contrast"),
    ),
}
"""Each guess about a person, one at a time, below and above the usual one."""

_ASSUMED = (
    "0.05 mL/s is aimed at (guideline, M); the hand is uneven (M), by 40 % over 1 s (E).",
    "The manometer lags by 0.3 s and its zero is off with an sd of 1 psi (E): nobody has published "
    "an accuracy sheet of a discography manometer.",
    "A value is called each 2 s and rounded to 5 psi (E). The pressure at pain is the last value "
    "called before the patient speaks (E).",
    "The opening pressure is the value called next when 0.05 mL of contrast is in the disc (E); "
    "that it is taken where contrast is first seen: H.",
    "The thumb stops 0.6 s after a limit is called or the patient speaks: recognition takes 0.38 s "
    "(H, weak). The patient speaks 0.5 to 3 s after it hurts (E), to the pump and to the person "
    "alike.",
    "Limits are those of the pump: 50 psi above the opening that was written, 80 psi on the line.",
    "It hurts at 4 to 50 psi in the disc above its own opening, drawn evenly (E): how often which "
    "error is made follows from that.",
)


def against_section(runs: int = 1000) -> Section:
    """`runs` pairs, 3 ms each, and as many for each guess that is swept."""
    draws = pairs(runs)
    pump, hand = by_pump(draws), by_person(draws, Person())
    swept = [
        by_person(draws, replace(Person(), **{name: value}), said)
        for name, values in _SWEPT.items()
        for value, said in values
    ]
    return Section(
        "Against a person: what the pump changes",
        (
            Notice(Weight.CAUTION, said(pump[0], hand)),
            Figure(
                f"Pressure above opening that would be written at pain, {runs} pairs",
                lambda: drawing(pump[0], hand),
                "pressure written at pain against the true disc pressure, by pump and by hand",
                "Same discs, needles and patients. Shaded: called below 15 psi above opening, the "
                "boundary of the published low-pressure rules, and truly not.",
            ),
            _table("The two ways", [*pump, hand], runs),
            _table("By contrast, 22 G x 152 mm", _by_contrast(draws, pump[0], hand), runs),
            _table("The person's guesses swept, one at a time", swept, runs),
            Lines(_ASSUMED, "What is assumed of people"),
        ),
    )


def said(pump: Written, hand: Written) -> str:
    """The comparison in words, whichever way it went."""
    ours, theirs = sides(pump), sides(hand)
    return (
        f"Of discs that truly hurt at 15 psi or more above opening, a pressure below 15 psi is "
        f"written by the pump for {_share(ours.false_low, ours.truly_high)}, by hand for "
        f"{_share(theirs.false_low, theirs.truly_high)}. Of those that truly hurt below 15 psi, "
        f"15 psi or more is written by the pump for {_share(ours.missed, ours.truly_low)}, by hand "
        f"for {_share(theirs.missed, theirs.truly_low)}. The pump's pressure at the press is that "
        "of the line under flow, above an opening read at rest: the drop over the needle and the "
        "patient's reaction are in it, so that it errs to the high side. By hand the opening is "
        "taken under flow and most of the drop cancels, with a larger spread."
    )


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "none (no such run)"


def _by_contrast(draws: Any, pump: Written, hand: Written) -> list[Written]:
    warm = draws["plant_warm_pa_s_per_nl"] / draws["plant_cold_pa_s_per_nl"]
    thick = warm < 0.56  # 240 keeps 0.587 of its resistance at 37 C, 300 keeps 0.533 (H, C)
    found = []
    for contrast, at in ((240, ~thick), (300, thick)):
        for of in (pump, hand):
            found.append(
                Written(
                    f"contrast {contrast}: {of.name}",
                    of.above_pa[at],
                    of.opening_pa[at],
                    of.line_peak_pa[at],
                    of.hurt_pa[at],
                )
            )
    return found


def _table(title: str, ways: Sequence[Written], runs: int) -> Table:
    return Table(
        title,
        (
            "Way",
            "Pressures written",
            "Written less true (psi): median (5 to 95 %)",
            "Below 15 psi, truly not",
            "15 psi or more, truly below",
            "Line, highest of any run (psi)",
        ),
        tuple(_row(way) for way in ways),
        (26, 11, 19, 16, 16, 12),
        note=f"Shares with their 95 % intervals (Clopper-Pearson). Of {runs} pairs; where a limit "
        "came before the pain, nothing is written.",
    )


def _row(way: Written) -> tuple[Cell, ...]:
    off = way.errors_pa() / PA_PER_PSI
    if not len(off):
        return (Cell(way.name), *(Cell("none", faint=True),) * 5)
    low, middle, high = np.percentile(off, (5, 50, 95))
    found: Sides = sides(way)
    return (
        Cell(way.name, strong=True),
        Cell(str(len(off))),
        Cell(f"{middle:+.1f} ({low:+.1f} to {high:+.1f})"),
        Cell(_counted(found.false_low, found.truly_high, found.false_low_share)),
        Cell(_counted(found.missed, found.truly_low, found.missed_share)),
        Cell(f"{np.max(way.line_peak_pa) / PA_PER_PSI:.0f}"),
    )


def _counted(part: int, whole: int, interval: tuple[float, float]) -> str:
    if not whole:
        return "no such run"
    low, high = (100.0 * bound for bound in interval)
    return f"{part} of {whole}: {100.0 * part / whole:.1f} % ({low:.1f} to {high:.1f} %)"


def drawing(pump: Written, hand: Written) -> Drawing:
    """Written against true, one panel each."""
    figure = new(3.6)
    most = 75.0
    for axes, way, color in zip(
        figure.subplots(1, 2, sharex=True, sharey=True), (pump, hand), (LINE, OTHER), strict=True
    ):
        seen = way.written
        axes.fill_between([15, 50], -10, 15, color="#f6dede", lw=0)
        axes.plot(
            way.hurt_pa[seen] / PA_PER_PSI,
            way.above_pa[seen] / PA_PER_PSI,
            ".",
            color=color,
            ms=3,
            alpha=0.6,
        )
        axes.plot([0, 50], [0, 50], color=BOUND, lw=1)
        axes.axhline(15, color=STOP, lw=0.9)
        axes.axvline(15, color=STOP, lw=0.9)
        axes.set_title(f"{way.name} ({int(seen.sum())} written)", fontsize=9, loc="left")
        axes.set_xlabel("true disc pressure above opening where it hurts (psi)")
        axes.set_xlim(0, 52)
        axes.set_ylim(-10, most)
        plain_axes(axes)
    figure.axes[0].set_ylabel("written (psi above opening)")
    return figure
