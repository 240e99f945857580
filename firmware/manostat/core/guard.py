"""Looks for what must not be, with its own constants and counts; it can only stop.

Shares no state with the injector: it converts the raw counts itself and keeps its own sum of
granted and counted steps.
"""

from micropython import const

from manostat.core.codes import (
    BIT_END_EMPTY,
    BIT_LATCHED,
    BIT_PAIN_NO,
    BIT_PAIN_OK,
    BIT_STOP_OK,
    CEILING,
    CHAIN,
    CONTACTS,
    END_EMPTY,
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

# Honeywell HSC transfer function A has 1638 to 14746 counts; 2.5 % below zero and full scale
# bound what a sound sensor says (E). 100 psi is 1638 + 13108 * 100 / 150 counts.
_RAW_LEAST = const(1310)
_RAW_MOST = const(14746)
_RAW_CEILING = const(10377)
_MISSED = const(2)  # samples, P-11
_LATE_US = const(4000)
_DISAGREE_US = const(20000)  # P-13
_WIRING_US = const(20000)
_CONTACTS_US = const(500000)  # travel between the two contacts of a slow press (E)
# 5 psi in sixteenths of a line count, the unit in which both sensors are compared.
_DISAGREE_16COUNTS = const(6991)
_AHEAD = const(6)  # two ticks of three steps: all that may be under way
_CAP_US = const(20000000)  # timers stand still here: a fault may last for days


class Guard:
    """Faults of sensors, steps, wiring and time, judged anew each tick."""

    def __init__(self):
        self.missed = 0
        self.silent = 0
        self.out_of_range = 0
        self.disagree_us = 0
        self.wiring_us = 0
        self.contacts_us = 0
        self.ahead = 0  # granted less counted
        self.moving = 0

    def restart(self):
        """The lease was started anew: nothing of what was granted before is under way."""
        self.ahead = 0

    def granted(self, steps: int, refused: int, moving: int):
        """Take note of what the lease was given, what it did not take, and if more may follow.

        Not moving, the lease is empty: a journal page may then take its time.
        """
        self.ahead += steps - refused
        self.moving = 1 if steps != 0 or moving != 0 else 0

    def check(self, inputs) -> int:
        """Fault code of this tick, 0 for none."""
        self.ahead -= inputs.made
        if self.ahead < 0:
            self.ahead = 0
            return STEPS_EXTRA
        if self.ahead > _AHEAD:
            self.ahead = 0  # said once: it must be possible to acknowledge
            return STEPS_MISSING
        if inputs.switches & BIT_LATCHED:
            self.ahead = 0
        if self.moving != 0 and inputs.elapsed_us > _LATE_US:
            return LATE
        fault = self._check_sensors(inputs)
        if fault != NO_FAULT:
            return fault
        return self._check_switches(inputs.switches, inputs.elapsed_us)

    def _check_sensors(self, inputs) -> int:
        if inputs.line_status != 0:
            if self.missed < _MISSED:
                self.missed += 1
            self.silent = 1 if inputs.line_status == 4 else 0
            if self.missed >= _MISSED:
                return SENSOR_SILENT if self.silent else SENSOR_STATUS
            return NO_FAULT
        self.missed = 0
        raw = inputs.line_raw
        if raw < _RAW_LEAST or raw > _RAW_MOST:
            if self.out_of_range < _MISSED:
                self.out_of_range += 1
            return SENSOR_RANGE if self.out_of_range >= _MISSED else NO_FAULT
        self.out_of_range = 0
        if raw >= _RAW_CEILING:
            return CEILING
        # 10-90 % of 65536 spans the 13108 counts of the line sensor: exactly 4 to 1 to within
        # 0.003 %, hence sixteenths of a count by multiplying with 4 and 16.
        apart = (raw - 1638) * 16 - (inputs.second_raw - 6554) * 4
        if apart < 0:
            apart = -apart
        if apart <= _DISAGREE_16COUNTS:
            self.disagree_us = 0
            return NO_FAULT
        if self.disagree_us < _CAP_US:
            self.disagree_us += inputs.elapsed_us
        return SENSORS_DISAGREE if self.disagree_us >= _DISAGREE_US else NO_FAULT

    def _check_switches(self, switches: int, elapsed_us: int) -> int:
        chain = switches & CHAIN
        # Valid patterns are a run of ones from STOP_OK on: adding one clears them all.
        if chain & (chain + 1):
            if self.wiring_us < _CAP_US:
                self.wiring_us += elapsed_us
            if self.wiring_us >= _WIRING_US:
                return WIRING
        else:
            self.wiring_us = 0
        if chain == CHAIN and (switches & BIT_END_EMPTY) == 0:
            return END_EMPTY
        # With STOP_OK high, PAIN_NO must be the opposite of PAIN_OK.
        if chain & BIT_STOP_OK and ((switches & BIT_PAIN_NO) != 0) == ((chain & BIT_PAIN_OK) != 0):
            if self.contacts_us < _CAP_US:
                self.contacts_us += elapsed_us
            if self.contacts_us >= _CONTACTS_US:
                return CONTACTS
        else:
            self.contacts_us = 0
        return NO_FAULT
