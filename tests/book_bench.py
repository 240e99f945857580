"""The core with its bookkeeper, on a flash that takes time and can lose power."""

from types import SimpleNamespace

from manostat.bookkeeper import Bookkeeper
from manostat.core.codes import BIT_INTENT, FAULT
from manostat.events import take_change
from manostat.link.frames import TickFrame
from manostat.seal import Seal
from manostat.trace import Trace
from manostat.trace_store import TraceRing
from manostat_sim.benches.core import CoreBench
from manostat_sim.benches.ticked import BOOT_US

from .nor_flash import BLOCK, PAGE, NorFlash, Part

UNIT = (1, 50_000, 3_500_000, 344_738, 551_581, 0, 422_733, 4_096, 0)
STORAGE_BLOCKS = 352
JOURNAL_FIRST, JOURNAL_BLOCKS = 2, 128
TRACE_FIRST, TRACE_BLOCKS = 130, 219
KEY_AT = 351 * BLOCK
_LONGEST_US = 65_535


def new_storage(content: bytes | None = None) -> NorFlash:
    """The last 1408 KB of flash, erased, or as they were."""
    return NorFlash(STORAGE_BLOCKS, content)


class BookBench(CoreBench):
    """As app.py ticks it. Programs take `program_us`, erases `erase_us`, from the tick on."""

    def __init__(self, flash: NorFlash, unit=UNIT, bench=1, trace_bytes=98_304):
        super().__init__("dallas-0", unit)
        self.flash = flash
        self.program_us = self.erase_us = 0
        self.most_operations = 0  # of one tick
        self._is_bench = bench
        self._trace_bytes = trace_bytes

    def power_off(self):
        super().power_off()
        self._running = 0

    def _boot(self):
        super()._boot()
        traces = Part(self.flash, TRACE_FIRST, TRACE_BLOCKS)
        storage = SimpleNamespace(
            journal_flash=Part(self.flash, JOURNAL_FIRST, JOURNAL_BLOCKS),
            journal_blocks=JOURNAL_BLOCKS,
            trace_ring=TraceRing(traces, 0, TRACE_BLOCKS),
            seal=Seal(bytes(self.flash.memory[KEY_AT : KEY_AT + PAGE]), self._is_bench),
        )
        self.trace = Trace(self._trace_bytes)
        self.books = Bookkeeper(
            self.pump, storage, self.trace, (0, 1, 0, bytes(range(8))), lambda _: None
        )
        self.frame = TickFrame()
        self.boot_us = self.now_us + BOOT_US
        self._lease.made()
        self._was_running = 0

    def _read_inputs(self, tick_us):
        self.since_us = tick_us - self._last_us
        lost_us = tick_us - self._last_us - _LONGEST_US
        if lost_us > 0:
            self.pump.skip_us(lost_us)
        if self.trace.wants_pause:
            self._lease.stop()
        super()._read_inputs(tick_us)
        self.inputs.switches &= ~BIT_INTENT
        self.inputs.switches |= self.books.intent_bit | self.trace.wants_pause << 6

    def _decide(self, inputs):
        decision = super()._decide(inputs)
        if self._was_running:
            self.trace.add(inputs.line_raw, inputs.made)
        if self._was_running and not decision.running:
            self.trace.stop()
        self._was_running = decision.running
        if self.frame.pack(self._ticks, inputs, decision):
            take_change(self.frame.buf, self.books.events.words, self.pump)
        if not decision.running:
            self.trace.rest(inputs.line_raw, self.since_us, inputs.made)
            self._rest(decision)
        return decision

    def _rest(self, decision):
        if decision.reason == FAULT and self.pump.alarm.priority == 0:
            return
        before = len(self.flash.operations)
        due = self.books.due()
        if due:
            self.books.write(due)
        done = self.flash.operations[before:]
        self.most_operations = max(self.most_operations, len(done))
        for name, _ in done:
            self._next_us += self.erase_us if name == "erase" else self.program_us
