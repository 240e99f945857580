"""What the campaign itself says: margins, groups, quantiles, as parts of a report."""

from collections.abc import Sequence

from manostat_tools.campaign import drawings
from manostat_tools.campaign.exact import share
from manostat_tools.campaign.groups import Group, label
from manostat_tools.campaign.limits import LIMITS, NOT_JUDGED
from manostat_tools.campaign.margins import Groups, Margin
from manostat_tools.campaign.quantities import SHARES, Quantity
from manostat_tools.report.model import Cell, Figure, Lines, Notice, Section, Table, Weight
from manostat_tools.words import figures

OVERSHOOT_PA = next(one.limit for one in LIMITS if one.requirement == "P-04")


def number(value: float) -> str:
    """Four digits; "none" for NaN."""
    return "none" if value != value else figures(value)[0]


def margins_section(
    found: Sequence[Margin], by: Groups, again: Sequence[Margin], most: int
) -> Section:
    """Every limit with its worst run."""
    broken = [one for one in found if one.margin < 0]
    notices = [
        Notice(
            Weight.DANGER,
            f"{one.requirement} is broken by {one.failures} of {one.runs} runs: "
            f"{one.judged.of}, worst {number(one.worst)} {one.judged.unit}, allowed "
            f"{one.judged.at} {one.judged.limit:g}. First of them: run {one.cases[0].run}, seed "
            f"{one.cases[0].seed}.",
        )
        for one in broken
    ]
    few = [one.requirement for one in found if 0 < one.runs < 3000]
    if few:
        notices.append(
            Notice(
                Weight.CAUTION,
                "Fewer than 3000 runs judge " + ", ".join(dict.fromkeys(few)) + ": no failure "
                "there excludes only shares above one in a thousand.",
            )
        )
    return Section(
        "Margin to each limit of the requirements",
        (
            *notices,
            Figure(
                "How much of each limit the worst run took",
                lambda: drawings.margins_left(found),
                "the worst run of each limit as a share of the limit",
                "Limits of zero are in the table alone.",
            ),
            _margins_table("All runs that can judge a limit", found),
            _margins_table(
                f"The first {most} of P-04 made again with exact sensors: the pump's own part",
                again,
            ),
            _grouped("Smallest margin by kind of disc", by["mix_grade"]),
            _grouped("Smallest margin by needle (gauge x mm / contrast)", by["mix_needle"]),
            Lines(NOT_JUDGED, "Not judged, and why"),
        ),
    )


def _margins_table(title: str, found: Sequence[Margin]) -> Table:
    return Table(
        title,
        ("Limit", "Worst", "Margin", "Beyond / runs", "Share beyond, at most", "Worst runs (seed)"),
        tuple(
            (
                Cell(f"{one.requirement}: {one.judged.of} {_allowed(one)}"),
                Cell(f"{number(one.worst)} {one.judged.unit}", strong=True),
                Cell(
                    f"{number(one.margin)} {one.judged.unit}",
                    alerts=("beyond the limit",) if one.margin < 0 else (),
                    strong=True,
                ),
                Cell(f"{one.failures} / {one.runs}", faint=not one.runs),
                Cell("not judged" if not one.runs else f"{one.at_most:.2g}", faint=not one.runs),
                Cell(", ".join(f"{case.run} ({case.seed})" for case in one.cases[:3])),
            )
            for one in found
        ),
        (34, 12, 12, 11, 12, 19),
        note="Share beyond: upper 95 % bound by Clopper and Pearson, exact and one-sided, of the "
        "runs as this campaign draws them; it is no share of patients.",
        details=tuple(f"{one.requirement}, {one.judged.of}: {one.judged.means}" for one in found),
    )


