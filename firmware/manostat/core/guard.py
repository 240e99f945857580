"""Looks for what must not be, with its own constants and counts; it can only stop.

Shares no state with the injector: it converts the raw counts itself and keeps its own sum of
granted and counted steps. A sound tick passes through `check` alone; anything else is looked at
closely. What takes longer to tell is in `watch.py`.
"""

from micropython import const

from manostat.core.codes import (
    CEILING,
    CONTACTS,
    END_EMPTY,
    END_FULL,
    LATE,
    NO_FAULT,
    SENSOR_RANGE,
    SENSOR_SILENT,
    SENSOR_STATUS,
    SENSORS_DISAGREE,
    STEPS_EXTRA,
    STEPS_MISSING,
    WIRING,
)

# Bits of one read of the switches, as docs/design.md has them.
_STOP_OK = const(1)
_PAIN_OK = const(2)
_CHAIN = const(7)
_PAIN_NO = const(8)
_BIT_END_FULL = const(16)
_BIT_END_EMPTY = const(32)
_LATCHED = const(64)
_SWITCHES = const(127)
# Honeywell HSC transfer function A has 1638 to 14746 counts; 2.5 % below zero and full scale
# bound what a sound sensor says (E). 100 psi is 1638 + 13108 * 100 / 150 counts.
_RAW_LEAST = const(1310)
_RAW_MOST = const(14746)
_RAW_CEILING = const(10377)
_SILENT = const(4)
# The second missed sample (P-11): one counts two, a good one takes one back, so that every other
# one missing is a fault too.
_MISS = const(2)
_MISSES = const(3)
_LATE_US = const(4000)
_DISAGREE_US = const(20000)  # P-13
_DISAGREE_CAP_US = const(24000)  # so that sensors that agree again are believed as soon
_WIRING_US = const(20000)
_CONTACTS_US = const(500000)  # travel between the two contacts of a slow press (E)
# 5 psi in sixteenths of a line count, the unit in which both sensors are compared.
_DISAGREE_16COUNTS = const(6991)
_AHEAD = const(6)  # two ticks of three steps: all that may be under way
_CAP_US = const(20000000)  # timers stand still here: a fault may last for days


