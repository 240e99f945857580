"""Requirements on the two sensors and the loop that reads them: what may not be believed stops."""

from manostat_sim.monitors.base import PERIOD_US, Monitor, Setting
from manostat_sim.monitors.events import STOP_OK, Sample, Step, Wires

_PSI_PA = 6894.757
_BURST_US = 100_000
_DECIDED_US = 2.0 * PERIOD_US
"""A stop that the processor decides: two control periods after what it was decided on."""


class Cutoff(Monitor):
    """always (cause -> always[4 ms, ..] no step, until STOP). Subclasses call `cut`."""

    unit = "us"
    limit = _DECIDED_US

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._cut_us = -1.0
        self._last_us = -1e9

    def cut(self, at_us: float) -> None:
        """The cause is there: an occasion if the plunger was moving."""
        if self._cut_us < 0:
            self._cut_us = at_us
            if at_us - self._last_us <= _BURST_US:
                self.saw(0.0, at_us)

    def on_wires(self, wires: Wires) -> None:
        if not wires.bits & STOP_OK:
            self._cut_us = -1.0

    def on_step(self, step: Step) -> None:
        self._last_us = step.at_us
        if self._cut_us >= 0:
            self.saw(step.at_us - self._cut_us, step.at_us)


class Missed(Cutoff):
    """P-11: the second bad or missing sample in a row."""

    name = "P-11 missed"

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._bad = 0

    def on_sample(self, sample: Sample) -> None:
        self._bad = 0 if sample.good else self._bad + 1
        if self._bad >= 2:
            self.cut(sample.at_us)


class Late(Cutoff):
    """P-11: more than 4 ms between two samples of one motion."""

    name = "P-11 late"
    _LATE_US = 4100  # the loop has its own clock

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._read_us = -1.0

    def on_sample(self, sample: Sample) -> None:
        gap_us = sample.at_us - self._read_us
        moved = self._last_us > self._read_us - 2 * PERIOD_US
        if self._read_us >= 0 and gap_us > self._LATE_US and moved:
            self.cut(sample.at_us)
        self._read_us = sample.at_us

    def on_step(self, step: Step) -> None:
        if step.at_us - self._last_us > _BURST_US:
            self._cut_us = -1.0  # that motion was over anyhow
        super().on_step(step)


class Stuck(Cutoff):
    """P-11: one channel gave the same count over 50 uL and 500 ms while the other one moved.

    The pump looks every 20 ms and has its own beginning of these; what must have stopped is hence
    a little more of each.
    """

    name = "P-11 stuck"
    limit = 45_000.0
    _STILL_US, _BEGUN_US = 550_000, 25_000
    _PRESSED_NL, _MOVED_PA, _NOISE_PA = 50_000.0, 2 * _PSI_PA, _PSI_PA

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._pressed_nl = 0.0
        # For each channel: its value, since when, and then volume and the other channel.
        self._still = [[-1.0, 0.0, -1.0, 0.0], [-1.0, 0.0, -1.0, 0.0]]

    def on_step(self, step: Step) -> None:
        self._pressed_nl += self.setting.step_nl
        super().on_step(step)

    def on_sample(self, sample: Sample) -> None:
        if not sample.good:
            self._still[0][0] = self._still[1][0] = -1.0
            return
        self._look(self._still[0], sample.raw, sample.second_pa, sample.at_us)
        self._look(self._still[1], sample.second_raw, sample.told_pa, sample.at_us)

    def _look(self, still: list[float], value: int, other_pa: float, at_us: float) -> None:
        if value != still[0]:
            still[:] = [value, at_us, -1.0, 0.0]
        elif still[2] < 0:
            if at_us - still[1] >= self._BEGUN_US:
                still[2:] = [self._pressed_nl, other_pa]
        elif at_us - still[1] >= self._STILL_US:
            pressed_nl = self._pressed_nl - still[2]
            moved_pa = abs(other_pa - still[3])
            if pressed_nl >= self._PRESSED_NL and moved_pa > self._MOVED_PA:
                self.saw(0.0, at_us)
            more_nl = pressed_nl - self.setting.step_nl
            if more_nl >= self._PRESSED_NL and moved_pa > self._MOVED_PA + self._NOISE_PA:
                self.cut(at_us)


class Disagreement(Monitor):
    """P-13: always (sensors 5 psi apart for 20 ms -> always[4 ms, ..] no step, until STOP)."""

    name = "P-13"
    unit = "us"
    limit = 20_000.0 + _DECIDED_US
    _APART_PA = 5.01 * _PSI_PA

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._since_us = -1.0
        self._held = False

    def on_sample(self, sample: Sample) -> None:
        apart = sample.good and abs(sample.told_pa - sample.second_pa) > self._APART_PA
        if apart and self._since_us < 0:
            self._since_us = sample.at_us
        elif apart and sample.at_us - self._since_us >= 20_000:
            self._held = True
        elif not apart and not self._held:
            self._since_us = -1.0

    def on_wires(self, wires: Wires) -> None:
        if not wires.bits & STOP_OK:
            self._since_us, self._held = -1.0, False

    def on_step(self, step: Step) -> None:
        if self._since_us >= 0:
            self.saw(step.at_us - self._since_us, step.at_us)
