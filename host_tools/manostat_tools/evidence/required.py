"""Rows of evidence of the requirements, and their page: each limit with the figure beside it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from manostat_tools.evidence import store
from manostat_tools.evidence.elsewhere import measured_elsewhere
from manostat_tools.evidence.store import FIRMWARE, NOT_RUN, Row
from manostat_tools.evidence.tables import number, table
from manostat_tools.trace import results
from manostat_tools.trace import rows as trace
from manostat_tools.trace.limits import Measured
from manostat_tools.trace.model import Limit

_FRONT = ("figure", "limit", "of", "at", "unit")
_VERDICTS = {trace.SHOWN: "passed", trace.MISSING: "failed", trace.NOT_HERE: "not met here"}


def rows(root: Path) -> list[Row]:
    """From the last full run of the tests; figures of fault matrix, bench and soak with theirs."""
    full = results.read(root / results.FULL)
    if full is None:
        return []
    others = measured_elsewhere(root) if full.firmware == store.firmware(root) else {}
    judged = trace.judge(root, full)
    return [
        row_of(replace(one, elsewhere=tuple(others.get(one.requirement.id, ()))))
        | {FIRMWARE: full.firmware}
        for one in judged
    ]


def row_of(one: trace.Row) -> Row:
    """One line: in front the figure that is nearest to its limit, in `figures` that of each limit,
    in `also` what was measured beside them."""
    figures = [_line(each) for each in one.measured]
    worst = results.nearest(each.figure for each in one.measured if each.figure is not None)
    at = next((n for n, each in enumerate(one.measured) if each.figure is worst), 0)
    front = figures[at] if figures else dict.fromkeys(_FRONT)
    beside = [
        Measured(Limit(each.of, each.at, each.limit, each.unit), each, by) for each, by in one.also
    ]
    return {
        "id": one.requirement.id,
        "verdict": _VERDICTS.get(one.verdict, NOT_RUN),
        **{key: front[key] for key in _FRONT},
        "bench": ", ".join(one.benches),
        "figures": figures,
        "also": [_line(each) for each in beside],
        "title": one.requirement.title,
        "passed": sum(test.outcome == results.PASSED for test in one.tests),
        "missing": list(one.missing),
        "not_met": one.requirement.not_met,
    }


def _line(one: Measured) -> Row:
    """A limit with its figure, in the limit's unit, and where that was measured."""
    return {
        "figure": one.value,
        "limit": one.limit.number,
        "of": one.limit.of if one.figure is None else one.figure.of,
        "at": one.limit.at,
        "unit": one.limit.unit,
        "bench": one.case.bench if one.case else "",
        "by": one.case.function if one.case else "",
    }


def page(lines: Sequence[Row]) -> str:
    """Markdown: a line for each limit, then what was measured beside them, then what is not met."""
    here = [row for row in lines if row["verdict"] != "not met here"]
    text = (
        "For each limit of a requirement the worst case, not the mean, and the test that found it. "
        "Why a requirement exists and which code meets it: `make trace`.\n\n"
    )
    heads = ("Id", "Requirement", "Verdict", "Of", "Worst case", "Limit", "On", "By")
    text += table((*heads, "Benches", "Tests"), (cells for row in here for cells in _limits(row)))
    for row in here:
        text += "".join(f"- {row['id']}: {line}\n" for line in row["missing"])
    text += "\n## Also measured\n\nAgainst limits of the tests' own, not the requirements'.\n\n"
    beside = ((row["id"], *_cells(each)) for row in here for each in row["also"])
    text += table(("Id", *heads[3:]), beside)
    text += "## Not met here, or not in full\n\n"
    partly = [row for row in lines if row["not_met"]]
    return text + "".join(f"- {row['id']} {row['title']}: {row['not_met']}\n" for row in partly)


def _limits(row: Row) -> list[list[object]]:
    """A line for each limit; what is said of the whole requirement stands in the first."""
    figures = row["figures"] or [None]
    return [
        [
            row["id"],
            *((row["title"], row["verdict"]) if first else ("", "")),
            *(_cells(each) if each else ("-",) * 5),
            *((row["bench"], row["passed"]) if first else ("", "")),
        ]
        for first, each in ((n == 0, each) for n, each in enumerate(figures))
    ]


def _cells(one: Row) -> tuple[str, ...]:
    """Of, worst case, limit, bench, test."""
    found = one["figure"]
    measured = "not measured" if found is None else f"{number(float(found))} {one['unit']}"
    limit = f"{one['at']} {number(float(one['limit']))} {one['unit']}"
    test = one["by"].rpartition("::")[2] or "-"
    return one["of"], measured, limit, one["bench"] or "-", test
