"""The kernel against CPython: each tick by a digest, all of the state at the end by its bits."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

import numpy as np

from manostat_sim.campaign.draw import run_of
from manostat_sim.campaign.layout import Layout


class Fast(Protocol):
    """What is compared with CPython: `kernel.Kernel` or `uncompiled.Uncompiled`."""

    layout: Layout
    records: Callable[[Any], Any]
    run: Callable[[Any], Any]
    tick: Callable[[Any], Any]


class Compared(NamedTuple):
    """`equal` of `runs` runs were equal to the bit, in `ticks` ticks of virtual time.

    `differing`: seeds of the others. `cpython_s`: time that CPython took from draws to ends.
    """

    runs: int
    equal: int
    ticks: int
    differing: tuple[int, ...]
    cpython_s: float


class Difference(NamedTuple):
    """The first tick after which a run differs, from 0, and each field's value: (CPython's, the
    kernel's)."""

    tick: int
    fields: dict[str, tuple[Any, Any]]


def compare(kernel: Fast, draws: Any, clock: Callable[[], float]) -> Compared:
    """Make these runs on both sides. `clock` tells seconds, of the processor or of the wall."""
    records = kernel.records(draws)
    kernel.run(records)
    cpython_s = 0.0
    differing = []
    for draw, record in zip(draws, records, strict=True):
        begin_s = clock()
        plain = run_of(draw)
        plain.run()
        cpython_s += clock() - begin_s
        if kernel.layout.pack(plain).tobytes() != record.tobytes():
            differing.append(int(draw["seed"]))
    ticks = int(records[kernel.layout.field_of("score.ticks")].sum())
    equal = len(draws) - len(differing)
    return Compared(len(draws), equal, ticks, tuple(differing), cpython_s)


def first_difference(kernel: Fast, draw: Any) -> Difference | None:
    """Make one run on both sides tick by tick: what differs first, None for nothing."""
    plain = run_of(draw)
    records = kernel.records(np.array([draw]))
    layout = kernel.layout
    tick = 0
    while plain.going():
        plain.tick()
        kernel.tick(records)
        fields = differing_fields(layout, layout.pack(plain), records[0])
        if fields:
            return Difference(tick, fields)
        tick += 1
    return None


def differing_fields(layout: Layout, one: Any, other: Any) -> dict[str, tuple[Any, Any]]:
    """The fields of two records that are not equal to the bit."""
    names: Iterable[str] = layout.dtype.names or ()
    return {
        name: (one[name].tolist(), other[name].tolist())
        for name in names
        if one[name].tobytes() != other[name].tobytes()
    }
