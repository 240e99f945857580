"""Recorded inputs decided again, on any near side that takes them tick by tick.

A tick frame holds all inputs of its tick and what was decided. Integers only, so another runtime
must come to the same outputs to the bit, tick by tick.
"""

from collections.abc import Callable, Sequence
from typing import Any

from manostat.core.inputs import Inputs
from manostat_sim.telemetry import TickFrame

OUTPUTS = ("state", "reason", "grant", "fault", "pressure_pa", "steps", "opening_pa")
"""Fields of a tick frame that are decided; the others are read."""

_TICK_US = 2000
_NUMBERS = 0x10000  # a frame carries 16 bits of its tick's number


Decide = Callable[[Inputs], Any]
"""One tick of a near side: answers with what has the attributes in OUTPUTS."""


def replay(frames: Sequence[TickFrame], decide: Decide) -> list[TickFrame]:
    """The same inputs with the outputs that `decide` gives.

    `frames` begin within the first 65535 ticks after power-on, with nothing journalled before and
    nothing pressed yet: what was sent before a host listened is taken to equal the first frame.
    ValueError for frames that are not consecutive.
    """
    inputs = Inputs()
    if frames:
        _fill(inputs, frames[0])
        inputs.elapsed_us = _TICK_US
        for _ in range(frames[0].tick - 1):
            decide(inputs)
    decided = []
    for number, frame in enumerate(frames):
        if (frame.tick - frames[0].tick - number) % _NUMBERS:
            raise ValueError(f"frame {number}: tick {frame.tick} follows {frames[number - 1].tick}")
        _fill(inputs, frame)
        decision = decide(inputs)
        decided.append(frame._replace(**{name: getattr(decision, name) for name in OUTPUTS}))
    return decided


def difference(recorded: Sequence[TickFrame], decided: Sequence[TickFrame]) -> str:
    """The first field that differs, in words; empty when all are equal to the bit."""
    for before, after in zip(recorded, decided, strict=True):
        for name in TickFrame._fields:
            was, is_now = getattr(before, name), getattr(after, name)
            if was != is_now:
                return f"tick {before.tick}: {name} was {was}, decided again it is {is_now}"
    return ""


def _fill(inputs: Inputs, frame: TickFrame) -> None:
    inputs.elapsed_us = frame.elapsed_us
    inputs.line_raw = frame.line_raw
    inputs.line_status = frame.line_status
    inputs.second_raw = frame.second_raw
    inputs.switches = frame.switches
    inputs.made = frame.made
    inputs.refused = frame.refused
