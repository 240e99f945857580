"""Ways to break the core before a pump is built, and CASES: where `test_exhaustion` has them found.

The functions up here make one of a class, a name and what goes wrong; each breaking takes pytest's
monkeypatch.
"""

from manostat.core import alarm, codes, guard, injector, lockout, operator, tare
from manostat.core.alarm import Alarm
from manostat.core.codes import INJECT, PRIME, RELIEVE, SHAM, STEP
from manostat.core.cutoff import Cutoff
from manostat.core.flow import Flow
from manostat.core.guard import Guard
from manostat.core.injector import Injector
from manostat.core.lockout import Lockout
from manostat.core.operator import Operator
from manostat.core.pump import Pump
from manostat.core.tare import Tare
from manostat.core.watch import Watch
from manostat_sim.exhaustion import times


def answering(owner, name, answer):
    """A method that does nothing any more but answer."""
    return replacing(owner, name, lambda *told: answer)


def spoiling(owner, name, spoil):
    """A method behind which `spoil` changes its object."""

    def break_it(patch):
        whole = getattr(owner, name)

        def broken(self, *told):
            answer = whole(self, *told)
            spoil(self)
            return answer

        patch.setattr(owner, name, broken)

    return break_it


def misled(owner, name, other):
    """A method that is told what `other` makes of its arguments."""

    def break_it(patch):
        whole = getattr(owner, name)
        patch.setattr(owner, name, lambda self, *told: whole(self, *other(*told)))

    return break_it


def replacing(owner, name, by):
    return lambda patch: patch.setattr(owner, name, by)


def timed(module, field, value):
    """A timer that is not as required, and is not shortened with the others."""

    def break_it(patch):
        patch.setattr(module, times._CONSTANTS[field], value)
        patch.delitem(times._CONSTANTS, field)

    return break_it


def setting(**values):
    return lambda part: vars(part).update(values)


def one_more(name):
    return spoiling(Injector, "__init__", lambda core: setattr(core, name, getattr(core, name) + 1))


def both(*breakings):
    return lambda patch: [break_it(patch) for break_it in breakings]


def pausing_at(reason):
    """What should latch is a pause like the release of RUN."""

    def let_go(core):
        if core.reason == reason:
            core._enter(codes.HOLDING, codes.RELEASE)

    return spoiling(Injector, "_latch", let_go)


def leaving(reason):
    """A stop for this reason ends by itself."""

    def leave(core):
        if core.reason == reason and core.reason_us > 20_000:
            core.fault = codes.NO_FAULT
            core._enter(codes.HOLDING, codes.RELEASE)

    return spoiling(Injector, "tick", leave)


def _see_chain_alone(operator):
    operator.chain_closed = int(operator.switches & codes.CHAIN == codes.CHAIN)


def _prove_by_half_a_press(operator):
    operator.pain_proof = operator.pain_pressed


def _stay_paused(patch):
    begin = Alarm._begin

    def broken(self, cause):
        paused = self.paused
        begin(self, cause)
        self.paused = paused if cause else 0

    patch.setattr(Alarm, "_begin", broken)


def _take_any_mark(tare, opening_pa):
    tare.opening_pa = opening_pa
    tare.how = codes.OPENING_SET
    return 1


def _stay_proven(patch):
    begin = Injector._begin_level

    def broken(self):
        proven = getattr(self, "proven", 0)
        begin(self)
        self.proven = proven

    patch.setattr(Injector, "_begin_level", broken)


def _chain_without_pain(chain, us):
    return (
        (chain, us) if chain in (codes.CHAIN, codes.CHAIN_RUN_OPEN) else (codes.CHAIN_RUN_OPEN, 0)
    )


def _mark_in_motion(injector, opening_pa):
    injector.tare.set(opening_pa)
    injector._show_opening()


without_guard = answering(Guard, "check", 0)
taking_four_misses = replacing(guard, "_MISSES", 7)
doubting_for_20_ms = timed(guard, "disagree_us", 20_000)
without_timing_held_buttons = answering(Watch, "_hold", None)

without_limit = answering(Injector, "_reached", 0)
blind_to_what_comes = replacing(Cutoff, "feed", lambda self, pressure_pa: pressure_pa)
taking_any_mark = replacing(Tare, "set", _take_any_mark)
taking_any_opening = replacing(tare, "_MOST_PA", 1_000_000)
marked_in_motion = replacing(Injector, "set_opening", _mark_in_motion)
losing_its_opening = spoiling(Injector, "_latch", setting(opening_pa=-1))