def _grouped(title: str, by: dict[str, list[Margin]]) -> Table:
    """A row for each limit, a column for each group."""
    rows = []
    for of_limit in zip(*by.values(), strict=True):
        judged = of_limit[0].judged
        cells = (
            Cell(number(one.margin), strong=one.margin < 0, faint=not one.runs) for one in of_limit
        )
        rows.append((Cell(f"{judged.requirement}: {judged.of} ({judged.unit})"), *cells))
    share = 66 // len(by)
    return Table(
        title,
        ("Limit", *(label(name) for name in by)),
        tuple(rows),
        (34, *(share,) * len(by)),
        note="What is left of the limit in the worst run of the group; below zero it is broken; "
        "none: no run of the group judges it.",
    )


def _allowed(one: Margin) -> str:
    return f"({one.judged.at} {one.judged.limit:g} {one.judged.unit})"


def groups_section(discs: Sequence[Group], needles: Sequence[Group]) -> Section:
    """Overshoot by disc and by needle."""
    return Section(
        "Overshoot by disc and by needle",
        (
            Figure(
                "Beyond the limit, nothing broken",
                lambda: drawings.by_group(discs, needles, OVERSHOOT_PA),
                "overshoot by disc and by needle, median, 95 % and worst",
                "Dash: median; dot: 95 % of the runs are below; cross: the worst run. The true "
                "line goes beyond the limit mostly by what the sensor is wrong by.",
            ),
            _groups_table("By disc", discs),
            _groups_table("By needle (gauge x mm / contrast)", needles),
        ),
    )


def _groups_table(title: str, found: Sequence[Group]) -> Table:
    return Table(
        title,
        ("", "Runs", "Ended by a pressure limit", "95 %, as read", "Worst, as read", "Worst, true"),
        tuple(
            (
                Cell(group.name, strong=True),
                Cell(str(group.runs)),
                Cell(_of_all(group)),
                *(
                    Cell(pressure_beyond(value) if group.ended else "none", faint=not group.ended)
                    for value in (group.read_pa[0.95], group.read_pa[1.0], group.over_pa[1.0])
                ),
            )
            for group in found
        ),
        (22, 10, 23, 15, 15, 15),
    )


def _of_all(group: Group) -> str:
    if not group.runs:
        return "no runs"
    low, high = share(group.ended, group.runs)
    return (
        f"{group.ended}: {100 * group.ended / group.runs:.1f} % "
        f"({100 * low:.1f} to {100 * high:.1f} %)"
    )


def pressure_beyond(value_pa: float) -> str:
    """Pa, with psi beside: what is beyond a limit is small."""
    return f"{value_pa:.0f} Pa ({value_pa / 6894.757:.3f} psi)"


def quantities_section(found: Sequence[Quantity]) -> Section:
    """Quantiles of what a reviewer asks for."""
    rows = tuple(
        (
            Cell(f"{one.name} ({one.unit})"),
            Cell(str(one.runs) + (f", {one.sooner} sooner" if one.sooner else "")),
            *(Cell(_with_interval(one, at), faint=not one.runs) for at in SHARES),
            Cell(
                f"{number(one.worst[0].value)}, run {one.worst[0].run}" if one.worst else "none",
                faint=not one.worst,
            ),
        )
        for one in found
    )
    return Section(
        "Overshoot, latency, volume and errors",
        (
            Table(
                "Quantiles, with their 95 % intervals by ranks",
                ("Of each run", "Runs", *(f"{100 * at:g} %" for at in SHARES), "Worst"),
                rows,
                (26, 10, 13, 13, 13, 13, 12),
                note="Resolution 0.1 % of each value; the worst is exact. Sooner: the last step "
                "was made before the cause, so that there is no latency; left out here. After a "
                "pressure limit the time counts from where the true line crossed it, which is the "
                "error of the sensor over the slope of the line. After a fault it counts from the "
                "fault, also where the pump cannot know of it for minutes.",
            ),
        ),
    )


def _with_interval(one: Quantity, at: float) -> str:
    if not one.runs:
        return "no runs"
    interval = one.intervals[at]
    if interval is None:
        return f"{number(one.quantiles[at])} (too few runs)"
    low, high = interval
    return f"{number(one.quantiles[at])} ({number(low)} to {number(high)})"
