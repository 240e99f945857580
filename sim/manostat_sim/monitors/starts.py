"""Requirements on starts: what the operator must have done before the plunger moves (again)."""

from collections import deque

from manostat_sim.monitors.base import Monitor, Setting
from manostat_sim.monitors.events import (
    CHAIN,
    PERMIT,
    RUN_OPEN,
    STOP_OK,
    Record,
    Sample,
    Step,
    Wires,
)
from manostat_sim.monitors.operator import pain

BLINK_US = 4000
"""What is shorter may fall between two reads of the switches."""


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

    The ends that the wires tell: pain, and a reading at the limit while moving. STOP is not among
    them: whether it ends a motion or acknowledges an end looks alike on the wires. A press sooner
    after an end than anyone can have seen it acknowledges nothing.
    """

    name = "P-09 acknowledged"
    unit = "steps"
    _LET_GO_US = 15_000  # sooner it is the same press, bouncing
    _UNSEEN_US = 290_000  # the pump's 300 ms, less what a stop takes to be decided
    _GRANTED_US = 1000  # a step so long after a sample was granted on it: still moving then

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._limit_pa = setting.limit_pa(-1)
        self._ended = False
        self._ended_us = -1e9
        self._steps = 0
        self._moved = False
        self._bits = 0
        self._pain_reads = 0
        self._stop_us = -1e9  # when STOP was last low
        self._read_us = self._last_us = -1e9

    def on_record(self, record: Record) -> None:
        self._limit_pa = self.setting.limit_pa(record.opening_pa)

    def on_wires(self, wires: Wires) -> None:
        if self._bits & STOP_OK and not wires.bits & STOP_OK:
            seen = wires.at_us - self._ended_us >= self._UNSEEN_US
            if seen and wires.at_us - self._stop_us >= self._LET_GO_US:
                self._ended = self._moved = False
        elif not self._bits & STOP_OK and wires.bits & STOP_OK:
            self._stop_us = wires.at_us
        self._bits = wires.bits

    def on_sample(self, sample: Sample) -> None:
        self._pain_reads = self._pain_reads + 1 if pain(self._bits) else 0
        over_pa = sample.told_pa - self.setting.zero_pa - self._limit_pa
        granted = self._read_us + self._GRANTED_US <= self._last_us
        pressing = granted and self._bits & PERMIT and not self.setting.backwards
        reached = sample.good and over_pa >= 1 and pressing
        if reached or (self._pain_reads == 2 and self._moved):
            if not self._ended:
                self._ended_us = sample.at_us
            self._ended, self._steps = True, 0
            self.saw(0, sample.at_us)
        self._read_us = sample.at_us

    def on_step(self, step: Step) -> None:
        self._moved = True
        self._last_us = step.at_us
        if self._ended:
            self._steps += 1
            self.saw(self._steps, step.at_us)
