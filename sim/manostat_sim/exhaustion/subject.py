"""One pump with its lease, its surroundings and its referee; it can be kept and brought back."""

from array import array
from typing import Any

from manostat.core import codes
from manostat.core import pump as core_pump
from manostat.core.inputs import Inputs
from manostat.core.prescription import validate
from manostat_sim.exhaustion import letters
from manostat_sim.exhaustion.abstraction import Abstraction
from manostat_sim.exhaustion.classes import PA_A_PSI
from manostat_sim.exhaustion.invariants import Rules
from manostat_sim.exhaustion.letters import Letter
from manostat_sim.exhaustion.referee import Referee
from manostat_sim.exhaustion.times import Times

STEP_NL = 200
STEPS = 7  # of a level: one more than may be under way (F-07)
STEPS_A_PRESS = 3  # mode STEP
RATE_NL_S = 100_000  # one step a tick
_MS_MASK = (1 << 30) - 1

Kept = list[Any]


def unit_of(mode: int) -> tuple[int, ...] | None:
    """A prescription of a few steps: 50 psi above opening, 80 psi on the line. None for mode 0."""
    if mode == 0:
        return None
    press_nl = STEPS_A_PRESS * STEP_NL if mode == codes.STEP else 0
    limits_pa = (50 * PA_A_PSI, 80 * PA_A_PSI)
    unit = (mode, RATE_NL_S, STEPS * STEP_NL, *limits_pa, press_nl, STEP_NL, 1, 0)
    validate(unit)
    return unit


class Lease:
    """What is left of the step lease here: steps under way, and its latch."""

    def __init__(self) -> None:
        self.under_way = 0
        self.latched = 1


class Subject:
    """`run` lets a letter act; `keep` and `bring_back` are cheap. Use within `times.in_force()`.

    `mode`: of the prescription, 0 for a pump without. `verdict`: of its self test.
    """

    def __init__(self, mode: int, times: Times, verdict: int = 0) -> None:
        unit = unit_of(mode)
        self.pump = core_pump.build(unit, lambda n: array("q", bytes(8 * n)))
        self.pump.verdict = verdict
        _shorten_volumes(self.pump)
        self.inputs = Inputs()
        self.lease = Lease()
        self.referee = Referee(Rules(unit, times))
        beside = (self.referee, self.referee.seen, self.lease)
        self.abstraction = Abstraction(self.pump, beside, times)
        self._held = [held for _, held, _ in self.abstraction.parts]
        self._buffers = [
            value for held in self._held for value in held.values() if isinstance(value, array)
        ]
        self.ticks = 0

    def resume(self, steps: int, locked: int) -> None:
        """As after a restart within a level. Before the first tick."""
        self.pump.resume_level(1, steps, locked)
        self.referee.steps = steps
        self.referee.must_lock = locked

    def keep(self) -> Kept:
        """All of it as it is now."""
        return [dict(held) for held in self._held] + [buffer[:] for buffer in self._buffers]

    def bring_back(self, kept: Kept) -> None:
        """As it was when `keep` was called."""
        at = 0
        for held in self._held:
            held.update(kept[at])
            at += 1
        for buffer in self._buffers:
            buffer[:] = kept[at]
            at += 1

    def run(self, letter: Letter) -> None:
        """Tick through the letter. Raises Broken at the first tick that breaks an invariant."""
        inputs, lease, pump, referee = self.inputs, self.lease, self.pump, self.referee
        if letter.mark_psi is not None:
            pump.injector.set_opening(letter.mark_psi * PA_A_PSI)
        if letter.age_ms:
            pump.now_ms = (pump.now_ms + letter.age_ms) & _MS_MASK
            referee.now_us += letter.age_ms * 1000
        injector, ticks, ramp = pump.injector, letter.ticks, letter.ramp_psi
        raw = _counts(letter.psi)
        inputs.elapsed_us = letter.elapsed_us
        inputs.line_status = letter.status
        inputs.line_raw = raw if letter.raw is None else letter.raw
        inputs.second_raw = 6554 + (raw + _counts(letter.second_psi) - 2 * _counts(0)) * 4
        high = letter.switches | (codes.BIT_INTENT if letter.intent else 0)
        self.ticks += ticks
        for tick in range(1, ticks + 1):
            if ramp:
                inputs.line_raw = raw + _counts(ramp) * tick // ticks - _counts(0) * tick // ticks
                inputs.second_raw = 6554 + (inputs.line_raw - 1638) * 4
            self._steps(letter.made)
            if letter.latched or not high & codes.BIT_PERMIT:
                lease.latched = 1
            if lease.latched:
                lease.under_way = 0
            inputs.switches = high | codes.BIT_LATCHED if lease.latched else high
            pump.tick(inputs)
            referee.judge(inputs, pump, lease.under_way)
            if injector.start_lease:
                lease.latched = 0 if high & codes.BIT_PERMIT else 1
                lease.under_way = 0
            elif lease.latched == 0:
                lease.under_way += injector.grant

    def _steps(self, made: int) -> None:
        """What is counted in this tick, of the steps under way and of those that are not."""
        inputs, lease = self.inputs, self.lease
        inputs.made = inputs.refused = 0
        if made == letters.REFUSED:
            inputs.refused = min(self.pump.injector.grant, lease.under_way)
            lease.under_way -= inputs.refused
        if made == letters.LATE:
            return
        if made != letters.LOST:
            inputs.made = lease.under_way
        if made == letters.EXTRA:
            inputs.made += 1
        elif made == letters.RUNAWAY:
            inputs.made += 3
        lease.under_way = 0


def _counts(psi: int) -> int:
    return 1638 + round(psi * 13108 / 150)


def _shorten_volumes(pump: Any) -> None:
    """What the watch, the leak and the knee look at is a few steps, as the prescription is."""
    for part, changes in (
        (pump.watch, {"steps_10ul": 1, "steps_open": 3, "steps_a_window": 7}),
        (pump.watch.line_still, {"steps": 2}),
        (pump.watch.second_still, {"steps": 2}),
        (pump.leak, {"window_steps": 3}),
        (pump.injector.knee, {"window_steps": 1}),
        (pump.injector, {"seek_steps": 6}),  # a knee is found after five of them
    ):
        for name, steps in changes.items():
            if not hasattr(part, name):
                raise LookupError(f"{type(part).__name__} has no {name} any more")
            setattr(part, name, steps)
