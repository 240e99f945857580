"""The door to service mode: STOP and PAIN held at power-on for 3 s (S-04; docs/service.md).

Where they are not both pressed at the first look the start goes on at once. Behind the door the
driver is disabled, every pin but three lamps is released, and MicroPython's prompt is on USB.
"""

from time import sleep_ms, ticks_diff, ticks_ms

import manostat_board as board
from micropython import const

from manostat import reset, watchdog
from manostat.drivers.lamps import Lamps
from manostat.drivers.switches import Switches
from manostat.link.console import Console

_HELD_MS = const(3000)  # longer than anybody holds two buttons by chance (E)
_BYTES_A_MS = const(64)
_STOP_AND_PAIN = const(8)  # PAIN_NO high
_TAPS = const(9)  # STOP_OK and PAIN_NO: what is behind an open STOP cannot be seen


def is_opened() -> bool:
    """Wait as long as both are held; whether service mode is open then, and is on record.

    Not after a reset of any kind but the one of power: somebody may be using the pump.
    """
    if reset.reason != reset.POWER or not reset.at_power_on:
        return False
    switches = Switches(board.SWITCH_SHIFT)
    if not _are_held(switches):
        return False
    lamps = Lamps(
        board.PIN_LAMP_READY,
        board.PIN_LAMP_HIGH,
        board.PIN_LAMP_MEDIUM,
        board.PIN_LAMP_LOW,
        board.PIN_SOUNDER,
    )
    lamps.show(0, 1, 1, 0, 0)
    console = Console()
    begun_ms = ticks_ms()
    while ticks_diff(ticks_ms(), begun_ms) < _HELD_MS:
        sleep_ms(1)
        watchdog.feed(0)
        _drop(console)
        if not _are_held(switches):
            lamps.show(0, 0, 0, 0, 0)
            return False
    return _open()


def _are_held(switches) -> bool:
    return switches.read() & _TAPS == _STOP_AND_PAIN


def _drop(console):
    """What a host sends before the prompt is there must not be typed at it."""
    for _ in range(_BYTES_A_MS):
        if console.poll() < 0:
            return


def _open():
    import manostat_service

    from manostat import service

    lit = 1 << board.PIN_LAMP_HIGH | 1 << board.PIN_LAMP_MEDIUM | 1 << board.PIN_LAMP_LOW
    if not manostat_service.open(board.PIN_STOP_OK, board.PIN_PAIN_NO, lit):
        return False
    reset.forget_proof()
    service.log_opened()
    return True
