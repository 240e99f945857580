"""Fonts, colours and sizes of the PDF.

The font is DejaVu Sans, which matplotlib brings along: it has the letters of most of Europe, and
looks as the figures do.
"""

from functools import cache
from pathlib import Path

import matplotlib
from reportlab.lib.colors import HexColor, white
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from manostat_tools.report.model import Weight

REGULAR, BOLD, ITALIC = "ManostatSans", "ManostatSans-Bold", "ManostatSans-Oblique"
INK, FAINT, RULE, DANGER = (
    HexColor("#16202b"),
    HexColor("#5d6771"),
    HexColor("#cfd6dd"),
    HexColor("#b3202c"),
)
HEAD, PAPER, WHITE = HexColor("#eef2f5"), HexColor("#f4f1e4"), white
DANGER_WEB = "#b3202c"
FAINT_WEB = "#5d6771"
FEW_ROWS = 12
"""A table with fewer rows is kept on one page."""


@cache
def register_fonts() -> None:
    """Make the three cuts known to reportlab, once."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name, file in (
        (REGULAR, "DejaVuSans.ttf"),
        (BOLD, "DejaVuSans-Bold.ttf"),
        (ITALIC, "DejaVuSans-Oblique.ttf"),
    ):
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(
        REGULAR, normal=REGULAR, bold=BOLD, italic=ITALIC, boldItalic=BOLD
    )


def _style(name: str, size: float, **more: object) -> ParagraphStyle:
    given: dict[str, object] = {"fontName": REGULAR, "textColor": INK, "splitLongWords": 1}
    given |= {"fontSize": size, "leading": size * 1.3}
    return ParagraphStyle(name, **(given | more))


TITLE = _style("title", 13, fontName=BOLD, spaceAfter=4)
HEADING = _style("heading", 12, fontName=BOLD, spaceBefore=10, spaceAfter=5, keepWithNext=1)
SMALL_HEADING = _style(
    "small heading", 8.6, fontName=BOLD, spaceBefore=7, spaceAfter=3, keepWithNext=1
)
LOOSE_HEADING = _style("loose heading", 12, fontName=BOLD, spaceBefore=10, spaceAfter=5)
LOOSE_SMALL_HEADING = _style("loose small heading", 8.6, fontName=BOLD, spaceBefore=7, spaceAfter=3)
CELL = _style("cell", 7.2)
HEAD_CELL = _style("head cell", 6.4, fontName=BOLD)
NOTE = _style("note", 6.6, textColor=FAINT, spaceBefore=2, spaceAfter=4)
LINE = _style("line", 7.4, leftIndent=8, bulletIndent=0)
NOTICES = {
    Weight.DANGER: _style(
        "danger", 8.2, fontName=BOLD, backColor=HexColor("#fbecec"), borderPadding=4,
        textColor=DANGER, spaceBefore=6, spaceAfter=7, leftIndent=4, rightIndent=4,
    ),
    Weight.CAUTION: _style(
        "caution", 8, backColor=HexColor("#fdf5e2"), borderPadding=4,
        spaceBefore=6, spaceAfter=7, leftIndent=4, rightIndent=4,
    ),
    Weight.NOTE: _style(
        "notice", 8, backColor=HexColor("#f3f5f7"), borderPadding=4,
        spaceBefore=6, spaceAfter=7, leftIndent=4, rightIndent=4,
    ),
}  # fmt: skip
