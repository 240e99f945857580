"""The `pico` bench: the real image on an emulated Pico, wired to the world pin by pin."""

from collections.abc import Callable, Mapping
from pathlib import Path

from manostat.journal import OUTCOME
from manostat.record import unpack_level
from manostat_sim.benches.base import Bench, Edge, LevelRecord, Unit
from manostat_sim.emulator import EmulatedPico
from manostat_sim.journal import JournalRecord, read_pages
from manostat_sim.scenarios import Scenario
from manostat_sim.telemetry import END_OFFSET, FrameReader, TickFrame, join
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
_REPLY_LIMIT_S = 10.0
_REPLY_GAP_S = 0.05


class _LineSensorOnBus:
    """Honeywell HSC on I2C: two status bits, 14 bits of pressure, a fixed 20 C."""

    def __init__(self, world: Callable[[], World]) -> None:
        self._world = world

    @property
    def hung(self) -> bool:
        return bool(self._world().line_sensor.hangs())

    def read(self, t_ns: int) -> bytes | None:
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
    """

    name = "pico"
    can = frozenset({"pins", "journal", "trace", "freeze", "bus", "host"})

    def __init__(
        self,
        of: Scenario | str,
        unit: Unit | None,
        image: Path,
        pins: Mapping[str, int],
        seed: int | None = None,
        sensor_address: int = 0x28,
    ) -> None:
        super().__init__(of, unit or (), seed)
        self.pins = dict(pins)
        self.reader = FrameReader()
        self.pico = EmulatedPico(image)
        self._step_shorted = False
        self._edges: dict[str, list[Edge]] = {signal: [] for signal in OUTPUTS}
        for signal in OUTPUTS:
            self.pico.on_edge(self.pins[signal], self._edge_taker(signal))
        sensor = _LineSensorOnBus(lambda: self.world)
        self.pico.attach_i2c(self.pins["SDA"] // 2 % 2, sensor_address, sensor)  # type: ignore[arg-type]
        self.pico.set_adc(self.pins["PRESSURE2"] - 26, self._second_sample)
        self.pico.usb.on_bytes(self.reader.feed)
        if unit is not None:
            for copy in COPIES:
                self.pico.write_flash(STORAGE_OFFSET + copy, encode(unit))
        self._wires_changed()

    def power_on(self) -> None:
        self.world.line_sensor.power(self.now_us)
        self.pico.power_on()
        lit = len(self._edges["LAMP_READY"])
        end_us = self.now_us + round(_VERDICT_LIMIT_S * 1e6)
        while self.now_us < end_us:
            self.advance(0.001)
            if [edge.level for edge in self._edges["LAMP_READY"][lit:]] == [1, 0]:
                return

    def power_off(self) -> None:
        self.pico.power_off()

    def stall(self, seconds: float) -> None:
        self.pico.freeze()
        self.advance(seconds)
        self.pico.thaw()

    def short_step(self) -> None:
        self._step_shorted = True
        pins, gpio = self.pico._pins, self.pins["STEP"]
        to_pad = pins._apply

        def apply(index: int, level: int | None) -> None:
            to_pad(index, 0 if index == gpio else level)

        pins._apply = apply  # type: ignore[method-assign]
        apply(gpio, 0)

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

    def journal(self) -> list[JournalRecord]:
        """The journal, oldest first, read over the link; the pump must be at rest."""
        return read_pages(self._ask(b"J"))

    def trace(self) -> list[tuple[int, int]]:
        """(count, steps made) of each tick of the level, read over the link."""
        data = self._ask(b"T")
        words = [data[at] | data[at + 1] << 8 for at in range(0, len(data) - 1, 2)]
        return [(word & 0x3FFF, word >> 14) for word in words]

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

    def _ask(self, request: bytes) -> bytes:
        """Send a request byte and collect its bulk frames until the last one."""
        self.reader.bulks.clear()
        self.pico.usb.write(request)
        end_us = self.now_us + round(_REPLY_LIMIT_S * 1e6)
        while self.now_us < end_us:
            self.advance(_REPLY_GAP_S)
            bulks = [bulk for bulk in self.reader.bulks if bulk.request == request[0]]
            if bulks and bulks[-1].offset == END_OFFSET:
                return join(bulks)
        raise AssertionError(f"request {request!r} was not answered within {_REPLY_LIMIT_S} s")

    def _run_to(self, to_us: int) -> None:
        self.pico.run_until(to_us * 1000)
        self.world.advance(to_us)

    def _wires_changed(self) -> None:
        for signal in SIGNALS:
            self.pico.set_input(self.pins[signal], self.world.wiring.levels[signal])

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
            if signal == "STEP" and self._step_shorted:
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
