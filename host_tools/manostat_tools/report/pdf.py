"""The report as PDF: the same sections on A4, with banner, owner and disclaimer on every page."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)

from manostat_tools.report import pdf_style as style
from manostat_tools.report.model import Facts, Figure, Lines, Notice, Part, Report, Section, Table
from manostat_tools.report.pdf_pages import pages
from manostat_tools.report.pdf_tables import facts_table, table
from manostat_tools.report.vector import VectorFigure

_SIDE, _TOP, _FOOT = 14 * mm, 21 * mm, 17 * mm
WIDTH = float(A4[0]) - 2 * _SIDE
_ROOM_UNDER_TITLE = 40 * mm


def render(report: Report, path: Path) -> None:
    """Write the report to `path`. Equal reports give equal files."""
    style.register_fonts()
    document = BaseDocTemplate(
        str(path), pagesize=A4, title=report.title, author="manostat", invariant=1
    )
    frame = Frame(_SIDE, _FOOT, WIDTH, A4[1] - _TOP - _FOOT, 0, 0, 0, 0, id="body", showBoundary=0)
    document.addPageTemplates([PageTemplate("all", [frame])])
    document.build(flow(report), canvasmaker=pages(report, _SIDE))


def flow(report: Report) -> list[Flowable]:
    """What runs through the pages, in order."""
    style.register_fonts()
    found: list[Flowable] = [Paragraph(escape(report.title), style.TITLE)]
    for number, section in enumerate(report.sections):
        if section.new_page:
            found.append(PageBreak())
        elif number:
            found.append(CondPageBreak(_ROOM_UNDER_TITLE))
        found += _section(section)
    return found


def _section(section: Section) -> list[Flowable]:
    found: list[Flowable] = [Paragraph(escape(section.title), style.HEADING)]
    for part in section.parts:
        found += _part(part)
    return found


def _part(part: Part) -> list[Flowable]:
    match part:
        case Notice():
            return [Paragraph(escape(part.text), style.NOTICES[part.weight])]
        case Facts():
            return [*_titled(part), facts_table(part, WIDTH), Spacer(1, 4)]
        case Table():
            body: list[Any] = [*_titled(part), table(part, WIDTH)]
            if part.note:
                body.append(Paragraph(escape(part.note), style.NOTE))
            return [KeepTogether(body)] if len(part.rows) < style.FEW_ROWS else body
        case Figure():
            return [
                KeepTogether(
                    [
                        *_titled(part),
                        VectorFigure(part.drawing, WIDTH, style.REGULAR),
                        Paragraph(escape(part.caption), style.NOTE),
                    ]
                )
            ]
        case Lines():
            lines = [Paragraph(f"\u2022 {escape(line)}", style.LINE) for line in part.lines]
            return [*_titled(part), *lines]


def _titled(part: Facts | Table | Figure | Lines) -> list[Flowable]:
    return [Paragraph(escape(part.title), style.SMALL_HEADING)] if part.title else []
