"""Runs the processor mostly in compiled code, and rp2040py's for what that leaves to it."""

from typing import Any

import numpy as np
from rp2040py.cortex_m0_core import CortexM0Core

from manostat_sim.emulator import thumb
from manostat_sim.emulator.chip import CYCLE_NS, Chip, Clock
from manostat_sim.emulator.core_state import (
    FLASH,
    PRIMASK,
    REGISTERS,
    ROM,
    SRAM,
    USB_DPRAM,
    C,
    N,
    V,
    Z,
)

_run = thumb.compiled()
_step = CortexM0Core.execute_instruction


class FastCore:
    """The processor of one chip; needs PIO to be on the clock (`PioClock`)."""

    def __init__(self, chip: Chip) -> None:
        self._chip = chip
        self._state: Any = chip.core_state
        self.compiled_cycles = 0
        self._state_address = self._state.ctypes.data
        memories: dict[int, Any] = {
            REGISTERS: chip.core.registers,
            SRAM: chip.sram,
            FLASH: chip.flash,
            ROM: chip.bootrom,
            USB_DPRAM: chip.usb_dpram,
        }
        # the arrays hold on to the memory whose addresses the compiled code is given
        self._memories = [np.frombuffer(memory, np.uint8) for memory in memories.values()]
        for place, memory in zip(memories, self._memories, strict=True):
            self._state[place] = memory.ctypes.data

    def run_to_alarm(self, clock: Clock) -> None:
        """Runs until the next alarm has been called, or one instruction that is not compiled."""
        core = self._chip.core
        if not core.interrupts_updated:
            budget = max(-int(-clock.nanos_to_next_alarm // CYCLE_NS), 1)
            cycles = self.run(clock, budget)
            if cycles:
                clock.pass_ns(cycles * CYCLE_NS)
                if cycles >= budget:
                    return
        clock.pass_ns(_step(core) * CYCLE_NS)

    def run(self, clock: Clock, budget: int) -> int:
        """Runs compiled instructions for `budget` cycles or less; time does not pass by itself."""
        core, state = self._chip.core, self._state
        state[N], state[Z], state[C], state[V] = core.n, core.z, core.c, core.v
        state[PRIMASK] = core.pm
        timer_ns = int(clock.nanos - self._chip.timer._epoch_nanos)
        cycles = _run(self._state_address, budget, timer_ns)
        if cycles:
            core.n, core.z, core.c, core.v = state[N], state[Z], state[C], state[V]
            core.pm = state[PRIMASK]
            core.cycles += cycles
            self.compiled_cycles += cycles
        return cycles
