"""The flash chip behind the SSI: erasing and programming take their time, and are seen.

rp2040py changes the memory at once and never says busy. Here the chip is busy for as long as its
datasheet says, and answers so. The boot ROM's routines ask it over and over with interrupts off;
asking changes nothing, so the processor stands still from the first answer "busy" to the end, while
the clock, PIO, timers and the watchdog go on.
"""

import random
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple, cast

from rp2040py.peripherals.ssi import (
    CMD_BLOCK_ERASE,
    CMD_PAGE_PROGRAM,
    CMD_READ_STATUS_1,
    CMD_READ_STATUS_2,
    CMD_SECTOR_ERASE,
    FLASH_BLOCK_SIZE,
    FLASH_PAGE_SIZE,
    FLASH_SECTOR_SIZE,
)

from manostat_sim.emulator.chip import Chip
from manostat_sim.emulator.flash import FLASH_BYTES

_BUSY = 1  # status register 1
_READ_STATUS = (CMD_READ_STATUS_1, CMD_READ_STATUS_2)
_ERASED_BYTES = {CMD_SECTOR_ERASE: FLASH_SECTOR_SIZE, CMD_BLOCK_ERASE: FLASH_BLOCK_SIZE}


class FlashTimes(NamedTuple):
    """How long an operation takes, in nanoseconds."""

    program: int
    """A page of 256 bytes, or part of it."""
    erase_sector: int
    """4 KB."""
    erase_block: int
    """64 KB."""


TYPICAL = FlashTimes(700_000, 45_000_000, 150_000_000)
"""W25Q16JV, AC characteristics, typical column (M; a page program is given as 0.4 to 0.7 ms)."""
WORST = FlashTimes(3_000_000, 400_000_000, 2_000_000_000)
"""The same, maximum column (M)."""
AT_ONCE = FlashTimes(0, 0, 0)
"""As rp2040py does it."""


class Cut(Enum):
    """How far an operation has come when the power fails."""

    BEFORE = "before"
    HALF = "half"
    """The first half of the bytes is done."""
    SCATTERED = "scattered"
    """Half of the bits that change have changed, here and there."""
    AFTER = "after"


class FlashOperation(NamedTuple):
    """One erase or program, as the chip was asked for it."""

    kind: str
    """"erase" or "program"."""
    offset: int
    """First byte, from the start of the flash."""
    before: bytes
    after: bytes
    t_ns: int

    def left_by(self, cut: Cut, seed: int = 0) -> bytes:
        """What a power cut leaves in the bytes from `offset` on."""
        if cut is Cut.HALF:
            half = len(self.before) // 2
            return self.after[:half] + self.before[half:]
        if cut is Cut.SCATTERED:
            draw = random.Random(f"{seed} {self.offset}").randbytes(len(self.before))
            changed = zip(self.before, self.after, draw, strict=True)
            return bytes(old ^ ((old ^ new) & some) for old, new, some in changed)
        return self.before if cut is Cut.BEFORE else self.after

    def left_at(self, fraction: float) -> bytes:
        """The same for a cut during the operation: the first `fraction` of the bytes is done."""
        done = int(len(self.before) * fraction)
        return self.after[:done] + self.before[done:]


class FlashChip:
    """The chip from power-on to power-off; `stalled` while the processor can only wait for it."""

    def __init__(
        self,
        chip: Chip,
        times: FlashTimes,
        stop_batch: Callable[[], None],
        started: Callable[[FlashOperation], None],
        now_ns: Callable[[], int],
    ) -> None:
        self.stalled = False
        self._flash = chip.flash
        self._clock = chip.clock
        self._times = times
        self._stop_batch = stop_batch
        self._started = started
        self._now_ns = now_ns
        self._operation: FlashOperation | None = None
        self._begun_ns = 0.0
        self._alarm = chip.clock.create_alarm(self._done)
        self._busy_ns = 0
        # Any: its methods are replaced below, which rp2040py's types do not foresee
        self._ssi = cast(Any, chip.ssi)
        self._shift, self._apply = self._ssi._shift_byte, self._ssi._apply_command
        self._ssi._shift_byte = self._shift_byte
        self._ssi._apply_command = self._apply_command

    @property
    def busy(self) -> bool:
        return self._operation is not None

    def chip_was_reset(self) -> None:
        """An operation goes on through a reset; nothing can be fetched before its end.

        The boot ROM tries for about half a second to load from a flash that does not answer (RP2040
        datasheet 2.8.1, M), longer than the longest sector erase; then it would wait for USB.
        """
        self.stalled = self.busy

    def lose_power(self) -> None:
        """Leaves an operation that is under way as far as it has come."""
        if self._operation is not None:
            fraction = (self._clock.nanos - self._begun_ns) / self._busy_ns
            torn = self._operation.left_at(fraction)
            offset = self._operation.offset
            self._flash[offset : offset + len(torn)] = torn

    def _shift_byte(self, byte: int) -> int:
        answer: int = self._shift(byte)
        if self.busy and self._ssi._tx_buffer[0] == CMD_READ_STATUS_1:
            if len(self._ssi._tx_buffer) > 1:
                self.stalled = True
                self._stop_batch()
            return answer | _BUSY
        return answer

    def _apply_command(self) -> None:
        buffer = self._ssi._tx_buffer
        if self.busy and buffer and buffer[0] not in _READ_STATUS:
            self._ssi._tx_buffer = bytearray()  # a busy chip hears nothing else
            return
        operation = self._asked_for(bytes(buffer))
        if operation is not None:
            self._started(operation)
        self._apply()
        if operation is not None:
            self._begin(operation)

    def _asked_for(self, command: bytes) -> FlashOperation | None:
        if len(command) < 4 or not self._ssi._write_enabled:
            return None
        offset = int.from_bytes(command[1:4], "big") % FLASH_BYTES
        if (size := _ERASED_BYTES.get(command[0])) is not None:
            offset -= offset % size
            before = bytes(self._flash[offset : offset + size])
            return FlashOperation("erase", offset, before, b"\xff" * size, self._now_ns())
        if command[0] == CMD_PAGE_PROGRAM and len(command) > 4:
            data = command[4 : 4 + FLASH_PAGE_SIZE]
            before = bytes(self._flash[offset : offset + len(data)])
            after = bytes(old & new for old, new in zip(before, data, strict=True))
            return FlashOperation("program", offset, before, after, self._now_ns())
        return None

    def _begin(self, operation: FlashOperation) -> None:
        if operation.kind == "program":
            self._busy_ns = self._times.program
        elif len(operation.before) == FLASH_SECTOR_SIZE:
            self._busy_ns = self._times.erase_sector
        else:
            self._busy_ns = self._times.erase_block
        if self._busy_ns:
            self._operation = operation
            self._begun_ns = self._clock.nanos
            self._alarm.schedule(self._busy_ns)

    def _done(self) -> None:
        self._operation = None
        self.stalled = False
