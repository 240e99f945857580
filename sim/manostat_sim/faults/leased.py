"""When steps were last granted: seen at the FIFO of the step generator, not told by the firmware.

T-03 counts from the last renewal of the lease: a fault may come later, or go unseen for a while in
which steps are rightly granted.
"""

from typing import Any

from rp2040py.peripherals.pio_registers import TXF0

from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench

_PIECE_US = 20
_PIO0 = 0x50200
"""As rp2040py keys peripherals: the address without its low 12 bits."""


class Renewals:
    """Listens from now on. `last_us`: the newest renewal in virtual us, or when this began."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.last_us = float(bench.now_us)
        if isinstance(bench, PicoBench):
            powered = bench.pico._powered
            if powered is not None:
                self._tap(powered.chip.peripherals[_PIO0])
        else:
            self._listen(bench)

    def await_one(self, limit_us: int) -> None:
        """Let time pass to just behind the next renewal, or for `limit_us` if there is none."""
        seen_us, end_us = self.last_us, self._bench.now_us + limit_us
        while self.last_us == seen_us and self._bench.now_us < end_us:
            self._bench.advance_to(self._bench.now_us + _PIECE_US)

    def _tap(self, block: Any) -> None:
        """The words of the lease go through the FIFO of the first state machine of its block."""
        write = block.write_uint32_atomic

        def written(offset: int, value: int, atomic_type: int) -> None:
            if offset == TXF0:
                self.last_us = self._pico_us()
            write(offset, value, atomic_type)

        block.write_uint32_atomic = written

    def _pico_us(self) -> float:
        assert isinstance(self._bench, PicoBench)
        return self._bench.pico.now_ns / 1000

    def _listen(self, bench: Any) -> None:
        """A bench without pins has the lease's mirror."""
        renew = bench._lease.renew

        def renewed(count: int, interval_us: int, now_us: int) -> bool:
            taken: bool = renew(count, interval_us, now_us)
            if taken:
                self.last_us = float(now_us)
            return taken

        bench._lease.renew = renewed
