"""Who answers on a board's serial port: Manostat, a MicroPython prompt, or nobody.

First only listening: a pump sends a frame every tick, and is then asked who it is, in a frame
(docs/protocol.md). Only a board that says nothing gets Ctrl-B, on which a prompt tells its
version; a program that runs there is not interrupted.
"""

import re
from dataclasses import dataclass, field, replace
from enum import Enum

from manostat.core import codes
from manostat_sim import telemetry, wire
from manostat_sim.telemetry import FrameReader
from manostat_tools.devices.attached import Attached
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.port import ForbiddenError, GoneError, HeldError, Port

RUNNING_STATES = (codes.SEEKING, codes.SETTLING, codes.INJECTING)
"""States in which the plunger moves, or goes on by itself."""

VERDICTS = (
    "passed",
    "line sensor",
    "second sensor",
    "sensors disagree",
    "unit invalid",
    "image",
    "clock",
    "key held",
    "watchdog",
    "lamp or sounder pin",
    "driver enable pin",
    "flash takes no records",
)
"""Of the self test, by number (docs/protocol.md, hello)."""

_SEQUENCE = 1
_LISTEN_S = 0.5
_BANNER_S = 1.5
_HELLO_S = 3.0
_PROMPT_S = 4.0
_SERVICE_S = 1.5
# What is left of an older banner in the board's buffer may be cut off: it does not match.
_BANNER = re.compile(rb"MicroPython v?(\S+) on [^;]*; ((?:(?!MicroPython)[^\r\n])+)\r\n")


class Kind(Enum):
    """Who answers."""

    MANOSTAT = "Manostat"
    MICROPYTHON = "MicroPython prompt"
    BOOT_LOADER = "boot loader"
    MUTE = "mute"
    HELD = "held by another program"
    FORBIDDEN = "no permission"
    GONE = "no USB"


@dataclass(frozen=True)
class Hello:
    """A hello frame. `verdict`: of the self test, 0 passed; `image`: 16 hex digits of its hash;
    `serial`: as it came, 16 hex digits, "" for none; `room`: pages left in the journal."""

    protocol: int
    bench: bool
    verdict: int
    reset_reason: int
    image: str
    serial: str
    notices: int
    room: int

    @property
    def unit(self) -> str:
        """The serial number as text, "" for none."""
        return bytes.fromhex(self.serial).rstrip(b"\0").decode("ascii", "replace")

    @property
    def words(self) -> str:
        """The verdict in words."""
        if self.verdict < len(VERDICTS):
            return VERDICTS[self.verdict]
        return f"number {self.verdict}, unknown to this version"


@dataclass(frozen=True)
class Answer:
    """`state`: of the newest tick frame, -1 without one; `version`, `machine`: of a prompt."""

    kind: Kind
    hello: Hello | None = None
    state: int = -1
    version: str = ""
    machine: str = ""
    service: bool = False
    """The prompt is that of a pump in service mode; only `with_service` asks."""

    @property
    def moves(self) -> bool:
        """Whether the pump injects, or goes on by itself."""
        return self.state in RUNNING_STATES


@dataclass
class _Ear:
    """What has been heard so far."""

    frames: FrameReader = field(default_factory=FrameReader)
    text: bytes = b""

    def is_frame(self, data: bytes) -> bool:
        self.frames.feed(data)
        self.text += data
        return bool(self.frames.ticks)

    def is_hello(self, data: bytes) -> bool:
        self.frames.feed(data)
        moves = bool(self.frames.ticks) and self.frames.ticks[-1].state in RUNNING_STATES
        return bool(self.frames.hellos) or moves

    def is_prompt(self, data: bytes) -> bool:
        self.text = (self.text + data)[-64:]
        return self.text.endswith(b">>> ")

    def is_done(self, data: bytes) -> bool:
        self.text += data
        return self.text.count(b">>> ") >= 1

    def is_banner(self, data: bytes) -> bool:
        self.text += data
        found = _BANNER.search(self.text)
        return (found is not None and self.text.endswith(b">>> ")) or self.is_frame(data)


def ask(board: Attached, only_listen: bool = False) -> Answer:
    """Who answers, within 5 s; a pump that moves is only listened to.

    `only_listen`: send nothing to one that is silent, such as a pump in its self test, which would
    keep a stray byte as an event of its journal.
    """
    if board.drive:
        return Answer(Kind.BOOT_LOADER)
    if not board.path:
        return Answer(Kind.GONE)
    try:
        with Port(board.path) as port:
            return ask_port(port, only_listen)
    except HeldError:
        return Answer(Kind.HELD)
    except ForbiddenError:
        return Answer(Kind.FORBIDDEN)
    except GoneError:
        return Answer(Kind.GONE)


def ask_port(port: Port, only_listen: bool = False) -> Answer:
    """The same of a port that is open. Raises GoneError if the board goes meanwhile."""
    ear = _Ear()
    heard = port.receive(ear.is_frame, _LISTEN_S)
    if not heard and only_listen:
        return Answer(Kind.MUTE)
    if not heard:
        port.send(b"\x02")
        if not port.receive(ear.is_banner, _BANNER_S):
            return Answer(Kind.MUTE)
        if (banner := _BANNER.search(ear.text)) is not None:
            version, machine = (part.decode("utf-8", "replace") for part in banner.groups())
            return Answer(Kind.MICROPYTHON, version=version, machine=machine)
    if ear.frames.ticks[-1].state not in RUNNING_STATES:
        port.send(b"\0" + wire.hello(_SEQUENCE))
        port.receive(ear.is_hello, _HELLO_S)
    hello = decode_hello(ear.frames.hellos[-1]) if ear.frames.hellos else None
    return Answer(Kind.MANOSTAT, hello, ear.frames.ticks[-1].state)


def with_service(board: Attached, answer: Answer) -> Answer:
    """The same answer of a prompt, knowing whether it is a pump's service mode: only its image has
    this module. One import is typed at the prompt, and nothing else is done there."""
    if answer.kind is not Kind.MICROPYTHON:
        return answer
    ear = _Ear()
    try:
        with Port(board.path) as port:
            port.send(b"import manostat_service\r")
            answered = port.receive(ear.is_done, _SERVICE_S)
    except DeviceError:
        return answer
    return replace(answer, service=answered and b"Error" not in ear.text)


def interrupt(board: Attached) -> bool:
    """Ctrl-C to a pump at rest: True if a prompt comes, as on a development board. A pump's own
    image takes it for a byte like any other, and keeps it as an event."""
    ear = _Ear()
    with Port(board.path) as port:
        port.send(b"\x03")
        return port.receive(ear.is_prompt, _PROMPT_S)


def decode_hello(frame: telemetry.Hello) -> Hello:
    """What the frame says, with hashes and numbers in hexadecimal."""
    return Hello(
        frame.protocol,
        bool(frame.bench),
        frame.verdict,
        frame.reset_reason,
        frame.image_hash.hex(),
        frame.serial.hex() if any(frame.serial) else "",
        frame.notices,
        frame.room,
    )
