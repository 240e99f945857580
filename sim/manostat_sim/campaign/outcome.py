"""What is kept of a run, one flat record of numbers each."""

from typing import Any

import numpy as np

from manostat.core import codes

OUTCOME = np.dtype(
    [
        ("seed", np.int64),
        ("reason", np.int64),
        ("fault", np.int64),
        ("alarm", np.int64),
        ("state", np.int64),
        ("ticks", np.int64),
        ("digest", np.int64),
        ("steps", np.int64),
        ("presses", np.int64),
        ("opening_pa", np.int64),
        ("opening_how", np.int64),
        ("limit_pa", np.int64),
        ("late_ticks", np.int64),
        ("fault_came_us", np.int64),
        ("first_step_us", np.int64),
        ("last_step_us", np.int64),
        ("crossed_us", np.int64),
        ("pressed_us", np.int64),
        ("hurt_us", np.int64),
        ("stopped_us", np.int64),
        ("stop_latency_us", np.int64),
        ("volume_after_nl", np.float64),
        ("open_nl", np.float64),
        ("told_nl", np.float64),
        ("pushed_nl", np.float64),
        ("delivered_nl", np.float64),
        ("disc_nl", np.float64),
        ("leaked_nl", np.float64),
        ("spilled_nl", np.float64),
        ("volume_error_nl", np.float64),
        ("peak_line_pa", np.float64),
        ("over_limit_pa", np.float64),
        ("opening_error_pa", np.float64),
        ("mark_error_pa", np.float64),
    ]
)
"""One run. Times are us since power-on, -1 for never; volumes nL; pressures Pa, gauge.

`reason`, `fault`: of the stop (codes.py), 0 when the run ended without; `alarm`: cause of the
last alarm; `state`, `steps`, `opening_pa` (-1 for none), `opening_how`, `limit_pa`, `late_ticks`:
the pump's own at the end; `presses`: of PAIN that the pump marked. `digest`: of every tick, see
`score.Score`. `fault_came_us`: the injected fault; `crossed_us`: the line reached the limit in
force; `pressed_us`: PAIN by the patient or STOP, first after the first step; `hurt_us`: where the
patient's pain began, the last time.

`stop_latency_us`: from what the run was stopped for to the last step: from `pressed_us` for PAIN
and STOP, from `crossed_us` for a pressure limit, from `fault_came_us` for a fault, negative where
the last step was sooner; `volume_after_nl`: what the carriage pushed in that time. Both are 0 where
there is nothing to count from. `open_nl`: what it pushed since the pump last read 2 psi or more
(P-12). `told_nl`: steps times the volume of one, as the pump counts;
`pushed_nl`: the carriage; `delivered_nl`: through the plunger; `disc_nl`, `leaked_nl`,
`spilled_nl`: where it is; `volume_error_nl`: `told_nl` less what entered the disc. `peak_line_pa`:
true, after a step, 0 when none was made; `over_limit_pa`: most by which that was above the limit in
force, -1e12 when no step was made. `opening_error_pa`: what was read less the disc's own, NaN when
none was read; `mark_error_pa`: the first mark less the true line pressure at the press, NaN when
the run ended otherwise than by PAIN."""

_FIELDS = {
    "seed": "hands.seed",
    "reason": "score.reason",
    "fault": "score.fault",
    "alarm": "score.alarm",
    "state": "injector.state",
    "ticks": "score.ticks",
    "digest": "score.digest",
    "steps": "injector.steps",
    "presses": "pump.presses",
    "opening_pa": "injector.opening_pa",
    "opening_how": "injector.opening_how",
    "limit_pa": "injector.limit_pa",
    "late_ticks": "pump.late_ticks",
    "fault_came_us": "fault.begun_us",
    "first_step_us": "score.first_step_us",
    "last_step_us": "score.last_step_us",
    "crossed_us": "score.crossed_us",
    "pressed_us": "score.pressed_us",
    "hurt_us": "patient.crossed_us",
    "stopped_us": "score.stopped_us",
    "pushed_nl": "plant.syringe.driven_nl",
    "delivered_nl": "plant.syringe.delivered_nl",
    "disc_nl": "plant.disc.volume_nl",
    "leaked_nl": "plant.disc.leaked_nl",
    "spilled_nl": "plant.spilled_nl",
    "peak_line_pa": "score.peak_line_pa",
    "over_limit_pa": "score.over_pa",
}


def read_outcomes(layout: Any, records: Any, out: Any) -> None:
    """Fill `out`, an array of OUTCOME, from the records of runs that are over."""

    def at(path: str) -> Any:
        return records[layout.field_of(path)]

    for name, path in _FIELDS.items():
        out[name] = at(path)
    reason, last_us, pushed_nl = out["reason"], out["last_step_us"], out["pushed_nl"]
    causes = (
        (np.isin(reason, (codes.PAIN, codes.STOP)), out["pressed_us"], at("score.pressed_nl")),
        (
            np.isin(reason, (codes.PRESSURE_ABOVE, codes.PRESSURE_LINE)),
            out["crossed_us"],
            at("score.crossed_nl"),
        ),
        (reason == codes.FAULT, out["fault_came_us"], at("score.broken_nl")),
    )
    out["stop_latency_us"] = 0
    out["volume_after_nl"] = 0.0
    for of_cause, from_us, from_nl in causes:
        counts = of_cause & (from_us >= 0) & (last_us >= 0)
        out["stop_latency_us"][counts] = (last_us - from_us)[counts]
        out["volume_after_nl"][counts] = (pushed_nl - from_nl)[counts]
    out["open_nl"] = pushed_nl - at("score.tight_nl")
    syringe_nl = at("injector.syringe.nl_num") / at("injector.syringe.nl_den")
    out["told_nl"] = out["steps"] * syringe_nl
    out["volume_error_nl"] = out["told_nl"] - out["disc_nl"] - out["leaked_nl"]
    read = out["opening_how"] == codes.OPENING_READ
    opening_pa = at("plant.disc.opening_pa")
    out["opening_error_pa"] = np.where(read, out["opening_pa"] - opening_pa, np.nan)
    pressures_pa = at("pump.first_mark.pressures_pa")[:, 0]
    marked = (at("pump.first_mark.valid") != 0) & (reason == codes.PAIN)
    out["mark_error_pa"] = np.where(marked, pressures_pa - at("score.pressed_pa"), np.nan)
