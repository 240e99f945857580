"""Requirements on the switches: what stops, how soon, and what may start again."""

from collections import deque

from manostat_sim.monitors.base import Monitor, Setting
from manostat_sim.monitors.events import (
    CHAIN,
    PAIN_NO,
    PAIN_OK,
    PERMIT,
    RUN_OPEN,
    STOP_OK,
    Pin,
    Record,
    Sample,
    Step,
    Wires,
)

_MOVING_US = 20_000
"""A step so long ago at most: the plunger was moving."""
BLINK_US = 4000
"""What is shorter may fall between two reads of the switches."""


def pain(bits: int) -> bool:
    """Whether either contact of the button says so; with STOP pressed only one of them can."""
    return bool(bits & PAIN_NO) or bits & (STOP_OK | PAIN_OK) == STOP_OK


class Permit(Monitor):
    """B-01: always (PERMIT falls -> always[10 us, ..] no step while it is low)."""

    name = "B-01"
    unit = "us"
    limit = 10.0

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._low_us = 0.0
        self._last_us = -1e9

    def on_wires(self, wires: Wires) -> None:
        if wires.bits & PERMIT:
            self._low_us = -1.0
        elif self._low_us < 0:
            self._low_us = wires.at_us
            if wires.at_us - self._last_us <= _MOVING_US:
                self.saw(0.0, wires.at_us)

    def on_step(self, step: Step) -> None:
        self._last_us = step.at_us
        if self._low_us >= 0:
            self.saw(step.at_us - self._low_us, step.at_us)


class _Asserted(Monitor):
    """always (asserted -> after two control periods no step while it is)."""

    unit = "control periods"
    limit = 2.0

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._periods = 0
        self._asserted = self.at_first
        self._last_us = -1e9

    at_first = False

    def asserted(self, wires: Wires) -> bool:
        """Whether the wires ask for a stop."""
        raise NotImplementedError

    def on_wires(self, wires: Wires) -> None:
        before, self._asserted = self._asserted, self.asserted(wires)
        if self._asserted and not before:
            self._periods = 0
            if wires.at_us - self._last_us <= _MOVING_US:
                self.saw(0, wires.at_us)

    def on_sample(self, sample: Sample) -> None:
        self._periods += 1

    def on_step(self, step: Step) -> None:
        self._last_us = step.at_us
        if self._asserted:
            self.saw(self._periods, step.at_us)


class PainContacts(_Asserted):
    """B-02: either contact of the pain button, or its wire being cut, stops by itself."""

    name = "B-02"

    def asserted(self, wires: Wires) -> bool:
        return pain(wires.bits)


class StopTap(_Asserted):
    """B-05: the tap of STOP alone stops."""

    name = "B-05 steps"

    def asserted(self, wires: Wires) -> bool:
        return not wires.bits & STOP_OK


class RunHeld(_Asserted):
    """B-06: nothing moves that no hand holds RUN for, whatever the wires say."""

    name = "B-06"
    at_first = True

    def asserted(self, wires: Wires) -> bool:
        return not wires.run


class StopEnable(Monitor):
    """B-05: always (STOP low -> eventually[0, two control periods] ENABLE_N high, while it is)."""

    name = "B-05 enable"
    unit = "control periods"
    limit = 2.0

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._enabled = False
        self._stopped = False
        self._periods = 0

    def on_pin(self, pin: Pin) -> None:
        if pin.signal == "ENABLE_N":
            self._enabled = not pin.level

    def on_wires(self, wires: Wires) -> None:
        stopped = not wires.bits & STOP_OK
        if stopped and not self._stopped:
            self._periods = 0
            if self._enabled:
                self.saw(0, wires.at_us)
        self._stopped = stopped

    def on_sample(self, sample: Sample) -> None:
        if self._stopped and self._enabled:
            self._periods += 1
            self.saw(self._periods, sample.at_us)


class PainProven(Monitor):
    """B-03: always (first step of a level -> once, in this level, pain: both contacts free, then
    both pressed)."""

    name = "B-03"
    unit = "presses of PAIN"
    limit = 1.0
    at_least = True
    _CONTACTS = STOP_OK | PAIN_OK | PAIN_NO

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._presses = 1 if setting.proven else 0
        self._free = False
        self._level = -1
        self._judged = False

    def on_record(self, record: Record) -> None:
        if record.level != self._level and self._level >= 0:
            self._presses = 0
            self._judged = False
        self._level = record.level

    def on_wires(self, wires: Wires) -> None:
        contacts = wires.bits & self._CONTACTS
        if contacts == STOP_OK | PAIN_OK:
            self._free = True
        elif contacts == STOP_OK | PAIN_NO and self._free:
            self._presses += 1

    def on_step(self, step: Step) -> None:
        if not self._judged:
            self._judged = True
            self.saw(self._presses, step.at_us)


