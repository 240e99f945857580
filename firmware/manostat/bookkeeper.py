"""What is written to flash, and when: only at rest, one page or one erase a tick, the intent
before the first step (L-04).

In this order: what a stop came to, its seal, what else a press asks for, the intent of a start,
events, the trace. A new level waits for the trace of the one before. Within a level RUN is in vain
while its trace takes more than a quarter of the memory, and has to be pressed again.
"""

import gc
from struct import pack_into

from micropython import const

from manostat import record
from manostat.budget import Budget
from manostat.core import codes
from manostat.events import ALARM, TRACE_FULL, TRACE_LOST, Events, now_ms
from manostat.journal import (
    BOOT,
    EVENTS,
    INTENT,
    NOTE,
    OUTCOME,
    PAIN_MARK,
    PLATEAU,
    SEAL,
    SETTING,
    TRACE,
    Journal,
)
from manostat.resume import resume
from manostat.seal import NO_KEY, SPOILT_KEY
from manostat.trace_store import TraceStore

# Bits of `notices`.
FULL = const(1)  # no level is started any more
BROKEN = const(2)  # flash takes no records: no level is started any more
NOT_SEALED = const(4)  # there is no key
KEY_SPOILT = const(8)
FOREIGN = const(16)  # something else lies where records belong; it is left alone
TRACE_WAITS = const(32)  # part of the trace is in memory only

JOURNAL_VERDICT = const(11)  # of the self test: flash takes no records

_START_ROOM = const(64)  # pages that must be left for a start: what the level may still write
_GO_ON_ROOM = const(24)  # and for each further start inside it
_EVENTS_ROOM = const(16)
_BOOT_ROOM = const(8)  # the last pages are for the outcome, whatever else happened
_SETTLE = const(100)  # no kind: the hash of the newest record is due
_TRIES = const(16)
_LONG_TICK_US = const(1999)  # of `part_us`: the tick that has taken the look-back is over
_QUIET_MS = const(2000)
_COLLECT_AFTER = (OUTCOME, NOTE, TRACE)  # RUN cannot start then: it takes ten ticks
_BOOT_BYTES = const(16)


