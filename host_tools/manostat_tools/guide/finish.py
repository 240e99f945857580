"""The end of a session: what came late, the grades, the report."""

from functools import partial
from pathlib import Path

from manostat_tools import report
from manostat_tools.guide import questions as q
from manostat_tools.guide.outcome import grade_lines
from manostat_tools.guide.plan import plan_warnings
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.screen import Screen
from manostat_tools.guide.talk import now
from manostat_tools.session import entries as e
from manostat_tools.store.arguments import plural
from manostat_tools.store.reading import read_session
from manostat_tools.store.store import Store
from manostat_tools.store.traces import trace_of

_NOTE = Question("session-note", "Note of the whole session; empty: none", q.text)
_CLOSE = Question(
    "close", "Close the session? Then come only late runs, notes, corrections", q.yes, "y"
)
_ADVISORY = "what each published rule says; advisory: the physician decides"


def close(scene: Scene) -> bool:
    """The last pull, the grades, a note, the end. False if it is to stay open."""
    scene.screen.head("End of the session")
    scene.motion.pull()
    scene.collect(None, None)
    if late := scene.talk.add_late():
        scene.screen.say(f"the pump has told more of {plural(late, 'run')} since: added")
    for warning in plan_warnings(scene.session.levels):
        scene.screen.warn(warning)
    scene.screen.say(_ADVISORY, "bold")
    for line in grade_lines(scene.session):
        scene.screen.say(line)
    if text := scene.screen.ask(_NOTE):
        scene.add(e.Noted(host_utc=now(), text=text, by=scene.session.operator))
    if not scene.screen.ask(_CLOSE):
        return False
    scene.add(e.Closed(host_utc=now(), by=scene.session.operator))
    return True


def write_report(store: Store, name: str, folder: Path, unit: str, screen: Screen) -> None:
    """PDF, HTML and tables, with their places."""
    session = read_session(store, name)
    files = report.write(session, partial(trace_of, store), folder, unit)
    for file in files:
        if file.suffix in (".pdf", ".html"):
            screen.say(f"report: {file}", "bold")
    screen.say(f"tables: {folder / 'tables'}")
