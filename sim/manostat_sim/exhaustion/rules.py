"""Which class each value of each attribute is in: what the exploration tells apart, and loses.

An attribute that no rule names is told apart value by value. What these rules lose:

- A state is gone on from as it was first reached. What another pump of the same classes would do
  differently is not seen: this finds what is wrong, and cannot prove that nothing is.
- Timers are 0, running, within 4 ms of their threshold, or over it; some only over it or not.
- Pressures are those of the letters. Volume is none, some, one step left, full; so are the volumes
  that watch, leak and knee look at, shortened to a few steps.
- Of all that the guard doubts at a time only the nearest counts, and only in motion.
- Once a fault was noted, opening pressure and volume of the level are told apart no further.
- Faults are told apart by the priority of their alarm; which of them came before, not at all.
- Phases of what goes round (clock, rounds of the watch, patterns of the alarm) are not told apart.
- What is written anew before it is read again is left out.
"""

from manostat_sim.exhaustion.classes import (
    PA_A_PSI,
    Rule,
    ahead_of,
    beside,
    cause_kind,
    drop,
    exact,
    fault_kind,
    most,
    noted,
    only,
    pressure,
    reached,
    risen,
    sign,
    timer,
    uncounted,
    unnoted,
    volume,
    worst_doubt,
)
from manostat_sim.exhaustion.conditions import (
    faulty,
    has_end,
    idle,
    in_motion,
    moves,
    no_opening_yet,
    not_locked,
    pain_told,
    pained,
    rests,
    run_counts,
    runs,
    seeks,
    stop_counts,
    stopped,
    untroubled,
)
from manostat_sim.exhaustion.times import Times

OCCLUSION_COUNTS = 2622
SECOND_MOVED = 500  # counts: tells the two channels of the watch apart
STEPS_UNDER_WAY = 2  # and more


_DROPPED = (
    # outputs, and what only outputs are made of
    "presses late_ticks begun_ms now_ms peak_pa stop_pa plateau_pa plateaus lamp_slot sound_slot "
    "lamp_again sound_again Alarm.part_us high medium low sound paused_slots Referee.paused_us "
    # made anew in each tick before it is asked
    "predicted_pa pressure_pa "
    # phases of what goes round and round: a longer letter passes all of them
    "part_us rate_us Cutoff.at Pump.look round_us round_at_us Watch.seen Watch.counted Guard.made "
    "Guard.looked_at Watch.found sum_16pa Knee.ticks mean_pa blocks steady "
    # which the operator and the guard find anew when the switches change
    "chain_closed run_closed event run_started stop_pressed pain_pressed pain_proof "
    "stop_long_released Operator.switches sound_switches "
    # told by others, or not told apart
    "had_faults Injector.stops Injector.level Injector.rest_us Pump.begun how value other "
    "Still.from_steps leaning rate_from low_raw rises was_moving window_at window_raw steepest "
    "begun_steps begun_pa oldest newest missed disagree_us wiring_us contacts_us "
    # of the referee: the tick before, and memory that follows the pump's
    "Referee.now_us Referee.state Referee.reason Referee.fault Referee.moving "
    "Referee.running Referee.level Referee.opening_pa Referee.cause Referee.steps Referee.granted "
    "quiet Seen.stop Seen.pain stop_held_us hold_stop_us hold_pain_us recent_pa"
)


def rules_of(times: Times) -> dict[str, Rule]:
    """The rules, by `Part.attribute`, or by `attribute` for whatever part has it."""
    return {
        **dict.fromkeys(_DROPPED.split(), drop),
        "Pump.stops": lambda value, held, pump: pump.injector.stops - value,
        "Pump.level": lambda value, held, pump: pump.injector.level - value,
        "pain_free": only(idle, exact),
        "Operator.pain": only(pain_told, exact),
        "hold_counts": only(stop_counts, exact),
        "Seen.proven": lambda value, held, pump: value < pump.injector.proven,
        "Seen.free": only(idle, lambda value, held, pump: value - pump.operator.pain_free),
        "Seen.held": only(runs, exact),
        "qualified": only(run_counts, exact),
        "doubt": worst_doubt(times),
        **_timers(times),
        **_volumes(),
        **_pressures(times),
        "paused": only(faulty, exact),
        "new_faults": sign,
        "fault": fault_kind,
        "told": fault_kind,
        "cause": cause_kind,
        "times": only(not_locked, noted),
        "Referee.noted": only(not_locked, unnoted),
        "Watch.begun": only(in_motion, exact),
        "Seen.ahead": ahead_of("guard", "ahead"),
        **{
            f"Seen.{name}": uncounted(name)
            for name in ("missed", "disagree_us", "wiring_us", "contacts_us")
        },
    }


