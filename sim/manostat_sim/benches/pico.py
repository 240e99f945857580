"""The `pico` bench: the real image on an emulated Pico, wired to the world pin by pin."""

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

from manostat.journal import OUTCOME
from manostat.record import unpack_level
from manostat_sim import wire
from manostat_sim.benches.base import Bench, Edge, LevelRecord, Unit
from manostat_sim.emulator import EmulatedPico
from manostat_sim.emulator.flash_chip import TYPICAL, FlashTimes
from manostat_sim.journal import JournalRecord, read_pages
from manostat_sim.scenarios import Scenario
from manostat_sim.telemetry import END_OFFSET, Answer, FrameReader, Hello, TickFrame, join
from manostat_sim.unit_page import COPIES, STORAGE_OFFSET, encode
from manostat_sim.wiring import SIGNALS
from manostat_sim.world import World

OUTPUTS = (
    "STEP",
    "DIR",
    "ENABLE_N",
    "LAMP_READY",
    "LAMP_HIGH",
    "LAMP_MEDIUM",
    "LAMP_LOW",
    "SOUNDER",
    "TICK",
)
_VERDICT_LIMIT_S = 3.0
_TICKS_WITHOUT_LAMP_TEST = 5
_REPLY_LIMIT_S = 10.0
_REPLY_GAP_S = 0.05


