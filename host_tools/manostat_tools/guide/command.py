"""`manostat session`: leads through a session, from the levels to the report."""

import argparse
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from manostat_tools.boards import BOARDS, load_board
from manostat_tools.devices.attached import attached
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.probe import Hello
from manostat_tools.guide import questions as q
from manostat_tools.guide.answers import (
    Answers,
    NoMoreAnswersError,
    Person,
    Script,
    WrongAnswerError,
)
from manostat_tools.guide.finish import write_report
from manostat_tools.guide.flow import lead, recover
from manostat_tools.guide.hands import Hands, hints
from manostat_tools.guide.keys import key_for
from manostat_tools.guide.motion import Motion
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.screen import Screen
from manostat_tools.guide.talk import Talk, now, unit_name
from manostat_tools.link import Pump, connect
from manostat_tools.link.held import about
from manostat_tools.report.units import UNITS
from manostat_tools.session import entries as e
from manostat_tools.session.model import UnitIdentity
from manostat_tools.store.arguments import NOTICE, WRONG_INPUT, add_store, refuse, store_file
from manostat_tools.store.errors import ContradictionError, StoreError
from manostat_tools.store.store import Store

_BOARD = "RPI_PICO"
_CONNECT_S = 15.0
_LOOK_S = 0.1
_DECAY_S = 15.0
_WIDTH = 110
_INTERRUPTED = 130
_OPERATOR = Question("operator", "Operator, by name", q.name)
_PATIENT = Question("patient", "Code of the patient, never a name", q.name)
_SIMULATED = Question("simulated", "Into a plant, not into a person?", q.yes)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "session",
        help="lead through a session: levels, preparation, injections, report",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Asks, sets the pump before each run, and follows it; the operator starts\n"
        "everything at the pump. Each answer is stored at once: Ctrl-C, a crash or a pulled cable\n"
        "loses nothing, and --resume goes on (docs/guided-session.md). " + NOTICE,
        epilog="manostat session                     a new one, with the only pump there is\n"
        "manostat session --resume            go on with the newest that is open\n"
        "manostat session --answers FILE      answers from a file, one a line\n\n"
        "Exit code 0: closed, with a report; 1: the pump or the store refused, which is said;\n"
        "2: wrong input; 130: interrupted.",
    )
    parser.add_argument("unit", nargs="?", metavar="UNIT", help="name, port or serial number")
    add_store(parser)
    parser.add_argument(
        "--resume", nargs="?", const="", metavar="ID", help="go on with this one, or the newest"
    )
    parser.add_argument(
        "--answers", type=Path, metavar="FILE", help="one answer a line; # comments"
    )
    parser.add_argument("--key", metavar="FILE", help="the unit's key; bench: the public one")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="of the report (report-ID)")
    parser.add_argument("--pressure-unit", choices=UNITS, default="psi", help="of the report")
    parser.add_argument(
        "--decay",
        type=float,
        default=_DECAY_S,
        metavar="SECONDS",
        help="of the line, watched after an injection for derived values (default %(default)g)",
    )
    parser.add_argument(
        "--emulated-hands",
        nargs="?",
        const="",
        metavar="SCENARIOS",
        help="of an emulated pump only: press its buttons as the guide asks; the discs of the "
        "levels, with commas between",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """One session, or the rest of one."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    screen = Screen(console, _answers(options))
    try:
        with (
            connect(options.unit, _CONNECT_S) as pump,
            Store.open_or_create(store_file(options)) as store,
        ):
            return _session(options, screen, pump, store)
    except (NoMoreAnswersError, KeyboardInterrupt) as ended:
        print(f"\n{str(ended) or 'interrupted'}: all answers are stored", file=sys.stderr)
        print("go on with: manostat session --resume", file=sys.stderr)
        return _INTERRUPTED
    except ContradictionError as wrong:
        return refuse(
            f"the pump's record contradicts what is stored of unit {wrong.unit}: {wrong.lines[0]}; "
            "is it another pump, or was its flash erased? A serial number tells pumps apart, and "
            "--store FILE begins another store",
            1,
        )
    except (WrongAnswerError, StoreError) as wrong:
        return refuse(wrong, WRONG_INPUT)
    except (DeviceError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1


def _answers(options: argparse.Namespace) -> Answers:
    if options.answers is not None:
        lines = options.answers.read_text(encoding="utf-8").splitlines()
        return Script(lines, str(options.answers))
    if sys.stdin.isatty():
        return Person()
    return Script((line.rstrip("\n") for line in sys.stdin), "stdin")


def _session(options: argparse.Namespace, screen: Screen, pump: Pump, store: Store) -> int:
    screen.why_lost = lambda: pump.why_lost
    hello = _hello(pump, screen)
    emulated = any(board.emulated and board.name == pump.name for board in attached())
    hands = _hands(options, pump, emulated, screen)
    key = key_for(options.key, hello)
    unit = unit_name(hello, key)
    screen.flags = _flags(hello, emulated)
    if hello.verdict:
        screen.warn(f"self test: {hello.words}: the pump does not move")
    try:
        name = _resumed(options.resume, store)
        talk = Talk(store, name or _new_name(store), pump, unit, key)
        motion = Motion(talk, screen, hands.meet_next if hands else lambda: None)
        mechanics = load_board(BOARDS / _BOARD).pump
        scene = Scene(talk, screen, motion, mechanics, options.decay)
        screen.head(f"Session {talk.name}, {about(pump, hello)}")
        if name is None:
            _open(scene, hello, emulated)
        else:
            recover(scene)
        if not lead(scene):
            return 0
    finally:
        if hands is not None:
            hands.close()
    folder = options.out or Path(f"report-{talk.name}")
    write_report(store, talk.name, folder, options.pressure_unit, screen)
    return 0


def _hello(pump: Pump, screen: Screen) -> Hello:
    """Who it is; a pump that moves answers when it rests."""
    if pump.state(_CONNECT_S).moves:
        screen.say("the plunger moves: this goes on when it rests (RUN let go is a pause)")
        while not pump.connected or pump.state(_CONNECT_S).moves:
            time.sleep(_LOOK_S)
    return pump.hello(_CONNECT_S)


def _flags(hello: Hello, emulated: bool) -> tuple[str, ...]:
    flags = ("BENCH IMAGE",) if hello.bench else ()
    return (*flags, "EMULATED PUMP") if emulated else flags


def _hands(options: argparse.Namespace, pump: Pump, emulated: bool, screen: Screen) -> Hands | None:
    if options.emulated_hands is None:
        screen.hints = hints(pump.name) if emulated else {}
        return None
    if not emulated:
        raise DeviceError(f"{pump.name}: --emulated-hands: allowed on an emulated pump only")
    scenarios = [name for name in options.emulated_hands.split(",") if name]
    hands = Hands(pump.name, scenarios, screen.warn)
    screen.listeners.append(hands.hear)
    return hands


def _resumed(asked: str | None, store: Store) -> str | None:
    """The name of the session that goes on; None for a new one. StoreError if there is none."""
    if asked is None:
        return None
    names = store.sessions()
    open_ones = [name for name in names if not _is_closed(store, name)]
    if asked and asked not in names:
        raise StoreError(
            f"--resume {asked}: allowed {', '.join(names) or 'none: nothing is stored'}"
        )
    if not asked and not open_ones:
        raise StoreError("--resume: no session is open")
    return asked or open_ones[-1]


def _is_closed(store: Store, name: str) -> bool:
    return any(isinstance(entry, e.Closed) for entry in store.session_entries(name))


def _new_name(store: Store) -> str:
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    taken = set(store.sessions())
    number = 1
    while f"{day}-{number}" in taken:
        number += 1
    return f"{day}-{number}"


def _open(scene: Scene, hello: Hello, emulated: bool) -> None:
    """Who, whom, with what; what the pump has recorded before is stored first, and is not of this
    session."""
    scene.motion.pull()
    operator = scene.screen.ask(_OPERATOR)
    patient = scene.screen.ask(_PATIENT)
    simulated = emulated or scene.screen.ask(_SIMULATED)
    unit = UnitIdentity(
        serial=scene.talk.unit,
        image_hash=hello.image,
        firmware=f"protocol {hello.protocol}",
        bench_image=hello.bench,
    )
    scene.add(
        e.Opened(
            host_utc=now(),
            operator=operator,
            patient_code=patient,
            simulated=simulated,
            unit=unit,
        )
    )
