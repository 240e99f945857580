"""Requirements on lamps and sounder, where a bench has them."""

from manostat_sim.monitors.base import PERIOD_US, Monitor, Setting
from manostat_sim.monitors.events import (
    CHAIN,
    END_EMPTY,
    END_FULL,
    PAIN_NO,
    PAIN_OK,
    STOP_OK,
    Pin,
    Record,
    Sample,
    Step,
    Wires,
)
from manostat_sim.monitors.operator import pain
from manostat_sim.monitors.pressure import CEILING_PA

SIGNALS = ("LAMP_HIGH", "LAMP_MEDIUM", "LAMP_LOW", "SOUNDER")
_ALARMS = ("LAMP_HIGH", "LAMP_MEDIUM", "SOUNDER")
"""LAMP_LOW tells notices too, which are no alarms; a LOW alarm sounds as well."""
_PSI_PA = 6894.757


class Held(Monitor):
    """B-04: always (PAIN or STOP pressed for 10 s -> eventually[0, 0.1 s] an alarm)."""

    name = "B-04"
    unit = "us"
    limit = 10_100_000.0
    _HELD_US = 10_000_000
    _DARK_US = 1_100_000  # a MEDIUM alarm flashes at 0.4 to 0.8 Hz

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._since_us = -1.0
        self._what = (False, False)
        self._on: set[str] = set()
        self._off_us = -1e9
        self._shown = False

    def on_wires(self, wires: Wires) -> None:
        what = (not wires.bits & STOP_OK, pain(wires.bits))
        if what != self._what:
            self._what = what
            self._since_us = wires.at_us if any(what) else -1.0
            self._shown = False

    def on_pin(self, pin: Pin) -> None:
        if pin.signal in _ALARMS:
            (self._on.add if pin.level else self._on.discard)(pin.signal)
            self._off_us = pin.at_us

    def on_sample(self, sample: Sample) -> None:
        held_us = sample.at_us - self._since_us
        if self._since_us >= 0 and held_us >= self._HELD_US and not self._shown:
            self._shown = bool(self._on) or sample.at_us - self._off_us < self._DARK_US
            self.saw(held_us, sample.at_us)


class NoStart(Monitor):
    """A-06: always (step -> always[-100 ms, 0] no alarm): lamps flash, hence the time."""

    name = "A-06"
    unit = "us"
    limit = 100_000.0
    at_least = True

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._on: set[str] = set()
        self._off_us = -1.0

    def on_pin(self, pin: Pin) -> None:
        if pin.signal in _ALARMS:
            (self._on.add if pin.level else self._on.discard)(pin.signal)
            self._off_us = pin.at_us

    def on_step(self, step: Step) -> None:
        if self._off_us >= 0:
            self.saw(0.0 if self._on else step.at_us - self._off_us, step.at_us)


class Silent(Monitor):
    """A-05: always (alarm -> once, in this level, something that may be a fault).

    An end point is none. What may be a fault is wider here than what the pump takes for one.
    """

    name = "A-05"
    unit = "alarms"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._suspect = False
        self._alarms = 0
        self._level = -1
        self._read_us = -1.0
        self._pressed_us = -1.0  # since when PAIN or STOP is
        self._told_pa = self._low_pa = self._rest_pa = 1e9
        self._window_steps = max(int(10_000 / setting.step_nl), 1)
        self._window_pa = self._steepest_pa = 0.0
        self._raw = -1
        self._steps = self._open_steps = self._raw_steps = 0

    def on_record(self, record: Record) -> None:
        if record.level != self._level:
            self._level = record.level
            self._suspect = False

    def on_wires(self, wires: Wires) -> None:
        bits, chain = wires.bits, wires.bits & CHAIN
        contradict = bits & STOP_OK and bool(bits & PAIN_NO) == bool(bits & PAIN_OK)
        whole = bits & END_FULL and bits & END_EMPTY
        if chain & (chain + 1) or contradict or not whole:
            self._suspect = True
        pressed = not bits & STOP_OK or pain(bits)
        if pressed != (self._pressed_us >= 0):
            self._pressed_us = wires.at_us if pressed else -1.0

    def on_step(self, step: Step) -> None:
        self._steps += 1
        self._rest_pa = 1e9
        if self._steps % self._window_steps == 0:
            slope_pa = self._told_pa - self._window_pa
            self._window_pa = self._told_pa
            self._steepest_pa = max(self._steepest_pa, slope_pa)
            straight = slope_pa >= 0.6 * self._steepest_pa
            self._suspect |= straight and self._told_pa - self._low_pa > 29 * _PSI_PA

    def on_sample(self, sample: Sample) -> None:
        at_us, told_pa = sample.at_us, sample.told_pa
        self._told_pa = told_pa
        self._low_pa, self._rest_pa = min(self._low_pa, told_pa), min(self._rest_pa, told_pa)
        if told_pa - self.setting.zero_pa >= 2 * _PSI_PA:
            self._open_steps = self._steps
        if sample.raw != self._raw:
            self._raw, self._raw_steps = sample.raw, self._steps
        self._suspect |= (
            not sample.good
            or told_pa >= CEILING_PA
            or abs(told_pa - sample.second_pa) > 4.9 * _PSI_PA
            or (self._read_us >= 0 and at_us - self._read_us > 2 * PERIOD_US)
            or (self._pressed_us >= 0 and at_us - self._pressed_us > 9_900_000)
            or told_pa - self._rest_pa > 9 * _PSI_PA
            or (self._steps - self._open_steps) * self.setting.step_nl > 290_000
            or (self._steps - self._raw_steps) * self.setting.step_nl > 40_000
        )
        self._read_us = at_us

    def on_pin(self, pin: Pin) -> None:
        if pin.signal in _ALARMS:
            self._alarms += bool(pin.level) and not self._suspect
            self.saw(self._alarms, pin.at_us)
