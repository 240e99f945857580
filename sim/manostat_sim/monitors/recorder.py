"""Records a trace at the far side of the wires, whatever bench is on the near side."""

from collections.abc import Callable
from typing import Any

from manostat_sim.monitors.events import COUNT_PA, Event, Pin, Record, Sample, Step, Wires
from manostat_sim.plant.plant import Plant
from manostat_sim.plant.sensors import FULL_SCALE_PA, LineSensor
from manostat_sim.world import World

TICK_S = 2e-3
NOISE_SDS = 3.47
"""Where the simulated noise ends, in standard deviations."""


class Recorder:
    """Listens to a world from now on; `events` is the trace.

    `asked` gives the record's (opening_pa, level), -1 for no opening pressure: it is asked at each
    sample. Lamps and sounder are told by `pin`, from whatever drives them.
    """

    def __init__(self, world: World, asked: Callable[[], tuple[int, int]]) -> None:
        self.world = world
        self.events: list[Event] = []
        self._asked = asked
        self._record: tuple[int, int] | None = None
        self._enable_n = -1
        self._second_raw = _ideal_second_raw(world.plant.line_pa)
        self._bits = -1, False
        self._listen()
        self._look()

    def pin(self, at_us: float, signal: str, level: int) -> None:
        """An output has changed."""
        self.events.append(Pin(at_us, signal, level))

    def take(self) -> list[Event]:
        """What was recorded since this was last asked."""
        events, self.events = self.events, []
        return events

    def _look(self) -> None:
        """What has no event of its own at the world: the record, the wires, the driver's enable."""
        now_us, world = self.world.now_us, self.world
        if world.enable_n != self._enable_n:
            self._enable_n = world.enable_n
            self.pin(now_us, "ENABLE_N", world.enable_n)
        if (record := self._asked()) != self._record:
            self._record = record
            self.events.append(Record(now_us, *record))
        self._look_at_wires()

    def _look_at_wires(self) -> None:
        wiring = self.world.wiring
        bits = wiring.bits, wiring.pressed("RUN")
        if bits != self._bits:
            self._bits = bits
            self.events.append(Wires(self.world.now_us, *bits))

    def _listen(self) -> None:
        world: Any = self.world
        step, line_sample = world.step, world.line_sample
        second_12, update = world.second_sensor.sample_12, world.wiring._update

        def on_step(direction: int = 1) -> None:
            before_pa = world.plant.line_pa
            step(direction)
            after_pa = world.plant.line_pa
            self.events.append(Step(world.now_us, direction, before_pa, after_pa))

        def on_line_sample() -> tuple[int, int]:
            raw, status = line_sample()
            self._look()
            sensor = world.line_sensor
            self.events.append(
                Sample(
                    world.now_us,
                    raw,
                    status,
                    self._second_raw,
                    world.plant.line_pa,
                    sensor.span,
                    sensor.offset_pa,
                )
            )
            return raw, status

        def on_second(line_pa: float) -> int:
            counts: int = second_12(line_pa)
            self._second_raw = counts << 4 | counts >> 8
            return counts

        def on_update() -> None:
            update()
            self._look_at_wires()

        world.step, world.line_sample = on_step, on_line_sample
        world.second_sensor.sample_12, world.wiring._update = on_second, on_update


def _ideal_second_raw(line_pa: float) -> int:
    """Until the second sensor is first read."""
    return round(65535 * (0.1 + 0.8 * line_pa / FULL_SCALE_PA))


def noise_pa(line: LineSensor) -> float:
    """How far an honest count may be from the pressure: noise, rounding, one conversion's age."""
    return COUNT_PA * (1.5 + NOISE_SDS * line.noise_counts)


def overshoot_bound_pa(plant: Plant, line: LineSensor, rate_nl_s: int, step_nl: float) -> float:
    """How far beyond its limit the line may be pressed, as its own sensor would show it (P-04).

    Stiffness x (flow of one control period + one step), and one slip of a plunger that sticks. The
    stiffest the line can be is its own compliance: air and disc only soften it.
    """
    slip_pa, rod = 0.0, plant.syringe.rod_nl_per_pa
    if rod:
        syringe = plant.syringe
        slip_pa = (syringe.stiction_pa - syringe.sliding_pa) * rod / (rod + plant.line_nl_per_pa)
    pressed_pa = (rate_nl_s * TICK_S + step_nl) / plant.line_nl_per_pa + slip_pa
    return line.span * pressed_pa + noise_pa(line)
