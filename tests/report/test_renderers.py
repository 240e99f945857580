"""HTML and PDF say the same, need nothing from outside, and let nobody's words be code."""

import html as entities
import re

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen import textobject
from reportlab.platypus import Flowable, KeepTogether, LongTable, Paragraph

from manostat_tools import report
from manostat_tools.report import html, pdf
from manostat_tools.report import pdf_style as style
from manostat_tools.report.pdf_pages import shortened
from manostat_tools.session.model import Concordance, Response

from .reading import LEVELS, said, table, tell, with_level

HOSTILE = "<script>alert('1')</script> <img src=x onerror=y> & {{ 7*7 }} \u202e9.9 \x07"


def paragraphs(flowables):
    """All paragraphs below these, as plain text."""
    for one in flowables:
        if isinstance(one, Paragraph):
            yield one.getPlainText()
        elif isinstance(one, KeepTogether):
            yield from paragraphs(one._content)
        elif hasattr(one, "_cellvalues"):
            for row in one._cellvalues:
                for cell in row:
                    yield from paragraphs(cell if isinstance(cell, list) else [cell])


def squeezed(text):
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def page(told):
    return html.render(told)


@pytest.fixture(scope="module")
def drawn(session):
    """Everything that the PDF writes as text, without spaces, of a report without curves."""
    found = []
    inner = textobject.PDFTextObject._formatText

    def watched(self, text):
        found.append(text if isinstance(text, str) else text.decode())
        return inner(self, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(textobject.PDFTextObject, "_formatText", watched)
        yield lambda told, path: (pdf.render(told, path), squeezed("".join(found)))[1]


def test_every_text_of_the_report_is_in_the_page_and_in_the_print(told, page):
    seen = squeezed(entities.unescape(re.sub(r"<[^>]*>", "", page)))
    printed = squeezed(" ".join(paragraphs(pdf.flow(told))))
    for text in said(told):
        assert squeezed(text) in seen, text
        if text not in (told.every_page, told.running):
            assert squeezed(text) in printed, text


def test_every_number_of_the_levels_table_is_drawn_on_paper(told, session, drawn, tmp_path):
    text = drawn(tell(session), tmp_path / "r.pdf")
    for row in table(told, LEVELS).rows:
        for cell in row:
            for word in cell.text.split():
                assert word in text


def test_banner_owner_and_disclaimer_are_on_every_page(session, drawn, tmp_path):
    told = tell(session)
    text = drawn(told, tmp_path / "r.pdf")
    count = int(re.search(r"page1of(\d+)", text)[1])
    assert count > 5
    assert text.count(squeezed(told.every_page)) >= count
    assert text.count(squeezed(told.running)) >= count
    assert f"page{count}of{count}" in text


def test_the_page_asks_nothing_of_the_world(page):
    assert not re.search(r"https?:|//\w|@import|<link|<script|<iframe|src=|url\((?!#)", page)


def test_ids_inside_the_page_are_unique_and_references_find_them(page):
    ids = re.findall(r'\bid="([^"]*)"', page)
    assert len(ids) == len(set(ids)) > 10
    assert set(re.findall(r'(?:href="|url\()#([^")]*)', page)) <= set(ids)


def test_nobodys_words_become_code(session):
    answer = Response(concordance=Concordance.CONCORDANT, intensity=8, quote=HOSTILE)
    hostile = with_level(session, "L4-5", response=answer, notes=(HOSTILE,)).model_copy(
        update={"operator": HOSTILE, "patient_code": HOSTILE, "corrections": (HOSTILE,)}
    )
    told = tell(hostile)
    page = html.render(told)
    assert "<script" not in page and "<img" not in page and "49" not in page.split("{{")[0][:50]
    assert "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page
    printed = " ".join(paragraphs(pdf.flow(told)))
    assert "<script>alert('1')</script> <img src=x onerror=y> &" in printed
    for text in (page, printed):
        assert "\u202e" not in text and "\x07" not in text
        assert "\ufffd9.9" in text


def test_very_long_words_are_printed_over_pages(session, tmp_path):
    answer = Response(concordance=Concordance.CONCORDANT, intensity=8, quote="ow " * 3000)
    long = with_level(session, "L4-5", response=answer, notes=("x" * 9000,))
    pdf.render(tell(long.model_copy(update={"operator": "long " * 2000})), tmp_path / "r.pdf")
    assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF")


def test_a_long_patient_code_leaves_the_session_and_the_number_of_the_page_readable(
    session, drawn, tmp_path
):
    code = "W" * 200
    told = tell(session.model_copy(update={"patient_code": code, "id": "s" * 40}))
    text = drawn(told, tmp_path / "r.pdf")
    assert squeezed(told.running) not in text
    line = re.search(r"Patient(W+)\.\.\.,sessions{40}", text)[0]
    end = f"... , session {'s' * 40} page 10 of 10"
    width = stringWidth(f"Patient {'W' * line.count('W')}{end}", style.REGULAR, 7.5)
    assert width < pdf.WIDTH
    assert code in text  # on the first page
    assert shortened("Patient P-17, session 1", pdf.WIDTH) == "Patient P-17, session 1"


def test_an_empty_session_is_a_report_too(session, tmp_path):
    bare = session.model_copy(update={"levels": (), "events": (), "notes": (), "corrections": ()})
    files = report.write(bare, {}, tmp_path)
    assert "No level is recorded." in files[0].read_text()


def test_all_files_are_returned_and_the_unit_is_kept(written):
    page = (written / "report.html").read_text()
    assert "Opening (kPa)" in page and "Opening (psi)" not in page
    assert (written / "report.pdf").stat().st_size > 20_000


def test_equal_sessions_give_equal_files(session, traces, tmp_path):
    one = session.model_copy(update={"levels": session.levels[2:]})
    first, second = (report.write(one, traces, tmp_path / name) for name in ("a", "b"))
    for a, b in zip(first, second, strict=True):
        assert a.name == b.name and a.read_bytes() == b.read_bytes(), a.name


def test_an_unknown_unit_is_refused_before_anything_is_written(session, traces, tmp_path):
    with pytest.raises(ValueError, match="unit furlong: allowed psi, kPa, bar, mmHg"):
        report.write(session, traces, tmp_path / "new", unit="furlong")
    assert not (tmp_path / "new").exists()


def test_curves_are_lines_on_paper_and_no_pictures(written):
    assert b"/Subtype /Image" not in (written / "report.pdf").read_bytes()


def test_long_tables_repeat_their_head(told):
    tables = [one for one in pdf.flow(told) if isinstance(one, LongTable)]
    assert tables and all(one.repeatRows == 1 for one in tables)
    assert all(isinstance(one, Flowable) for one in tables)
