"""The margin to each limit as lines of a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from manostat_tools.campaign.margins import Margin
from manostat_tools.campaign.sections import number

_WIDE = 132
"""A limit in words, and its numbers, in one line."""


def tell(found: Sequence[Margin]) -> int:
    """Print a table, worst runs by index, and which limits are broken: their number."""
    table = Table(title="Smallest margin to each limit", title_justify="left", box=None)
    for head, right in (
        ("limit", False),
        ("allowed", True),
        ("worst", True),
        ("margin", True),
        ("beyond / runs", True),
        ("beyond, at most", True),
        ("worst run", True),
    ):
        table.add_column(head, justify="right" if right else "left", no_wrap=right)
    for one in found:
        judged = one.judged
        table.add_row(
            f"{one.requirement} {judged.of}",
            f"{judged.at} {judged.limit:g} {judged.unit}",
            number(one.worst),
            number(one.margin),
            f"{one.failures} / {one.runs}",
            f"{one.at_most:.1e}" if one.runs else "not judged",
            str(one.cases[0].run) if one.cases else "none",
            style="bold red" if one.margin < 0 else "dim" if not one.runs else "",
        )
    console = Console()
    console.width = max(console.width, _WIDE)
    console.print(table)
    console.print(
        "Beyond, at most: upper 95 % bound (Clopper-Pearson) of the share of runs as drawn here, "
        "no share of patients.",
        style="dim",
    )
    broken = [one for one in found if one.margin < 0]
    for one in broken:
        console.print(f"BROKEN: {one.requirement}, {one.judged.of}: run {one.cases[0].run}")
    return len(broken)
