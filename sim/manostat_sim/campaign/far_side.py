"""Hands and fault of a campaign's run on a bench: they move its switches and wires, and what is
behind them, when the kernel would.
"""

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.campaign.breaking import KINDS
from manostat_sim.campaign.run import FIRST_TICK_US, SAMPLE_US, TICK_US, Run

BEFORE_US = 100
"""A fault comes as the sensors are read, in the kernel 60 us into the tick. The board begins to ask
them 50 us into its own, which comes up to 40 us beside the grid of 2 ms: on a bench the fault comes
so much sooner than in the kernel, behind the readings of the tick before and before all of its own.
"""
_EDGE_US = 2  # of a foreign step, high and low
_ASLEEP_US = 1900  # of a tick have gone by, and the board waits for the next one
_WAITS = (codes.READY, codes.HOLDING)
_NEVER_US = -1


class FarSide:
    """`run`: not begun, taken over; `bench`: with its world; `zero_us`: power-on there."""

    def __init__(self, run: Run, bench: Bench, zero_us: int) -> None:
        self._bench = bench
        self._zero_us = zero_us
        self._hands = run.hands
        self._fault = run.fault
        world = bench.world
        self._fault.plant = world.plant
        self._fault.line, self._fault.second = world.line_sensor, world.second_sensor
        self._pressed = {"STOP": 0, "PAIN": 0, "RUN": 0, "END_EMPTY": 0}
        self._cut = 0
        self._sleeps_us = self._wakes_us = _NEVER_US  # the processor misses ticks, us of the bench

    def pass_to(self, to_us: int) -> None:
        """Let time pass to `to_us` of the bench, or until the next of these is due."""
        now_us = self._bench.now_us
        due_us = [self._zero_us + self._hands.next_us, self._turns_us(), to_us]
        due_us += [at_us for at_us in (self._sleeps_us, self._wakes_us) if at_us > now_us]
        to_us = max(min(due_us), now_us)
        if self._sleeps_us <= now_us < self._wakes_us:
            self._bench.stall((to_us - now_us) / 1e6)
        else:
            self._bench.advance_to(to_us)

    def act(self) -> None:
        """Do what is due."""
        now_us = self._bench.now_us
        while self._zero_us + self._hands.next_us <= now_us:
            self._hands.act(self._hands.next_us, int(self._bench.last.state in _WAITS))
            self._press()
        if self._turns_us() <= now_us:
            self._turn()
        self._press()

    def _turns_us(self) -> int:
        """When the fault comes or goes: before the first reading that is not sooner."""
        first_us = FIRST_TICK_US + SAMPLE_US
        ticks = -(-max(self._fault.next_us - first_us, 0) // TICK_US)
        return int(self._zero_us + first_us + ticks * TICK_US - BEFORE_US)

    def _turn(self) -> None:
        fault = self._fault
        read_us = self._turns_us() + BEFORE_US
        fault.turn(read_us - self._zero_us)
        self._cut_or_mend()
        if fault.extra:
            self._step(fault.extra)
        if fault.missing_us:
            self._sleeps_us = read_us - SAMPLE_US + _ASLEEP_US
            self._wakes_us = read_us + TICK_US + fault.missing_us
            fault.missing_us = 0

    def _press(self) -> None:
        hands = self._hands
        empty = self._bench.world.plant.syringe.at_empty()
        wanted = {"STOP": hands.stop, "PAIN": hands.proves, "RUN": hands.run, "END_EMPTY": empty}
        for switch, pressed in wanted.items():
            if pressed != self._pressed[switch]:
                self._pressed[switch] = pressed
                (self._bench.press if pressed else self._bench.release)(switch)

    def _cut_or_mend(self) -> None:
        if self._hands.cut == self._cut:
            return
        self._cut = self._hands.cut
        how, _, what = KINDS[self._fault.kind].partition("-")
        if how == "wire":
            (self._bench.cut if self._cut else self._bench.mend)(what)
        else:
            (self._bench.weld if self._cut else self._bench.part)(what)

    def _step(self, steps: int) -> None:
        """Edges on STEP that nobody granted. TypeError: the bench has no pins."""
        from manostat_sim.benches.pico import PicoBench

        bench = self._bench
        if not isinstance(bench, PicoBench):
            raise TypeError(f"the {bench.name} bench has no pin for a foreign step")
        for _ in range(steps):
            for level in (1, 0):
                bench.hold_pin("STEP", level)
                bench.advance_to(bench.now_us + _EDGE_US)
        bench.hold_pin("STEP", None)
