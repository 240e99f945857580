"""The section of one level: what was done, what was felt, the curves, what follows."""

from collections.abc import Iterator, Sequence
from functools import partial

from manostat_tools.report import cells
from manostat_tools.report.derived import derived_table
from manostat_tools.report.figures import curves
from manostat_tools.report.grades import rule_parts
from manostat_tools.report.missing import not_derived
from manostat_tools.report.model import (
    Cell,
    Facts,
    Figure,
    Lines,
    Notice,
    Part,
    Section,
    Table,
    Weight,
    plain,
)
from manostat_tools.report.runs import prescription_table, run_table
from manostat_tools.report.trace import Trace, Traces, trace_of
from manostat_tools.report.units import Unit, seconds
from manostat_tools.session.answers import to_run
from manostat_tools.session.fitted import changes, fitted_at
from manostat_tools.session.grading import GradedLevel
from manostat_tools.session.model import Finding, Level, PainMark, Response, Run, RunKind
from manostat_tools.session.provoked import (
    INTO_DISC,
    above_opening_pa,
    counted_run,
    doubts,
    provoked,
)


def level_section(graded: GradedLevel, traces: Traces, unit: Unit) -> Section:
    """All of one level."""
    level, grades = graded
    parts: list[Part] = [*_notices(level), _about(level), *_words(level)]
    for run in level.runs:
        if run.kind in INTO_DISC:
            parts.append(_figure(level, run, traces, unit))
        parts += _marks(level, run, unit)
        parts += _plateaus(run, unit)
    parts += [*_runs(level.runs, unit, level), *_derived(level, unit)]
    parts += rule_parts(grades, unit)
    title = f"{level.name}: {cells.role(level)}, tested as number {level.order}"
    return Section(title, tuple(parts), new_page=True)


def _notices(level: Level) -> Iterator[Notice]:
    for run in level.runs:
        for doubt in doubts(run):
            yield Notice(Weight.DANGER, f"{doubt[0].upper()}{doubt[1:]}.")
        if run.kind is RunKind.SHAM and run.marks:
            said = f"The button was pressed in sham run {run.number}, in which nothing moved."
            yield Notice(Weight.CAUTION, said)
    for change in changes(level):
        yield Notice(Weight.CAUTION, f"{change[0].upper()}{change[1:]}.")
    if not level.runs:
        yield Notice(Weight.CAUTION, "No run is recorded for this level.")


def _about(level: Level) -> Facts:
    (needle, contrast), finding = fitted_at(level, counted_run(level)), level.finding
    of = cells.of_run(level, level.responses_of) if level.response else ""
    rows = [
        ("Preset", cells.text(level.preset)),
        ("Preset confirmed by", cells.text(level.confirmed_by or cells.unconfirmed(level))),
        ("Needle", cells.text(needle)),
        ("Contrast", cells.text(contrast)),
        *_answer_rows(f"Response{of}", level.response),
    ]
    for at, earlier in enumerate(level.earlier_responses):
        rows += _answer_rows(_earlier_response(level, at), earlier)
    of = cells.of_run(level, level.findings_of)
    rows += [
        (f"Dallas grade{of}", cells.text(finding and finding.dallas, strong=True)),
        (f"Pattern of the contrast{of}", cells.text((finding and finding.pattern) or None)),
    ]
    rows += [
        (_earlier("finding", level.findings_of, at), cells.text(_found(found)))
        for at, found in enumerate(level.earlier_findings)
    ]
    return Facts(tuple(rows))


def _earlier_response(level: Level, at: int) -> str:
    of = level.responses_of[at] if level.responses_of else None
    if any(run.number == of and run.kind is RunKind.SHAM for run in level.runs):
        return f"Response to sham run {of}"
    return _earlier("response", level.responses_of, at)


def _earlier(what: str, of_runs: Sequence[int], at: int) -> str:
    return f"Earlier {what}, {to_run(of_runs[at])}" if of_runs else f"Earlier {what} {at + 1}"


def _found(finding: Finding) -> str | None:
    said = [] if finding.dallas is None else [f"Dallas {finding.dallas}"]
    return ", ".join([*said, *([finding.pattern] if finding.pattern else [])]) or None


def _answer_rows(name: str, response: Response | None) -> list[tuple[str, Cell]]:
    if response is None:
        return [(name, cells.text(None))]
    rated = None if response.intensity is None else f"{response.intensity}/10 (NRS)"
    lasted = None if response.persisted_s is None else f"{response.persisted_s:g} s"
    if lasted is None and response.is_painless:
        lasted = "no pain"
    return [
        (name, cells.text(response.concordance.value, strong=True)),
        ("Intensity", cells.text(rated, strong=True)),
        ("Pain persisted", cells.text(lasted)),
    ]


