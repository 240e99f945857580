"""One decision per tick, in one place: operator, guard, injector and pain mark together."""

from micropython import const

from manostat.core.alarm import Alarm
from manostat.core.codes import FAULT, HELD, LOCKED
from manostat.core.cutoff import BAND_PA, HISTORY, Cutoff
from manostat.core.flow import Flow
from manostat.core.guard import Guard
from manostat.core.injector import Injector
from manostat.core.leak import PLACES, Leak
from manostat.core.lockout import LOCKOUT_INTS, Lockout
from manostat.core.opening import BLOCKS, Knee, Settler
from manostat.core.operator import Operator
from manostat.core.painmark import DEPTH, EVERY_US, POINTS, LookBack, PainMark
from manostat.core.prescription import Prescription
from manostat.core.scale import line_pa
from manostat.core.syringe import Syringe
from manostat.core.tare import Tare
from manostat.core.watch import LOOKS, Watch

_LATE_US = const(2500)
_SWITCHES = const(79)  # without INTENT, which is none, and the ends, which no operator touches
_JUST_MOVED_US = const(20000)
_GAP_US = const(4000)  # a longer one the operator must see, whatever the switches say
# What no sound sensor says is no pressure: one such sample is left out, the second is a fault.
_RAW_LEAST = const(1310)
_RAW_MOST = const(14746)
_ROUND_MASK_MS = const(8191)
_ROUND_MOST_US = const(20000)  # what happened in a longer gap nobody has seen
_MS_MASK = const(1073741823)  # 12.4 days of ms, then round again
_MS_HALF = const(536870912)
_KNEE_NL = const(5000)
# P-12 allows 0.3 mL (E). Watch and leak look once in 20 ms, and believe a round at its end: at
# 0.2 mL/s three rounds bring 12 uL on top of what is asked for (C).
_FLAT_NL = const(288000)
_OPEN_PA = const(13790)  # 2 psi: with less the line is off, which the watch tells (P-12)
_SELF_TEST = const(128)  # alarm causes from here on are verdicts of the self test


