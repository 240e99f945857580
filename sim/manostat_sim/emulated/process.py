"""The process around one emulated board: one loop that runs it, waits in select, and answers."""

import select
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from manostat_sim.emulated.board import BOOT_LOADER, OFF, EmulatedBoard
from manostat_sim.emulated.control import Control, Ended
from manostat_sim.emulated.pace import Pace
from manostat_sim.emulated.registry import Place
from manostat_sim.emulated.serial_port import SerialPort
from manostat_sim.emulator import EmulatedPico
from manostat_sim.emulator.flash import erased_flash, write_uf2

_SLICE_US = 1000
_WAIT_S = 0.01
"""How long an idle board may be left alone: what it then says by itself is that much late."""


def emulate(
    name: str,
    image: Path | None,
    scenario: str,
    pins: Mapping[str, int],
    say: Callable[[str], None],
    bootsel: bool = False,
    kept: Path | None = None,
) -> None:
    """Run an emulated board under `name` until it is asked to end, or interrupted.

    `image`: a UF2 in its flash; None: nothing is put there. `bootsel`: held at power-on. `kept`: a
    file with all of its flash to start from, if it is there, and to leave at the end. Registration
    and port are gone afterwards. Raises ValueError for a name, an image or a flash that cannot be,
    NameTakenError for a name that is in use.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    place = Place(name, str(image or "none"), scenario, started)  # first: who looks sees it start
    try:
        _compile_emulator()
        port = SerialPort(place.tty)
        flash = bytearray(kept.read_bytes()) if kept and kept.exists() else erased_flash()
        if image is not None:
            write_uf2(flash, image)
        board = EmulatedBoard(bytes(flash), scenario, pins, port, place.drive)
        board.bootsel = bootsel
        control = Control(place.control, board)
        try:
            board.power_on()
            say(f"{name}: powered; serial port {place.tty}")
            _run(board, control, partial(_say_ready, name, place, say))
        except Ended:
            pass
        finally:
            control.close()
            board.power_off()
            if kept is not None:
                kept.write_bytes(board.flash)
    finally:
        place.leave()


def _compile_emulator() -> None:
    """The first time it takes 10 s or more, in which a board that runs would answer nobody."""
    pico = EmulatedPico()
    pico.power_on()
    powered = pico._powered
    assert powered is not None
    if powered._fast_core is not None:
        powered._fast_core.run(powered.clock, 0)


def _say_ready(name: str, place: Place, say: Callable[[str], None], board: EmulatedBoard) -> bool:
    """Once it can be talked to."""
    if board.mode == BOOT_LOADER:
        say(f"{name}: ready: boot loader {place.drive}")
    elif board.port.present:
        say(f"{name}: ready: {place.tty}")
    else:
        return False
    return True


def _run(
    board: EmulatedBoard,
    control: Control,
    say_ready: Callable[[EmulatedBoard], bool] = lambda _board: True,
) -> None:
    pace = Pace(board.now_us)
    is_ready = False
    while True:
        allowed_us = pace.allowed_us(board.now_us)
        if allowed_us > board.now_us:
            board.advance_to(min(allowed_us, board.now_us + _SLICE_US))
        if board.mode == BOOT_LOADER:
            board.look_at_drive()
        is_ready = is_ready or say_ready(board)
        control.look()
        behind = pace.allowed_us(board.now_us) > board.now_us + _SLICE_US
        wait_for: list = control.sockets()
        if board.mode != OFF and (pty := board.port.fileno()) is not None:
            wait_for.append(pty)
        ready, _, _ = select.select(wait_for, [], [], 0 if behind else _WAIT_S)
        control.serve(ready)
