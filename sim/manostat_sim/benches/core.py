"""The `core` bench: the firmware's decisions under CPython."""

from array import array

from manostat.core import pump
from manostat.core.injector import Injector
from manostat.core.inputs import Inputs
from manostat.core.prescription import validate
from manostat.record import LEVEL_BYTES, pack_level, unpack_level
from manostat_sim.benches.base import LevelRecord, Unit
from manostat_sim.benches.ticked import TickedBench


def new_ints(n: int) -> array:
    """A zeroed buffer of 64 bit integers: CPython's core must not overflow before it is checked."""
    return array("q", bytes(8 * n))


def build_pump(unit: Unit) -> pump.Pump:
    """The core of one power-on. ValueError for a unit that is not valid."""
    validate(unit)
    built: pump.Pump = pump.build(unit, new_ints)
    return built


def decide(near: pump.Pump, inputs: Inputs) -> Injector:
    """One tick."""
    near.tick(inputs)
    injector: Injector = near.injector
    return injector


class CoreBench(TickedBench):
    """Fast: tens of thousands of ticks a second. `pump` may be looked into."""

    name = "core"

    def _boot(self) -> None:
        self.pump = build_pump(self.unit)

    def _decide(self, inputs: Inputs) -> Injector:
        return decide(self.pump, inputs)

    def record(self) -> LevelRecord:
        buffer = bytearray(LEVEL_BYTES)
        pack_level(self.pump, buffer, 0)
        level: LevelRecord = unpack_level(buffer)
        return level
