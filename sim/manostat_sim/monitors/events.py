"""What a trace is made of: what went over the wires, and what was true in the plant, with times.

Times are virtual microseconds since power-on and never go back. Pressures are gauge, in Pa. Nothing
here comes from the firmware's own state, but for `Record`: the opening pressure from which the
limit counts, and the level for which volume counts, are the two things that are asked of it.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

STATUS_OK = 0
STOP_OK, PAIN_OK, PERMIT, PAIN_NO, END_FULL, END_EMPTY = 1, 2, 4, 8, 16, 32
"""Bits of `Wires.bits`, in the order of manostat_sim.wiring.SIGNALS."""
CHAIN = STOP_OK | PAIN_OK | PERMIT
RUN_OPEN = STOP_OK | PAIN_OK
"""What the chain shows while RUN, and nothing else, is open."""

_ZERO_COUNTS = 1638
_FULL_SCALE_PA = 1034213.55  # 150 psi
COUNT_PA = _FULL_SCALE_PA / 13108  # Honeywell HSC, 150 psi, transfer function A (datasheet, H)


class Step(NamedTuple):
    """A rising edge on STEP, with DIR 1 or -1; the line just before and just after it."""

    at_us: float
    direction: int
    before_pa: float
    after_pa: float


@dataclass(slots=True)
class Sample:
    """One answer of each sensor, and the truth: the line, and the line sensor's span and offset.

    `raw`: 14 bit count; `status`: 0 ok, 1 command, 2 stale, 3 diagnostic, 4 no answer.
    `second_raw`: 16 bit reading of the second sensor, the newest one. `told_pa`, `second_pa`: what
    they mean. `good`: a sound sensor may answer so, at most 2.5 % beyond its ends (E).
    """

    at_us: float
    raw: int
    status: int
    second_raw: int
    line_pa: float
    span: float = 1.0
    offset_pa: float = 0.0
    told_pa: float = field(init=False)
    second_pa: float = field(init=False)
    good: bool = field(init=False)

    def __post_init__(self) -> None:
        self.told_pa = (self.raw - _ZERO_COUNTS) * COUNT_PA
        # 10 to 90 % of the converter's range.
        self.second_pa = (self.second_raw / 65535 - 0.1) / 0.8 * _FULL_SCALE_PA
        self.good = self.status == STATUS_OK and 1310 <= self.raw <= 14746


class Wires(NamedTuple):
    """Levels at the inputs have changed to `bits`. `run`: whether a hand holds RUN."""

    at_us: float
    bits: int
    run: bool


class Pin(NamedTuple):
    """An output has changed: ENABLE_N, LAMP_HIGH, LAMP_MEDIUM, LAMP_LOW or SOUNDER."""

    at_us: float
    signal: str
    level: int


class Record(NamedTuple):
    """The record's opening pressure (-1: none yet) or its level has changed."""

    at_us: float
    opening_pa: int
    level: int


Event = Step | Sample | Wires | Pin | Record
