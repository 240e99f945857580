"""RP2040's single-cycle I/O block, its divider and spinlocks shared with the compiled core."""

from typing import Any

from rp2040py.rp2040 import RP2040
from rp2040py.sio import RPSIO

from manostat_sim.emulator import core_state


class Sio(RPSIO):
    """All registers but the divider's and the spinlocks' are inherited."""

    def __init__(self, chip: RP2040, state: Any) -> None:
        super().__init__(chip)
        self._state = state

    def read_uint32(self, offset: int) -> int | float:
        if core_state.sio_readable(offset):
            return int(core_state.sio_read(self._state, offset))
        return super().read_uint32(offset)

    def write_uint32(self, offset: int, value: int) -> None:
        if core_state.sio_writable(offset):
            core_state.sio_write(self._state, offset, value)
        else:
            super().write_uint32(offset, value)

    def reset(self) -> None:
        super().reset()
        core_state.reset_sio(self._state)
