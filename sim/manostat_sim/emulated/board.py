"""One emulated board with all that is around it: pump, patient, power, cable, BOOTSEL button."""

import logging
from collections.abc import Mapping
from pathlib import Path

from rp2040py.peripherals.watchdog import RPWatchdog

from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulated.boot_loader import BootLoader, is_bootable
from manostat_sim.emulated.serial_port import SerialPort
from manostat_sim.faults import FAULTS

OFF, RUNNING, BOOT_LOADER, DEAD = "off", "running", "boot loader", "dead"
"""`mode` of a board. Dead: its processor ran into nothing, and only a power-on helps."""

_ENUMERATED_US = 100_000  # a host takes some 100 ms from the pull-up on D+ to an open port
_FORGET_US = 1_000_000
_SCRATCH_MAGIC = 0xB007_C0D3  # watchdog scratch 4: the boot ROM jumps to scratch 7 (2.8.1.1, M)
_ROM_BYTES = 0x4000


class EmulatedBoard:
    """`flash`: all 2 MB to start from; `pins`: GPIO by signal.

    `advance_to` lets virtual time pass; the verbs act at once. Times are virtual microseconds.
    `starts` counts power-ons and resets.
    """

    def __init__(
        self,
        flash: bytes,
        scenario: str,
        pins: Mapping[str, int],
        port: SerialPort,
        drive: Path,
    ) -> None:
        self.bench = PicoBench(scenario, None, Path(), pins, flash=flash)
        self.port = port
        self.mode = OFF
        self.plugged = True
        self.bootsel = False
        self.starts = 0
        self._pico = self.bench.pico
        self._loader: BootLoader | None = None
        self._drive = drive
        self._open_us: int | None = None
        self._forget_us = 0
        self._pico.usb.on_bytes(port.write)
        self._pico.on_reset(self._chip_was_reset)

    @property
    def now_us(self) -> int:
        return self.bench.now_us

    def advance_to(self, to_us: int) -> None:
        """Let virtual time pass, and exchange bytes with whoever has the port open."""
        usb = self._pico.usb
        usb.reading = not self.port.full
        if data := self.port.read():
            usb.write(data)
        try:
            self.bench.advance_to(to_us)
        except Exception:  # whatever an emulator raises that executes no program
            logging.getLogger(__name__).exception("the emulated processor ran into nothing")
            self._pico.power_off()
            self.mode = DEAD
        self.port.write(b"")
        self._look_at_cable()
        if self.now_us >= self._forget_us:
            self._forget()

    def look_at_drive(self) -> None:
        """Take what a host has copied to the boot loader's drive."""
        if self._loader is not None and self._loader.look():
            self.reset()

    @property
    def flash(self) -> bytes:
        """All of it as it is now."""
        return self._pico.flash

    @property
    def received(self) -> tuple[int, int]:
        """Blocks that the boot loader has, and of how many; (0, 0) when it has none."""
        return (0, 0) if self._loader is None else self._loader.received

    def power_on(self) -> None:
        """From flash, or into the boot loader with BOOTSEL held or nothing to boot in flash."""
        if self.mode != OFF:
            return
        self.starts += 1
        if self.bootsel or not is_bootable(self._pico.flash):
            self._enter_boot_loader()
            return
        self.mode = RUNNING
        self.bench.world.line_sensor.power(self.now_us)
        self._pico.power_on()

    def power_off(self) -> None:
        """The supply is gone; what was in flash stays."""
        self._unpublish()
        self._pico.power_off()
        self.mode = OFF

    def reset(self) -> None:
        """The RUN pin is pulled, or the boot loader is done."""
        if self.mode == RUNNING:
            self._pico.reset()
        elif self.mode != OFF:
            self.power_off()
            self.power_on()

    def plug(self, plugged: bool) -> None:
        """Put the USB cable in, or pull it out. The pump has a supply of its own."""
        self.plugged = plugged
        self._pico.usb.connected = plugged
        if not plugged:
            self._lose_port()
        if self._loader is not None:
            if plugged:
                self._loader.show()
            else:
                self._loader.hide()

    def fault(self, name: str) -> None:
        """Make a fault of manostat_sim.faults; time may pass. KeyError for no such one."""
        FAULTS[name].inject(self.bench)

    def mend(self, name: str) -> None:
        """Take a fault away. ValueError for one that cannot be."""
        mend = FAULTS[name].mend
        if mend is None:
            raise ValueError(f"{name} cannot be mended")
        mend(self.bench)

    def _look_at_cable(self) -> None:
        if self.mode == DEAD:
            return
        if self.mode != RUNNING or not self._pico.usb.open:
            self._lose_port()
        elif self._open_us is None:
            self._open_us = self.now_us
        elif not self.port.present and self.now_us - self._open_us >= _ENUMERATED_US:
            self.port.appear()

    def _chip_was_reset(self, cause: str, _t_ns: int) -> None:
        self.starts += 1
        self._lose_port()
        powered = self._pico._powered
        if powered is not None and (self.bootsel or _asks_for_boot_loader(powered.chip.watchdog)):
            self._enter_boot_loader()

    def _enter_boot_loader(self) -> None:
        self._lose_port()
        self._pico.power_off()
        self.mode = BOOT_LOADER
        self._loader = BootLoader(self._drive, self._pico.write_flash)
        if self.plugged:
            self._loader.show()

    def _unpublish(self) -> None:
        self._lose_port()
        if self._loader is not None:
            self._loader.hide()
            self._loader = None

    def _lose_port(self) -> None:
        self._open_us = None
        if self.port.present:
            self.port.vanish()
        self._pico.usb._outgoing.clear()  # what was under way is lost with the cable

    def _forget(self) -> None:
        """A bench keeps all it has seen; a board that runs for hours must not."""
        self._forget_us = self.now_us + _FORGET_US
        reader = self.bench.reader
        kept: list[list] = [reader.ticks, reader.bulks, reader.hellos, *self.bench._edges.values()]
        for seen in kept:
            del seen[:-2]


def _asks_for_boot_loader(watchdog: RPWatchdog) -> bool:
    """Whether this reset was reset_usb_boot() of the boot ROM: a jump back into the ROM."""
    scratch = watchdog.scratch_data
    return scratch[4] == _SCRATCH_MAGIC and 0 < scratch[7] < _ROM_BYTES
