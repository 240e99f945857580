"""A campaign as one HTML page for a physician and a reviewer. Not a certified medical device."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from manostat_tools.campaign.about import about_section, limits_section
from manostat_tools.campaign.again import MOST, made_again
from manostat_tools.campaign.against_section import against_section
from manostat_tools.campaign.blocks import count, digest, draws_at
from manostat_tools.campaign.false_alarms import false_alarms, false_alarms_section
from manostat_tools.campaign.groups import BY, groups
from manostat_tools.campaign.limits import LIMITS
from manostat_tools.campaign.margins import Margin, margins_by
from manostat_tools.campaign.one_run import drawing, traced
from manostat_tools.campaign.quantities import Quantity, quantities
from manostat_tools.campaign.replays import Replayed
from manostat_tools.campaign.replays_section import replays_section
from manostat_tools.campaign.sections import (
    groups_section,
    margins_section,
    number,
    quantities_section,
)
from manostat_tools.campaign.studies import drivers_section, rare_section
from manostat_tools.report.html import render
from manostat_tools.report.model import Figure, Report, Section
from manostat_tools.words import NOTICE

OVERSHOOT = next(i for i, one in enumerate(LIMITS) if one.requirement == "P-04")
_FOOT = f"Virtual injections; no clinical evidence; {NOTICE}."


def report(
    folder: Path, out: Path, studies: bool = True, replayed: Sequence[Replayed] = ()
) -> Path:
    """Write the page about the campaign in `folder` to `out` and return that path.

    Margins, quantiles and groups are of all runs, block by block. `studies`: also what needs runs
    of its own, about a minute on one core: drivers, rare events, the comparison with a person.
    `replayed`: what `replays.replays` found on the emulated board. FileNotFoundError, KeyError: not
    a campaign's folder. OSError: `out` cannot be written.
    """
    folder, out = Path(folder), Path(out)
    (found, by), again = margins_by(folder, BY), made_again(folder)
    spread, runs = quantities(folder), count(folder)
    page = Report(
        title=f"Campaign of {runs} virtual injections",
        banner="",
        every_page=_FOOT,
        running=f"SHA-256 of its files {digest(folder)}",
        sections=(
            about_section(folder, runs),
            margins_section(found, by, again, MOST),
            groups_section(*groups(folder)),
            quantities_section(spread),
            false_alarms_section(false_alarms(folder)),
            worst_section(folder, found, spread),
            *((drivers_section(), rare_section(folder), against_section()) if studies else ()),
            *((replays_section(replayed),) if replayed else ()),
            limits_section(),
        ),
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(render(page), encoding="utf-8")
    return out


def worst_section(folder: Path, found: list[Margin], spread: list[Quantity]) -> Section:
    """The runs with the largest overshoot and error of opening, and one of each broken limit."""
    shown = [
        (one.cases[0], f"{one.requirement}, {one.judged.of}", one.judged.unit)
        for one in found
        if one.runs and (one.margin < 0 or one is found[OVERSHOOT])
    ]
    shown += [(one.worst[0], one.name, one.unit) for one in spread if one.shown and one.worst]
    draws = draws_at(folder, [case.run for case, _, _ in shown])
    parts = []
    for case, what, unit in shown:
        run = traced(draws[case.run])
        parts.append(
            Figure(
                f"Run {case.run}, seed {case.seed}: {what}: {number(case.value)} {unit}",
                partial(drawing, run),
                f"pressures, limit and steps of run {case.run} over time",
                "Made again under CPython from its draw, tick by tick.",
            )
        )
    return Section("The worst runs in full", tuple(parts))
