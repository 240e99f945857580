"""Faults of the link and of the host behind it: only on a bench with a real image."""

import random
from collections.abc import Callable
from functools import partial

from manostat_sim import wire
from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.faults.asked import goes_on, no_step
from manostat_sim.faults.model import Fault, Reaction
from manostat_sim.faults.states import UNIT
from manostat_sim.faults.stored import sound, written

_FLOOD_BYTES = 20_000
_FLOOD = wire.hello(1) + wire.journal(2) + wire.trace(3) + b"\x03\x04\r\n\x00"
_GARBAGE_SEED = 1
_PUBLIC_KEY = b"bench key: known, proves nothing"
"""Of a board that was given none (docs/link-api.md)."""
_OTHER = (*UNIT[:2], UNIT[2] // 2, *UNIT[3:])


def pico_of(bench: Bench) -> PicoBench:
    if not isinstance(bench, PicoBench):
        raise TypeError(f"the {bench.name} bench has no processor, power, flash or link")
    return bench


def _cable(plugged: bool, bench: Bench) -> None:
    pico_of(bench).pico.usb.connected = plugged


def _host_reads(reads: bool, bench: Bench) -> None:
    pico_of(bench).host_reads(reads)


def _host_sends(data: bytes, bench: Bench) -> None:
    pico_of(bench).pico.usb.write(data)


def _host_replays(bench: Bench) -> None:
    """Twice a setting that was signed with the unit's own key for the boot before this one."""
    board = pico_of(bench)
    boot = max(record.boot for record in sound(written(board)).values())
    _host_sends(wire.set_unit(1, boot - 1, 1, _OTHER, _PUBLIC_KEY) * 2, bench)


def unnoticed(
    name: str,
    text: str,
    inject: Callable[[Bench], None],
    mend: Callable[[Bench], None] | None,
    *requirements: str,
    reaction: Reaction | None = None,
) -> Fault:
    return Fault(
        name,
        text,
        inject,
        reaction or goes_on(*requirements, "B-01", seconds=0.15),
        no_step(*requirements, seconds=0.1),
        mend,
        on_time=True,
    )


LINK = (
    unnoticed(
        "link-unplugged",
        "the USB cable is pulled out",
        partial(_cable, False),
        partial(_cable, True),
        "B-06",
    ),
    unnoticed(
        "link-flood",
        "the host sends all that the wire takes, requests among them",
        partial(_host_sends, _FLOOD * (_FLOOD_BYTES // len(_FLOOD))),
        None,
        "S-01",
        "S-02",
    ),
    unnoticed(
        "link-garbage",
        "the host sends 2000 random bytes",
        partial(_host_sends, random.Random(_GARBAGE_SEED).randbytes(2000)),
        None,
        "S-01",
        "S-02",
    ),
    unnoticed(
        "link-half-frame",
        "the host sends the first half of a frame, and no more",
        partial(_host_sends, wire.STOP[: len(wire.STOP) // 2]),
        None,
        "S-01",
        "S-02",
    ),
    unnoticed(
        "link-silent",
        "the host stops reading",
        partial(_host_reads, False),
        partial(_host_reads, True),
        "B-06",
    ),
    unnoticed(
        "link-replay",
        "a setting of the unit that somebody recorded in the boot before is sent again, twice",
        _host_replays,
        None,
        "S-02",
    ),
)
