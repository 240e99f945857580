"""What stands on every page of the PDF: banner, whose report it is, disclaimer, page x of y."""

from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from manostat_tools.report import pdf_style as style
from manostat_tools.report.model import Report

_BANNER_MM = 8.5
_GAP_MM = 4
_SIZE = 7.5


def pages(report: Report, side: float) -> type[Canvas]:
    """A canvas that keeps its pages until their number is known."""

    class Pages(Canvas):
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._kept: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            self._kept.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, kept in enumerate(self._kept, 1):
                self.__dict__.update(kept)
                _frame(self, report, side, f"page {number} of {len(self._kept)}")
                super().showPage()
            super().save()

    return Pages


def shortened(text: str, room: float) -> str:
    """A line for `room` points: what is too long loses the end of its first part, and keeps what
    stands behind its last comma, the session. The first page has all of it."""
    if stringWidth(text, style.REGULAR, _SIZE) <= room:
        return text
    head, comma, tail = text.rpartition(", ")
    end = f"...{comma}{tail}"
    while head and stringWidth(head + end, style.REGULAR, _SIZE) > room:
        head = head[:-1]
    return head + end


def _frame(canvas: Canvas, report: Report, side: float, page: str) -> None:
    width, height = A4
    if report.banner:
        canvas.setFillColor(style.DANGER)
        canvas.rect(0, height - _BANNER_MM * mm, width, _BANNER_MM * mm, stroke=0, fill=1)
        canvas.setFillColor(style.WHITE)
        canvas.setFont(style.BOLD, 17)
        canvas.drawCentredString(width / 2, height - _BANNER_MM * mm + 2.4 * mm, report.banner)
    canvas.setFillColor(style.FAINT)
    canvas.setFont(style.REGULAR, _SIZE)
    under = height - (_BANNER_MM + 5.5) * mm
    room = width - 2 * side - stringWidth(page, style.REGULAR, _SIZE) - _GAP_MM * mm
    canvas.drawString(side, under, shortened(report.running, room))
    canvas.drawRightString(width - side, under, page)
    canvas.setFillColor(style.PAPER)
    canvas.rect(0, 0, width, 10.5 * mm, stroke=0, fill=1)
    canvas.setFillColor(style.INK)
    canvas.setFont(style.BOLD, 7.5)
    said = f"{report.banner}. {report.every_page}" if report.banner else report.every_page
    canvas.drawCentredString(width / 2, 4.3 * mm, said)