def _timers(times: Times) -> dict[str, Rule]:
    held = reached(times.held_us)
    return {
        "Operator.open_us": only(run_counts, timer(times.open_us)),
        "closed_us": only(run_counts, timer(times.closed_us)),
        "Operator.stop_us": only(stop_counts, timer(times.stop_held_us)),
        "stop_let_go_us": only(stopped, reached(times.bounce_us)),
        "pain_let_go_us": only(in_motion, reached(times.bounce_us)),
        "Watch.stop_us": held,
        "Watch.pain_us": held,
        "Watch.rest_us": only(rests, reached(times.rest_us)),
        "reason_us": only(
            stopped,
            lambda value, held, pump: (
                value >= times.unseen_us,
                pained(pump) and value > times.reason_settles_us,
            ),
        ),
        "stopped_us": only(stopped, beside("injector", "reason_us", reached(times.unseen_us))),
        "armed_us": reached(times.expires_us),
        "still_us": lambda value, held, pump: (
            held["moved"] > SECOND_MOVED
            and moves(pump)
            and value >= times.stuck_us
            and pump.watch.counted - held["from_steps"] >= held["steps"]
        ),
        "Seen.open_us": only(run_counts, beside("operator", "open_us", reached(times.open_us))),
        "Seen.stop_us": beside("operator", "stop_us", reached(times.stop_held_us)),
    }


def _volumes() -> dict[str, Rule]:
    return {
        "Injector.steps": volume,
        "feigned": volume,
        "Injector.granted": only(
            moves, lambda value, held, pump: min(value - held["steps"], STEPS_UNDER_WAY)
        ),
        "ahead": only(moves, most(STEPS_UNDER_WAY)),
        "Guard.owed": only(moves, exact),
        "under_way": only(moves, most(STEPS_UNDER_WAY)),
        "latched": only(runs, exact),
        "step_end": only(has_end, lambda value, held, pump: value - held["steps"]),
        "Referee.step_end": only(has_end, lambda value, held, pump: value - pump.injector.step_end),
        "pressed_at": only(
            moves,
            lambda value, held, pump: pump.watch.counted - value >= pump.watch.steps_open,
        ),
        "from_steps": only(moves, lambda value, held, pump: value >= 0),
        "begun_at": only(seeks, sign),
        "Flow.owed": only(moves, lambda value, held, pump: value * 4 // held["step_cost"]),
    }


def _pressures(times: Times) -> dict[str, Rule]:
    return {
        "start_pa": lambda value, held, pump: held["rx"].single_shot and value >= 0,
        "opening_pa": only(untroubled, pressure),
        "opening_how": only(untroubled, exact),
        "limit_pa": only(runs, pressure),
        "value_pa": only(runs, pressure),
        "rested_from_pa": only(
            no_opening_yet,
            lambda value, held, pump: (
                held["steps"] > 0 and pump.pressure_pa < value - PA_A_PSI // 2
            ),
        ),
        "reference_pa": only(no_opening_yet, lambda value, held, pump: value >= 1000),
        "slope_pa": only(
            seeks,
            lambda value, held, pump: (value >= 1000, value * 10 < held["reference_pa"] * 6),
        ),
        "means": only(seeks, most(3)),
        "Settler.ticks": only(runs, reached(times.block_ticks - 1)),
        "Settler.count": only(
            runs, lambda value, held, pump: (min(value, 4), value == times.blocks - 1)
        ),
        "start_raw": only(moves, risen(OCCLUSION_COUNTS)),
        "history": only(moves, lambda value, held, pump: pump.pressure_pa > min(value)),
    }
