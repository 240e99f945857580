"""The matrix as one HTML file that needs nothing else: no server, no network, no other file."""

from collections.abc import Iterable
from html import escape
from itertools import groupby
from pathlib import Path

from manostat_tools.trace import results
from manostat_tools.trace.model import PRIORITIES, Hazard, Register, Requirement
from manostat_tools.trace.results import Case, Run
from manostat_tools.trace.rows import MISSING, NOT_HERE, NOT_RUN, SHOWN, Row

_STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
_SCRIPT = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
_CLASS = {
    SHOWN: "good",
    MISSING: "bad",
    NOT_RUN: "open",
    NOT_HERE: "away",
    results.PASSED: "good",
    results.FAILED: "bad",
    results.MISSING: "bad",
    results.SKIPPED: "away",
    results.LEFT_OUT: "away",
}
_BENCHES = (
    "<p class=limit>Benches: <b>pico</b> the real image on an emulated board, <b>vm</b> the core "
    "on the MicroPython unix port, <b>core</b> the core under CPython, <b>host</b> no bench.</p>"
)
_UP = "../../"
"""From build/trace to the repository, so that a file opens by a click."""


def page(items: Register, rows: Iterable[Row], full: Run | None, firmware: str) -> str:
    """The whole file. `firmware` is the digest of what is there now."""
    rows = tuple(rows)
    titles = {hazard.id: hazard for hazard in items.hazards}
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        "<meta name=viewport content='width=device-width'>",
        f"<title>Manostat: requirements</title><style>{_STYLE}</style>",
        "<header><h1>Manostat: requirements, and what shows them</h1>",
        "<p>Not a certified medical device.</p>",
        f"<p class='{_age(full, firmware)[0]}'>{escape(_age(full, firmware)[1])}</p>",
        _problems(items),
        _counts(rows),
        "</header><main>",
        "<section id=requirements><h2>Requirements</h2>",
        _BENCHES,
        *(_row(row, titles) for row in rows),
        "</section>",
        _hazards(items),
        _causes(items),
        _faults(items),
        f"</main><script>{_SCRIPT}</script></html>",
    ]
    return "\n".join(parts) + "\n"


def _age(full: Run | None, firmware: str) -> tuple[str, str]:
    if full is None:
        return "badly", "No full run yet: make test. What partial runs said is marked as such."
    left_out = ", without the long tests" if full.selected else ", long tests included"
    if full.firmware == firmware:
        return "well", f"From a full run{left_out}, of the firmware as it is ({firmware})."
    return "badly", f"From a full run{left_out} of another firmware ({full.firmware}): make test."


def _problems(items: Register) -> str:
    lines = "".join(f"<li>{escape(line)}" for line in items.problems)
    return f"<ul class=badly>{lines}</ul>" if lines else ""


def _counts(rows: tuple[Row, ...]) -> str:
    verdicts = [row.verdict for row in rows]
    buttons = [f"<button data-only=''>all {len(rows)}</button>"]
    for name in (SHOWN, MISSING, NOT_RUN, NOT_HERE):
        if count := verdicts.count(name):
            buttons.append(f"<button data-only='{name}'>{_badge(name)} {count}</button>")
    find = "<input id=find type=search placeholder='id or word: B-01, overshoot, pico' autofocus>"
    links = (
        "<nav><a href='#hazards'>hazards</a> <a href='#causes'>common causes</a> "
        "<a href='#alarms'>alarms</a></nav>"
    )
    return f"<div class=tools>{find}{''.join(buttons)}{links}</div>"


def _row(row: Row, titles: dict[str, Hazard]) -> str:
    item = row.requirement
    benches = " ".join(f"<span class=bench>{bench}</span>" for bench in row.benches)
    part = " <span class='badge away'>in part</span>" if _in_part(item) else ""
    return (
        f"<details class=row id='{item.id}' data-verdict='{row.verdict}'><summary>"
        f"<b>{item.id}</b><span>{escape(item.title)}</span>{_measured(row)}<span>{benches}</span>"
        f"<span>{_badge(row.verdict)}{part}</span></summary>{_body(row, titles)}</details>"
    )


def _measured(row: Row) -> str:
    """Each limit beside the worst figure that was measured against it, and on which bench."""
    lines = []
    for one in row.measured:
        figure = "<i>not measured</i>"
        if one.value is not None and one.figure is not None and one.case is not None:
            good = "well" if one.figure.holds else "badly"
            said = escape(f"{one.value:.6g} {one.limit.unit}")
            figure = f"<b class={good}>{said}</b> <small>{one.case.bench}</small>"
        lines.append(
            f"<span class=limit>{escape(f'{one.limit.of} {one.limit}')}</span><span>{figure}</span>"
        )
    return f"<span class=measured>{''.join(lines)}</span>"


def _in_part(item: Requirement) -> bool:
    return bool(item.not_met) and item.status != NOT_HERE


