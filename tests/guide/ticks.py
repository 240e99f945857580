"""Ticks as a pump sends them, for tests: with a number and a time that go on by themselves."""

from manostat.core import codes
from manostat_sim.telemetry import TickFrame

FREE = codes.CHAIN_RUN_OPEN | codes.BIT_END_FULL | codes.BIT_END_EMPTY
RUN_HELD = FREE | codes.BIT_PERMIT
STOP_HELD = FREE & ~codes.CHAIN
PAIN_HELD = (FREE & ~codes.CHAIN) | codes.BIT_STOP_OK | codes.BIT_PAIN_NO
ZERO_COUNT = 1638
"""The line sensor's count at 0 psi (HSC data sheet)."""


class Ticks:
    """Each call gives so many frames; the tick's number goes on."""

    def __init__(self):
        self.tick = 65_000  # soon around its 16 bits

    def __call__(self, count, state, switches=FREE, **more):
        frames = []
        for _ in range(count):
            self.tick = (self.tick + 1) % 65_536
            said = {
                "tick": self.tick,
                "elapsed_us": 2000,
                "line_raw": ZERO_COUNT,
                "line_status": 0,
                "second_raw": 0,
                "switches": switches,
                "made": 0,
                "refused": 0,
                "state": state,
                "reason": codes.NO_REASON,
                "grant": 0,
                "fault": 0,
                "pressure_pa": 0,
                "steps": 0,
                "opening_pa": -1,
            }
            frames.append(TickFrame(**(said | more)))
        return frames

    def skip(self, count):
        """Ticks that nobody heard."""
        self.tick = (self.tick + count) % 65_536