class Bookkeeper:
    """Takes the level up again at boot, then keeps flash in step with the pump.

    `about` is (reason of the reset, its flags, verdict of the self test, 8 bytes of image hash).
    `feed` keeps the watchdog off while it reads, called with 0: at rest.
    `intent_bit` is for the switches: an intent is stored, has no outcome yet, and there is room to
    go on.
    """

    def __init__(self, pump, storage, trace, about, feed):
        self.journal = Journal(storage.journal_flash, 0, storage.journal_blocks)
        ring = storage.trace_ring
        self.traces = TraceStore(ring, trace)
        self.seal = storage.seal
        self.events = Events(pump)
        self.intent_bit = 0
        self.broken = 0
        self.refusing = 0  # RUN is held in vain: no level is started
        self.setting = 0  # a unit is being stored: nothing starts by the one before
        self._pump = pump
        self._trace = trace
        self._payload = bytearray(record.LEVEL_BYTES)
        self._stops = 0
        self._presses = 0
        self._plateaus = 0
        self._open = 0  # an intent has no outcome yet
        self._intent_written = 0
        self._seal_due = 0
        self._event_bytes = 0
        self._alarm = 0
        self._has_told_full = 0
        self._in_vain = 0  # RUN was pressed while memory was low
        self._fails = 0
        self._budget = Budget()
        self.journal.scan()
        feed(0)
        ring.scan()
        ring.boot = self.journal.boot
        feed(0)
        resume(pump, self.journal)
        feed(0)
        self._level = pump.level
        self._write_boot(about)

    @property
    def full(self) -> bool:
        """Too few pages are left to start a level."""
        return self.journal.room < _START_ROOM

    @property
    def notices(self) -> int:
        """What a host should be told (docs/design.md, "hello frame")."""
        notices = FULL if self.full else 0
        if self.broken:
            notices |= BROKEN
        if self.seal.kind == NO_KEY:
            notices |= NOT_SEALED
        if self.seal.kind == SPOILT_KEY:
            notices |= NOT_SEALED | KEY_SPOILT
        if self.journal.foreign or self.traces.ring.foreign:
            notices |= FOREIGN
        if self.traces.waits():
            notices |= TRACE_WAITS
        return notices

    def due(self) -> int:
        """Call once a tick at rest: what to `write` in it, or 0. Allocates nothing."""
        pump = self._pump
        injector = pump.injector
        self._watch(pump)
        self._watch_memory(injector)
        if self.broken:
            return 0
        if injector.stops != self._stops:
            return OUTCOME
        if self._seal_due:
            return SEAL
        if injector.plateaus != self._plateaus:
            return PLATEAU
        if pump.presses != self._presses:
            return PAIN_MARK
        if self._intent_written:
            # One tick later: the first after a page has the interrupts to serve that it put off.
            self._intent_written = 0
            if self._open:
                self.intent_bit = codes.BIT_INTENT
            return 0
        self.refusing = self._trace.wants_pause
        if injector.wants_start:
            if self.intent_bit:
                return 0  # it starts in the next tick
            if self._may_start(pump):
                return INTENT
            self.refusing = 1
        if self.journal.unsettled:
            return _SETTLE
        if self.events.due() and self._may_pause(pump) and self._has_budget():
            return EVENTS
        if self.traces.due() and self._may_store(injector):
            return TRACE
        return 0

    def write(self, what: int):
        """Do what `due` asked for: programs at most one page, or erases at most one block."""
        pump = self._pump
        injector = pump.injector
        if what == OUTCOME:
            self._write_stop(pump, injector)
        elif what == SEAL:
            if self._write(SEAL, self.seal.over(self.journal.digest())):
                self._seal_due = 0
        elif what == PLATEAU:
            self._write_plateau(pump, injector)
        elif what == PAIN_MARK:
            self._write_mark(pump, injector)
        elif what == INTENT:
            self._write_intent(pump)
        elif what == EVENTS:
            self._write_events()
        elif what == TRACE:
            self._store_trace()
        else:
            self.journal.digest()

    def keep_setting(self, counter: int, unit) -> int:
        """Write that a host has set `unit`; 0 if that could not be. Call at rest."""
        if self.full or self.broken:
            return 0
        length = record.pack_setting(self._pump, counter, unit, self._payload)
        return self._write(SETTING, self._payload[:length])

    def _watch(self, pump):
        if pump.level != self._level:
            self._level = pump.level
            self._close()  # an intent is for one level
            self._trace.end_rest()
        if pump.injector.state == codes.IDLE:
            self._trace.end_rest()
        if self._trace.wants_pause != self._has_told_full:
            self._has_told_full = self._trace.wants_pause
            if self._has_told_full:
                self.events.put(TRACE_FULL)
        alarm = pump.alarm.cause | pump.alarm.paused << 8
        if alarm != self._alarm:
            self._alarm = alarm
            self.events.put(ALARM, alarm & 255, alarm >> 8)

    def _watch_memory(self, injector):
        """An open intent counts while there is room to go on. A press of RUN while there was none
        stays in vain: what the core knows of the line is as old as the press."""
        if self._trace.is_low():
            self.intent_bit = 0
        elif injector.wants_start == 0:
            self._in_vain = 0
            if self._open and self._intent_written == 0 and self.journal.room >= _GO_ON_ROOM:
                self.intent_bit = codes.BIT_INTENT

    def _close(self):
        """No intent is open: nothing may start before another is stored. One that a stop answered
        before the switches told of it must not be told afterwards."""
        self._open = 0
        self._intent_written = 0
        self.intent_bit = 0

    def _write_stop(self, pump, injector):
        """An outcome answers an intent; a fault without one must not hide the last outcome."""
        if not self._open:
            length = record.pack_note(pump, self._payload)
            if self._write(NOTE, self._payload[:length]):
                self._stops = injector.stops
            return
        length = record.pack_level(pump, self._payload)
        if self._write(OUTCOME, self._payload[:length]):
            self._stops = injector.stops
            self._presses = pump.presses
            self._trace.mark()  # so that a stretch of its trace follows each outcome
            self._close()
            self._seal_due = self.seal.is_sealing

    def _write_plateau(self, pump, injector):
        length = record.pack_plateau(pump, self._payload)
        if injector.plateaus == 0 or self._write(PLATEAU, self._payload[:length]):
            self._plateaus = injector.plateaus

    def _write_mark(self, pump, injector):
        wanted = pump.presses and injector.state != codes.IDLE and self._has_budget()
        if wanted:
            mark = pump.last_mark if pump.presses > 1 else pump.first_mark
            length = record.pack_mark(mark, self._payload)
            if not self._write(PAIN_MARK, self._payload[:length]):
                return
            self._budget.spend()
        self._presses = pump.presses

    def _may_start(self, pump):
        """There is room in flash. A new level waits for the trace of the one before, which needs a
        second or so and lies three seconds of STOP and a press of PAIN behind it. Within a level
        there is room in memory: else the rest ends, and what there is of the trace is stored."""
        if self.setting or self.full:
            return False
        if self._trace.level != pump.level:
            return not self.traces.due()
        if self._trace.is_low():
            self._in_vain = 1
            self._trace.end_rest()
        return not self._in_vain and not self._open

    def _may_pause(self, pump):
        """A page takes longer than a tick. In 4 ms without a look at the switches RUN would have
        to be opened and closed anew: never while it is being closed, nor in a long tick."""
        return pump.operator.closed_us == 0 and pump.part_us > _LONG_TICK_US

    def _may_store(self, injector):
        """Not while RUN can start, for an erase makes it wait; unless nobody has touched anything
        for a while, or RUN waits for just that. Inside a level only when memory is low: then RUN is
        in vain."""
        if injector.state == codes.HOLDING:
            return self._trace.is_low()
        if injector.state == codes.READY:
            return injector.wants_start or self.events.quiet_ms() > _QUIET_MS
        return True

    def _write_intent(self, pump):
        length = record.pack_intent(pump, self._payload)
        if self._write(INTENT, self._payload[:length]):
            self._intent_written = 1
            self._open = 1
            if self._trace.level != pump.level:
                self._trace.begin(pump.level)

    def _write_events(self):
        """In two ticks, for RUN may be pressed in any of them: see `_may_pause`."""
        if self.journal.prepared != EVENTS:
            payload = self.events.payload()
            self._event_bytes = len(payload)
            self.journal.prepare(EVENTS, payload, now_ms(self._pump))
        elif self._keep(EVENTS, self.journal.program()):
            self.events.written(self._event_bytes)
            self._budget.spend()

    def _store_trace(self):
        done = self.traces.step(now_ms(self._pump))
        if done < 0:
            self.events.put(TRACE_LOST)
        elif done:
            length = self.traces.tie(self._payload)
            if self._write(TRACE, self._payload[:length]):
                self.traces.tied()
                self._seal_due = self.seal.is_sealing

    def _write(self, kind, payload):
        """0: it could not be stored. It stays due, and an intent keeps RUN waiting."""
        return self._keep(kind, self.journal.append(kind, payload, now_ms(self._pump)))

    def _keep(self, kind, sequence):
        if not sequence:
            self._fails += 1
            if self._fails == _TRIES:
                self.broken = 1
                self._close()
                self._pump.verdict = self._pump.verdict or JOURNAL_VERDICT
            return 0
        self._fails = 0
        if self.journal.room < _GO_ON_ROOM:
            self.intent_bit = 0
        if kind in _COLLECT_AFTER:
            gc.collect()
        return sequence

    def _has_budget(self):
        return self.journal.room >= _EVENTS_ROOM and self._budget.has(now_ms(self._pump))

    def _write_boot(self, about):
        reason, flags, verdict, image_hash = about
        foreign = min(self.journal.foreign, 255)
        payload = bytearray(_BOOT_BYTES)
        values = (reason, flags, verdict, self.journal.skipped, foreign, self.seal.kind)
        pack_into("<BBBHBBB", payload, 0, *values, min(self.traces.ring.foreign, 255))
        payload[8:16] = image_hash[:8]
        for _ in range(_TRIES):
            if self.journal.room <= _BOOT_ROOM or self._write(BOOT, payload):
                return
