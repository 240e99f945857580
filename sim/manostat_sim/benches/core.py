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


class Core:
    """The core of one power-on; `ask` for each tick. `pump` may be looked into."""

    def __init__(self, unit: Unit) -> None:
        validate(unit)
        self.pump = pump.build(unit, new_ints)

    def ask(self, inputs: Inputs) -> Injector:
        """One tick; then the intent is stored, as the board does it between two ticks."""
        injector: Injector = self.pump.injector
        self.pump.tick(inputs)
        if injector.wants_start:
            injector.may_start = 1
        return injector

    def record(self) -> LevelRecord:
        """The level record as it stands."""
        buffer = bytearray(LEVEL_BYTES)
        pack_level(self.pump, buffer, 0)
        level: LevelRecord = unpack_level(buffer)
        return level


class CoreBench(TickedBench):
    """Fast: tens of thousands of ticks a second. `pump` may be looked into."""

    name = "core"

    def _boot(self) -> None:
        self._core = Core(self.unit)
        self.pump = self._core.pump

    def _decide(self, inputs: Inputs) -> Injector:
        return self._core.ask(inputs)

    def record(self) -> LevelRecord:
        return self._core.record()
