"""The report as PDF: the same sections on A4, with banner, owner and disclaimer on every page."""

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
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
    found: list[Flowable] = [Paragraph(escape(section.title), _heading(section))]
    *before, last = [_part(part) for part in section.parts] or [[]]
    if before and _is_short(section.parts[-2]) and _is_short(section.parts[-1]):
        # Else the last few lines of a section may have a page for themselves.
        *before, beside = before
        last = [KeepTogether([*_loose(beside), *_loose(last)])]
    for flowables in [*before, last]:
        found += flowables
    return found


def _heading(section: Section) -> ParagraphStyle:
    """One that stays with what follows; a long table would come to the next page as a whole."""
    first = section.parts[0] if section.parts else None
    untitled = isinstance(first, Table) and not first.title
    return style.LOOSE_HEADING if untitled and not _is_short(first) else style.HEADING


def _is_short(part: Part | None) -> bool:
    return isinstance(part, Facts) or (isinstance(part, Table) and len(part.rows) < style.FEW_ROWS)


def _loose(flowables: list[Flowable]) -> list[Flowable]:
    """The same without what keeps them together."""
    found: list[Flowable] = []
    for one in flowables:
        found += one._content if isinstance(one, KeepTogether) else [one]
    return found


def _part(part: Part) -> list[Flowable]:
    match part:
        case Notice():
            return [Paragraph(escape(part.text), style.NOTICES[part.weight])]
        case Facts():
            return [KeepTogether([*_titled(part), facts_table(part, WIDTH), Spacer(1, 4)])]
        case Table():
            body: list[Any] = [table(part, WIDTH)]
            if part.note:
                body.append(Paragraph(escape(part.note), style.NOTE))
            if _is_short(part):
                return [KeepTogether([*_titled(part), *body])]
            title = [Paragraph(escape(part.title), style.LOOSE_SMALL_HEADING)] if part.title else []
            return [CondPageBreak(_ROOM_UNDER_TITLE), *title, *body]
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
