"""The kinds of fault that a run may meet, and when one comes and goes."""

from manostat_sim.campaign.hands import NEVER_US

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
"""By number. What `amount` means: line-offset and second-offset Pa; line-noise counts, sd; count-lost
and step-extra steps; run-chatters edges, even; leak nL/s a Pa above the disc's opening; tick-late us
by which each tick comes late; ticks-missing ticks; else nothing."""

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
    before.
    """

    def __init__(self, kind: int, at_us: int, lasts_us: int, amount: float) -> None:
        self.kind = kind
        self.lasts_us = lasts_us
        self.amount = float(amount)
        self.next_us = at_us if kind != NONE else NEVER_US
        self.active = 0
        self.begun_us = -1
        self.delay_us = 0  # of each tick while active

    def turn(self, now_us: int) -> int:
        """It is due: 1 when it comes now, 0 when it goes."""
        if self.active != 0:
            self.active = 0
            self.next_us = NEVER_US
            return 0
        self.active = 1
        self.begun_us = now_us
        self.next_us = now_us + self.lasts_us if self.lasts_us > 0 else NEVER_US
        return 1