def _body(row: Row, titles: dict[str, Hazard]) -> str:
    item = row.requirement
    why = "".join(
        f"<li><a href='#{name}'>{name}</a> {escape(titles[name].title)}: "
        f"{escape(titles[name].harm)}"
        for name in item.hazards
    )
    pairs = [
        ("Shall", f"<p>{escape(item.text)}</p>"),
        ("Why", f"<ul>{why}</ul>"),
        ("From", escape(item.source)),
        ("Shown by", escape(", ".join(item.shown))),
        ("Missing", "<br>".join(escape(line) for line in row.missing)),
        ("Not met", escape(item.not_met)),
        ("Code", _code(row)),
        (
            "Tests",
            _tests(row.tests, item.id) or ("none yet" if item.status != "not met here" else ""),
        ),
        ("Partial runs since", _tests(row.partial, item.id)),
    ]
    lines = (f"<dt>{name}<dd class='{name.lower()[:7]}'>{text}" for name, text in pairs if text)
    return f"<dl>{''.join(lines)}</dl>"


def _code(row: Row) -> str:
    return "<br>".join(
        f"<a href='{_UP}{place.file}'>{place}</a> <code>{escape(place.inside)}</code>"
        for place in row.code
    )


def _tests(tests: tuple[Case, ...], requirement: str) -> str:
    """A line for each test function; its parameters on one bench are one badge with a count."""
    lines = []
    for function, group in groupby(tests, lambda test: test.function):
        same = list(group)
        file, _, name = function.partition("::")
        badges = " ".join(_outcome(same, bench) for bench in sorted({t.bench for t in same}))
        figures = "".join(
            f"<li class='{'well' if figure.holds else 'badly'}'>"
            f"{'also: ' if figure.also else ''}{escape(figure.of)} "
            f"<b>{escape(str(figure))}</b> on {test.bench}"
            for test in same
            for figure in test.figures
            if figure.requirement == requirement
        )
        words = escape(name.removeprefix("test_").replace("::test_", ": ").replace("_", " "))
        link = f"<a class=file href='{_UP}{file}' title='{escape(name)}'>{escape(file)}</a>"
        lines.append(f"<li>{words} {badges} {link}{f'<ul>{figures}</ul>' if figures else ''}")
    return f"<ul class=tests>{''.join(lines)}</ul>" if lines else ""


def _outcome(same: list[Case], bench: str) -> str:
    here = [test for test in same if test.bench == bench]
    said = []
    for outcome in dict.fromkeys(test.outcome for test in here):
        alike = [test for test in here if test.outcome == outcome]
        times = f" x {len(alike)}" if len(alike) > 1 else ""
        why = escape(alike[0].why, quote=True)
        said.append(
            f"<span class='badge {_CLASS[outcome]}' title='{why}'>{bench} {outcome}{times}</span>"
        )
    return " ".join(said)


def _hazards(items: Register) -> str:
    rows = "".join(
        f"<tr id='{each.id}'><td><b>{each.id}</b><td>{escape(each.title)}<td>{escape(each.harm)}"
        f"<td>{_list(each.causes)}<td>{_links(each.controls) or '-'}"
        f"<td>{escape(each.outside)}<td>{escape(each.remains)}"
        for each in items.hazards
    )
    head = "<th>Id<th>Hazard<th>Harm<th>Causes<th>Controlled by<th>By people<th>What remains"
    return f"<section id=hazards><h2>Hazards</h2><table><tr>{head}{rows}</table></section>"


def _causes(items: Register) -> str:
    colour = {"yes": "good", "in part": "open", "no": "bad"}
    rows = "".join(
        f"<tr id='{each.id}'><td><b>{each.id}</b><td>{escape(each.title)}<td>{escape(each.rests)}"
        f"<td><span class='badge {colour.get(each.covered, 'bad')}'>{each.covered}</span>"
        f"<td>{escape(each.covered_by)}<td>{_links(each.hazards)}"
        for each in items.causes
    )
    head = "<th>Id<th>What injector and guard share<th>How<th>Covered<th>By<th>Hazards"
    return f"<section id=causes><h2>Common causes</h2><table><tr>{head}{rows}</table></section>"


def _faults(items: Register) -> str:
    rule = ", ".join(
        f"{harm} {onset}: {priority}" for (harm, onset), priority in PRIORITIES.items()
    )
    rows = "".join(
        f"<tr id='{each.id}'><td><b>{each.id}</b><td><code>{each.name}</code>"
        f"<td>{'' if each.cause is None else each.cause}<td>{each.harm}<td>{each.onset}"
        f"<td><span class='badge {each.priority.lower()}'>{each.priority}</span>"
        f"<td>{escape(each.text)}<td>{_links(each.hazards)}"
        for each in items.faults
    )
    head = "<th>Id<th>Alarm<th>Cause<th>Harm<th>Onset<th>Priority<th>What and why<th>Hazards"
    return (
        f"<section id=alarms><h2>Alarms</h2><p>Priority follows from harm, if nobody acts, and "
        f"onset (A-01): {rule}.</p><table><tr>{head}{rows}</table></section>"
    )


def _links(names: Iterable[str]) -> str:
    return " ".join(f"<a href='#{name}'>{name}</a>" for name in names)


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}" for line in lines) + "</ul>"


def _badge(name: str) -> str:
    return f"<span class='badge {_CLASS[name]}'>{name}</span>"
