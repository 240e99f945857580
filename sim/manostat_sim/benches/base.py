"""What a hardware test talks to: the same few verbs whatever is on the near side of the wires."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from manostat_sim.scenarios import Scenario
from manostat_sim.telemetry import TickFrame
from manostat_sim.world import PATIENT_EVERY_US, World

Unit = Sequence[int]
"""The nine integers of a unit page, in the order of manostat.core.prescription.RANGES."""

LevelRecord = dict[str, Any]
"""A level as `manostat.record.unpack_level` gives it."""

PRESS_S = 0.3
FREE_S = 0.01
RUN_OPEN_S = 0.15
"""RUN must be seen open for 100 ms; a little more, as a person does."""


class Edge(NamedTuple):
    """A level change of a pin, in microseconds since power-on."""

    at_us: float
    level: int


class Bench(ABC):
    """Wires with a world on the far side and a pump on the near side.

    `can` names what only some benches do: "pins" (edges of real pins), "journal", "trace",
    "freeze", "bus" (the bus can hang), "host" (a host can stop reading), "reset" (the RUN pin),
    "flash" (it takes time, and may be looked at), "shorts" (a pin can be held at a level), "clock"
    (it can be wrong). Times are virtual.
    """

    name = ""
    can: frozenset[str] = frozenset()

    def __init__(self, of: Scenario | str, unit: Unit, seed: int | None = None) -> None:
        self.world = World(of, seed)
        self.unit = tuple(unit)

    @property
    def now_us(self) -> int:
        """Virtual microseconds since power-on."""
        return self.world.now_us

    @abstractmethod
    def power_on(self) -> None:
        """Power the pump and let it come to the verdict of its self test."""

    @abstractmethod
    def power_off(self) -> None:
        """Take the power away; what is stored stays."""

    @abstractmethod
    def stall(self, seconds: float) -> None:
        """The processor does nothing for a time and then goes on where it was."""

    @abstractmethod
    def short_step(self) -> None:
        """The STEP wire touches ground: neither the driver nor the step counter sees a pulse."""

    @abstractmethod
    def frames(self) -> list[TickFrame]:
        """All tick frames so far."""

    @abstractmethod
    def edges(self, signal: str) -> list[Edge]:
        """Level changes of an output, oldest first."""

    @abstractmethod
    def record(self) -> LevelRecord:
        """The newest level record."""

    @abstractmethod
    def _run_to(self, to_us: int) -> None:
        """Let pump and world run up to `to_us`, at most 1 ms away."""

    @abstractmethod
    def _wires_changed(self) -> None:
        """The levels at the pins may have changed."""

    def close(self) -> None:  # noqa: B027 - most benches hold nothing
        """Give back what the bench holds; safe to call twice."""

    def meet(self, of: Scenario | str, seed: int | None = None) -> None:
        """Another patient, disc, line and pair of sensors from now on, at rest; the switches,
        the wires and the driver stay. What a board that is armed already does not notice."""
        before = self.world
        self.world = World(of, seed)
        self.world.wiring = before.wiring
        self.world.enable_n = before.enable_n
        self.world.advance(before.now_us)

    def press(self, switch: str) -> None:
        """Press RUN, STOP or PAIN (or an end switch) and keep it pressed."""
        self.world.wiring.press(switch)
        self._wires_changed()

    def release(self, switch: str) -> None:
        """Let a switch go."""
        self.world.wiring.release(switch)
        self._wires_changed()

    def cut(self, place: str) -> None:
        """Cut a wire (manostat_sim.wiring.PLACES)."""
        self.world.wiring.cut(place)
        self._wires_changed()

    def mend(self, place: str) -> None:
        """Join a wire again."""
        self.world.wiring.mend(place)
        self._wires_changed()

    def weld(self, switch: str) -> None:
        """Weld the contact of a switch (`Wiring.weld`)."""
        self.world.wiring.weld(switch)
        self._wires_changed()

    def part(self, switch: str) -> None:
        """Part a welded contact again."""
        self.world.wiring.part(switch)
        self._wires_changed()

    def hold(self, switch: str, seconds: float) -> None:
        """Press a switch for a time and let it go."""
        self.press(switch)
        self.advance(seconds)
        self.release(switch)

    def advance(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.advance_to(self.now_us + round(seconds * 1e6))

    def advance_to(self, to_us: int) -> None:
        """Let virtual time pass up to `to_us`, the patient being asked every millisecond."""
        while self.now_us < to_us:
            now_us = self.now_us
            self._run_to(min(to_us, now_us - now_us % PATIENT_EVERY_US + PATIENT_EVERY_US))
            if self.world.patient_acts():
                self._wires_changed()

    def advance_until(self, reached: Callable[[TickFrame], bool], limit_s: float) -> TickFrame:
        """Let time pass until the newest tick satisfies `reached`.

        AssertionError, with the newest tick, when that takes longer than `limit_s`.
        """
        end_us = self.now_us + round(limit_s * 1e6)
        while self.now_us < end_us:
            self.advance(0.002)
            if self.frames() and reached(self.last):
                return self.last
        raise AssertionError(f"not reached within {limit_s} s; newest tick: {self.last}")

    @property
    def last(self) -> TickFrame:
        """The newest tick."""
        return self.frames()[-1]

    def steps_made(self) -> int:
        """Rising edges on STEP since power-on: what the motor saw."""
        return sum(edge.level for edge in self.edges("STEP"))

    def arm(self) -> None:
        """Prove the pain button, seen free before, with RUN open, as before each level."""
        self.advance(FREE_S)
        self.hold("PAIN", PRESS_S)
        self.advance(RUN_OPEN_S)

    def run(self) -> None:
        """Close RUN after it has been open, and keep it held."""
        self.advance(RUN_OPEN_S)
        self.press("RUN")
