"""Tables and facts of the PDF."""

from xml.sax.saxutils import escape

from reportlab.platypus import Flowable, LongTable, Paragraph, TableStyle
from reportlab.platypus import Table as Grid

from manostat_tools.report import pdf_style as style
from manostat_tools.report.model import Cell, Facts, Table


def table(part: Table, width: float) -> Flowable:
    """A table whose head is repeated on each page that it runs over."""
    head = [Paragraph(escape(name), style.HEAD_CELL) for name in part.columns]
    rows = [[cell(one) for one in row] for row in part.rows]
    share = sum(part.widths)
    grid = LongTable(
        [head, *rows],
        colWidths=[width * one / share for one in part.widths],
        repeatRows=1,
        splitInRow=1,
        hAlign="LEFT",
    )
    grid.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, style.RULE),
                ("BACKGROUND", (0, 0), (-1, 0), style.HEAD),
                *_PADDED,
            ]
        )
    )
    return grid


def facts_table(part: Facts, width: float) -> Flowable:
    """Names and values in two pairs of columns, read down the left pair first."""
    half = (len(part.rows) + 1) // 2
    left, right = part.rows[:half], part.rows[half:]
    rows = []
    for number, (name, value) in enumerate(left):
        row = [_name(name), cell(value)]
        if number < len(right):
            other, beside = right[number]
            row += [_name(other), cell(beside)]
        else:
            row += ["", ""]
        rows.append(row)
    grid = Grid(rows, colWidths=[width * share for share in (0.22, 0.28, 0.22, 0.28)], splitInRow=1)
    grid.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.3, style.RULE), *_PADDED]))
    return grid


_PADDED = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 3),
    ("RIGHTPADDING", (0, 0), (-1, -1), 2.5),
    ("TOPPADDING", (0, 0), (-1, -1), 1.8),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.2),
]


def cell(one: Cell) -> Paragraph:
    """The text of a cell with its alerts below it."""
    said = escape(one.text)
    if one.strong:
        said = f"<b>{said}</b>"
    if one.faint:
        said = f'<i><font color="{style.FAINT_WEB}">{said}</font></i>'
    alerts = [
        f'<font color="{style.DANGER_WEB}" size="6.4">{escape(text)}</font>' for text in one.alerts
    ]
    return Paragraph("<br/>".join(([said] if said else []) + alerts), style.CELL)


def _name(text: str) -> Paragraph:
    return Paragraph(f'<font color="{style.FAINT_WEB}">{escape(text)}</font>', style.CELL)
