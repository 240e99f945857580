"""How fast the simulation itself runs; processor time, so that a busy machine says the same."""

import time

from manostat_sim.benches.base import Unit
from manostat_sim.benches.core import CoreBench
from manostat_sim.scenarios import Scenario

_TICKS_PER_S = 500


def core_ticks_per_s(of: Scenario, unit: Unit, seconds: float = 20.0) -> float:
    """Ticks of injector, guard, plant and sensors under CPython in a second of processor time."""
    bench = CoreBench(of, unit)
    bench.power_on()
    bench.arm()
    bench.run()
    begin_s = time.process_time()
    bench.advance(seconds)
    return seconds * _TICKS_PER_S / (time.process_time() - begin_s)