counting_for_100_ms = replacing(lockout, "_WITHIN_MS", 100)
without_lock_out = answering(Lockout, "note", 0)
forgetting_its_lock_out = misled(Pump, "resume_level", lambda level, steps, _: (level, steps, 0))
unlocked_by_stop = spoiling(Injector, "_stop", setting(locked=0))

deaf_to_pain = answering(Operator, "_feed_pain", None)
moving_on_in_pain = both(deaf_to_pain, spoiling(Operator, "feed", _see_chain_alone))
proven_by_half_a_press = spoiling(Operator, "_feed_proof", _prove_by_half_a_press)
blind_to_the_latch = misled(Operator, "feed", lambda switches, us: (switches & ~64, us))
proven_for_ever = _stay_proven
open_before_pain = misled(Operator, "_feed_run", _chain_without_pain)
open_in_a_gap = replacing(operator, "_GAP_US", 100_000)
open_for_4_ms = timed(operator, "open_us", 4_000)
new_level_after_4_ms = timed(operator, "stop_held_us", 4_000)
acknowledged_unseen = timed(injector, "unseen_us", 0)
enabled_for_ever = spoiling(Injector, "tick", setting(enable=1))
never_enabled = spoiling(Injector, "_wait", setting(enable=0))
without_intent = misled(Injector, "_wait", lambda switches, bits: (switches, bits | 128))

granting_what_is_under_way = replacing(Flow, "take", lambda self, rate_nl_s, most: 1)
granting_four = replacing(Flow, "take", lambda self, rate_nl_s, most: 4)
without_starting_the_lease = spoiling(Injector, "_start", setting(start_lease=0))
forgetting_its_steps = spoiling(Injector, "_stop", setting(steps=0))
backwards = spoiling(Injector, "_go", setting(back=1))
forwards = both(spoiling(Injector, "_go", setting(back=0)), answering(Tare, "limit_pa", 500_000))
moving_in_a_sham = spoiling(Injector, "__init__", setting(sham=0))
not_running_at_rest = spoiling(Injector, "_enter", lambda core: setting(running=core.moving)(core))

silent = answering(Alarm, "tick", None)
silent_when_locked = misled(
    Alarm, "tick", lambda us, cause, pause: (us, 0 if cause == codes.LOCKED else cause, pause)
)
sounding_at_an_end = misled(
    Alarm, "tick", lambda us, cause, pause: (us, cause or codes.CEILING, pause)
)
paused_for_ever = timed(alarm, "pause_slots", 1_000_000)
paused_at_a_new_alarm = _stay_paused

START = ("RUN open, 20000 us", "PAIN", "RUN held, 4000 us", "RUN held", "RUN held, 6 ticks")
MARKS = ("RUN open, 0 psi marked as the opening", "RUN open, 10 psi marked as the opening")
SETTLING = ("RUN held, 28 psi", "RUN held, 35 psi", "RUN held, the line settles at 35 psi")
CEILING_AND_STOP = ("RUN open, 105 psi", "STOP")
TWO_ALARMS = (*CEILING_AND_STOP, "RUN open, a step too many")

