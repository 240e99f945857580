"""`manostat session`: leads through a session, from the levels to the report."""

import argparse
import sys
import time
from dataclasses import dataclass
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
from manostat_tools.guide.options import add_options, go_on_with, scenarios_of, wrong_options
from manostat_tools.guide.pumps import Attached, go_on, has_records_for, sort
from manostat_tools.guide.questions import Question
from manostat_tools.guide.resumed import is_closed, late, new_name, resumed, whose
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.screen import Screen
from manostat_tools.guide.talk import Talk, now, unit_name
from manostat_tools.image import known
from manostat_tools.link import Pump, connect
from manostat_tools.link.held import about
from manostat_tools.session import entries as e
from manostat_tools.session.corrections import FoldError
from manostat_tools.session.identity import written
from manostat_tools.session.model import UnitIdentity
from manostat_tools.store.arguments import WRONG_INPUT, refuse, store_file
from manostat_tools.store.errors import ContradictionError, StoreError
from manostat_tools.store.store import Store
from manostat_tools.words import serial

_BOARD = "RPI_PICO"
_CONNECT_S = 15.0
_LOOK_S = 0.1
_WIDTH = 110
_INTERRUPTED = 130
_OPERATOR = Question("operator", "Operator, by name", q.name)
_PATIENT = Question("patient", "Code of the patient, never a name", q.name)
_SIMULATED = Question("simulated", "Into a plant, not into a person?", q.yes)


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    add_options(subparsers).set_defaults(run=run)


@dataclass
class _Standing:
    """`name`: of the session once it is in the store."""

    name: str | None = None
    hands: Hands | None = None


def run(options: argparse.Namespace) -> int:
    """One session, or the rest of one."""
    if problems := wrong_options(options):
        for line in problems:
            refuse(line)
        return WRONG_INPUT
    standing = _Standing()
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)
    screen = Screen(console, _answers(options))
    try:
        with (
            connect(options.unit, _CONNECT_S) as pump,
            Store.open_or_create(store_file(options)) as store,
        ):
            return _session(options, screen, pump, store, standing)
    except (NoMoreAnswersError, KeyboardInterrupt) as ended:
        return _interrupted(str(ended) or "interrupted", options, standing)
    except ContradictionError as wrong:
        return refuse(
            f"the pump's record contradicts what is stored of unit {serial(wrong.unit)}: "
            f"{wrong.lines[0]}; "
            "is it another pump, or was its flash erased? A serial number tells pumps apart, and "
            "--store FILE begins another store",
            1,
        )
    except (WrongAnswerError, StoreError) as wrong:
        return refuse(wrong, WRONG_INPUT)
    except FoldError as wrong:
        return refuse(f"what is stored of this session contradicts itself: {wrong}", 1)
    except (DeviceError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1


def _interrupted(why: str, options: argparse.Namespace, standing: _Standing) -> int:
    """Say what is stored, and the command that goes on."""
    left = standing.hands.left if standing.hands is not None else scenarios_of(options)
    command = go_on_with(options, standing.name, left)
    if standing.name is None:
        print(f"\n{why}: no session was begun, nothing is stored of one", file=sys.stderr)
        print(f"begin again with: {command}", file=sys.stderr)
    else:
        print(f"\n{why}: all answers are stored", file=sys.stderr)
        print(f"go on with: {command}", file=sys.stderr)
    return _INTERRUPTED


def _answers(options: argparse.Namespace) -> Answers:
    if options.answers is not None:
        lines = options.answers.read_text(encoding="utf-8").splitlines()
        return Script(lines, str(options.answers))
    if sys.stdin.isatty():
        return Person()
    return Script((line.rstrip("\n") for line in sys.stdin), "stdin")


def _session(
    options: argparse.Namespace, screen: Screen, pump: Pump, store: Store, standing: _Standing
) -> int:
    screen.why_lost = lambda: pump.why_lost
    hello = _hello(pump, screen)
    emulated = any(board.emulated and board.name == pump.name for board in attached())
    hands = standing.hands = _hands(options, pump, emulated, screen)
    key = key_for(options.key, hello)
    unit = unit_name(hello, key)
    screen.flags = _flags(hello, emulated)
    if hello.verdict:
        screen.warn(f"self test: {hello.words}: the pump does not move")
    try:
        name = standing.name = resumed(options.resume, store)
        was_closed = name is not None and is_closed(store, name)
        talk = Talk(store, name or new_name(store), pump, unit, key)
        motion = Motion(talk, screen, hands.meet_next if hands else lambda: None)
        mechanics = load_board(BOARDS / _BOARD).pump
        scene = Scene(talk, screen, motion, mechanics, options.decay)
        screen.head(f"Session {talk.name}")
        screen.say(about(pump, hello))
        there = Attached(unit, hello, emulated)
        if name is not None:
            screen.say(whose(scene.session), "bold")
        if was_closed:
            late(scene, has_records_for(scene, there))
        elif name is not None:
            go_on(scene, there)
            recover(scene)
        else:
            _open(scene, hello, emulated)
            standing.name = talk.name
        if not lead(scene):
            return 0
    finally:
        if hands is not None:
            hands.close()
    folder = options.out or Path(f"report-{talk.name}")
    try:
        write_report(store, talk.name, folder, options.pressure_unit, screen)
    except OSError as problem:
        where = f"{problem.filename or folder}: {problem.strerror or problem}"
        print(f"the session is closed and stored; its report is not written: {where}; then:")
        print(f"manostat sessions report {talk.name} --out FOLDER")
        return 1
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
    hands = Hands(pump.name, scenarios_of(options), screen.warn)
    screen.listeners.append(hands.hear)
    return hands


def _firmware(hello: Hello) -> str:
    versions = known.versions_of(hello.image)
    return written(hello.protocol, *((versions.firmware, versions.micropython) if versions else ()))


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
        firmware=_firmware(hello),
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
    scene.talk.event(sort(emulated))
