"""A session -> what its report says, once, for all renderers."""

from importlib.metadata import PackageNotFoundError, version

from manostat_tools.report import background
from manostat_tools.report.levels import level_section
from manostat_tools.report.model import Report, Section, plain
from manostat_tools.report.overview import by_order, overview
from manostat_tools.report.trace import Traces
from manostat_tools.report.units import Unit
from manostat_tools.session.grading import grade_levels
from manostat_tools.session.model import Session

EVERY_PAGE = (
    "Not a certified medical device. Not medical advice. "
    "Grades are advisory: the physician decides."
)
SIMULATED = "SIMULATED"


def content(session: Session, traces: Traces, unit: Unit) -> Report:
    """The whole report; pressures in `unit`."""
    graded = grade_levels(session)
    order = [level.order for level in by_order(session.levels)]
    by_number = sorted(graded, key=lambda pair: order.index(pair[0].order))
    sections: list[Section] = [
        overview(session, graded, unit),
        *(level_section(pair, traces, unit) for pair in by_number),
        background.preparation(session, unit),
        background.versions(session, f"manostat {_program()}"),
        background.remarks(session),
        background.not_recorded(session),
        background.events(session),
    ]
    return Report(
        title="Provocation discography: report of a session",
        banner=SIMULATED if session.simulated else "",
        every_page=EVERY_PAGE,
        running=plain(f"Patient {session.patient_code}, session {session.id}"),
        sections=tuple(sections),
    )


def _program() -> str:
    try:
        return version("manostat")
    except PackageNotFoundError:
        return "of unknown version"