def _words(level: Level) -> Iterator[Lines]:
    answers = [*level.earlier_responses, *([level.response] if level.response else [])]
    quotes = tuple(plain(answer.quote) for answer in answers if answer.quote)
    if quotes:
        yield Lines(quotes, "In the patient's words")
    if level.notes:
        yield Lines(tuple(plain(note) for note in level.notes), "Notes of this level")


def _figure(level: Level, run: Run, traces: Traces, unit: Unit) -> Figure | Lines:
    trace = trace_of(traces, run)
    if trace is None and run.stop_pa is None and not (run.marks or run.plateaus):
        return Lines(
            ("No trace and no point is recorded: no curve is drawn.",), f"Run {run.number}"
        )
    counted = cells.counts(level, run)
    title = f"Run {run.number}: pressure against volume, and against time"
    return Figure(
        f"{title} ({counted} for the grading)" if counted else title,
        partial(curves, level, run, trace, unit),
        f"{level.name}, run {run.number}: line pressure over volume and over time, in {unit.name}; "
        "its opening, press, look-back points, plateaus and stop are in the tables beside it.",
        _caption(trace),
    )


def _caption(trace: Trace | None) -> str:
    if trace is None:
        return "No trace: only the points that the record holds are drawn."
    return (
        "Line pressure is what the sensor reads: with the plunger moving it contains the drop over "
        "the needle."
    )


def _marks(level: Level, run: Run, unit: Unit) -> Iterator[Table]:
    found = provoked(level)
    for number, mark in enumerate(run.marks, 1):
        note = "No rule uses this press."
        if run is found.run and mark is found.mark:
            note = "The rules use the press." if not found.missing else "Missing: "
            if found.missing:
                note += "; ".join(found.missing) + "."
        yield _mark(f"Run {run.number}, press {number}", run, mark, note, unit)


def _mark(named: str, run: Run, mark: PainMark, note: str, unit: Unit) -> Table:
    how = "while the plunger moved" if mark.moving else "with the plunger AT REST"
    title = f"{named}: {how}, {seconds(mark.at_ms)} after power-on of the pump"
    rows = []
    for point in mark.points:
        when = f"{point.before_ms / 1e3:g} s before" if point.before_ms else "at the press"
        deciding = point.before_ms == 0
        alerts = cells.doubt(run) if deciding else ()
        if point.above_pa is None:
            alerts = ("NO OPENING TO COUNT FROM", *alerts)
        rows.append(
            (
                cells.text(when, strong=deciding),
                cells.pressure(point.pressure_pa, unit, strong=deciding),
                cells.pressure(point.above_pa, unit, *alerts, strong=deciding),
                cells.volume(point.volume_nl, strong=deciding),
            )
        )
    return Table(
        title,
        ("When", f"Line ({unit.name})", f"Above opening ({unit.name})", "Volume (mL)"),
        tuple(rows),
        (25, 25, 25, 25),
        f"{note} What was felt lies before the press: a judgement of pain takes 0.5-3 s under "
        "light sedation (E).",
    )


def _plateaus(run: Run, unit: Unit) -> Iterator[Table]:
    if not run.plateaus:
        return
    rows = tuple(
        (
            cells.volume(plateau.volume_nl),
            cells.text("-", cells.UNSETTLED)
            if plateau.pressure_pa is None
            else cells.pressure(plateau.pressure_pa, unit),
            cells.text("-")
            if plateau.pressure_pa is None
            else cells.pressure(above_opening_pa(run, plateau.pressure_pa), unit),
        )
        for plateau in run.plateaus
    )
    yield Table(
        f"Run {run.number}: plateaus, the pressure at rest after each volume step",
        ("Volume (mL)", f"Line ({unit.name})", f"Above opening ({unit.name})"),
        rows,
        (34, 33, 33),
    )


def _runs(runs: Sequence[Run], unit: Unit, level: Level) -> Iterator[Part]:
    if runs:
        yield run_table("Runs", runs, unit, level)
        yield prescription_table(runs, unit)


def _derived(level: Level, unit: Unit) -> Iterator[Part]:
    found = [(f"Run {run.number}", value) for run in level.runs for value in run.derived]
    if found:
        yield derived_table(found, unit, {f"Run {run.number}": run for run in level.runs})
    lines = tuple(plain(line) for run in level.runs for line in not_derived(level, run))
    if lines:
        yield Lines(lines, "Not derived, and why" if found else "Derived values: none, and why")
