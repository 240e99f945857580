"""With which pump a session goes on: its own, or another that the operator asked for by number."""

from dataclasses import dataclass

from manostat_tools import words
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.probe import Hello
from manostat_tools.guide import questions as q
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene
from manostat_tools.session import entries as e
from manostat_tools.session.corrections import apply
from manostat_tools.session.model import Session
from manostat_tools.session.told import pump_taken, pump_taken_in
from manostat_tools.store.store import Store

_IS = "the pump is {}"
_SORTS = {False: "a real one", True: "an emulated one"}


def sort(emulated: bool) -> str:
    """The text of the host event that says which sort of pump a session was opened on."""
    return _IS.format(_SORTS[emulated])


@dataclass(frozen=True)
class Attached:
    """The pump that is there. `unit`: in the store."""

    unit: str
    hello: Hello
    emulated: bool

    @property
    def image(self) -> str:
        """In words."""
        return f"{_image(self.hello.bench)} {self.hello.image}"


@dataclass(frozen=True)
class Pumps:
    """Of a session: all that it went on with, the newest last."""

    session: Session
    units: tuple[str, ...]
    emulated: bool

    def why_never(self, there: Attached) -> str:
        """Why this session cannot go on with a pump whatever is answered; "" if it can."""
        own = _sort(self.emulated, self.session.unit.bench_image)
        other = _sort(there.emulated, there.hello.bench)
        if own == other:
            return ""
        return (
            f"session {self.session.id} was opened on {own}; pump {words.serial(there.unit)} is "
            f"{other}: allowed {own}"
        )


def pumps_of(store: Store, session: Session) -> Pumps:
    """A session that does not say on which sort of pump it was opened had an emulated one if it was
    simulated: whether a person is injected must not depend on a guess."""
    standing = [entry for _, entry in apply(store.session_entries(session.id)).standing]
    texts = [entry.text for entry in standing if isinstance(entry, e.HostEvent)]
    taken = [unit for text in texts if (unit := pump_taken_in(text)) is not None]
    says = [emulated for emulated in _SORTS if sort(emulated) in texts]
    emulated = says[0] if says else session.simulated
    return Pumps(session, (session.unit.serial, *taken), emulated)


def go_on(scene: Scene, there: Attached) -> None:
    """Nothing where the session has this pump; another is asked for, and its use written down.
    DeviceError if it must not, or shall not, be used."""
    pumps = pumps_of(scene.talk.store, scene.session)
    if why := pumps.why_never(there):
        raise DeviceError(why)
    if there.unit == pumps.units[-1]:
        return
    own, other = words.serial(pumps.units[-1]), words.serial(there.unit)
    if scene.motion.under_way() is not None:
        raise DeviceError(f"pump {other}: a run is under way, of no session with pump {own}")
    scene.screen.warn(f"this session has pump {own}; this is pump {other}")
    if not scene.screen.ask(
        Question("another", f"Go on with pump {other} instead of pump {own}?", q.yes, "n")
    ):
        raise DeviceError(f"session {scene.talk.name}: allowed pump {own}; pump {other} is not it")
    scene.talk.event(pump_taken(there.unit, f"{there.image}; before it {own}"))
    scene.screen.say(
        "syringe, zero, priming and compliance are of a pump: they are asked for again; what this "
        "pump has recorded before is not of this session"
    )


def has_records_for(scene: Scene, there: Attached) -> bool:
    """Whether a pump may have recorded something late of a closed session; else that is told."""
    pumps = pumps_of(scene.talk.store, scene.session)
    if there.unit in pumps.units and not pumps.why_never(there):
        return True
    own = ", ".join(words.serial(unit) for unit in dict.fromkeys(pumps.units))
    scene.screen.warn(
        f"this session had pump {own}, {_sort(pumps.emulated, scene.session.unit.bench_image)}; "
        f"this is pump {words.serial(there.unit)}, {_sort(there.emulated, there.hello.bench)}: "
        "nothing of it is added"
    )
    return False


def _image(bench: bool) -> str:
    return "bench image" if bench else "production image"


def _sort(emulated: bool, bench: bool) -> str:
    return f"{'an emulated' if emulated else 'a real'} pump with a {_image(bench)}"
