"""Requirements on steps: how many, how fast, which way, and that they are leased."""

from manostat_sim.monitors.base import PERIOD_US, Monitor, Setting
from manostat_sim.monitors.events import PERMIT, Record, Sample, Step, Wires

_PSI_PA = 6894.757


class Volume(Monitor):
    """D-01: always (volume of the steps of this level <= prescribed volume)."""

    name = "D-01"
    unit = "nl"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.limit = float(setting.volume_nl)
        self._steps = 0
        self._level = -1

    def on_record(self, record: Record) -> None:
        if record.level != self._level:
            self._level = record.level
            self._steps = 0

    def on_step(self, step: Step) -> None:
        self._steps += 1
        # One division of whole numbers rounds at most to the limit itself.
        self.saw(self._steps * self.setting.unit[6] / self.setting.unit[7], step.at_us)


class Relief(Volume):
    """P-07: always (volume drawn back in this level <= 0.5 mL)."""

    name = "P-07"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.limit = 500_000.0

    def on_step(self, step: Step) -> None:
        if step.direction < 0:
            super().on_step(step)


class Direction(Monitor):
    """P-08: always (step -> DIR as prescribed); only a relief draws back."""

    name = "P-08"
    unit = "steps the wrong way"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._wrong = 0

    def on_step(self, step: Step) -> None:
        self._wrong += (step.direction < 0) != self.setting.backwards
        self.saw(self._wrong, step.at_us)


class Lease(Monitor):
    """T-03: always (step -> once[0, 5 ms] sample): no step without a processor that reads."""

    name = "T-03"
    unit = "us"
    limit = 5000.0

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._read_us = -1e9

    def on_sample(self, sample: Sample) -> None:
        self._read_us = sample.at_us

    def on_step(self, step: Step) -> None:
        self.saw(step.at_us - self._read_us, step.at_us)


class Rate(Monitor):
    """D-03: always (1 s of one motion, away from the limit, on time -> rate within 1 %)."""

    name = "D-03"
    unit = "%"
    limit = 1.0
    _LEAST_US, _LEAST_STEPS = 1_000_000, 10
    _PAUSE_US = 700_000  # the shortest settling
    _BAND_PA = 8 * _PSI_PA  # below it the flow is lowered

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._limit_pa = setting.limit_pa(-1)
        self._nominal_us = 1e6 * setting.step_nl / setting.rate_nl_s
        self._from_us = -1.0
        self._last_us = self._read_us = 0.0
        self._steps = 0

    def on_record(self, record: Record) -> None:
        self._limit_pa = self.setting.limit_pa(record.opening_pa)
        self._from_us = -1.0

    def on_wires(self, wires: Wires) -> None:
        if not wires.bits & PERMIT:
            self._from_us = -1.0

    def on_sample(self, sample: Sample) -> None:
        late = sample.at_us - self._read_us > 1.25 * PERIOD_US
        self._read_us = sample.at_us
        near = self._limit_pa - sample.told_pa + self.setting.zero_pa < self._BAND_PA
        if late or not sample.good or (near and not self.setting.backwards):
            self._from_us = -1.0

    def on_step(self, step: Step) -> None:
        paused = step.at_us - self._last_us > max(self._PAUSE_US, 2 * self._nominal_us)
        self._last_us = step.at_us
        if self._from_us < 0 or paused:
            self._from_us, self._steps = step.at_us, 0
            return
        self._steps += 1
        took_us = step.at_us - self._from_us
        if took_us >= self._LEAST_US and self._steps >= self._LEAST_STEPS:
            error = abs(self._steps * self._nominal_us / took_us - 1.0)
            self.saw(100.0 * error, step.at_us)
            self._from_us, self._steps = step.at_us, 0
