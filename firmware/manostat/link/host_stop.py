"""STOP of a host, heard by the image itself once a tick (firmware/inert/inert.c).

The image scans every byte of the host for the one STOP frame there is (docs/protocol.md), and
drops all others while the pump moves or is about to. A tick has no time for more: what was heard
stands in one register, at which `Switches.read` looks. Nothing else uses SCRATCH3 of the watchdog.
"""

import machine
from micropython import const

from manostat.link.codes import STOP_AT_REST, STOP_HEARD

_SLATE = const(0x40058018)  # WATCHDOG SCRATCH3 (RP2040 datasheet 4.7.6, M)
_LISTEN = const(1)  # what the image has heard stands in the bits above


class HostStop:
    """Listens for nothing until told to: a watchdog's reset would leave the register as it was."""

    def __init__(self):
        machine.mem32[_SLATE] = 0

    def listen(self, on: int):
        """Call once a tick at rest; `on`: motion may begin in the next one. Motion keeps what the
        last tick at rest has said, and the first tick at rest ends it: so a STOP is shown until the
        tick that obeys it, and never to a pump at rest, where it could acknowledge."""
        told = machine.mem32[_SLATE]
        if told & _LISTEN != on:
            if told & STOP_AT_REST and on:  # it came in this very tick
                told ^= STOP_AT_REST | STOP_HEARD
            machine.mem32[_SLATE] = told ^ _LISTEN

    def has_told(self) -> bool:
        """Whether there is something to `take`."""
        return machine.mem32[_SLATE] > _LISTEN

    def take(self) -> int:
        """What was heard since the last call (bits of codes.py); at rest only."""
        told = machine.mem32[_SLATE]
        machine.mem32[_SLATE] = told & _LISTEN
        return told & ~_LISTEN
