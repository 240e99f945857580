"""The limits of the requirements that a campaign can judge.

The numbers are those of docs/requirements; a test holds the two together.
"""

import numpy as np

from manostat.core import codes
from manostat_sim.campaign import breaking
from manostat_sim.campaign.draw import NEVER_PA
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign.as_read import (
    PEAK_COLUMNS,
    SLIP_COLUMNS,
    by_steps_pa,
    most_rise_pa,
    peak_as_read_pa,
    slip_pa,
)
from manostat_tools.campaign.judged import (
    LATENCY_COLUMNS,
    LINE_1,
    LINE_5,
    OFFSET_COLUMNS,
    OVERSHOOT_COLUMNS,
    RENEWED_US,
    STIFFEST,
    TICK_MS,
    Judged,
    bad_samples,
    faultless,
    in_ms,
    in_us,
    lease,
    occlusion,
    overshoots,
    pressed,
    read_opening,
    sensed,
    sensors_differ,
    stopped_by,
    volume_after_nl,
)

LIMITS: tuple[Judged, ...] = (
    Judged(
        "P-01",
        "peak of a line of 1 uL/psi stopped there, overshoot (P-04) included",
        "<=",
        100.11,
        "psi",
        "highest line pressure after a step in the numbers of the line sensor: its offset and span "
        "and the page's zero taken out, noise not; less the slip of a plunger that sticks (P-04); "
        "whatever broke but this sensor. The true one is among the quantiles",
        (*PEAK_COLUMNS, *SLIP_COLUMNS, "draw_fault_kind", "out_last_step_us"),
        sensed,
        lambda block: (peak_as_read_pa(block) - slip_pa(block)) / PA_PER_PSI,
    ),
    Judged(
        "P-04",
        "line of 1 uL/psi, 0.05 mL/s: beyond the limit",
        "<=",
        750.0,
        "Pa",
        "nothing broken, ended by a pressure limit, up to 0.05 mL/s, a line of 1 uL/psi or more; "
        "in the sensor's own numbers, its noise not taken out; less what a plunger that sticks "
        "moves by itself when it slips, which no step makes",
        OVERSHOOT_COLUMNS,
        overshoots(LINE_1, NEVER_PA),
        by_steps_pa,
    ),
    Judged(
        "P-04",
        "disc of 43 psi/mL on a line of 5 uL/psi: beyond the limit",
        "<=",
        150.0,
        "Pa",
        "as above, a line of 5 uL/psi or more and a disc of up to 43 psi/mL",
        OVERSHOOT_COLUMNS,
        overshoots(LINE_5, STIFFEST),
        by_steps_pa,
    ),
    Judged(
        "P-11",
        "bad samples in a row until the plunger stops",
        "<=",
        2 * TICK_MS,
        "ms",
        "two samples of 2 ms: from the first bad sample to the last step, where the sensor itself "
        "says that it is bad",
        LATENCY_COLUMNS,
        bad_samples,
        in_ms,
    ),
    Judged(
        "P-12",
        "volume without a rise",
        "<=",
        0.3,
        "mL",
        "volume since the pump last read 2 psi or more, where a line that came off was called "
        "detached; what runs out while it falls from its pressure to there is not in it",
        (*LATENCY_COLUMNS, "out_open_nl"),
        stopped_by(codes.FAULT, (breaking.DETACHED,), codes.DETACHED),
        lambda block: block["out_open_nl"] / 1e6,
    ),
    Judged(
        "P-13",
        "time for which such a difference is let pass",
        "<=",
        20.0,
        "ms",
        "from the offset of a sensor to the last step, where the difference was what stopped, and "
        "was so much over 5 psi all the time that no noise of the two could bring it below",
        OFFSET_COLUMNS,
        sensors_differ,
        in_ms,
    ),
    Judged(
        "P-14",
        "opening pressure that is accepted",
        "<=",
        30.0,
        "psi",
        "the opening pressure as the pump took it",
        ("out_opening_how", "out_opening_pa"),
        read_opening,
        lambda block: block["out_opening_pa"] / PA_PER_PSI,
    ),
    Judged(
        "P-06",
        "rise above the start before an occlusion is named",
        ">=",
        30.0,
        "psi",
        "highest line pressure where the pump named an occlusion, as the sensor's span shows it, "
        "and what the noise of two readings adds at most; the line sensor not broken",
        (*PEAK_COLUMNS, "draw_line_noise_counts", "out_fault", "draw_fault_kind"),
        occlusion,
        lambda block: most_rise_pa(block) / PA_PER_PSI,
    ),
    Judged(
        "D-01",
        "volume delivered beyond the prescription",
        "<=",
        0.0,
        "nL",
        "steps counted times the volume of one, less the prescription; nothing broken",
        ("out_told_nl", "draw_volume_nl", "draw_fault_kind"),
        faultless,
        lambda block: block["out_told_nl"] - block["draw_volume_nl"],
    ),
    Judged(
        "B-01",
        "press to last step",
        "<=",
        10.0,
        "us",
        "from the patient's press to the last step, 0 where no step followed; whatever broke but "
        "steps that nobody granted",
        LATENCY_COLUMNS,
        pressed(codes.PAIN),
        in_us,
    ),
    Judged(
        "B-05",
        "press to last step",
        "<=",
        10.0,
        "us",
        "from the press of STOP to the last step, as above",
        LATENCY_COLUMNS,
        pressed(codes.STOP),
        in_us,
    ),
    Judged(
        "T-03",
        "last renewal to last step",
        "<=",
        5.0,
        "ms",
        "ticks left out: from the last tick that was made to the last step, up to 0.05 mL/s",
        (*LATENCY_COLUMNS, "draw_rate_nl_s"),
        lease,
        lambda block: np.maximum(block["out_stop_latency_us"] - RENEWED_US, 0) / 1e3,
    ),
    Judged(
        "T-03",
        "volume after the last renewal, at 0.05 mL/s",
        "<=",
        0.35,
        "uL",
        "the same runs, the volume from the last reading before the gap on",
        (*LATENCY_COLUMNS, "draw_rate_nl_s", "out_volume_after_nl"),
        lease,
        lambda block: volume_after_nl(block) / 1e3,
    ),
)

NOT_JUDGED = (
    "P-02, P-03, P-07, P-08, P-09, P-10: stored limits, single granted steps, relief and "
    "lock-out are not in an outcome; the exhaustion and the hardware tests show them",
    "P-05: the pump slows down before its limit, so that the line is seldom a whole count of the "
    "sensor (79 Pa) beyond it; the time since the true line crossed is that resolution, and the "
    "error of the sensor, over a small slope, and no latency; P-04 judges what came of it",
    "P-11 for a stuck sensor: a bound on what is seen of the other channel, not on the time of "
    "the fault",
    "P-14: that an opening pressure over 30 psi is refused needs what was refused, which an "
    "outcome does not keep",
    "D-02, D-03: sums over several runs, and a rate over 10 s without the rests",
    "A-01 to A-06, B-02 to B-04, B-06, C, L, S, T-01, T-02, T-04 to T-06: alarms, switches, "
    "storage and processor are outside of the kernel",
)
