"""The rows of each table, with the raw values of a session."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from manostat_tools.report.columns import COLUMNS
from manostat_tools.report.trace import Traces, trace_of
from manostat_tools.session.answers import finding_run, response_run
from manostat_tools.session.fitted import fitted_at
from manostat_tools.session.grading import grade_levels
from manostat_tools.session.model import Level, Quantity, Run, Session
from manostat_tools.session.provoked import provoked

Row = dict[str, Any]


def rows(table: str, session: Session, traces: Traces) -> dict[str, list[Any]]:
    """One table as columns."""
    columns: dict[str, list[Any]] = {name: [] for name in COLUMNS[table]}
    for row in _MAKERS[table](session, traces):
        for name, values in columns.items():
            values.append(row[name])
    return columns


def _runs_of(session: Session) -> Iterator[tuple[Row, Level | None, Run]]:
    """Every run with the columns that name it."""
    for run in session.preparation.runs:
        yield {"level": None, "order": None, "run": run.number}, None, run
    for level in session.levels:
        for run in level.runs:
            yield {"level": level.name, "order": level.order, "run": run.number}, level, run


def _levels(session: Session, _traces: Traces) -> Iterator[Row]:
    for level in session.levels:
        found, response, finding = provoked(level), level.response, level.finding
        needle, contrast = fitted_at(level, found.run)
        points = found.mark.points if found.mark else ()
        press = next((point for point in points if point.before_ms == 0), None)
        yield {
            "level": level.name,
            "order": level.order,
            "role": level.role.value,
            "preset": level.preset,
            "confirmed_by": level.confirmed_by,
            "needle_gauge": needle and needle.gauge,
            "needle_mm": needle and needle.length_mm,
            "contrast_mg_ml": contrast and contrast.iodine_mg_ml,
            "contrast_c": contrast and contrast.temperature_c,
            "counted_run": found.run and found.run.number,
            "opening_pa": found.run and found.run.opening_pa,
            "opening_how": found.run and found.run.opening_how,
            "press_line_pa": press and press.pressure_pa,
            "press_above_opening_pa": found.above_pa,
            "press_volume_nl": press and press.volume_nl,
            "concordance": response and response.concordance.value,
            "intensity_nrs": response and response.intensity,
            "persisted_s": response and response.persisted_s,
            "quote": response and response.quote,
            "response_run": response_run(level),
            "dallas": finding and finding.dallas,
            "pattern": finding and finding.pattern,
            "finding_run": finding_run(level),
        }


def _runs(session: Session, _traces: Traces) -> Iterator[Row]:
    for place, level, run in _runs_of(session):
        rx, source = run.prescription, run.source
        prescribed = rx.model_dump(exclude={"mode", "volume_nl"})
        recorded = run.model_dump(include=set(COLUMNS["runs"]) - set(place))
        yield {
            **place,
            **prescribed,
            **recorded,
            "kind": run.kind.value,
            "counted": level is not None and provoked(level).run is run,
            "began_at_utc": run.began_at,
            "prescribed_volume_nl": rx.volume_nl,
            "serial": source and source.serial,
            "boot": source and source.boot,
            "sequence": source and source.sequence,
            "pump_level": (source and source.level) or None,
            "record_sha256": source and source.record_hash,
            "trace_sha256": run.trace,
        }


def _marks(session: Session, _traces: Traces) -> Iterator[Row]:
    for place, _level, run in _runs_of(session):
        for number, mark in enumerate(run.marks, 1):
            for point in mark.points:
                yield {
                    **place,
                    "press": number,
                    "at_ms": mark.at_ms,
                    "moving": mark.moving,
                    "before_ms": point.before_ms,
                    "line_pa": point.pressure_pa,
                    "above_opening_pa": point.above_pa,
                    "volume_nl": point.volume_nl,
                }


def _plateaus(session: Session, _traces: Traces) -> Iterator[Row]:
    for place, _level, run in _runs_of(session):
        for number, plateau in enumerate(run.plateaus, 1):
            yield {
                **place,
                "plateau": number,
                "volume_nl": plateau.volume_nl,
                "line_pa": plateau.pressure_pa,
            }


def _derived(session: Session, _traces: Traces) -> Iterator[Row]:
    if session.preparation.line_compliance is not None:
        nowhere = {"level": None, "order": None, "run": None}
        yield {**nowhere, **_quantity(session.preparation.line_compliance)}
    for place, _level, run in _runs_of(session):
        for value in run.derived:
            yield {**place, **_quantity(value)}


def _quantity(value: Quantity) -> Row:
    return {
        **value.model_dump(include={"name", "value", "unit", "rule"}),
        "low_95": value.low,
        "high_95": value.high,
        "inputs_json": json.dumps(value.inputs, sort_keys=True),
    }


def _grades(session: Session, _traces: Traces) -> Iterator[Row]:
    for level, grades in grade_levels(session):
        for grade in grades:
            yield {
                **grade.model_dump(include={"level", "rule", "source", "letter", "wording"}),
                "order": level.order,
                "result": grade.result,
                "missing": "; ".join(grade.missing),
                "unmet": "; ".join(grade.unmet),
                "cautions": "; ".join(grade.cautions),
                "inputs_json": json.dumps(grade.inputs, sort_keys=True),
            }


def _events(session: Session, _traces: Traces) -> Iterator[Row]:
    for event in session.events:
        yield {**event.model_dump(exclude={"wall"}), "wall_utc": event.wall}


def _traces(session: Session, traces: Traces) -> Iterator[Row]:
    for place, _level, run in _runs_of(session):
        trace = trace_of(traces, run)
        if trace is None:
            continue
        for time_s, line_pa, steps in zip(*(column.tolist() for column in trace), strict=True):
            yield {**place, "time_s": time_s, "line_pa": line_pa, "steps": steps}


_MAKERS: dict[str, Callable[[Session, Traces], Iterator[Row]]] = {
    "levels": _levels,
    "runs": _runs,
    "marks": _marks,
    "plateaus": _plateaus,
    "derived": _derived,
    "grades": _grades,
    "events": _events,
    "traces": _traces,
}
