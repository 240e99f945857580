"""`EmulatedPico`: a Pico on a bench, with exact virtual time."""

from collections.abc import Callable, Iterable
from pathlib import Path

from rp2040py.execute_batch import execute_batch
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.peripherals.vreg_and_chip_reset import HAD_RUN

from manostat_sim.emulator.chip import Chip, Clock
from manostat_sim.emulator.events import Event, EventQueue
from manostat_sim.emulator.flash import FLASH_BYTES, erased_flash, write_uf2
from manostat_sim.emulator.i2c import I2cBus, I2cDevice
from manostat_sim.emulator.pins import EdgeCallback, Pins
from manostat_sim.emulator.pio_clock import PioClock
from manostat_sim.emulator.usb_host import UsbHost

ADAPTERS = frozenset(
    {
        "usb_empty_reads",
        "usb_silent_host",
        "usb_start_of_frame",
        "pio_clock",
        "output_loopback",
        "reset_releases_pins",
        "input_after_reset",
        "i2c_timing",
    }
)
"""What is corrected in rp2040py. A test leaves one out to show what goes wrong without it."""

_MAX_PASSES = 1  # instructions whose time is added up before alarms are looked at: none


class EmulatedPico:
    """A Raspberry Pi Pico: its chip, its flash, and what is wired to its pins.

    All times are virtual nanoseconds on one axis that begins at 0 and goes on through power-offs.
    A callback sees `now_ns` exactly at its own time. Raises ValueError for an image that is no
    UF2, or a flash that is not 2 MB.
    """

    def __init__(
        self,
        image: Path | None = None,
        flash: bytes | None = None,
        adapters: Iterable[str] = ADAPTERS,
    ) -> None:
        """`flash`: the whole 2 MB to start from, erased without it; `image` is written over it."""
        self._adapters = frozenset(adapters)
        if unknown := self._adapters - ADAPTERS:
            raise ValueError(f"no such adapter: {', '.join(sorted(unknown))}")
        self._flash = erased_flash() if flash is None else bytearray(flash)
        if len(self._flash) != FLASH_BYTES:
            raise ValueError(f"flash of {len(self._flash)} bytes, needs {FLASH_BYTES}")
        if image is not None:
            write_uf2(self._flash, image)
        self._base_ns = 0
        self._chip: Chip | None = None
        self._clock: Clock | None = None
        self._run = _Run()
        self._frozen = False
        self._events = EventQueue()
        self._i2c_devices: tuple[dict[int, I2cDevice], dict[int, I2cDevice]] = ({}, {})
        self._i2c: list[I2cBus] = []
        self._adc: dict[int, Callable[[int], int]] = {}
        self._on_reset: list[Callable[[str, int], None]] = []
        self._pins = Pins(
            lambda: self.now_ns,
            loopback="output_loopback" in self._adapters,
            release_on_reset="reset_releases_pins" in self._adapters,
            input_after_reset="input_after_reset" in self._adapters,
        )
        self.usb = UsbHost(
            hold_empty_reads="usb_empty_reads" in self._adapters,
            stage_silence="usb_silent_host" in self._adapters,
            start_of_frame="usb_start_of_frame" in self._adapters,
        )

    # Power and time

    @property
    def powered(self) -> bool:
        return self._chip is not None

    @property
    def now_ns(self) -> int:
        return self._base_ns + (int(self._clock.nanos) if self._clock is not None else 0)

    def power_on(self) -> None:
        """Starts from flash, everything else as after power-on. Nothing if it is on already."""
        if self._chip is not None:
            return
        self._clock = clock = Clock()
        self._chip = chip = Chip(clock)
        chip.flash[:FLASH_BYTES] = self._flash
        chip.simulator = self._run
        chip.watchdog.on_watchdog_trigger = self._watchdog_fired
        self._event_alarm = clock.create_alarm(self._run_events)
        self._stop_alarm = clock.create_alarm(self._run.stop)
        self._run.chip, self._run.rp2040, self._run.clock = chip, chip, clock
        self._frozen = False
        self._pins.before_input = self._pins.after_input = lambda: None
        self._pio = None
        if "pio_clock" in self._adapters:
            self._pio = PioClock(chip)
            self._pins.before_input = self._pio.before_input
            self._pins.after_input = self._pio.after_input
        timed = "i2c_timing" in self._adapters
        self._i2c = [
            I2cBus(chip, block, devices, timed, lambda: self.now_ns)
            for block, devices in enumerate(self._i2c_devices)
        ]
        chip.adc.on_adc_read = self._sample
        self._pins.connect(chip.gpio)
        self.usb.attach(chip)
        chip.core.pc = FLASH_START_ADDRESS
        self._arm_events()

    def power_off(self) -> None:
        """Keeps the flash and loses everything else; the pins are released. May be called back."""
        if self._chip is None:
            return
        self._flash[:] = self._chip.flash[:FLASH_BYTES]
        self._base_ns = self.now_ns
        self._chip = self._clock = None
        self.usb.detach()
        self._pins.disconnect()
        self._run.stop()

    def run_until(self, t_ns: int) -> None:
        """Runs to `t_ns`, at most one instruction further (0.2 us); `now_ns` tells how far."""
        while self.now_ns < t_ns:
            if self._chip is None:
                next_ns = self._events.next_ns()
                self._base_ns = t_ns if next_ns is None else max(min(next_ns, t_ns), self._base_ns)
                self._events.run_due(self._base_ns)
                continue
            self._stop_alarm.schedule(t_ns - self.now_ns)
            self._run_chip()

    def run_for(self, duration_ns: int) -> None:
        self.run_until(self.now_ns + duration_ns)

    def at(self, t_ns: int, callback: Callable[[], None]) -> Event:
        """Calls back at a virtual time (at once if it is past, as soon as the board runs)."""
        event = self._events.add(t_ns, callback)
        self._arm_events()
        return event

    def _run_chip(self) -> None:
        run, clock = self._run, self._clock
        run.stopped = False
        while not run.stopped:
            if self._frozen:
                clock.skip_to_alarm()
            else:
                run.chip.begin_batch()
                execute_batch(run, _MAX_PASSES)

    def _arm_events(self) -> None:
        next_ns = self._events.next_ns()
        if self._clock is not None and next_ns is not None:
            self._event_alarm.schedule(max(next_ns - self.now_ns, 0))

    def _run_events(self) -> None:
        clock = self._clock
        self._events.run_due(self.now_ns)
        if clock is self._clock:
            self._arm_events()

    # Processor

    def freeze(self) -> None:
        """Stops the processor dead: no instruction more. PIO, timers and the watchdog go on."""
        self._frozen = True
        self._run.stop()

    def thaw(self) -> None:
        self._frozen = False

    @property
    def busy_cycles(self) -> int:
        """Cycles the processor has worked since power-on or reset; it was asleep in the others."""
        return 0 if self._chip is None else self._chip.core.cycles

    def reset(self) -> None:
        """Pulls the RUN pin low and lets it go."""
        if self._chip is not None:
            self._reset_chip("run pin")

    @property
    def reset_reason(self) -> int:
        """The watchdog's REASON: 0 power-on or RUN, 1 its time-out, 2 asked for by firmware."""
        return 0 if self._chip is None else self._chip.watchdog._reason

    def on_reset(self, callback: Callable[[str, int], None]) -> None:
        """Calls back with "run pin" or "watchdog" and the time, after each reset."""
        self._on_reset.append(callback)

    def _watchdog_fired(self) -> None:
        self._reset_chip("watchdog")

    def _reset_chip(self, cause: str) -> None:
        chip = self._chip
        if chip is None:
            return
        chip.enter_reset(from_watchdog=cause == "watchdog")
        if cause != "watchdog":
            chip.watchdog.reset()
            chip.vreg_and_chip_reset.record_reset_cause(HAD_RUN)
        for part in (self._pio, *self._i2c, self._pins):
            if part is not None:
                part.chip_was_reset()
        chip.leave_reset()
        self.thaw()
        for callback in self._on_reset:
            callback(cause, self.now_ns)

    # Pins and what is wired to them

    def set_input(self, gpio: int, level: int | None) -> None:
        """Drives a pin from outside; None lets go, and the pad's own pull decides."""
        self._pins.set_input(gpio, level)

    def level(self, gpio: int) -> int | None:
        """What the board drives on a pin: 0, 1, or None while it does not drive it."""
        return self._pins.level(gpio)

    def on_edge(self, gpio: int, callback: EdgeCallback) -> None:
        """Calls back with (level, t_ns) whenever `level(gpio)` changes."""
        self._pins.on_edge(gpio, callback)

    def attach_i2c(self, block: int, address: int, device: I2cDevice) -> None:
        """Puts a device on the bus of controller 0 or 1."""
        self._i2c_devices[block][address] = device

    def set_adc(self, channel: int, source: Callable[[int], int]) -> None:
        """`source(t_ns)` gives the 12 bit reading of channel 0 to 4 at the start of a conversion."""
        self._adc[channel] = source

    def _sample(self, channel: int) -> None:
        adc = self._chip.adc
        if (source := self._adc.get(channel)) is not None:
            adc.channel_values[channel] = source(self.now_ns) & 0xFFF
        adc._default_on_adc_read(channel)

    # Flash

    @property
    def flash(self) -> bytes:
        """All 2 MB as they are now."""
        return bytes(self._flash if self._chip is None else self._chip.flash[:FLASH_BYTES])

    def write_flash(self, offset: int, data: bytes) -> None:
        """Puts bytes into flash behind the firmware's back, without erasing first."""
        if not 0 <= offset <= FLASH_BYTES - len(data):
            raise ValueError(
                f"{len(data)} bytes at offset {offset}: outside of {FLASH_BYTES} bytes"
            )
        flash = self._flash if self._chip is None else self._chip.flash
        flash[offset : offset + len(data)] = data


class _Run:
    """What `execute_batch` needs: the chip, its clock, and whether to stop."""

    __slots__ = ("chip", "clock", "rp2040", "stopped")

    def __init__(self) -> None:
        self.stopped = True

    def stop(self) -> None:
        self.stopped = True
