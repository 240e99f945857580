"""The report of a session: HTML, PDF, and tables for other programs.

    from manostat_tools import report
    for file in report.write(session, traces, folder, unit="kPa"):
        print(file)

Not a certified medical device: grades are advisory, the physician decides.
"""

from pathlib import Path

from manostat_tools.report import html, pdf
from manostat_tools.report.content import content
from manostat_tools.report.tables import write_tables
from manostat_tools.report.trace import Trace, Traces
from manostat_tools.report.units import unit_named
from manostat_tools.session.model import Session

__all__ = ["Trace", "Traces", "content", "write"]


def write(session: Session, traces: Traces, folder: Path, unit: str = "psi") -> list[Path]:
    """Write `report.html`, `report.pdf` and `tables/` into `folder`; returns all files.

    `unit`: psi, kPa, bar or mmHg, for the pressures of the report; tables keep Pa. `traces` gives
    the trace of a run, or None. What is there already is overwritten. ValueError for an unknown
    unit or for traces whose arrays do not fit together, before anything is written; OSError if
    the folder cannot be written.
    """
    told = content(session, traces, unit_named(unit))
    page = html.render(told)
    folder.mkdir(parents=True, exist_ok=True)
    page_file, print_file = folder / "report.html", folder / "report.pdf"
    page_file.write_text(page, encoding="utf-8")
    pdf.render(told, print_file)
    return [page_file, print_file, *write_tables(session, traces, folder / "tables")]
