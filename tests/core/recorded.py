"""`watched.Watched` with a recorder on its wires, monitors, and more that can go wrong."""

from manostat_sim.monitors import Judge, Recorder, Setting, Verdict, new_judge, setting_of
from manostat_sim.monitors.alarms import SIGNALS

from .watched import TICK_US, Watched


class Recorded(Watched):
    """After each act `judge_now` lets all monitors look at what is new.

    The referee of `Watched` goes on judging grants, permit and volume at each step; RUN seen open
    and pressure are left to the monitors, which know late ticks, sensors that drift, and relief.
    """

    def __init__(self, of, unit: tuple[int, ...], proven: bool = False) -> None:
        self._late_us = 0
        self._shorted = False
        self._shown = (0, 0, 0, 0)
        super().__init__(of, unit)
        self.check_pressure = False
        self.check_volume = True
        self.recorder = Recorder(self.world, self._asked)
        self.setting: Setting = setting_of(self.world, unit, proven)
        self.judge: Judge = new_judge(self.setting)
        self._drive = self.world.step
        self.world.step = self._drive_the_way_of_dir

    def stall(self, us: int) -> None:
        """Between two ticks: the loop stands still for so long, and knows it afterwards."""
        if self._part_us:
            self.advance((TICK_US - self._part_us) / 1e6)
        self._move(us)
        self._part_us = 0
        self._late_us += us

    def short_step(self) -> None:
        """From now on the STEP wire touches ground: neither motor nor counter see a pulse."""
        self._shorted = True

    def judge_now(self) -> list[Verdict]:
        """What is broken by now."""
        self.judge.take(self.recorder.take())
        return self.judge.broken

    def verdict(self, name: str) -> Verdict:
        """What one monitor says of all so far."""
        self.judge_now()
        return self.judge.monitors[name].verdict

    def _asked(self) -> tuple[int, int]:
        return self.pump.injector.opening_pa, self.pump.injector.level

    def _drive_the_way_of_dir(self) -> None:
        self._drive(-1 if self.pump.injector.back else 1)

    def _on_step(self, at_us: int) -> None:
        if not self._shorted:
            super()._on_step(at_us)

    def _read(self) -> None:
        super()._read()
        self.inputs.elapsed_us = min(TICK_US + self._late_us, 65535)
        self._late_us = 0
        if self._shorted:
            self.inputs.made = 0

    def _decide(self) -> None:
        super()._decide()
        alarm = self.pump.alarm
        shown = (alarm.high, alarm.medium, alarm.low, alarm.sound)
        if shown != self._shown:
            for signal, level, before in zip(SIGNALS, shown, self._shown, strict=True):
                if level != before:
                    self.recorder.pin(self._now_us, signal, level)
            self._shown = shown

    def _check_volume(self) -> None:
        if self.check_volume and not self.setting.backwards:
            super()._check_volume()

    def _check_run_was_seen_open(self) -> None:
        """P-09 is a monitor's."""