class _LineSensorOnBus:
    """Honeywell HSC on I2C: two status bits, 14 bits of pressure, a fixed 20 C."""

    def __init__(self, world: Callable[[], World]) -> None:
        self._world = world
        self.reads = 0

    @property
    def hung(self) -> bool:
        return bool(self._world().line_sensor.hangs())

    def read(self, t_ns: int) -> bytes | None:
        self.reads += 1
        world = self._world()
        world.advance(t_ns // 1000)
        raw, status = world.line_sample()
        if status == 4:
            return None
        return bytes((status << 6 | raw >> 8, raw & 0xFF, 0x59, 0x80))

    def write(self, data: bytes, t_ns: int) -> None:
        """The part takes no commands in operation."""


class PicoBench(Bench):
    """`image`: a UF2; `pins`: GPIO by signal, as in boards/RPI_PICO/pins.csv.

    `unit` is stored in the flash as provisioning would; None leaves what the image has.
    `flash`: the whole flash to start from (`flash_image`), with its image and unit; `image` and
    `unit` are then not written. `flash_times`: how long it takes to erase and to program.
    """

    name = "pico"
    can = frozenset(
        {"pins", "journal", "trace", "freeze", "bus", "host", "reset", "flash", "shorts", "clock"}
    )

    def __init__(
        self,
        of: Scenario | str,
        unit: Unit | None,
        image: Path,
        pins: Mapping[str, int],
        seed: int | None = None,
        sensor_address: int = 0x28,
        flash: bytes | None = None,
        flash_times: FlashTimes = TYPICAL,
    ) -> None:
        super().__init__(of, unit or (), seed)
        self.pins = dict(pins)
        self.reader = FrameReader()
        self._sequence = 0
        self.pico = EmulatedPico(
            image if flash is None else None, flash=flash, flash_times=flash_times
        )
        self._edges: dict[str, list[Edge]] = {signal: [] for signal in OUTPUTS}
        for signal in OUTPUTS:
            self.pico.on_edge(self.pins[signal], self._edge_taker(signal))
        self._line_on_bus = _LineSensorOnBus(lambda: self.world)
        self.pico.attach_i2c(
            self.pins["SDA"] // 2 % 2,
            sensor_address,
            self._line_on_bus,  # type: ignore[arg-type]
        )
        self.pico.set_adc(self.pins["PRESSURE2"] - 26, self._second_sample)
        self.pico.usb.on_bytes(self.reader.feed)
        if unit is not None and flash is None:
            for copy in COPIES:
                self.pico.write_flash(STORAGE_OFFSET + copy, encode(unit))
        self._wires_changed()

    def power_on(self) -> None:
        """Power the pump and let it come to the verdict of its self test."""
        self.world.line_sensor.power(self.now_us)
        self.pico.power_on()
        self.await_verdict()

    def await_verdict(self) -> None:
        """After power-on or a reset: let time pass until the pump ticks and its lamp test is over.

        One that ticks and never ends its lamp test (the lamp may be shorted) has five ticks, and
        one that never ticks three seconds.
        """
        lamp, ticks = self._edges["LAMP_READY"], self._edges["TICK"]
        dark, begun = len(lamp), len(ticks)
        end_us = self.now_us + round(_VERDICT_LIMIT_S * 1e6)
        while self.now_us < end_us:
            self.advance(0.001)
            n_ticks = sum(edge.level for edge in ticks[begun:])
            tested = [edge.level for edge in lamp[dark:]][-2:] == [1, 0]
            if n_ticks >= (1 if tested else _TICKS_WITHOUT_LAMP_TEST):
                return

    def power_off(self) -> None:
        self.pico.power_off()

    def power_cycle(self, off_s: float = 0.1) -> None:
        """Take the power away for a time and let the pump come to its verdict again."""
        self.power_off()
        self.advance(off_s)
        self.power_on()

    def reset(self) -> None:
        """Pull the RUN pin low, let it go, and let the pump come to its verdict again."""
        self.pico.reset()
        self.await_verdict()

    def flash_image(self) -> bytes:
        """All of the flash as it is now: what another bench may start from."""
        return self.pico.flash

    def stall(self, seconds: float) -> None:
        self.pico.freeze()
        self.advance(seconds)
        self.pico.thaw()

    def hold_pin(self, signal: str, level: int | None) -> None:
        """The wire of a signal touches ground (0) or 3V3 (1); None mends it. What the chip drives
        does not reach the world, and the chip reads the short back."""
        self.pico.hold_pin(self.pins[signal], level)

    def wrong_clock(self, percent: float) -> None:
        """From the next power-on on the system clock is off by so much, as counted by SysTick: all
        that the firmware can notice. Virtual time stays as it is."""
        self.pico.systick_hz = round(125_000_000 * (1 + percent / 100))

    def short_step(self) -> None:
        self.hold_pin("STEP", 0)

    @property
    def line_reads(self) -> int:
        """How often the firmware has read the line sensor so far."""
        return self._line_on_bus.reads

    def frames(self) -> list[TickFrame]:
        return self.reader.ticks

    def edges(self, signal: str) -> list[Edge]:
        if signal not in self._edges:
            raise KeyError(f"no output {signal!r}, only {', '.join(OUTPUTS)}")
        return self._edges[signal]

    def record(self) -> LevelRecord:
        for entry in reversed(self.journal()):
            if entry.kind == OUTCOME:
                level: LevelRecord = unpack_level(entry.payload)
                return level
        raise LookupError("the journal holds no level")

    def journal(self, first: int = 0) -> list[JournalRecord]:
        """The journal from this record on, oldest first, read over the link; the pump must be at
        rest."""
        return read_pages(self._ask(wire.journal, first))

    def trace(self) -> bytes:
        """What of the trace is in memory, two bytes a word (docs/journal.md), over the link."""
        return self._ask(wire.trace)

    def traces(self, first: int = 0) -> bytes:
        """The pages of the ring of traces from this one on, read over the link."""
        return self._ask(wire.ring, first)

    def settings(self) -> tuple[int, int, bytes, bytes]:
        """Number of this boot, newest counter believed, and both copies of the unit page, as told
        over the link; behind them are those of the identity page."""
        told = self._ask(wire.unit)
        boot, counter = struct.unpack_from("<II", told)
        return boot, counter, told[8:264], told[264:520]

    def send(self, data: bytes, seconds: float = _REPLY_GAP_S) -> list[Answer]:
        """Bytes of a host, as they are; the answers that came within the time."""
        before = len(self.reader.answers)
        self._send(data)
        self.advance(seconds)
        return self.reader.answers[before:]

    def freeze(self) -> None:
        """The processor stops dead."""
        self.pico.freeze()

    def hang_bus(self, hung: bool = True) -> None:
        """The line sensor holds the clock."""
        from manostat_sim.plant.sensors import FAULTS

        self.world.line_sensor.fault = FAULTS["hang" if hung else "none"]

    def host_reads(self, reads: bool) -> None:
        """Whether the host takes what the pump sends."""
        self.pico.usb.reading = reads

    def hello(self) -> Hello | None:
        """Who is speaking; None from a pump that does not answer within 50 ms."""
        self.reader.hellos.clear()
        self._send(wire.hello(self._next_sequence()))
        self.advance(_REPLY_GAP_S)
        return self.reader.hellos[-1] if self.reader.hellos else None

    def _send(self, frame: bytes) -> None:
        """Behind a zero, which ends whatever was sent before."""
        self.pico.usb.write(b"\0" + frame)

    def _next_sequence(self) -> int:
        self._sequence = (self._sequence + 1) % 255
        return self._sequence

    def _ask(self, request: Callable[..., bytes], *about: int) -> bytes:
        """Send a request and collect its bulk frames until the last one."""
        self.reader.bulks.clear()
        sequence = self._next_sequence()
        self._send(request(sequence, *about))
        end_us = self.now_us + round(_REPLY_LIMIT_S * 1e6)
        while self.now_us < end_us:
            self.advance(_REPLY_GAP_S)
            bulks = [bulk for bulk in self.reader.bulks if bulk.request == sequence]
            if bulks and bulks[-1].offset == END_OFFSET:
                return join(bulks)
        asked = request.__name__
        raise AssertionError(f"request for {asked} was not answered within {_REPLY_LIMIT_S} s")

    def _run_to(self, to_us: int) -> None:
        self.pico.run_until(to_us * 1000)
        self.world.advance(to_us)

    def _wires_changed(self) -> None:
        for signal in SIGNALS:
            self.pico.set_input(self.pins[signal], self.world.wiring.levels[signal])
        # The driver's pull-up, on the far side of STOP's second pole.
        joined = self.world.wiring.driver_enabled(0)
        self.pico.set_input(self.pins["ENABLE_N"], 1 if joined else None)

    def _second_sample(self, t_ns: int) -> int:
        self.world.advance(t_ns // 1000)
        return self.world.second_sample_12()

    def _edge_taker(self, signal: str) -> Callable[[int | None, int], None]:
        edges = self._edges[signal]
        pulled = 1 if signal == "ENABLE_N" else 0

        def take(level: int | None, t_ns: int) -> None:
            at_pin = pulled if level is None else level
            if (edges[-1].level if edges else pulled) == at_pin:
                return
            edges.append(Edge(t_ns / 1000, at_pin))
            world = self.world
            if signal == "STEP" and at_pin:
                world.advance(t_ns // 1000)
                world.step(1 if self._dir() else -1)
            elif signal == "ENABLE_N":
                world.enable_n = at_pin

        return take

    def _dir(self) -> int:
        return self._edges["DIR"][-1].level if self._edges["DIR"] else 0
