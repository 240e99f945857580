"""Paper is used well: no heading and no few lines have a page for themselves."""

import re
from collections import Counter

import pytest
from reportlab.pdfgen import textobject

from manostat_tools.report import pdf
from manostat_tools.report.figures import curves
from manostat_tools.report.model import Cell, Facts, Lines, Report, Section, Table
from manostat_tools.report.units import PSI


def pages_of(told, path):
    """The texts on each page, without its head and foot."""
    found, pages = [], []
    inner = textobject.PDFTextObject._formatText

    def watched(self, text):
        found.append(text if isinstance(text, str) else text.decode())
        return inner(self, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textobject.PDFTextObject, "_formatText", watched)
        patch.setattr(pdf.BaseDocTemplate, "handle_pageEnd", _ended(found, pages))
        pdf.render(told, path)
    return pages


def _ended(found, pages):
    inner = pdf.BaseDocTemplate.handle_pageEnd

    def ended(self):
        pages.append(list(found))
        found.clear()
        return inner(self)

    return ended


def report_of(*sections):
    return Report("A report", "", "every page", "running", sections)


def rows(count, named="row"):
    return tuple((Cell(f"{named} {number}"),) for number in range(count))


def test_a_long_table_begins_below_what_is_there_and_not_on_a_page_of_its_own(tmp_path):
    list_of = Lines(tuple(f"line {number}" for number in range(6)))
    events = Table("", ("What",), rows(48), (100,))
    told = report_of(Section("Few", (list_of,)), Section("Events", (events,)))
    first = pages_of(told, tmp_path / "r.pdf")[0]
    assert "\u2022 line 5" in first and "Events" in first and "row 0" in first


def test_a_titled_long_table_does_the_same(tmp_path):
    list_of = Lines(tuple(f"line {number}" for number in range(6)))
    events = Table("Titled", ("What",), rows(48), (100,))
    first = pages_of(report_of(Section("Few", (list_of, events))), tmp_path / "r.pdf")[0]
    assert "Titled" in first and "row 0" in first


def test_the_last_facts_of_a_section_are_not_alone_on_a_page(tmp_path):
    fill = Table("", ("What",), rows(41, "fill"), (100,))
    last = Table("Last", ("What",), rows(5, "last"), (100,))
    facts = Facts(tuple((f"name {number}", Cell("x")) for number in range(12)), "Inputs")
    pages = pages_of(report_of(Section("One", (fill, last, facts))), tmp_path / "r.pdf")
    where = [number for number, texts in enumerate(pages) if "name 0" in texts]
    assert where and "last 0" in pages[where[0]]


@pytest.mark.parametrize("top", [1.001, 1.02, 1.05, 1.1, 1.3])
def test_a_boundarys_name_does_not_touch_the_frame(session, traces, top):
    """`top`: how far above the boundary at 50 psi the axis ends; the axis adds 5 % twice."""
    level = next(level for level in session.levels if level.name == "L3-4")
    run = level.runs[-1].model_copy(update={"stop_pa": None})
    trace = traces[run.trace]
    wanted_pa = (run.opening_pa + 50 * PSI.pa) * top / (1.05 * 1.05)
    trace = trace._replace(pressure_pa=trace.pressure_pa * wanted_pa / trace.pressure_pa.max())
    figure = curves(level, run, trace, PSI)
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    counted = Counter()
    for axes in figure.axes:
        frame = axes.get_window_extent(renderer)
        for text in axes.texts:
            if re.fullmatch(r"\d+ psi a.o.", text.get_text()):
                counted[text.get_text()] += 1
                extent = text.get_window_extent(renderer)
                assert extent.y1 < frame.y1 - 2 and extent.y0 > frame.y0
    assert counted["50 psi a.o."] == 2
