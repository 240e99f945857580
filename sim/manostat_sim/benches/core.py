"""The `core` bench: the firmware's decisions under CPython."""

from array import array

from manostat.core import pump
from manostat.core.injector import Injector
from manostat.core.inputs import Inputs
from manostat.core.prescription import validate
from manostat.record import LEVEL_BYTES, pack_level, unpack_level
from manostat_sim.benches.base import LevelRecord
from manostat_sim.benches.ticked import TickedBench


def new_ints(n: int) -> array:
    """A zeroed buffer of 64 bit integers: CPython's core must not overflow before it is checked."""
    return array("q", bytes(8 * n))


class CoreBench(TickedBench):
    """Fast: tens of thousands of ticks a second. `pump` may be looked into."""

    name = "core"

    def _boot(self) -> None:
        validate(self.unit)
        self.pump = pump.build(self.unit, new_ints)
        # There is no journal here that could hold an intent.
        self.pump.injector.may_start = 1

    def _decide(self, inputs: Inputs) -> Injector:
        self.pump.tick(inputs)
        self.pump.injector.may_start = 1
        return self.pump.injector

    def record(self) -> LevelRecord:
        buffer = bytearray(LEVEL_BYTES)
        pack_level(self.pump, buffer, 0)
        return unpack_level(buffer)
