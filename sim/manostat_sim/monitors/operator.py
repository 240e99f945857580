"""Requirements on the switches: what stops, and how soon."""

from manostat_sim.monitors.base import Monitor, Setting
from manostat_sim.monitors.events import (
    PAIN_NO,
    PAIN_OK,
    PERMIT,
    STOP_OK,
    Pin,
    Record,
    Sample,
    Step,
    Wires,
)

_MOVING_US = 20_000
"""A step so long ago at most: the plunger was moving."""


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
