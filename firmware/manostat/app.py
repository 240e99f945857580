"""The only file that knows all parts: the 2 ms loop from reading the inputs to renewing the lease.

Follow one tick in `App.tick`; docs/one-tick.md tells it in words.
"""

import gc
from array import array
from time import ticks_us

import machine
import manostat_board as board
import manostat_unit
import micropython
from machine import ADC, Pin, Timer
from micropython import const

from manostat import identity_page, reset, unit_page, watchdog
from manostat.bookkeeper import Bookkeeper
from manostat.core import pump
from manostat.core.codes import FAULT
from manostat.core.inputs import Inputs
from manostat.drivers.enable import DriverEnable
from manostat.drivers.hsc import HSC
from manostat.drivers.lamps import Lamps
from manostat.drivers.ratiometric import Ratiometric
from manostat.drivers.switches import Switches
from manostat.events import take_change
from manostat.link.console import Console
from manostat.link.frames import TickFrame
from manostat.link.host_stop import HostStop
from manostat.link.reader import Reader
from manostat.ports.rp2 import StepLease
from manostat.ports.rp2_bus import Bus
from manostat.selftest import SelfTest
from manostat.settings import Settings
from manostat.storage import Storage
from manostat.trace import Trace

_TICK_MS = const(2)
_TICK_US = const(2000)
_LONGEST_US = const(65535)
_TICKS_MASK = const(0x3FFFFFFF)  # ticks_us wraps after 30 bits
_TICKS_HALF = const(0x20000000)
# 2^30 less a tick. A tick that is added leaves the small integers in front of the wrap: that takes
# memory, and the heap is locked.
_TICKS_LESS_ONE = const(0x3FFFF830)
_TICKS_KEPT = const(0xFFFF)


