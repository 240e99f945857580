"""The RP2040 of rp2040py, arranged so that a batch of instructions costs little Python.

rp2040py's compiled core is built for the stable ABI and asks at each call of a public method
whether Python code has overridden it. Finding the compiled function on the instance answers that
question without making a method object each time: busy code runs more than twice as fast. The
price is that Python code which calls these methods has to name the class (`_Bus` does).
"""

import logging
import operator
from typing import Any, cast

from rp2040py.clock.simulation_clock import SimulationClock
from rp2040py.cortex_m0_core import CortexM0Core
from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.rp2040 import RP2040

from manostat_sim.emulator import core_state
from manostat_sim.emulator.sio import Sio

CYCLE_NS = 8
"""One system clock cycle at 125 MHz, the only frequency that rp2040py counts in."""

_BUS_METHODS = (
    "read_uint8",
    "read_uint16",
    "read_uint32",
    "write_uint8",
    "write_uint16",
    "write_uint32",
)


def _shortcut(instance: object, base: type, names: tuple[str, ...]) -> None:
    for name in names:
        setattr(instance, name, base.__dict__[name])


class Clock(SimulationClock):
    """Virtual time of one power-on, in nanoseconds."""

    __slots__ = ("tick",)

    def __init__(self) -> None:
        _shortcut(self, SimulationClock, self.__slots__)
        super().__init__()

    def pass_ns(self, duration_ns: float) -> None:
        """Lets time pass and makes the calls that are due."""
        SimulationClock.tick(self, duration_ns)


class _Core(CortexM0Core):
    __slots__ = ("execute_instruction",)

    def __init__(self, chip: "Chip") -> None:
        _shortcut(self, CortexM0Core, self.__slots__)
        super().__init__(chip)
        self.bl_taken: Any = operator.is_  # called at each BL, with two arguments, for nothing


class _Log:
    """Only errors matter; the rest is noise of blocks that the firmware does not need."""

    _logger = logging.getLogger("manostat_sim.emulator")

    def debug(self, component_name: str, message: str) -> None: ...

    def info(self, component_name: str, message: str) -> None: ...

    def warning(self, component_name: str, message: str) -> None: ...

    def error(self, component_name: str, message: str) -> None:
        self._logger.error("%s: %s", component_name, message)


class _Bus:
    """The chip as the DMA channels, which are Python, have to call it."""

    def __init__(self, chip: "Chip") -> None:
        self._chip = chip
        for name in _BUS_METHODS:
            setattr(self, name, getattr(RP2040, name).__get__(chip))

    def __getattr__(self, name: str) -> object:
        return getattr(self._chip, name)


class Chip(RP2040):
    """One RP2040 from power-on to power-off, its flash erased and its core not started."""

    __slots__ = _BUS_METHODS

    def __init__(self, clock: Clock) -> None:
        self.pio_on_clock = False
        self._batch_begins = False
        _shortcut(self, RP2040, self.__slots__)
        super().__init__(clock)
        self.core = _Core(self)
        self.logger = _Log()
        self.core_state = core_state.new_state()
        self.sio = Sio(self, self.core_state)
        self.__dict__["find_peripheral"] = self.find_peripheral
        for channel in self.dma.channels:
            channel.rp2040 = cast(Any, _Bus(self))
        self.load_bootrom(BOOTROM_B1)

    @property
    def pio(self) -> list:
        """Both PIO blocks; nothing for the batch when the clock drives them (see `PioClock`).

        A batch reads this once, first of all, and then advances each block after each
        instruction, which costs more than the instruction.
        """
        if self._batch_begins:
            self._batch_begins = False
            if self.pio_on_clock:
                return []
        return self._pio

    @pio.setter
    def pio(self, blocks: list) -> None:
        self._pio = blocks

    def begin_batch(self) -> None:
        """Call right before `execute_batch`."""
        self._batch_begins = True
