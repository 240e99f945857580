# mypy: ignore-errors
"""Stands in for firmware/main.py on a development board: Ctrl-C gets back to the prompt.

There the processor would be for ever the pump's. Here the pump is stopped as an exception stops it,
the watchdog is switched off, and the prompt is there for the next deploy.
"""

import gc

import machine
import manostat_board as board
import micropython

micropython.alloc_emergency_exception_buf(128)

from manostat import reset, watchdog  # noqa: E402 - after what must be done first, as in main.py

_WATCHDOG_CTRL_CLEAR = 0x4005B000
_WATCHDOG_ENABLE = 1 << 30

reset.begin()  # at power-on this ends in a reset: the proof of the watchdog
# What is not frozen takes longer to import than the watchdog waits.
machine.mem32[_WATCHDOG_CTRL_CLEAR] = _WATCHDOG_ENABLE

from manostat import app  # noqa: E402

if not reset.watchdog_failed:
    watchdog.start(watchdog.REST_MS)


def _let_go(pump):
    machine.Pin(board.PIN_ENABLE_N, machine.Pin.IN)
    if pump is not None:
        pump.lease.stop()
        pump.lamps.show(0, 0, 0, 0, 0)
    machine.mem32[_WATCHDOG_CTRL_CLEAR] = _WATCHDOG_ENABLE
    micropython.heap_lock()
    while micropython.heap_unlock():  # the loop runs with the heap locked
        pass


def _run():
    pump = None
    try:
        pump = app.App()
        pump.prepare()
        gc.collect()
        pump.run()
    finally:
        _let_go(pump)


_run()