class App:
    """Builds every part once; `tick` then runs without allocating."""

    def __init__(self):
        self.enable = DriverEnable(Pin(board.PIN_ENABLE_N))
        self.lamps = Lamps(
            board.PIN_LAMP_READY,
            board.PIN_LAMP_HIGH,
            board.PIN_LAMP_MEDIUM,
            board.PIN_LAMP_LOW,
            board.PIN_SOUNDER,
        )
        self.busy = Pin(board.PIN_TICK, Pin.OUT, value=0)
        self.lease = StepLease(board.PIN_STEP, board.PIN_DIR, board.PIN_PERMIT, board.STEP_PULSE_US)
        self.line = HSC(
            Bus(
                board.I2C_ID,
                Pin(board.PIN_SCL),
                Pin(board.PIN_SDA),
                board.I2C_HZ,
                board.I2C_TIMEOUT_US,
                board.SENSOR_ADDRESS,
            )
        )
        self.second = Ratiometric(ADC(board.PIN_PRESSURE2))
        self.switches = Switches(board.SWITCH_SHIFT)
        self.read_switches = self.switches.read
        self.host_stop = HostStop()
        self.read_second = self.second.read
        self.feed = watchdog.feed
        self.console = Console()
        self.frame = TickFrame()
        self.trace = Trace(board.TRACE_BYTES)
        self.inputs = Inputs()
        self.refused = 0
        self.ticks = 0
        self.was_running = 0
        self.enabled = 0
        self.last_us = ticks_us()
        self.since_us = 0  # the tick before, not cut to 16 bits

    def prepare(self):
        """Load the unit, test what can be tested at rest, and take the level up again."""
        unit = unit_page.load(board.UNIT_FLASH_OFFSET)
        if unit is None:
            unit = manostat_unit.UNIT
        self_test = SelfTest(
            board, self.lamps, self.line, self.second, self.switches, watchdog.feed
        )
        self.verdict = self_test.run(unit, reset.watchdog_failed, reset.at_power_on)
        if self.verdict:
            unit = None  # inert
        self.has_unit = unit is not None
        self.pump = pump.build(unit, _new_ints)
        self.pump.verdict = self.verdict
        self.decision = self.pump.injector
        image_hash = bytes.fromhex(manostat_unit.IMAGE_HASH[:16])
        flags = reset.at_power_on | reset.watchdog_failed << 1
        storage = Storage(board, manostat_unit.BENCH)
        self.books = Bookkeeper(
            self.pump,
            storage,
            self.trace,
            (reset.reason, flags, self.verdict, image_hash),
            watchdog.feed,
        )
        self.events = self.books.events.words
        identity = identity_page.load(board.IDENTITY_FLASH_OFFSET)
        serial = identity_page.serial_of(identity)
        self.reader = Reader(
            self.console,
            self.books,
            self.trace,
            self.host_stop,
            Settings(self.pump, self.books, storage, watchdog.feed, reset.restart),
            (manostat_unit.BENCH, self.verdict, reset.reason, image_hash, serial),
        )

    def run(self):
        """Tick every 2 ms for ever, asleep in between.

        The timer only wakes the processor, just after a tick has become due. That it is due the
        clock says: the scheduler may put a callback off by a millisecond.
        """
        due_us = ticks_us()
        timer = Timer(period=_TICK_MS, callback=_wake)
        # Locked at rest too: else each call with many locals searches the heap for room.
        micropython.heap_lock()
        while timer:
            due_us = due_us - _TICKS_LESS_ONE & _TICKS_MASK
            # At rest a journal page takes longer than a tick: go on with the timer's next one.
            while _TICK_US < (ticks_us() - due_us & _TICKS_MASK) < _TICKS_HALF:
                due_us = due_us - _TICKS_LESS_ONE & _TICKS_MASK
            while (ticks_us() - due_us & _TICKS_MASK) >= _TICKS_HALF:
                machine.idle()
            self.tick()

    def tick(self):
        """Inputs, one decision, steps, then everything that can wait."""
        busy = self.busy
        busy(1)
        inputs = self.inputs
        self._read_inputs(inputs)
        self.pump.tick(inputs)
        decision = self.decision
        running = decision.running
        if decision.start_lease:
            self.lease.start(decision.back)
        elif decision.grant:
            self._renew_lease(decision.grant)
        self.ticks = self.ticks + 1 & _TICKS_KEPT
        if self.was_running:  # from the first tick that can have made a step to the one that stops
            self.trace.add(inputs.line_raw, inputs.made)
        if running != self.was_running:
            self._run_or_rest(running)
        if self.frame.pack(self.ticks, inputs, decision):
            take_change(self.frame.buf, self.events, self.pump)
        self.console.send(self.frame.wire)
        if decision.enable != self.enabled:
            self.enabled = decision.enable
            self.enable.set(self.enabled)
        self.feed(running)
        busy(0)
        if not running:
            self._rest(decision)

    def _read_inputs(self, inputs):
        line = self.line
        line.begin()
        now_us = ticks_us()
        elapsed_us = now_us - self.last_us & _TICKS_MASK
        self.last_us = now_us
        self.since_us = elapsed_us
        if elapsed_us > _LONGEST_US:  # an erase of flash
            self.pump.skip_us(elapsed_us - _LONGEST_US)
            elapsed_us = _LONGEST_US
        inputs.elapsed_us = elapsed_us
        inputs.second_raw = self.read_second()
        # The latch before the count: a step made before the latch is then always in the count.
        lease = self.lease
        paused = self.trace.wants_pause
        if paused:
            # As if RUN had been let go: to core and guard the lease is latched, so it must be over.
            lease.stop()
        held = lease.latched() | paused
        inputs.switches = self.read_switches() | held << 6 | self.books.intent_bit
        inputs.made = lease.made()
        inputs.refused = self.refused
        self.refused = 0
        line.end()
        inputs.line_raw = line.raw
        inputs.line_status = line.status

    def _rest(self, decision):
        self.trace.rest(self.inputs.line_raw, self.since_us, self.inputs.made)
        self.host_stop.listen(decision.wants_start)
        alarm = self.pump.alarm
        if decision.reason == FAULT and alarm.priority == 0:
            return  # the alarm, in the next tick, is not kept waiting by a page
        self._show(decision, alarm)
        due = self.books.due()
        if due:
            micropython.heap_unlock()
            self.books.write(due)
            micropython.heap_lock()
        if decision.wants_start and not self.books.setting:
            self.reader.drop()
        elif self.reader.is_asked():
            micropython.heap_unlock()
            self.reader.serve()
            micropython.heap_lock()

    def _renew_lease(self, grant):
        # A processor that stood still since it read its inputs must not step on them (T-03).
        fresh = (ticks_us() - self.last_us & _TICKS_MASK) < _TICK_US
        if not fresh or not self.lease.renew(grant, _TICK_US // grant):
            self.refused = grant

    def _run_or_rest(self, running):
        self.was_running = running
        if running:
            micropython.heap_lock()
        else:
            self.lease.stop()
            self.trace.stop()
            micropython.heap_unlock()

    def _show(self, decision, alarm):
        # At rest only: ready and moving look alike, and what moves has no alarm. An alarm puts the
        # notices out (no prescription, bench image), so that a lamp never means both.
        if alarm.priority:
            self.lamps.show(0, alarm.high, alarm.medium, alarm.low, alarm.sound)
        else:
            refusing = 0 if self.has_unit and not self.books.refusing else 1
            self.lamps.show(decision.enable, 0, refusing, manostat_unit.BENCH, 0)


def _wake(_timer):
    pass


def _new_ints(n):
    return array("i", bytes(4 * n))


def run_for_ever():
    """Run the pump; if that ever ends, the driver is disabled and nothing else happens."""
    app = None
    try:
        app = App()
        app.prepare()
        gc.collect()
        app.run()
    finally:
        _make_inert(app)


def _make_inert(app):
    Pin(board.PIN_ENABLE_N, Pin.IN)
    if app is not None:
        app.lease.stop()
        app.lamps.show(0, 1, 0, 0, 1)
        while True:
            watchdog.feed(0)  # a restart would put the lamp out
            machine.idle()