class Pump:
    """Ask it once per tick; the decision is in the attributes of `injector` (docs/design.md)."""

    def __init__(
        self,
        zero_pa: int,
        operator,
        guard,
        watch,
        injector,
        leak,
        lockout,
        alarm,
        look_back,
        first,
        last,
    ):
        self.zero_pa = zero_pa
        self.operator = operator
        self.guard = guard
        self.watch = watch
        self.injector = injector
        self.leak = leak
        self.lockout = lockout
        self.alarm = alarm
        self.look_back = look_back
        self.first_mark = first
        self.last_mark = last
        self.presses = 0
        self.pressure_pa = 0
        self.now_ms = 0  # in steps of 10 ms
        self.part_us = 0
        self.look = LOOKS  # looks of the watch left in this round; the last one is for a leak
        self.round_us = 0  # from the round before to this one
        self.round_at_us = 0
        self.stops = 0
        self.verdict = 0  # of the self test
        self.late_ticks = 0
        self.level = 1
        self.begun = 0  # this level has moved since power-on
        self.begun_ms = 0

    def tick(self, inputs):
        """Take one record of inputs and decide."""
        injector = self.injector
        operator = self.operator
        elapsed_us = inputs.elapsed_us
        moving = injector.moving
        spare = 1  # time in this tick for what is not due at once
        switches = inputs.switches & _SWITCHES
        if operator.steady == 0 or switches != operator.switches or elapsed_us > _GAP_US:
            operator.feed(switches, elapsed_us)
            spare = 1 - moving
        raw = inputs.line_raw
        if inputs.line_status == 0 and _RAW_LEAST <= raw <= _RAW_MOST:
            pressure_pa = line_pa(raw) - self.zero_pa
            self.pressure_pa = pressure_pa
        else:
            pressure_pa = self.pressure_pa
            spare = 1 - moving
        proven = injector.proven  # the press that proves the button marks nothing
        fault = self.guard.check(inputs, injector.grant, moving)
        injector.tick(operator, inputs, pressure_pa, fault)
        self.part_us += elapsed_us
        if spare and injector.moving == moving:  # a start or a stop has enough to do
            if self.part_us >= EVERY_US:
                self._every_10_ms(pressure_pa)
            else:
                self._look(inputs, moving)
        if operator.event and operator.pain_pressed and proven and self._has_begun():
            self._mark(1 if moving or injector.rest_us <= _JUST_MOVED_US else 0)
        if moving:
            if elapsed_us > _LATE_US:
                self.late_ticks += 1
        elif injector.start_lease:
            self.guard.restart()
            if self.begun == 0:
                self.begun = 1
                self.begun_ms = self.now_ms
        elif injector.running == 0:
            self._rest(elapsed_us)

    def skip_us(self, lost_us: int):
        """Let time pass in which nothing was read: it is not in `Inputs.elapsed_us`."""
        self.part_us += lost_us

    def resume_level(self, level: int, steps: int, locked: int):
        """After a restart, before the first tick: see `Injector.resume_level`."""
        self.injector.resume_level(level, steps)
        self.level = level
        self.watch.restart(steps)
        if locked:
            self.injector.lock()

    def _look(self, inputs, moving: int):
        look = self.look
        if look:
            look -= 1
            self.look = look
            guard = self.guard
            told = self.watch.look(look, inputs, guard.made, moving, self.round_us)
            if told != guard.told:
                guard.tell(told)
            return
        self.look = LOOKS
        self._time_round()
        self.guard.look(moving)
        injector = self.injector
        if moving == 0 and injector.by_steps:
            return  # a window may be longer than a volume step
        pressing = moving and injector.seeking == 0 and injector.into_disc
        if not pressing or injector.limit_pa - injector.predicted_pa < BAND_PA:
            self.leak.reset()  # held back near the limit the flow brings no rise either
        elif self.leak.feed(injector.steps, self.pressure_pa) and self.pressure_pa >= _OPEN_PA:
            injector.see_leak()

    def _time_round(self):
        at_us = (self.now_ms & _ROUND_MASK_MS) * 1000 + self.part_us
        round_us = at_us - self.round_at_us
        self.round_at_us = at_us
        if not 0 <= round_us <= _ROUND_MOST_US:
            round_us = _ROUND_MOST_US
        self.round_us = round_us

    def _rest(self, elapsed_us: int):
        injector = self.injector
        if injector.level != self.level:
            self._new_level()
        if injector.stops != self.stops:
            self.stops = injector.stops
            self._count_faults()
            return  # the first tick after a stop has enough to do
        cause = 0
        if self.verdict:
            cause = _SELF_TEST + self.verdict  # what it found a fault may hide
        elif injector.locked:
            cause = LOCKED  # also after a restart, which has forgotten by what
        elif injector.reason == FAULT:
            cause = injector.fault
        elif self.watch.held:
            cause = HELD
        self.alarm.tick(elapsed_us, cause, self.operator.stop_pressed)

    def _count_faults(self):
        injector = self.injector
        bits = injector.new_faults
        injector.new_faults = 0
        fault = 0
        while bits:
            if bits & 1 and self.lockout.note(fault, self.now_ms):
                injector.lock()
            bits >>= 1
            fault += 1

    def _has_begun(self) -> bool:
        return self.injector.steps + self.injector.feigned > 0

    def _every_10_ms(self, pressure_pa: int):
        # Half a turn back, on, and half a turn forth: the sum itself would not fit 30 bits (T-06).
        samples = self.part_us // EVERY_US  # more than one after a gap: a page, an erase
        now_ms = self.now_ms - _MS_HALF + samples * 10
        self.now_ms = (now_ms & _MS_MASK) ^ _MS_HALF
        self.part_us -= samples * EVERY_US
        while samples > 0:
            samples -= 1
            self.look_back.feed(pressure_pa, self.injector.steps)

    def _mark(self, moving: int):
        injector = self.injector
        mark = self.last_mark if self.presses else self.first_mark
        self.presses += 1
        now_ms = self.now_ms
        steps = injector.steps
        mark.take(moving, injector.opening_pa, now_ms, self.pressure_pa, steps, self.look_back)

    def _new_level(self):
        self.level = self.injector.level
        self.presses = 0
        self.late_ticks = 0
        self.begun = 0
        self.watch.restart(0)
        self.leak.reset()
        self.lockout.reset()
        self.look_back.reset()  # steps are counted from zero again
        self.first_mark.reset()
        self.last_mark.reset()


def build(unit, new_ints):
    """A pump for the nine integers of a validated unit page, or for None: it refuses to move.

    `new_ints(n)` returns a zeroed buffer of n integers: the only memory, taken once.
    """
    if unit is None:
        unit = (0, 1000, 1000, 6895, 6895, 0, 100, 1, 0)
    nl_num, nl_den = unit[6], unit[7]
    rx = Prescription(unit[0], unit[1], unit[2], unit[3], unit[4], unit[5])
    syringe = Syringe(nl_num, nl_den)
    injector = Injector(
        rx,
        syringe,
        Flow(nl_num, nl_den),
        Cutoff(new_ints(HISTORY)),
        Tare(rx, Knee(syringe.steps_within(_KNEE_NL)), Settler(new_ints(BLOCKS))),
    )
    return Pump(
        unit[8],
        Operator(),
        Guard(rx.back, unit[8] * 10 // 789),
        _build_watch(rx, syringe, unit[8]),
        injector,
        Leak(syringe.steps_within(_FLAT_NL), new_ints(PLACES), new_ints(PLACES)),
        Lockout(new_ints(LOCKOUT_INTS)),
        Alarm(),
        LookBack(new_ints(DEPTH), new_ints(DEPTH)),
        PainMark(new_ints(POINTS), new_ints(POINTS)),
        PainMark(new_ints(POINTS), new_ints(POINTS)),
    )


def _build_watch(rx, syringe, zero_pa: int):
    # A quarter above the prescribed rate, and what a whole-step flow owes at the edges (E).
    window_nl = rx.rate_nl_s // 8
    return Watch(
        rx.mode,
        1638 + zero_pa * 10 // 789,
        syringe.steps_within(10000),
        syringe.steps_within(50000),
        syringe.steps_within(_FLAT_NL),
        syringe.steps_within(rx.volume_nl),
        syringe.steps_within(window_nl) + 7,
    )
