"""Requirements on pressure against volume: what is closed, open or torn, or rises by itself."""

from manostat_sim.monitors.base import Monitor, Setting
from manostat_sim.monitors.events import PERMIT, STOP_OK, Record, Sample, Step, Wires
from manostat_sim.monitors.sensors import Cutoff

_PSI_PA = 6894.757
_PAUSE_US = 300_000  # longer than between two steps of one motion, shorter than any settling


class _Pressed(Monitor):
    """Follows what the sensor tells, and where a motion begins: after RUN was open, or a pause."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.told_pa = 0.0
        self._last_us = -1e9
        self._pause_us = max(_PAUSE_US, 2e6 * 8 * setting.step_nl / setting.rate_nl_s)
        self._permit_low = True

    def begin(self) -> None:
        """A motion begins with the step that comes now."""

    def on_sample(self, sample: Sample) -> None:
        if sample.status == 0:
            self.told_pa = sample.told_pa

    def on_wires(self, wires: Wires) -> None:
        if not wires.bits & PERMIT:
            self._permit_low = True

    def on_step(self, step: Step) -> None:
        if self._permit_low or step.at_us - self._last_us > self._pause_us:
            self.begin()
        self._permit_low = False
        self._last_us = step.at_us


class Occlusion(_Pressed):
    """P-06: always (told rises along the line's own slope -> not above start + 30 psi + 4 windows).

    Windows of 10 uL; the line's own slope is the steepest of the level, and 0.8 of it still is it.
    The pump compares with 0.7, so that noise decides nothing here.
    """

    name = "P-06"
    unit = "windows of 10 uL beyond 30 psi"
    limit = 4.0

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._window_steps = max(int(10_000 / setting.step_nl), 1)
        self._steepest_pa = 0.0
        self.begin()

    def begin(self) -> None:
        self._start_pa = self._window_pa = self.told_pa
        self._steps = 0
        self._straight = True

    def on_record(self, record: Record) -> None:
        self._steepest_pa = 0.0

    def on_step(self, step: Step) -> None:
        super().on_step(step)
        self._steps += 1
        if step.direction < 0 or self.setting.mode == 4 or self._steps % self._window_steps:
            return
        slope_pa = self.told_pa - self._window_pa
        self._window_pa = self.told_pa
        self._steepest_pa = max(self._steepest_pa, slope_pa)
        self._straight &= slope_pa >= 0.8 * self._steepest_pa > 0
        if self._straight:
            beyond_pa = self.told_pa - self._start_pa - 30 * _PSI_PA
            self.saw(beyond_pa / self._steepest_pa, step.at_us)


class Detached(_Pressed):
    """P-12: always (0.3 mL pressed while told < 2 psi -> no step, until STOP)."""

    name = "P-12 detached"
    unit = "nl"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.limit = 300_000
        self._pressed_nl = 0.0

    def on_sample(self, sample: Sample) -> None:
        super().on_sample(sample)
        if self.told_pa - self.setting.zero_pa >= 2 * _PSI_PA:
            self._pressed_nl = 0.0

    def on_record(self, record: Record) -> None:
        self._pressed_nl = 0.0

    def on_wires(self, wires: Wires) -> None:
        super().on_wires(wires)
        if not wires.bits & STOP_OK:
            self._pressed_nl = 0.0

    def on_step(self, step: Step) -> None:
        self._pressed_nl += self.setting.step_nl
        if self.setting.mode not in (3, 6):  # those may flow freely
            self.saw(self._pressed_nl, step.at_us)


class Leak(_Pressed):
    """P-12: always (0.3 mL pressed in one motion with no rise of 1 psi -> no step, until STOP).

    Near the limit the flow is lowered, and the pump does not judge; nor before it has looked for
    the opening pressure, which may take another 0.3 mL.
    """

    name = "P-12 leak"
    unit = "nl"
    _BAND_PA = 8 * _PSI_PA

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.limit = 300_000
        self._opening_pa = -1
        self.begin()

    def begin(self) -> None:
        self._from_pa = self.told_pa
        self._pressed_nl = 0.0 if self._opening_pa >= 0 else -300_000.0

    def on_record(self, record: Record) -> None:
        self._opening_pa = record.opening_pa
        self.begin()

    def on_sample(self, sample: Sample) -> None:
        super().on_sample(sample)
        room_pa = self.setting.limit_pa(self._opening_pa) - self.told_pa + self.setting.zero_pa
        if self.told_pa - self._from_pa >= 0.5 * _PSI_PA or room_pa < self._BAND_PA:
            self.begin()

    def on_step(self, step: Step) -> None:
        super().on_step(step)
        self._pressed_nl += self.setting.step_nl
        if self.setting.into_disc:
            self.saw(self._pressed_nl, step.at_us)


class Rise(Cutoff):
    """P-12: always (told rises by 10 psi while RUN is open -> no step, until STOP)."""

    name = "P-12 rise"
    _RISE_PA = 10.5 * _PSI_PA
    _REST_US, _RISEN_US = 150_000, 100_000

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._open_us = -1.0
        self._low_pa = 1e9
        self._risen_us = -1.0
        self._moved = False

    def on_record(self, record: Record) -> None:
        self._moved = False

    def on_wires(self, wires: Wires) -> None:
        super().on_wires(wires)
        if wires.bits & PERMIT:
            self._open_us = -1.0
        elif self._open_us < 0:
            self._open_us, self._low_pa, self._risen_us = wires.at_us, 1e9, -1.0

    def on_step(self, step: Step) -> None:
        self._moved = True
        super().on_step(step)

    def on_sample(self, sample: Sample) -> None:
        if self._open_us < 0 or sample.at_us - self._open_us < self._REST_US or not sample.good:
            self._risen_us = -1.0
            return
        self._low_pa = min(self._low_pa, sample.told_pa)
        if sample.told_pa - self._low_pa < self._RISE_PA:
            self._risen_us = -1.0
        elif self._risen_us < 0:
            self._risen_us = sample.at_us
        elif sample.at_us - self._risen_us >= self._RISEN_US and self._moved:
            self.saw(0.0, sample.at_us)
            self.cut(sample.at_us)
