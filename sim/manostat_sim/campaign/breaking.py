"""The kinds of fault that a run may meet, and when one comes and goes."""

from typing import Any

from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.plant.sensors import (
    FAULT_COMMAND,
    FAULT_DIAGNOSTIC,
    FAULT_HANG,
    FAULT_NACK,
    FAULT_NONE,
    FAULT_OPEN,
    FAULT_SHORT,
    FAULT_STALE,
    FAULT_STUCK,
)

KINDS = (
    "none",
    "line-stuck",
    "line-open",
    "line-short",
    "line-stale",
    "line-diagnostic",
    "line-command",
    "line-nack",
    "line-hang",
    "line-offset",
    "line-noise",
    "second-stuck",
    "second-open",
    "second-short",
    "second-offset",
    "count-lost",
    "step-extra",
    "motor-stalled",
    "motor-reversed",
    "run-chatters",
    "wire-3v3-stop",
    "wire-stop-pain",
    "wire-pain-run",
    "wire-run-permit",
    "wire-STOP_OK",
    "wire-PAIN_OK",
    "wire-PERMIT",
    "wire-PAIN_NO",
    "wire-END_EMPTY",
    "welded-PAIN",
    "welded-RUN",
    "occlusion",
    "detached",
    "leak",
    "rupture",
    "tick-late",
    "ticks-missing",
)
"""By number. What `amount` means: line-offset and second-offset Pa; line-noise counts, sd;
count-lost and step-extra steps; run-chatters edges, even; leak nL/s a Pa above the disc's opening;
tick-late us by which each tick comes late; ticks-missing ticks; else nothing."""

(
    NONE,
    LINE_STUCK,
    LINE_OPEN,
    LINE_SHORT,
    LINE_STALE,
    LINE_DIAGNOSTIC,
    LINE_COMMAND,
    LINE_NACK,
    LINE_HANG,
    LINE_OFFSET,
    LINE_NOISE,
    SECOND_STUCK,
    SECOND_OPEN,
    SECOND_SHORT,
    SECOND_OFFSET,
    COUNT_LOST,
    STEP_EXTRA,
    MOTOR_STALLED,
    MOTOR_REVERSED,
    RUN_CHATTERS,
    WIRE_3V3_STOP,
    WIRE_STOP_PAIN,
    WIRE_PAIN_RUN,
    WIRE_RUN_PERMIT,
    WIRE_STOP_OK,
    WIRE_PAIN_OK,
    WIRE_PERMIT,
    WIRE_PAIN_NO,
    WIRE_END_EMPTY,
    WELDED_PAIN,
    WELDED_RUN,
    OCCLUSION,
    DETACHED,
    LEAK,
    RUPTURE,
    TICK_LATE,
    TICKS_MISSING,
) = range(len(KINDS))


class Breaking:
    """One fault: `kind` comes at `at_us`, and goes after `lasts_us`; 0 us is for good.

    `next_us` is when it next comes or goes; `active` is 1 in between. `begun_us`: when it came, -1
    before. What the bench itself must do: `delay_us`, by which each tick is late now; `missing_us`,
    by which the next one is, once; `extra`, steps to be made at once that nobody granted.
    """

    def __init__(
        self,
        kind: int,
        at_us: int,
        lasts_us: int,
        amount: float,
        line: Any,
        second: Any,
        plant: Any,
        hands: Any,
    ) -> None:
        self.kind = kind
        self.lasts_us = lasts_us
        self.amount = float(amount)
        self.line = line
        self.second = second
        self.plant = plant
        self.hands = hands
        self.next_us = at_us if kind != NONE else NEVER_US
        self.active = 0
        self.begun_us = -1
        self.delay_us = 0
        self.missing_us = 0
        self.extra = 0
        self.untold = 0  # of the extra steps, those that the counter has yet to tell
        self.uncounted = 0  # steps that the counter will miss

    def turn(self, now_us: int) -> int:
        """It is due: 1 when it comes now, 0 when it goes."""
        comes = 1 - self.active
        self.active = comes
        self.next_us = NEVER_US
        self.extra = 0
        if comes != 0:
            self.begun_us = now_us
            if self.lasts_us > 0:
                self.next_us = now_us + self.lasts_us
        kind = self.kind
        if kind <= LINE_NOISE:
            self._turn_line(comes)
        elif kind <= SECOND_OFFSET:
            self._turn_second(comes)
        elif kind <= RUN_CHATTERS:
            self._turn_motion(comes, now_us)
        elif kind <= WELDED_RUN:
            self.hands.cut = comes
        elif kind <= RUPTURE:
            self._turn_fluid(comes)
        elif kind == TICK_LATE:
            self.delay_us = int(self.amount) if comes != 0 else 0
        elif comes != 0:
            self.missing_us = int(self.amount) * 2000
        return comes

    def counted(self, made: int) -> int:
        """What the counter tells, of `made` steps of the lease since the tick before."""
        made += self.untold
        self.untold = 0
        if self.uncounted > 0:
            missed = made if made < self.uncounted else self.uncounted
            self.uncounted -= missed
            made -= missed
        return made

    def _turn_line(self, comes: int) -> None:
        line = self.line
        kind = self.kind
        if kind == LINE_OFFSET:
            line.offset_pa += self.amount if comes != 0 else -self.amount
        elif kind == LINE_NOISE:
            line.noise_counts += self.amount if comes != 0 else -self.amount
        elif comes == 0:
            line.fault = FAULT_NONE
        elif kind == LINE_STUCK:
            line.fault = FAULT_STUCK
        elif kind == LINE_OPEN:
            line.fault = FAULT_OPEN
        elif kind == LINE_SHORT:
            line.fault = FAULT_SHORT
        elif kind == LINE_STALE:
            line.fault = FAULT_STALE
        elif kind == LINE_DIAGNOSTIC:
            line.fault = FAULT_DIAGNOSTIC
        elif kind == LINE_COMMAND:
            line.fault = FAULT_COMMAND
        elif kind == LINE_NACK:
            line.fault = FAULT_NACK
        else:
            line.fault = FAULT_HANG

    def _turn_second(self, comes: int) -> None:
        second = self.second
        if self.kind == SECOND_OFFSET:
            second.offset_pa += self.amount if comes != 0 else -self.amount
        elif comes == 0:
            second.fault = FAULT_NONE
        elif self.kind == SECOND_STUCK:
            second.fault = FAULT_STUCK
        elif self.kind == SECOND_OPEN:
            second.fault = FAULT_OPEN
        else:
            second.fault = FAULT_SHORT

    def _turn_motion(self, comes: int, now_us: int) -> None:
        if self.kind == MOTOR_STALLED:
            self.plant.syringe.stalled = comes
        elif self.kind == MOTOR_REVERSED:
            self.plant.syringe.reversed = comes
        elif comes == 0:
            return
        elif self.kind == COUNT_LOST:
            self.uncounted = int(self.amount)
        elif self.kind == RUN_CHATTERS:
            self.hands.chatter(now_us, int(self.amount))
        else:
            self.extra = int(self.amount)
            self.untold = self.extra

    def _turn_fluid(self, comes: int) -> None:
        plant = self.plant
        disc = plant.disc
        if self.kind == OCCLUSION:
            if comes != 0:
                plant.close()
            else:
                plant.open()
        elif self.kind == DETACHED:
            if comes != 0:
                plant.detach()
            else:
                plant.open()
        elif self.kind == LEAK:
            if comes != 0:
                disc.leak_pa = disc.opening_pa
            disc.leak_nl_per_s_pa = self.amount if comes != 0 else 0.0
        elif comes != 0:
            disc.rupture_pa = 0.0
