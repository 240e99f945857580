"""The far side of the wires, whatever is on the near side: plant, sensors, switches and patient."""

from manostat_sim.scenarios import Scenario, scenario

PATIENT_EVERY_US = 1000


class World:
    """One patient, one disc, one pump's worth of wires, in virtual microseconds since power-on.

    A bench moves it with `advance`, tells it of each pulse on STEP, and samples its sensors. The
    patient is asked on a grid of 1 ms, so that all benches see the same press.
    """

    def __init__(self, of: Scenario | str, seed: int | None = None) -> None:
        from manostat_sim.wiring import Wiring

        self.scenario = scenario(of) if isinstance(of, str) else of
        self.plant = self.scenario.plant()
        self.line_sensor = self.scenario.line_sensor(seed)
        self.second_sensor = self.scenario.second_sensor(seed)
        self.patient = self.scenario.patient()
        self.wiring = Wiring()
        self.now_us = 0
        self.enable_n = 1
        self._patient_us = 0
        self._patient_presses = False
        self.peak_line_pa = 0.0

    def advance(self, to_us: int) -> None:
        """Let time pass up to `to_us`; earlier times are ignored."""
        if to_us <= self.now_us:
            return
        self.plant.advance(to_us - self.now_us)
        self.now_us = to_us
        self._observe()

    def step(self, direction: int = 1) -> None:
        """A rising edge on STEP, now: one microstep if the driver is enabled."""
        if not self.wiring.driver_enabled(self.enable_n):
            return
        self._observe()
        self.plant.step(direction)
        self._observe()

    def line_sample(self) -> tuple[int, int]:
        """One read of the line sensor: (count, status)."""
        return self.line_sensor.sample(self.now_us, self.plant.line_pa)

    def second_sample_12(self) -> int:
        """One reading of the second sensor as the converter's own 12 bit count."""
        return self.second_sensor.sample_12(self.plant.line_pa)

    def patient_acts(self) -> bool:
        """Ask the patient once a millisecond; True when the pain button changed."""
        if self.now_us < self._patient_us:
            return False
        self._patient_us = self.now_us - self.now_us % PATIENT_EVERY_US + PATIENT_EVERY_US
        disc = self.plant.disc
        above_pa = disc.pressure_pa - disc.opening_pa if disc.volume_nl > 0.0 else 0.0
        presses = self.patient.advance(self.now_us, above_pa, disc.volume_nl)
        if presses == self._patient_presses:
            return False
        self._patient_presses = presses
        if presses:
            self.wiring.press("PAIN")
        else:
            self.wiring.release("PAIN")
        return True

    def _observe(self) -> None:
        line_pa = self.plant.line_pa
        if line_pa > self.peak_line_pa:
            self.peak_line_pa = line_pa
        self.line_sensor.observe(self.now_us, line_pa)
