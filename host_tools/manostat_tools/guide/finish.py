"""The end of a session: what came late, the grades, the report."""

from enum import IntEnum
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from manostat_tools import report
from manostat_tools.guide import questions as q
from manostat_tools.guide.outcome import grade_lines
from manostat_tools.guide.plan import plan_warnings
from manostat_tools.guide.progress import What
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


def complete(scene: Scene) -> bool:
    """The last pull. False if it brought an injection that wants answers."""
    scene.screen.head("End of the session")
    scene.motion.pull()
    scene.collect(None, None)
    if late := scene.talk.add_late():
        scene.screen.say(f"the pump has told more of {plural(late, 'run')} since: added")
    if scene.talk.progress().next_step().what is What.ANSWERS:
        scene.screen.warn("the pump has recorded an injection since its level was done")
        return False
    return True


def close(scene: Scene) -> bool:
    """The grades, a note, the end. False if it is to stay open."""
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
    """PDF, HTML and tables, with their places. What is there already is written over only where it
    differs, and that is said."""
    session = read_session(store, name)
    with TemporaryDirectory() as made:
        files = report.write(session, partial(trace_of, store), Path(made), unit)
        changes = [_put(file, folder / file.relative_to(made)) for file in files]
    for file in files:
        if file.suffix in (".pdf", ".html"):
            screen.say(f"report: {folder / file.name}", "bold")
    screen.say(f"tables: {folder / 'tables'}")
    if not any(changes):
        screen.say("unchanged: nothing was written")
    replaced = [
        str(file.relative_to(made))
        for file, change in zip(files, changes, strict=True)
        if change is _Change.REPLACED
    ]
    if replaced:
        screen.warn(f"replaced, for what was there differed: {', '.join(replaced)}")


class _Change(IntEnum):
    """Of a file that was there before, or was not."""

    NONE = 0
    NEW = 1
    REPLACED = 2


def _put(new: Path, place: Path) -> _Change:
    """A file into its place, whole or not at all, unless the same is there."""
    content = new.read_bytes()
    there = place.read_bytes() if place.exists() else None
    if there == content:
        return _Change.NONE
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.new")
    beside.write_bytes(content)
    beside.replace(place)
    return _Change.NEW if there is None else _Change.REPLACED
