"""A pump in service mode, and the calls of its `manostat.service`, with a deadline on each.

What a call raises is DeviceError, one line: the connection is gone, nothing answers; or
RefusalError: the pump has answered, and said no.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from manostat_tools import words
from manostat_tools.devices.attached import Attached, attached, find
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.port import holder
from manostat_tools.devices.probe import Answer, Kind, ask
from manostat_tools.devices.prompt import BoardRaisedError, Prompt

HOW = (
    "power off, hold STOP and PAIN, power on, and keep both until the lamps HIGH, MEDIUM and LOW "
    "are lit steadily (LOW after 3 s); then the same command again"
)
"""The way into service mode (docs/service.md), in one line."""

_STORE_S = 30.0
"""Of the wall: the journal is read, then two blocks erased and programmed. An emulated board is
slower than a real one."""
_WHO = """
try:
 import manostat_service
 from manostat import service
except ImportError:
 print('{"plain": 1}')
else:
 service.who()
"""
_CONTENTS = """
import json,manostat_board as board
from manostat import unit_page,identity_page
print(json.dumps([unit_page.load(board.UNIT_FLASH_OFFSET),
 identity_page.load(board.IDENTITY_FLASH_OFFSET)]))
"""

_HELD = """
from machine import Pin
import manostat_board as board
print('[%d,%d]'%(not Pin(board.PIN_STOP_OK,Pin.IN).value(),Pin(board.PIN_PAIN_NO,Pin.IN).value()))
"""
_LOOK_S = 0.2


class RefusalError(DeviceError):
    """The pump has refused, or its flash has not taken, what was to be stored."""


def find_service(name: str | None) -> Attached:
    """The board of this name, port or USB serial, at a prompt; without a name the only one that is.

    DeviceError in one line, with the way into service mode, for every other.
    """
    if name is not None:
        board = find(name)
        refuse_unless_prompt(board, ask(board))
        return board
    boards = attached()
    if not boards:
        raise DeviceError(f"no board is attached; service mode: {HOW}")
    with ThreadPoolExecutor(len(boards)) as pool:
        answers = list(pool.map(ask, boards))
    prompts = [
        board
        for board, answer in zip(boards, answers, strict=True)
        if answer.kind is Kind.MICROPYTHON
    ]
    if len(prompts) == 1:
        return prompts[0]
    if prompts:
        names = ", ".join(board.name for board in prompts)
        raise DeviceError(f"{len(prompts)} boards are at a prompt: name one of {names}")
    if len(boards) == 1:
        refuse_unless_prompt(boards[0], answers[0])
    names = ", ".join(
        f"{board.name} ({answer.kind.value})" for board, answer in zip(boards, answers, strict=True)
    )
    raise DeviceError(f"no board is in service mode: {names}; {HOW}")


def refuse_unless_prompt(board: Attached, answer: Answer) -> None:
    """DeviceError, with what is there instead and what to do, unless a prompt answers."""
    name = board.name
    match answer.kind:
        case Kind.MICROPYTHON:
            return
        case Kind.MANOSTAT if answer.moves:
            why = (
                f"{name} is injecting, nothing is done to it. Press STOP; at the end of the session"
            )
        case Kind.MANOSTAT:
            why = f"{name} runs as a pump ({words.state_name(answer.state)}), not in service mode:"
        case Kind.BOOT_LOADER:
            why = f"{name} is in its boot loader: manostat flash {name} IMAGE; then"
        case Kind.HELD:
            raise DeviceError(f"{name} is held by {holder(board.path)}; close that program")
        case Kind.FORBIDDEN:
            raise DeviceError(f"{name} may not be opened by you; see: manostat doctor")
        case Kind.GONE:
            why = f"{name} has no USB: plug its cable in;"
        case _:
            why = f"{name} says nothing (a self test, service mode not reached yet, an inert pump):"
    raise DeviceError(f"{why} {HOW}")


class Service:
    """The calls, over a prompt that is open. Nothing here is a secret but the argument of
    `store_key`, which is in no message."""

    def __init__(self, name: str, prompt: Prompt) -> None:
        self._name = name
        self._prompt = prompt

    def who(self) -> dict[str, Any]:
        """What docs/service.md says of `who()`. DeviceError too if it is plain MicroPython."""
        told = self._ask(_WHO)
        if not isinstance(told, dict) or "plain" in told:
            raise DeviceError(
                f"{self._name} is at the prompt of plain MicroPython, with no pump's image: "
                f"manostat flash {self._name} IMAGE; then {HOW}"
            )
        return told

    def contents(self) -> tuple[list[int], dict[str, Any]]:
        """The unit's nine integers and the identity, as the flash has them; empty: none valid."""
        values, identity = self._ask(_CONTENTS)
        return list(values or ()), dict(identity or {})

    def store_unit(self, values: tuple[int, ...]) -> None:
        """Both copies. The pump validates the values itself."""
        self._store(f"store_unit({list(values)!r})")

    def store_identity(self, identity: dict[str, Any]) -> None:
        """Both copies."""
        self._store(f"store_identity({identity!r})")

    def store_key(self, key: bytes) -> None:
        """The one copy there is."""
        self._store(f"store_key({key!r})")

    def held(self) -> list[str]:
        """Which of STOP and PAIN are pressed."""
        pressed = zip(("STOP", "PAIN"), self._ask(_HELD), strict=True)
        return [name for name, is_pressed in pressed if is_pressed]

    def await_free(self, limit_s: float, say: Callable[[str], None]) -> None:
        """Until both are let go of: the self test wants them free. DeviceError after `limit_s`
        seconds of wall time."""
        ends_s = time.monotonic() + limit_s
        told: list[str] = []
        while held := self.held():
            names = " and ".join(held)
            if time.monotonic() >= ends_s:
                raise DeviceError(
                    f"{names} still pressed after {limit_s:g} s: let go, power off and on, and "
                    "`manostat boards` shows whether its self test passed"
                )
            if held != told:
                say(f"let go of {names}: this waits for it, at most {limit_s:g} s")
                told = held
            time.sleep(_LOOK_S)

    def reset(self) -> None:
        """Restart; the connection is given up."""
        self._prompt.start("import machine\nmachine.reset()")

    def leave(self) -> None:
        """Give the port back: a board that is powered off under an open port may come back under
        another name."""
        self._prompt.close()

    def _store(self, call: str) -> None:
        told = self._ask(f"from manostat import service\nservice.{call}", _STORE_S)
        if "error" in told:
            raise RefusalError(f"{self._name} refused: {told['error']}")

    def _ask(self, code: str, limit_s: float = _STORE_S) -> Any:
        try:
            said = self._prompt.run(code, limit_s)
        except BoardRaisedError as raised:
            raise RefusalError(str(raised)) from None  # its traceback has lines, and no arguments
        try:
            return json.loads(said.strip().splitlines()[-1])
        except (ValueError, IndexError):
            raise DeviceError(f"{self._name} answered something that is not its own") from None
