"""Which stored session goes on, and what may still be done with one that is closed."""

from datetime import UTC, datetime

from manostat_tools.guide import questions as q
from manostat_tools.guide.answers import NoMoreAnswersError
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene
from manostat_tools.session import entries as e
from manostat_tools.session.model import Session
from manostat_tools.store.arguments import plural
from manostat_tools.store.errors import StoreError
from manostat_tools.store.store import Store

_LATE = Question("late", "Pull what the pump has told since, and add it?", q.yes, "n")


def resumed(asked: str | None, store: Store) -> str | None:
    """The name of the session that goes on; None for a new one. StoreError if there is none."""
    if asked is None:
        return None
    names = store.sessions()
    open_ones = [name for name in names if not is_closed(store, name)]
    if asked and asked not in names:
        raise StoreError(
            f"--resume {asked}: allowed {', '.join(names) or 'none: nothing is stored'}"
        )
    if not asked and not open_ones:
        closed = f"; closed: {', '.join(names)}" if names else ""
        raise StoreError(f"--resume: no session is open{closed}")
    return asked or open_ones[-1]


def is_closed(store: Store, name: str) -> bool:
    """Whether it has come to its end."""
    return any(isinstance(entry, e.Closed) for entry in store.session_entries(name))


def new_name(store: Store) -> str:
    """Day and number."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    taken = set(store.sessions())
    number = 1
    while f"{day}-{number}" in taken:
        number += 1
    return f"{day}-{number}"


def whose(session: Session) -> str:
    """Of whom a stored session is, for who goes on with it."""
    where = "; SIMULATED, into a plant" if session.simulated else ""
    return (
        f"patient {session.patient_code}, operator {session.operator}, opened "
        f"{session.opened_at:%Y-%m-%d %H:%M} UTC{where}"
    )


def late(scene: Scene, has_records: bool) -> None:
    """Of a closed session: nothing is asked any more, and the pump's record is read only if that
    is wanted; `has_records`: the pump can have some of it."""
    closed_at = scene.session.closed_at
    assert closed_at is not None
    scene.screen.warn(
        f"this session was closed at {closed_at:%Y-%m-%d %H:%M} UTC: only what the pump has told "
        "late can be added"
    )
    if not has_records:
        return
    try:
        if not scene.screen.ask(_LATE):
            return
    except NoMoreAnswersError:
        scene.screen.say("no answer: nothing is pulled")
        return
    scene.motion.pull()
    added = len(scene.collect(None, None)) + scene.talk.add_late()
    scene.screen.say(f"{plural(added, 'run')} added or completed")
