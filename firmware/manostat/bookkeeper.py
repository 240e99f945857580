"""What is written to the journal, and when: only at rest, the intent before the first step."""

import gc

import machine
import rp2

from manostat import record
from manostat.core import codes
from manostat.journal import BOOT, INTENT, NOTE, OUTCOME, PAIN_MARK, PLATEAU, Journal

_BLOCK_BYTES = 4096
_REASON = 0x40058008  # WATCHDOG REASON: 1 time-out, 2 forced, 0 other (RP2040 datasheet 4.7.6, M)


class Bookkeeper:
    """Takes the level up again at boot, then keeps the journal in step with the pump."""

    def __init__(self, pump, board):
        flash = rp2.Flash(start=board.JOURNAL_FLASH_OFFSET, len=board.JOURNAL_FLASH_BYTES)
        self.journal = Journal(flash, 0, board.JOURNAL_FLASH_BYTES // _BLOCK_BYTES)
        self.reset_reason = machine.mem32[_REASON] & 3
        self._pump = pump
        self._payload = bytearray(record.LEVEL_BYTES)
        self._stops = 0
        self._presses = 0
        self._plateaus = 0
        self._level = pump.level
        self._intent_written = 0
        self.intent_bit = 0  # for the switches: an intent is stored and has no outcome yet
        self.journal.scan()
        self._resume()
        self.journal.append(BOOT, bytes((self.reset_reason,)))
        self.journal.make_room()

    def write_what_is_due(self):
        """Call once a tick at rest: writes at most one record."""
        pump = self._pump
        injector = pump.injector
        if pump.level != self._level:
            self._level = pump.level
            self.intent_bit = 0  # an intent is for one level
        if injector.stops != self._stops:
            self._stops = injector.stops
            self._write_stop(pump, injector)
        elif injector.plateaus != self._plateaus:
            self._plateaus = injector.plateaus
            if self._plateaus:
                length = record.pack_plateau(pump, self._payload)
                self._write(PLATEAU, self._payload[:length])
        elif pump.presses != self._presses:
            self._presses = pump.presses
            if pump.presses and injector.state != codes.IDLE:
                mark = pump.last_mark if pump.presses > 1 else pump.first_mark
                length = record.pack_mark(mark, self._payload)
                self._write(PAIN_MARK, self._payload[:length])
        elif self._intent_written:
            # One tick later: the first after a page has the interrupts to serve that it put off.
            self._intent_written = 0
            self.intent_bit = codes.BIT_INTENT
        elif injector.wants_start and not self.intent_bit:
            length = record.pack_intent(pump, self._payload)
            self._intent_written = self._write(INTENT, self._payload[:length])

    def _write_stop(self, pump, injector):
        """An outcome answers an intent; a fault without one must not hide the last outcome."""
        if not self.intent_bit:
            length = record.pack_note(pump, self._payload)
            self._write(NOTE, self._payload[:length])
            return
        self._presses = pump.presses
        record.pack_level(pump, self._payload)
        self._write(OUTCOME, self._payload)
        self.intent_bit = 0

    def _write(self, kind, payload):
        sequence = self.journal.append(kind, payload, self._pump.now_ms)
        if kind != INTENT:  # RUN waits for an intent, but not for room for what follows it
            self.journal.make_room()
            gc.collect()
        return sequence  # 0: it could not be stored; an intent is tried again, RUN waits

    def _resume(self):
        """Volume of a level survives a restart; an intent without outcome counts as delivered."""
        last = self.journal.newest(INTENT, OUTCOME)
        if last is None:
            return
        injector = self._pump.injector
        if last.kind == INTENT:
            intent = record.unpack_intent(last.payload)
            injector.resume_level(intent["level"], injector.max_steps)
        else:
            # By volume and rounded up: the unit may have got another syringe meanwhile.
            level = record.unpack_level(last.payload)
            steps = injector.syringe.steps_within(level["delivered_nl"])
            if injector.syringe.volume_nl(steps) < level["delivered_nl"]:
                steps += 1
            injector.resume_level(level["level"], steps)