class Guard:
    """Faults of sensors, steps, wiring and time, judged anew each tick.

    `back` is 1 for a pump that draws the plunger out: its end is the other one. `zero_raw`: by how
    many counts the line sensor reads too high with no pressure; below 0 the ceiling comes sooner,
    above 0 not later (P-01).
    """

    def __init__(self, back: int = 0, zero_raw: int = 0):
        self.ceiling_raw = _RAW_CEILING + zero_raw if zero_raw < 0 else _RAW_CEILING
        self.end_bit = _BIT_END_FULL if back else _BIT_END_EMPTY
        self.end_fault = END_FULL if back else END_EMPTY
        self.made = 0  # steps counted since power-on
        self.ahead = 0  # granted less counted
        self.owed = 0  # in the look before, when `looked_at` steps were counted
        self.looked_at = 0
        self.lost = 0  # steps, as the last look found
        self.sound_switches = -1  # a read that was found to be in order
        self.doubt = 0  # something is being timed or counted, or the watch has told
        self.told = NO_FAULT
        self.missed = 0
        self.disagree_us = 0
        self.wiring_us = 0
        self.contacts_us = 0

    def restart(self):
        """The lease was started anew: nothing of what was granted before is under way."""
        self.ahead = 0

    def look(self, moving: int):
        """Once in a round of the watch. Granted steps that are owed over two looks, with none made
        in between, never come: a word ends in its tick. At rest they were discarded."""
        owed = 1 if self.ahead > 0 else 0
        if owed and self.owed and self.made == self.looked_at:
            self.ahead = 0
            owed = 0
            if moving:
                self.lost = 1
                self.doubt = 1
        self.owed = owed
        self.looked_at = self.made

    def tell(self, fault: int):
        """What the watch has found holds until it finds otherwise."""
        self.told = fault
        if fault:
            self.doubt = 1

    def check(self, inputs, granted: int, moving: int) -> int:
        """Fault code of this tick, 0 for none.

        `granted` steps were handed to the lease in the tick before (`inputs.refused` of them not
        taken), with `moving` 1 if more might follow. Not moving, the lease is empty: a journal
        page may then take its time.
        """
        self.made += inputs.made
        ahead = self.ahead + granted - inputs.refused - inputs.made
        switches = inputs.switches & _SWITCHES
        self.ahead = 0 if switches & _LATCHED else ahead
        raw = inputs.line_raw
        # 10-90 % of 65536 spans the 13108 counts of the line sensor: exactly 4 to 1 to within
        # 0.003 %, hence sixteenths of a count by multiplying with 4 and 16.
        apart = (raw - 1638) * 16 - (inputs.second_raw - 6554) * 4
        if (
            0 <= ahead <= _AHEAD
            and inputs.line_status == 0
            and _RAW_LEAST <= raw < self.ceiling_raw
            and -_DISAGREE_16COUNTS <= apart <= _DISAGREE_16COUNTS
            and switches == self.sound_switches
            and inputs.elapsed_us <= _LATE_US
            and self.doubt == 0
        ):
            return NO_FAULT
        return self._look_closely(inputs, ahead, apart, granted != 0 or moving != 0)

    def _look_closely(self, inputs, ahead: int, apart: int, moving: bool) -> int:
        fault = NO_FAULT
        if ahead < 0:
            self.ahead = 0
            fault = STEPS_EXTRA
        elif ahead > _AHEAD or self.lost:
            self.ahead = 0  # said once: it must be possible to acknowledge
            self.lost = 0
            fault = STEPS_MISSING
        elif moving and inputs.elapsed_us > _LATE_US:
            fault = LATE
        # After a gap one sample was seen, and not what was in between.
        elapsed_us = inputs.elapsed_us
        if elapsed_us > _LATE_US:
            elapsed_us = _LATE_US
        # Every check runs, so that no timer stands still behind another fault.
        sensors = self._check_sensors(inputs, apart, elapsed_us)
        read = inputs.switches & _SWITCHES
        switches = NO_FAULT
        if read != self.sound_switches or self.wiring_us + self.contacts_us != 0:
            switches = self._check_switches(read, elapsed_us)
            self.sound_switches = read if switches == NO_FAULT else -1
        timed_us = self.disagree_us + self.wiring_us + self.contacts_us
        self.doubt = 1 if self.missed + timed_us + self.told != 0 else 0
        if fault == NO_FAULT:
            fault = sensors if sensors != NO_FAULT else switches
        return fault if fault != NO_FAULT else self.told

    def _check_sensors(self, inputs, apart: int, elapsed_us: int) -> int:
        raw = inputs.line_raw
        in_range = _RAW_LEAST <= raw <= _RAW_MOST
        # Whatever is wrong with a sample, it is missed: two of different kinds are two.
        if inputs.line_status != 0 or not in_range:
            if self.missed < _MISSES:
                self.missed += _MISS
            if self.missed < _MISSES:
                return NO_FAULT
            if inputs.line_status == 0:
                return SENSOR_RANGE
            return SENSOR_SILENT if inputs.line_status == _SILENT else SENSOR_STATUS
        if self.missed > 0:
            self.missed -= 1
        if raw >= self.ceiling_raw:
            return CEILING
        # A sample that agrees takes back its own time only: hum of a loose wire agrees at times.
        if -_DISAGREE_16COUNTS <= apart <= _DISAGREE_16COUNTS:
            self.disagree_us -= elapsed_us
            if self.disagree_us < 0:
                self.disagree_us = 0
            return NO_FAULT
        if self.disagree_us < _DISAGREE_CAP_US:
            self.disagree_us += elapsed_us
        return SENSORS_DISAGREE if self.disagree_us >= _DISAGREE_US else NO_FAULT

    def _check_switches(self, switches: int, elapsed_us: int) -> int:
        chain = switches & _CHAIN
        fault = NO_FAULT
        # Valid patterns are a run of ones from STOP_OK on: adding one clears them all.
        if chain & (chain + 1):
            if self.wiring_us < _CAP_US:
                self.wiring_us += elapsed_us
            if self.wiring_us >= _WIRING_US:
                fault = WIRING
        else:
            self.wiring_us = 0
        if chain == _CHAIN and (switches & self.end_bit) == 0:
            fault = self.end_fault
        # With STOP_OK high, PAIN_NO must be the opposite of PAIN_OK.
        if chain & _STOP_OK and ((switches & _PAIN_NO) != 0) == ((chain & _PAIN_OK) != 0):
            if self.contacts_us < _CAP_US:
                self.contacts_us += elapsed_us
            if fault == NO_FAULT and self.contacts_us >= _CONTACTS_US:
                fault = CONTACTS
        else:
            self.contacts_us = 0
        return fault