# Invariant, mode, letters besides START, what is broken, and what of docs/requirements that shows.
CASES = [
    ("P-01", INJECT, ("RUN held, 105 psi",), without_guard, "P-01"),
    ("P-11", INJECT, ("RUN held, no answer",), without_guard, "P-11"),
    ("P-11", INJECT, ("RUN held, no answer",), taking_four_misses, "P-11"),
    ("P-13", INJECT, ("RUN held, disagree long",), without_guard, "P-13"),
    ("P-13", INJECT, ("RUN held, disagree long",), doubting_for_20_ms, "P-13"),
    ("F-06", INJECT, ("RUN held, a step too many",), without_guard, "T-03"),
    ("F-07", INJECT, ("RUN held, steps late 8 ticks",), without_guard, "T-03"),
    ("F-08", INJECT, ("PAIN_OK low, PERMIT high, 4000 us",), without_guard, "B-02"),
    ("F-09", INJECT, ("PAIN welded, 34000 us",), without_guard, "B-02"),
    ("F-10", INJECT, ("RUN held, late",), without_guard, "P-11"),
    ("F-11", INJECT, ("RUN held, END_EMPTY",), without_guard, "A-05"),
    ("P-03", INJECT, ("RUN held, 55 psi",), without_limit, "P-03"),
    ("P-03", INJECT, ("RUN held, 47 psi",), blind_to_what_comes, "P-03"),
    ("P-14", INJECT, MARKS, taking_any_mark, "P-14"),
    ("P-14", INJECT, MARKS[1:], marked_in_motion, "P-14"),
    ("P-14", INJECT, SETTLING, taking_any_opening, "P-14"),
    ("P-10", INJECT, CEILING_AND_STOP, without_lock_out, "P-10"),
    ("P-10", INJECT, CEILING_AND_STOP, counting_for_100_ms, "P-10"),
    ("P-10", INJECT, ("STOP",), forgetting_its_lock_out, "P-10"),
    ("P-10", INJECT, ("STOP",), unlocked_by_stop, "P-10"),
    ("P-08", PRIME, (), backwards, "P-08"),
    ("P-08", RELIEVE, (), forwards, "P-07"),
    ("P-08", RELIEVE, ("RUN held, 0 psi",), without_limit, "P-07"),
    ("D-01", RELIEVE, (), one_more("max_steps"), "P-07"),
    ("P-09", INJECT, ("RUN open, just not 20000 us",), open_for_4_ms, "P-09"),
    ("P-09", INJECT, ("RUN open, after a gap",), open_in_a_gap, "P-09"),
    ("P-09", INJECT, (), open_before_pain, "P-09"),
    ("P-09", INJECT, ("STOP",), acknowledged_unseen, "P-09"),
    ("P-09", INJECT, ("STOP",), leaving(codes.PAIN), "P-09"),
    ("B-01", INJECT, ("PAIN welded",), moving_on_in_pain, "B-01"),
    ("B-01", INJECT, (), pausing_at(codes.PAIN), "B-01"),
    ("B-03", INJECT, ("PAIN cut",), proven_by_half_a_press, "B-03"),
    ("B-03", INJECT, (*CEILING_AND_STOP, "STOP, a new level"), proven_for_ever, "B-03"),
    ("B-04", INJECT, ("STOP held",), without_timing_held_buttons, "B-04"),
    ("B-05", INJECT, ("STOP",), pausing_at(codes.STOP), "B-05"),
    ("B-05", INJECT, ("STOP",), enabled_for_ever, "B-05"),
    ("enable", INJECT, (), enabled_for_ever, "B-05"),
    ("enable", INJECT, (), never_enabled, "B-05"),
    ("B-06", INJECT, ("RUN held, PERMIT was low",), blind_to_the_latch, "B-06"),
    ("D-01", INJECT, (), one_more("max_steps"), "D-01"),
    ("D-01", STEP, (), one_more("step_steps"), "D-01"),
    ("D-02", INJECT, ("RUN held, steps late",), granting_what_is_under_way, "D-02"),
    ("T-03", INJECT, (), granting_four, "T-03"),
    ("T-03", INJECT, (), without_starting_the_lease, "T-03"),
    ("T-05", INJECT, ("STOP",), forgetting_its_steps, "T-05"),
    ("T-05", INJECT, ("STOP, 4000 us",), new_level_after_4_ms, "T-05"),
    ("T-05", INJECT, MARKS[1:], losing_its_opening, "T-05"),
    ("L-04", INJECT, ("RUN held, no intent",), without_intent, "L-04"),
    ("A-04", INJECT, ("STOP", "RUN open, pause over"), paused_for_ever, "A-04"),
    ("A-04", 0, TWO_ALARMS, paused_at_a_new_alarm, "A-04"),
    ("A-05", INJECT, (), sounding_at_an_end, "A-05"),
    ("A-05", INJECT, ("RUN open, 105 psi",), leaving(codes.FAULT), "A-05"),
    ("A-06", INJECT, ("RUN open, 105 psi",), silent, "A-06"),
    ("A-06", INJECT, ("STOP",), silent_when_locked, "A-06"),
    ("states", STEP, (), not_running_at_rest, "T-03"),
    ("sham", SHAM, (), moving_in_a_sham, "D-01"),
]
