"""One decision per tick, in one place: operator, guard, injector and pain mark together."""

from micropython import const

from manostat.core.codes import FAULT, IDLE, READY, SETTLING, STOP, STOPPED
from manostat.core.cutoff import HISTORY, Cutoff
from manostat.core.flow import Flow
from manostat.core.guard import Guard
from manostat.core.injector import Injector
from manostat.core.opening import BLOCKS, Knee, Settler
from manostat.core.operator import Operator
from manostat.core.painmark import DEPTH, POINTS, LookBack, PainMark
from manostat.core.prescription import Prescription
from manostat.core.scale import line_pa
from manostat.core.syringe import Syringe

_SEEN_MOST_US = const(4000)  # of a gap no more than this counts as watched
_LATE_US = const(2500)
_MS_MASK = const(1073741823)  # 12.4 days of ms, then round again
_KNEE_NL = const(5000)


class Pump:
    """Ask it once per tick; read the decision from its attributes (docs/design.md)."""

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
        self.state = IDLE
        self.reason = 0
        self.fault = 0
        self.grant = 0
        self.start_lease = 0
        self.moving = 0  # steps may be granted
        self.running = 0  # moving, or at rest for a reading after which it goes on by itself
        self.enable = 0
        self.steps = 0
        self.opening_pa = -1
        self.now_ms = 0
        self.part_us = 0
        self.late_ticks = 0
        self.level = 1
        self.begun_ms = 0

    def tick(self, inputs):
        """Take one record of inputs and decide."""
        injector = self.injector
        operator = self.operator
        self.part_us += inputs.elapsed_us
        self.now_ms = (self.now_ms + self.part_us // 1000) & _MS_MASK
        self.part_us %= 1000
        if self.moving and inputs.elapsed_us > _LATE_US:
            self.late_ticks += 1
        seen_us = inputs.elapsed_us if inputs.elapsed_us < _SEEN_MOST_US else _SEEN_MOST_US
        operator.feed(inputs.switches, inputs.elapsed_us)
        if inputs.line_status == 0:
            self.pressure_pa = line_pa(inputs.line_raw) - self.zero_pa
        injector.cutoff.feed(self.pressure_pa)
        fault = self.guard.check(inputs)
        was_moving = self.moving
        before = injector.state
        injector.tick(operator, self.pressure_pa, inputs, fault, seen_us)
        self.look.feed(inputs.elapsed_us, self.pressure_pa, injector.steps)
        if operator.pain_pressed and before != IDLE and injector.steps > 0:
            self._mark(1 if was_moving or injector.rest_us <= 20000 else 0)
        if injector.level != self.level:
            self._new_level()
        if injector.start_lease:
            self.guard.restart()
            if injector.steps == 0:
                self.begun_ms = self.now_ms
        self.guard.granted(injector.grant, inputs.refused, injector.moving())
        self._publish()

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
        self.look.reset()  # steps are counted from zero again
        self.first_mark.reset()
        self.last_mark.reset()

    def _publish(self):
        injector = self.injector
        self.state = injector.state
        self.reason = injector.reason
        self.fault = injector.fault
        self.grant = injector.grant
        self.start_lease = injector.start_lease
        self.moving = injector.moving()
        self.running = 1 if self.moving or self.state == SETTLING else 0
        self.steps = injector.steps
        self.opening_pa = injector.opening_pa
        # The motor holds its place for the whole level: de-energised it snaps by up to two
        # full steps. Fault and STOP let go of it.
        armed = self.state >= READY
        if self.state == STOPPED and (self.reason == FAULT or self.reason == STOP):
            armed = False
        if self.operator.stop:
            armed = False
        self.enable = 1 if armed else 0


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