class RunSeenOpen(Monitor):
    """P-09: always (first step since PERMIT was low -> before it RUN open for 100 ms, then held).

    Looks back along the wires: first over RUN held, then over RUN open, and over whatever was too
    short to be read. With a step in between, the low of PERMIT did not latch: that counts as 0.
    """

    name = "P-09 open"
    unit = "us"
    limit = 100_000.0
    at_least = True

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._changes: deque[tuple[float, int]] = deque([(0.0, 0)], maxlen=1000)
        self._fresh = True
        self._last_us = -1e9

    def on_wires(self, wires: Wires) -> None:
        chain = wires.bits & CHAIN
        if chain != self._changes[-1][1]:
            self._changes.append((wires.at_us, chain))
        if not chain & PERMIT:
            self._fresh = True

    def on_step(self, step: Step) -> None:
        if self._fresh:
            self.saw(self._open_us(step.at_us), step.at_us)
        self._fresh = False
        self._last_us = step.at_us

    def _open_us(self, at_us: float) -> float:
        until_us, wanted, closed_us, opened_us = at_us, CHAIN, at_us, at_us
        for since_us, chain in reversed(self._changes):
            if chain != wanted and until_us - since_us >= BLINK_US:
                if wanted == RUN_OPEN:
                    break
                if chain != RUN_OPEN or until_us <= self._last_us:
                    return 0.0
                wanted, closed_us = RUN_OPEN, until_us
            if chain == wanted == RUN_OPEN:
                opened_us = since_us
            until_us = since_us
        return closed_us - opened_us if wanted == RUN_OPEN else 0.0


class Acknowledged(Monitor):
    """P-09: always (an end of the motion other than release -> no step, until STOP anew).

    The ends that the wires tell: pain, STOP, and a reading at the limit while moving.
    """

    name = "P-09 acknowledged"
    unit = "steps"
    _LET_GO_US = 15_000  # sooner it is the same press, bouncing
    _GRANTED_US = 1000  # a step so long after a sample was granted on it: still moving then

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._limit_pa = setting.limit_pa(-1)
        self._ended = False
        self._steps = 0
        self._moved = False
        self._bits = 0
        self._pain_reads = self._stop_reads = 0
        self._stop_us = -1e9  # when STOP was last low
        self._read_us = self._last_us = -1e9

    def on_record(self, record: Record) -> None:
        self._limit_pa = self.setting.limit_pa(record.opening_pa)

    def on_wires(self, wires: Wires) -> None:
        if self._bits & STOP_OK and not wires.bits & STOP_OK:
            if wires.at_us - self._stop_us >= self._LET_GO_US:
                self._ended = self._moved = False
        elif not self._bits & STOP_OK and wires.bits & STOP_OK:
            self._stop_us = wires.at_us
        self._bits = wires.bits

    def on_sample(self, sample: Sample) -> None:
        self._pain_reads = self._pain_reads + 1 if pain(self._bits) else 0
        self._stop_reads = 0 if self._bits & STOP_OK else self._stop_reads + 1
        over_pa = sample.told_pa - self.setting.zero_pa - self._limit_pa
        granted = self._read_us + self._GRANTED_US <= self._last_us
        if sample.good and over_pa >= 1 and granted and self._bits & PERMIT and not self._backwards:
            self._end(sample.at_us)
        moving = sample.at_us - self._last_us <= _MOVING_US
        if (self._pain_reads == 2 and self._moved) or (self._stop_reads == 2 and moving):
            self._end(sample.at_us)
        self._read_us = sample.at_us

    def on_step(self, step: Step) -> None:
        self._moved = True
        self._last_us = step.at_us
        if self._ended:
            self._steps += 1
            self.saw(self._steps, step.at_us)

    @property
    def _backwards(self) -> bool:
        return self.setting.backwards

    def _end(self, at_us: float) -> None:
        self._ended = True
        self._steps = 0
        self.saw(0, at_us)
