"""A chip from one power-on to the next power-off, with everything that is corrected in it."""

from collections.abc import Callable
from typing import Any, cast

from rp2040py.execute_batch import execute_batch
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.peripherals.vreg_and_chip_reset import HAD_RUN
from rp2040py.peripherals.watchdog import CTRL as WATCHDOG_CTRL

from manostat_sim.emulator.chip import Chip, Clock
from manostat_sim.emulator.fast_core import FastCore
from manostat_sim.emulator.flash import FLASH_BYTES
from manostat_sim.emulator.flash_chip import AT_ONCE, FlashChip, FlashOperation, FlashTimes
from manostat_sim.emulator.i2c import I2cBus, I2cDevice
from manostat_sim.emulator.pins import Pins
from manostat_sim.emulator.pio_clock import PioClock

_PASSES_PER_TICK = 1  # alarms are looked at after each instruction, so that they are exact


class Powered:
    """Steps the chip and resets it. Its clock begins at 0 with the power."""

    def __init__(
        self,
        flash: bytearray,
        pins: Pins,
        i2c_devices: tuple[dict[int, I2cDevice], ...],
        adapters: frozenset[str],
        now_ns: Callable[[], int],
        flash_times: FlashTimes,
        flash_operation: Callable[[FlashOperation], None],
        systick_hz: int,
    ) -> None:
        self.clock = Clock()
        self.chip = chip = Chip(self.clock)
        chip.flash[:FLASH_BYTES] = flash
        # Any: it stands in for rp2040py's Simulator
        self._batch = cast(Any, _Batch(chip, self.clock))
        chip.simulator = self._batch
        self._stop_alarm = self.clock.create_alarm(self.stop)
        self.frozen = False
        self._stopping = False
        times = flash_times if "flash_time" in adapters else AT_ONCE
        self._flash_chip = FlashChip(chip, times, self._end_batch, flash_operation, now_ns)
        self._run_pin_resets_watchdog = "run_pin_resets_watchdog" in adapters
        chip.ppb.systick_timer.frequency = systick_hz
        self._pins = pins
        self._pio = PioClock(chip) if "pio_clock" in adapters else None
        compiled = "compiled_core" in adapters and self._pio is not None
        self._fast_core = FastCore(chip) if compiled else None
        self._i2c = [
            I2cBus(chip, block, devices, "i2c_timing" in adapters, now_ns)
            for block, devices in enumerate(i2c_devices)
        ]
        pins.connect(chip.gpio, self._pio)
        chip.core.pc = FLASH_START_ADDRESS

    @property
    def now_ns(self) -> int:
        return int(self.clock.nanos)

    @property
    def flash(self) -> bytes:
        return bytes(self.chip.flash[:FLASH_BYTES])

    def run_for(self, duration_ns: int) -> None:
        """Runs at most one instruction further; ends sooner when `stop` is called."""
        self._stop_alarm.schedule(duration_ns)
        clock, core, flash_chip = self.clock, self.chip.core, self._flash_chip
        self._stopping = False
        while not self._stopping:
            asleep = self._fast_core is not None and core.waiting
            if asleep or self.frozen or flash_chip.stalled:
                clock.pass_ns(clock.nanos_to_next_alarm)
            elif self._fast_core is not None:
                self._fast_core.run_to_alarm(clock)
            else:
                self._batch.stopped = False
                self.chip.begin_batch()
                execute_batch(self._batch, _PASSES_PER_TICK)

    def stop(self) -> None:
        self._stopping = True
        self._end_batch()

    def lose_power(self) -> None:
        """The last thing that happens to a chip."""
        self.stop()
        self._flash_chip.lose_power()

    def reset(self, from_watchdog: bool) -> None:
        chip = self.chip
        chip.enter_reset(from_watchdog=from_watchdog)
        if not from_watchdog:
            chip.watchdog.reset()
            if self._run_pin_resets_watchdog:
                chip.watchdog.write_uint32(WATCHDOG_CTRL, 0)
            chip.vreg_and_chip_reset.record_reset_cause(HAD_RUN)
        self._flash_chip.chip_was_reset()
        if self._pio is not None:
            self._pio.chip_was_reset()
        for bus in self._i2c:
            bus.chip_was_reset()
        self._pins.chip_was_reset()
        chip.leave_reset()
        self.frozen = False

    def _end_batch(self) -> None:
        self._batch.stopped = True


class _Batch:
    """What `execute_batch` needs: the chip, its clock, and whether to stop."""

    __slots__ = ("clock", "rp2040", "stopped")

    def __init__(self, chip: Chip, clock: Clock) -> None:
        self.rp2040 = chip
        self.clock = clock
        self.stopped = True
