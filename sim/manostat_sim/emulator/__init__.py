"""An emulated Raspberry Pi Pico that runs the real image in exact virtual time.

No asyncio and no threads, so that a process may boot one board and fork a child for each case.
Figures measured on it are "emulated, no cache misses": it has no flash cache to miss.
"""

from manostat_sim.emulator.board import ADAPTERS, EmulatedPico
from manostat_sim.emulator.i2c import I2cDevice

__all__ = ("ADAPTERS", "EmulatedPico", "I2cDevice")
