"""Which board is meant, and where it is now: its port may go, and come back under another name."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from manostat_tools.devices.attached import Attached, attached
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.port import ForbiddenError, HeldError, Port
from manostat_tools.devices.probe import Answer, Kind, ask

_LOOK_S = 0.1
_APPEARS_S = 0.5
"""A board whose port is about to appear."""


@dataclass(frozen=True)
class Place:
    """A board, or a port that `manostat boards` does not list."""

    board: Attached
    listed: bool = True

    @property
    def name(self) -> str:
        """As `manostat boards` shows it."""
        return self.board.name

    def path(self) -> str:
        """Its port now, "" while it has none. A real board is known by the serial number of its
        USB, so that another one in the same socket is not taken for it."""
        if not self.listed:
            return self.board.path if Path(self.board.path).exists() else ""
        mine = self.board
        for board in attached():
            if board.emulated == mine.emulated and (
                board.serial == mine.serial if mine.serial else board.name == mine.name
            ):
                return board.path
        return ""


def find_pump(unit: str | None, limit_s: float) -> Place:
    """The board that is meant by a name, a port's path, a serial number of its USB or of the unit;
    None: the only one that answers as a pump.

    DeviceError in one line if there is none, or more than one. A board that is mute is waited for
    `limit_s` seconds, in which a pump ends its self test. A pump that moves does not tell its
    unit's serial number.
    """
    began_s = time.monotonic()
    while True:
        if unit is not None and (place := _named(unit)) is not None:
            return place
        boards = [board for board in attached() if board.path]
        if unit is None and len(boards) == 1:
            return Place(boards[0])
        with ThreadPoolExecutor(max(len(boards), 1)) as pool:
            answers = list(pool.map(lambda board: ask(board, only_listen=True), boards))
        pairs = list(zip(boards, answers, strict=True))
        pumps = [pair for pair in pairs if pair[1].kind is Kind.MANOSTAT]
        if unit is not None:
            pumps = [pair for pair in pumps if unit in _serials(pair[1])]
        if len(pumps) == 1:
            return Place(pumps[0][0])
        mute = any(answer.kind in (Kind.MUTE, Kind.GONE) for answer in answers)
        if pumps or time.monotonic() - began_s >= (limit_s if mute else min(limit_s, _APPEARS_S)):
            raise _none_or_many(unit, pairs, pumps)
        time.sleep(_LOOK_S)


def _named(unit: str) -> Place | None:
    for board in attached():
        if unit in (board.name, board.path, board.serial) and unit:
            return Place(board)
    if "/" in unit:
        name = Path(unit).name
        return Place(Attached(name, False, unit, ""), listed=False)
    return None


def _serials(answer: Answer) -> tuple[str, ...]:
    """The unit's serial number as text and in hexadecimal; nothing if it has none."""
    if answer.hello is None or not answer.hello.serial:
        return ()
    raw = bytes.fromhex(answer.hello.serial)
    return (raw.rstrip(b"\0").decode("ascii", "replace"), answer.hello.serial)


def _none_or_many(
    unit: str | None, pairs: list[tuple[Attached, Answer]], pumps: list[tuple[Attached, Answer]]
) -> DeviceError:
    if pumps:
        names = ", ".join(board.name for board, _ in pumps)
        of = f" with the serial number {unit}" if unit is not None else ""
        return DeviceError(f"more than one pump{of}: {names}; name one of them")
    for board, answer in pairs:  # the error that opening it gives says who holds it
        if answer.kind in (Kind.HELD, Kind.FORBIDDEN):
            try:
                with Port(board.path):
                    pass
            except (HeldError, ForbiddenError) as problem:
                return problem
            except DeviceError:
                continue
    there = ", ".join(f"{board.name} ({answer.kind.value})" for board, answer in pairs)
    what = "no pump" if unit is None else f"no pump {unit}"
    return DeviceError(f"{what} answers; attached: {there or 'none'}; see: manostat boards")
