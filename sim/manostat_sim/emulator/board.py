"""`EmulatedPico`: a Pico on a bench, with exact virtual time."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from manostat_sim.emulator.events import Event, EventQueue
from manostat_sim.emulator.flash import FLASH_BYTES, erased_flash, write_uf2
from manostat_sim.emulator.flash_chip import TYPICAL, FlashOperation, FlashTimes
from manostat_sim.emulator.i2c import I2cDevice
from manostat_sim.emulator.pins import EdgeCallback, Pins
from manostat_sim.emulator.powered import Powered
from manostat_sim.emulator.usb_host import UsbHost

ADAPTERS = frozenset(
    {
        "usb_empty_reads",
        "usb_silent_host",
        "usb_start_of_frame",
        "pio_clock",
        "compiled_core",
        "output_loopback",
        "reset_releases_pins",
        "input_after_reset",
        "i2c_timing",
        "flash_time",
        "run_pin_resets_watchdog",
    }
)
"""What is corrected or hastened in rp2040py. A test leaves one out to show what it does."""

_ADC_MAX = 0xFFF
_SYSTEM_HZ = 125_000_000


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
        flash_times: FlashTimes = TYPICAL,
        systick_hz: int = _SYSTEM_HZ,
    ) -> None:
        """`flash`: the whole 2 MB to start from, erased without it; `image` is written over it.

        `flash_times`: how long the flash takes to erase and to program (`flash_chip`).
        `systick_hz`: how fast SysTick counts; to firmware, another value is a PLL that is off.
        Both may be set later and count from the next power-on on.
        """
        self._adapters = frozenset(adapters)
        if unknown := self._adapters - ADAPTERS:
            raise ValueError(f"no such adapter: {', '.join(sorted(unknown))}")
        self._flash = erased_flash() if flash is None else bytearray(flash)
        if len(self._flash) != FLASH_BYTES:
            raise ValueError(f"flash of {len(self._flash)} bytes, needs {FLASH_BYTES}")
        if image is not None:
            write_uf2(self._flash, image)
        self.flash_times = flash_times
        self.systick_hz = systick_hz
        self._on_flash_operation: list[Callable[[FlashOperation], None]] = []
        self._base_ns = 0
        self._powered: Powered | None = None
        self._events = EventQueue()
        self._i2c_devices: tuple[dict[int, I2cDevice], ...] = ({}, {})
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
        return self._powered is not None

    @property
    def now_ns(self) -> int:
        return self._base_ns + (0 if self._powered is None else self._powered.now_ns)

    def power_on(self) -> None:
        """Starts from flash, everything else as after power-on. Nothing if it is on already."""
        if self._powered is not None:
            return
        self._powered = powered = Powered(
            self._flash,
            self._pins,
            self._i2c_devices,
            self._adapters,
            lambda: self.now_ns,
            self.flash_times,
            self._flash_operation_begins,
            self.systick_hz,
        )
        self._event_alarm = powered.clock.create_alarm(self._run_events)
        powered.chip.watchdog.on_watchdog_trigger = lambda: self._reset("watchdog")
        powered.chip.adc.on_adc_read = lambda channel: self._sample(powered.chip.adc, channel)
        self.usb.attach(powered.chip)
        self._arm_events()

    def power_off(self) -> None:
        """Keeps the flash and loses everything else; the pins are released. May be called back.

        A flash operation that is under way stays as far as it has come.
        """
        if self._powered is None:
            return
        self._powered.lose_power()
        self._flash[:] = self._powered.flash
        self._base_ns = self.now_ns
        self._powered = None
        self.usb.detach()
        self._pins.disconnect()

    def run_until(self, t_ns: int) -> None:
        """Runs to `t_ns`, at most one instruction further (0.2 us); `now_ns` tells how far."""
        while self.now_ns < t_ns:
            if self._powered is not None:
                self._powered.run_for(t_ns - self.now_ns)
                continue
            next_ns = self._events.next_ns()
            self._base_ns = t_ns if next_ns is None else max(min(next_ns, t_ns), self._base_ns)
            self._events.run_due(self._base_ns)

    def run_for(self, duration_ns: int) -> None:
        self.run_until(self.now_ns + duration_ns)

    def at(self, t_ns: int, callback: Callable[[], None]) -> Event:
        """Calls back at a virtual time (at once if it is past, as soon as the board runs)."""
        event = self._events.add(t_ns, callback)
        self._arm_events()
        return event

    def _arm_events(self) -> None:
        next_ns = self._events.next_ns()
        if self._powered is not None and next_ns is not None:
            self._event_alarm.schedule(max(next_ns - self.now_ns, 0))

    def _run_events(self) -> None:
        self._events.run_due(self.now_ns)
        self._arm_events()

    # Processor

    def freeze(self) -> None:
        """Stops the processor dead: no instruction more. PIO, timers and the watchdog go on.

        A reset of any kind revives it.
        """
        if self._powered is not None:
            self._powered.frozen = True
            self._powered.stop()

    def thaw(self) -> None:
        if self._powered is not None:
            self._powered.frozen = False

    @property
    def busy_cycles(self) -> int:
        """Cycles the processor has worked since power-on or reset; it was asleep in the others."""
        return 0 if self._powered is None else int(self._powered.chip.core.cycles)

    def reset(self) -> None:
        """Pulls the RUN pin low and lets it go."""
        self._reset("run pin")

    @property
    def reset_reason(self) -> int:
        """The watchdog's REASON: 0 power-on or RUN, 1 its time-out, 2 asked for by firmware."""
        return 0 if self._powered is None else self._powered.chip.watchdog._reason

    def on_reset(self, callback: Callable[[str, int], None]) -> None:
        """Calls back with "run pin" or "watchdog" and the time, after each reset."""
        self._on_reset.append(callback)

    def _reset(self, cause: str) -> None:
        if self._powered is None:
            return
        self._powered.reset(from_watchdog=cause == "watchdog")
        for callback in self._on_reset:
            callback(cause, self.now_ns)

    # Pins and what is wired to them

    def set_input(self, gpio: int, level: int | None) -> None:
        """Drives a pin from outside; None lets go, and the pad's own pull decides."""
        self._pins.set_input(gpio, level)

    def hold_pin(self, gpio: int, level: int | None) -> None:
        """Shorts a pin to ground (0) or to 3V3 (1): whatever drives it, the wire stays at that
        level and the board reads it back. None takes the short away."""
        self._pins.hold(gpio, level)

    def level(self, gpio: int) -> int | None:
        """What the board drives on a pin: 0, 1, or None while it does not; a short's level."""
        return self._pins.level(gpio)

    def on_edge(self, gpio: int, callback: EdgeCallback) -> None:
        """Calls back with (level, t_ns) whenever `level(gpio)` changes."""
        self._pins.on_edge(gpio, callback)

    def attach_i2c(self, block: int, address: int, device: I2cDevice) -> None:
        """Puts a device on the bus of controller 0 or 1."""
        self._i2c_devices[block][address] = device

    def set_adc(self, channel: int, source: Callable[[int], int]) -> None:
        """`source(t_ns)` gives the 12 bit reading of channel 0 to 4 when a conversion begins."""
        self._adc[channel] = source

    def _sample(self, adc: Any, channel: int) -> None:
        if (source := self._adc.get(channel)) is not None:
            adc.channel_values[channel] = source(self.now_ns) & _ADC_MAX
        adc._default_on_adc_read(channel)

    # Flash

    @property
    def flash(self) -> bytes:
        """All 2 MB as they are now."""
        return bytes(self._flash) if self._powered is None else self._powered.flash

    def on_flash_operation(self, callback: Callable[[FlashOperation], None]) -> None:
        """Calls back before each erase and program, with what it will have changed."""
        self._on_flash_operation.append(callback)

    def _flash_operation_begins(self, operation: FlashOperation) -> None:
        for callback in self._on_flash_operation:
            callback(operation)

    def write_flash(self, offset: int, data: bytes) -> None:
        """Puts bytes into flash behind the firmware's back, without erasing first."""
        if not 0 <= offset <= FLASH_BYTES - len(data):
            raise ValueError(
                f"{len(data)} bytes at offset {offset}: outside of {FLASH_BYTES} bytes"
            )
        flash = self._flash if self._powered is None else self._powered.chip.flash
        flash[offset : offset + len(data)] = data
