"""How the tests read a report: a table by its title, a column by its head, all text there is."""

from typing import Any

from manostat_tools.report.content import content
from manostat_tools.report.model import Cell, Facts, Figure, Lines, Notice, Report, Table
from manostat_tools.report.units import PSI, Unit
from manostat_tools.session.model import Level, Run, Session

LEVELS = "Levels, in the order tested"


def no_traces(_run: Run) -> None:
    """Without curves a report is made in milliseconds."""


def tell(session: Session, unit: Unit = PSI) -> Report:
    return content(session, no_traces, unit)


def parts(report: Report, kind: type) -> list[Any]:
    return [part for section in report.sections for part in section.parts if isinstance(part, kind)]


def table(report: Report, title: str) -> Table:
    return next(part for part in parts(report, Table) if part.title.startswith(title))


def column(of: Table, head: str) -> list[Cell]:
    """The cells below the head that begins so."""
    at = next(n for n, name in enumerate(of.columns) if name.startswith(head))
    return [row[at] for row in of.rows]


def level_cell(session: Session, name: str, head: str, unit: Unit = PSI) -> Cell:
    """A cell of the table of levels."""
    levels = table(tell(session, unit), LEVELS)
    names = [cell.text for cell in column(levels, "Level")]
    return column(levels, head)[names.index(name)]


def said(report: Report) -> list[str]:
    """Every text that a reader must find, in order."""
    found = [report.title, report.every_page, report.running]
    for section in report.sections:
        found.append(section.title)
        for part in section.parts:
            found += _said_of(part)
    return [text for text in found if text]


def _said_of(part: Any) -> list[str]:
    match part:
        case Notice():
            return [part.text]
        case Table():
            cells = [cell for row in part.rows for cell in row]
            return [part.title, *part.columns, *_texts(cells), part.note]
        case Facts():
            rows = [text for name, cell in part.rows for text in (name, *_texts([cell]))]
            return [part.title, *rows]
        case Figure():
            return [part.title, part.caption]
        case Lines():
            return [part.title, *part.lines]
    raise TypeError(part)


def _texts(cells: list[Cell]) -> list[str]:
    return [text for cell in cells for text in (cell.text, *cell.alerts)]


def with_level(session: Session, name: str, **changes: Any) -> Session:
    """The session with other values at one level."""
    return session.model_copy(
        update={
            "levels": tuple(
                level.model_copy(update=changes) if level.name == name else level
                for level in session.levels
            )
        }
    )


def with_run(session: Session, name: str, **changes: Any) -> Session:
    """The session with other values in the last run of one level."""
    level: Level = next(level for level in session.levels if level.name == name)
    run = level.runs[-1].model_copy(update=changes)
    return with_level(session, name, runs=(*level.runs[:-1], run))
