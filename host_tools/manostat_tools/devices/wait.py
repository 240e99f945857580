"""Waits for what answers after a reset, with a deadline, and looks at it."""

import time

from manostat_tools.devices.attached import Attached, attached
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.probe import Answer, Kind, ask

_LOOK_S = 0.05


def same_board(before: Attached) -> Attached | None:
    """The board as it is attached now, or None while it is not.

    Firmware and boot loader show other USB identities: what is not known by name or by serial
    number is taken for the board only if nothing else is attached that it could be.
    """
    boards = [
        board
        for board in attached()
        if board.emulated == before.emulated and (board.path or board.drive)
    ]
    for board in boards:
        if board.name == before.name or (before.serial and board.serial == before.serial):
            return board
    others = [board for board in boards if board.drive or before.drive]
    return others[0] if not before.emulated and len(others) == 1 else None


def wait_for(before: Attached, kind: Kind, limit_s: float) -> tuple[Attached, Answer]:
    """The board and its answer once it is of this kind, with a hello where it is Manostat.

    DeviceError, with what is there instead, after `limit_s` seconds of wall time.
    """
    ends_s = time.monotonic() + limit_s
    while time.monotonic() < ends_s:
        board = same_board(before)
        if board is not None:
            answer = ask(board, only_listen=kind is not Kind.MICROPYTHON)
            complete = answer.kind is not Kind.MANOSTAT or answer.hello is not None
            if answer.kind is kind and complete:
                return board, answer
        time.sleep(_LOOK_S)
    board = same_board(before)
    there = Kind.GONE.value if board is None else ask(board).kind.value
    raise DeviceError(
        f"{before.name}: {kind.value} was expected within {limit_s:g} s, and there is: {there}"
    )
