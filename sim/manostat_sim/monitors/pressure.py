"""Requirements on the line pressure: what the sensor showed before a step, and what followed."""

from collections import deque

from manostat_sim.monitors.base import Monitor, Setting
from manostat_sim.monitors.events import COUNT_PA, Record, Sample, Step

CEILING_PA = 689_476.0
_BURST_US = 100_000
"""Steps nearer than this belong to one motion: a new start takes longer, and so does settling."""
_ROUNDED_PA = 1.0
_NEAR_PA = 6895.0  # 1 psi: a motion that ends so near was ended by the limit
_BAND_PA = 34_474.0  # 5 psi


class _Shown(Monitor):
    """At a step: what the last sample but one told. The newest may still be thought about."""

    unit = "Pa"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._before_pa = self._newest_pa = -1e6

    def on_sample(self, sample: Sample) -> None:
        self._before_pa = self._newest_pa
        if sample.status == 0:
            self._newest_pa = sample.told_pa


class Ceiling(_Shown):
    """P-01: always (step -> before one more sample: told < 100 psi)."""

    name = "P-01"
    limit = CEILING_PA

    def on_step(self, step: Step) -> None:
        self.saw(self._before_pa, step.at_us)


class Limit(_Shown):
    """P-03: always (step forwards -> before one more sample: told - zero < limit in force)."""

    name = "P-03"
    limit = _ROUNDED_PA
    scale = _BAND_PA

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._limit_pa = setting.limit_pa(-1)

    def on_record(self, record: Record) -> None:
        self._limit_pa = self.setting.limit_pa(record.opening_pa)

    def on_step(self, step: Step) -> None:
        if step.direction > 0:
            self.saw(self._before_pa - self.setting.zero_pa - self._limit_pa, step.at_us)


class Opening(Monitor):
    """P-14: always (an opening pressure on record -> at most told at rest, and one count).

    P-03, P-04 and P-05 count from what the pump says it read: here that is held against what the
    sensor told while the plunger stood still. Lower than that can only stop sooner.
    """

    name = "P-14"
    unit = "Pa"
    limit = COUNT_PA
    scale = _BAND_PA
    _MEAN_OF = 128  # samples: what a reading is the mean of (docs/design.md, "Tare at rest")
    _LATE = 4  # samples that may come before the record tells what was read

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._told: deque[float] = deque(maxlen=self._MEAN_OF + self._LATE)
        self._rest_pa = -1.0
        self._opening_pa = -1

    def on_sample(self, sample: Sample) -> None:
        if sample.good:
            self._told.append(sample.told_pa - self.setting.zero_pa)

    def on_step(self, step: Step) -> None:
        if len(self._told) >= self._MEAN_OF:
            self._rest_pa = self._highest_mean()  # the record may tell it only now
        self._told.clear()

    def on_record(self, record: Record) -> None:
        if record.opening_pa > 0 and record.opening_pa != self._opening_pa:
            at_rest = len(self._told) >= self._MEAN_OF
            rest_pa = self._highest_mean() if at_rest else self._rest_pa
            self.saw(record.opening_pa - rest_pa, record.at_us)
        self._opening_pa = record.opening_pa

    def _highest_mean(self) -> float:
        told = list(self._told)
        ends = range(self._MEAN_OF, len(told) + 1)
        return max(sum(told[end - self._MEAN_OF : end]) for end in ends) / self._MEAN_OF


class _Crossing(Monitor):
    """Follows the pressure as the sensor would show it, as long as the sensor is honest.

    `trusted`: the samples tell what is there, and have told so since the line was below its limit.
    `over_pa` is how far the line is above, as shown and without noise.
    """

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.trusted = False
        self._limit_pa = setting.limit_pa(-1)
        self._span, self._offset_pa = 1.0, 0.0
        self._earlier_pa = 0.0

    def on_record(self, record: Record) -> None:
        self._limit_pa = self.setting.limit_pa(record.opening_pa)

    def on_sample(self, sample: Sample) -> None:
        self._span, self._offset_pa = sample.span, sample.offset_pa
        shown_pa = sample.line_pa * sample.span + sample.offset_pa
        # A conversion is up to half a millisecond old, and the line may have risen since.
        least_pa = min(shown_pa, self._earlier_pa) - self.setting.noise_pa
        self._earlier_pa = shown_pa
        if not sample.good or sample.told_pa < least_pa:
            self.trusted = False
        elif self.over_pa(sample.line_pa) < 0:
            self.trusted = True

    def over_pa(self, line_pa: float) -> float:
        shown_pa = line_pa * self._span + self._offset_pa
        return shown_pa - self.setting.zero_pa - self._limit_pa


class Overshoot(_Crossing):
    """P-04: always (step forwards and sensor honest -> line <= limit + bound)."""

    name = "P-04"
    unit = "of its bound"
    limit = 1.0

    def on_step(self, step: Step) -> None:
        bound_pa = self.setting.overshoot_pa
        if self.trusted and bound_pa and step.direction > 0:
            self.saw(self.over_pa(step.after_pa) / bound_pa, step.at_us)


class Latency(_Crossing):
    """P-05: always (line crosses limit, sensor honest -> always[6 ms, ..] no step of this motion).

    A crossing that no step made is dated back to the moment it was last known not to be.
    """

    name = "P-05"
    unit = "us"
    limit = 6000.0

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._crossed_us = -1.0
        self._known_us = 0.0
        self._last_us = -1e9

    def on_record(self, record: Record) -> None:
        super().on_record(record)
        self._crossed_us = -1.0

    def on_sample(self, sample: Sample) -> None:
        super().on_sample(sample)
        if not self.trusted or self.over_pa(sample.line_pa) < 0:
            self._crossed_us = -1.0
        self._look(sample.line_pa, self._known_us)
        self._known_us = sample.at_us

    def on_step(self, step: Step) -> None:
        if step.at_us - self._last_us > _BURST_US:
            self._crossed_us = -1.0
        self._last_us = step.at_us
        if step.direction < 0:
            return
        self._look(step.before_pa, self._known_us)
        if self._crossed_us >= 0:
            self.saw(step.at_us - self._crossed_us, step.at_us)
        elif self.trusted and self.over_pa(step.after_pa) > -_NEAR_PA:
            self.saw(0.0, step.at_us)
        self._look(step.after_pa, step.at_us)
        self._known_us = step.at_us

    def _look(self, line_pa: float, since_us: float) -> None:
        crossed = self.trusted and self.over_pa(line_pa) >= self.setting.noise_pa
        if crossed and self._crossed_us < 0:
            self._crossed_us = since_us
