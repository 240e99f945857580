"""One decision per tick, in one place: operator, guard, injector and pain mark together."""

from micropython import const

from manostat.core.cutoff import HISTORY, Cutoff
from manostat.core.flow import Flow
from manostat.core.guard import Guard
from manostat.core.injector import Injector
from manostat.core.opening import BLOCKS, Knee, Settler
from manostat.core.operator import Operator
from manostat.core.painmark import DEPTH, EVERY_US, POINTS, LookBack, PainMark
from manostat.core.prescription import Prescription
from manostat.core.scale import line_pa
from manostat.core.syringe import Syringe

_LATE_US = const(2500)
_SWITCHES = const(127)  # without INTENT, which is none
_JUST_MOVED_US = const(20000)
_MS_MASK = const(1073741823)  # 12.4 days of ms, then round again
_MS_HALF = const(536870912)
_KNEE_NL = const(5000)


class Pump:
    """Ask it once per tick; the decision is in the attributes of `injector` (docs/design.md)."""

    def __init__(self, zero_pa: int, operator, guard, injector, look, first, last):
        self.zero_pa = zero_pa
        self.operator = operator
        self.guard = guard
        self.injector = injector
        self.look = look
        self.first_mark = first
        self.last_mark = last
        self.presses = 0
        self.pressure_pa = 0
        self.now_ms = 0  # in steps of 10 ms
        self.part_us = 0
        self.late_ticks = 0
        self.level = 1
        self.begun = 0  # this level has moved since power-on
        self.begun_ms = 0

    def tick(self, inputs):
        """Take one record of inputs and decide."""
        injector = self.injector
        operator = self.operator
        elapsed_us = inputs.elapsed_us
        operator.feed(inputs.switches & _SWITCHES, elapsed_us)
        pressure_pa = self.pressure_pa
        if inputs.line_status == 0:
            pressure_pa = line_pa(inputs.line_raw) - self.zero_pa
            self.pressure_pa = pressure_pa
        moving = injector.moving
        proven = injector.proven  # the press that proves the button marks nothing
        fault = self.guard.check(inputs, injector.grant, moving)
        injector.tick(operator, inputs, pressure_pa, fault)
        self.part_us += elapsed_us
        if self.part_us >= EVERY_US and injector.start_lease == 0:  # that tick has enough to do
            self._every_10_ms(pressure_pa)
        if operator.event and operator.pain_pressed and injector.steps > 0 and proven:
            self._mark(1 if moving or injector.rest_us <= _JUST_MOVED_US else 0)
        if moving:
            if elapsed_us > _LATE_US:
                self.late_ticks += 1
        elif injector.start_lease:
            self.guard.restart()
            if self.begun == 0:
                self.begun = 1
                self.begun_ms = self.now_ms
        elif injector.level != self.level:
            self._new_level()

    def _every_10_ms(self, pressure_pa: int):
        # Half a turn back, on, and half a turn forth: the sum itself would not fit 30 bits.
        now_ms = self.now_ms - _MS_HALF + self.part_us // 1000
        self.now_ms = (now_ms & _MS_MASK) ^ _MS_HALF
        self.part_us %= 1000
        self.look.feed(pressure_pa, self.injector.steps)

    def _mark(self, moving: int):
        injector = self.injector
        mark = self.last_mark if self.presses else self.first_mark
        self.presses += 1
        mark.take(
            moving, injector.opening_pa, self.now_ms, self.pressure_pa, injector.steps, self.look
        )

    def _new_level(self):
        self.level = self.injector.level
        self.presses = 0
        self.late_ticks = 0
        self.begun = 0
        self.look.reset()  # steps are counted from zero again
        self.first_mark.reset()
        self.last_mark.reset()


def build(unit, new_ints):
    """A pump for the nine integers of a validated unit page, or for None: it refuses to move.

    `new_ints(n)` returns a zeroed buffer of n integers: the only memory, taken once.
    """
    if unit is None:
        unit = (0, 1000, 1000, 6895, 6895, 0, 100, 1, 0)
    nl_num, nl_den = unit[6], unit[7]
    syringe = Syringe(nl_num, nl_den)
    injector = Injector(
        Prescription(unit[0], unit[1], unit[2], unit[3], unit[4], unit[5]),
        syringe,
        Flow(nl_num, nl_den),
        Cutoff(new_ints(HISTORY)),
        Knee(syringe.steps_within(_KNEE_NL)),
        Settler(new_ints(BLOCKS)),
    )
    return Pump(
        unit[8],
        Operator(),
        Guard(),
        injector,
        LookBack(new_ints(DEPTH), new_ints(DEPTH)),
        PainMark(new_ints(POINTS), new_ints(POINTS)),
        PainMark(new_ints(POINTS), new_ints(POINTS)),
    )
