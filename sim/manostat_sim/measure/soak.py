"""A fortnight of the core, tick by tick, across every wrap of its clocks (T-06).

Nothing is skipped: pump and loop are compiled together (`compiled.py`). The loop keeps time as
`app.py` does, by differences of a microsecond counter that wraps after 30 bits. Every cycle is a
level with its own end; in all cycles of a kind the same must happen at the same time.
"""

from functools import cache
from types import FunctionType
from typing import Any, NamedTuple

from manostat.core import codes
from manostat.core.inputs import Inputs
from manostat_sim.benches.core import build_pump

TICK_US = 2000
CYCLE_TICKS = 15_000
"""Thirty seconds: a whole number of all periods inside the pump (10 and 20 ms)."""
FORTNIGHT_TICKS = 14 * 24 * 3600 * 500
US_WRAP = 1 << 30
MS_WRAP = 1 << 30
FRAME_WRAP = 1 << 16
KINDS = ("volume", "pain", "stop", "release", "fault", "held", "lock-out")
VOLUME, PAIN, STOP, RELEASE, FAULT, HELD, LOCK_OUT = range(len(KINDS))

UNIT = (1, 50_000, 20_000, 344_738, 551_581, 0, 422_733, 4_096, 0)
"""20 uL in 0.4 s: `inject` at 0.05 mL/s, 50 psi above opening, 80 psi line."""

# What is noted of each cycle: times in ticks since it began, -1 for never.
NOTED = ("first step", "last step", "steps", "reason", "locked", "held", "clock error in ms")
_FIRST, _LAST, _STEPS, _REASON, _LOCKED, _HELD, _ERROR = range(len(NOTED))

_OPEN = codes.CHAIN_RUN_OPEN | codes.BIT_END_FULL | codes.BIT_END_EMPTY | codes.BIT_INTENT
_STOP_PRESSED = _OPEN & ~codes.CHAIN
_PAIN_PRESSED = (_OPEN & ~codes.BIT_PAIN_OK) | codes.BIT_PAIN_NO
_CLOSED = _OPEN | codes.BIT_PERMIT
_PERMIT = codes.BIT_PERMIT
_LATCHED = codes.BIT_LATCHED
_NO_ANSWER = 4
_ACT = 2500
_ACT_ENDS = 2550
_US_MASK = US_WRAP - 1
_MS_HALF = MS_WRAP >> 1
_MS_MASK = MS_WRAP - 1


class Lasting(NamedTuple):
    """`worst_motion_ms`: most by which the first or the last step came sooner or later than in the
    first cycle of its kind; `worst_held_ms`: the same of the notice that a button is held.
    `differing`: cycles with another number of steps or another end. `clock_error_ms`: of the
    pump's clock, at worst. `wraps`: how often each clock did."""

    ticks: int
    cycles: int
    worst_motion_ms: float
    worst_held_ms: float
    differing: int
    clock_error_ms: int
    wraps: dict[str, int]


def soak(ticks: int = FORTNIGHT_TICKS, first_ms: int = 0, fast: bool = True) -> Lasting:
    """Run the whole cycles of `ticks`. `first_ms`: where the pump's clock begins, a multiple of 10.

    `fast`: compiled by numba, which takes a minute and then makes a million ticks a second.
    """
    import numpy

    pump, inputs = build_pump(UNIT), Inputs()
    pump.now_ms = first_ms
    rows = numpy.full((ticks // CYCLE_TICKS, len(NOTED)), -1, dtype=numpy.int64)
    if fast:
        from manostat_sim.compiled import compiled

        _fast()(compiled(pump), compiled(inputs), rows, first_ms)
    else:
        run_cycles(pump, inputs, rows, first_ms)
    return found(rows, first_ms)


def found(rows: Any, first_ms: int) -> Lasting:
    """From what was noted of each cycle."""
    apart = dict.fromkeys((_FIRST, _LAST, _HELD), 0)
    differing = 0
    for kind in range(min(len(KINDS), len(rows))):
        of_kind = rows[kind :: len(KINDS)]
        for at in apart:
            apart[at] = max(apart[at], int(abs(of_kind[:, at] - of_kind[0, at]).max()))
        ends = of_kind[:, (_STEPS, _REASON, _LOCKED)]
        differing += int((ends != ends[0]).any(axis=1).sum())
    ticks = len(rows) * CYCLE_TICKS
    us = ticks * TICK_US
    wraps = {
        "microseconds of the loop": us // US_WRAP,
        "milliseconds of the pump": (first_ms + us // 1000) // MS_WRAP,
        "tick number of frames": ticks // FRAME_WRAP,
    }
    error_ms = int(abs(rows[:, _ERROR]).max())
    return Lasting(
        ticks,
        len(rows),
        max(apart[_FIRST], apart[_LAST]) * TICK_US / 1000,
        apart[_HELD] * TICK_US / 1000,
        differing,
        error_ms,
        wraps,
    )


@cache
def _fast() -> Any:
    import numba

    scope = dict(globals())
    for name in ("switches_at", "silent_at", "clock_error_ms"):
        scope[name] = numba.njit(globals()[name])
    return numba.njit(FunctionType(run_cycles.__code__, scope))


def switches_at(kind: int, at: int) -> int:
    """The switches `at` ticks after the beginning of a cycle."""
    if 100 <= at < 150 or 300 <= at < 1900:  # acknowledge, then 3.2 s: a new level
        return _STOP_PRESSED
    if 2100 <= at < 2200:  # the proof
        return _PAIN_PRESSED
    if _ACT <= at < _ACT_ENDS:
        if kind == PAIN:
            return _PAIN_PRESSED
        if kind == STOP:
            return _STOP_PRESSED
        if kind == RELEASE:
            return _OPEN
    if 2400 <= at < 3400:
        return _OPEN if kind == RELEASE and at >= _ACT else _CLOSED
    if kind == RELEASE and 3500 <= at < 4500:
        return _CLOSED
    if kind == LOCK_OUT:
        if 4700 <= at < 4750 or 6300 <= at < 6350:
            return _STOP_PRESSED
        if 5000 <= at < 5500 or 6600 <= at < 7100:
            return _CLOSED
    if kind == HELD and 7000 <= at < 12500:
        return _PAIN_PRESSED
    return _OPEN


def silent_at(kind: int, at: int) -> int:
    """1 while the line sensor does not answer."""
    if kind in (FAULT, LOCK_OUT):
        if _ACT <= at < _ACT + 5:
            return 1
        if kind == LOCK_OUT and (5100 <= at < 5105 or 6700 <= at < 6705):
            return 1
    return 0


def clock_error_ms(now_ms: int, first_ms: int, ticks: int) -> int:
    """What the pump's clock is ahead of the truth, which knows no wrap."""
    true_ms = first_ms + ticks * 2
    return (now_ms - true_ms + _MS_HALF & _MS_MASK) - _MS_HALF


def run_cycles(pump: Any, inputs: Any, rows: Any, first_ms: int) -> None:
    """One row for each cycle. The line rises with each step, and the lease is mirrored."""
    injector = pump.injector
    us = last_us = ticks = 0
    grant = latched = 0
    for number in range(len(rows)):
        kind = number % 7
        row = rows[number]
        steps = 0
        for at in range(CYCLE_TICKS):
            switches = switches_at(kind, at)
            if switches & _PERMIT == 0:
                latched = 1
            made = 0 if latched else grant
            steps += made
            if made:
                if row[_FIRST] < 0:
                    row[_FIRST] = at
                row[_LAST] = at
            us = us + TICK_US & _US_MASK
            inputs.elapsed_us = us - last_us & _US_MASK
            last_us = us
            inputs.line_raw = 1638 + 4 * steps
            inputs.second_raw = 6554 + 16 * steps
            inputs.line_status = _NO_ANSWER if silent_at(kind, at) else 0
            inputs.switches = switches | (_LATCHED if latched else 0)
            inputs.made = made
            inputs.refused = 0 if latched == 0 else grant
            pump.tick(inputs)
            ticks += 1
            grant = injector.grant
            if injector.start_lease:
                latched = 0
            if pump.watch.held and row[_HELD] < 0:
                row[_HELD] = at
        row[_STEPS] = steps
        row[_REASON] = injector.reason
        row[_LOCKED] = injector.locked
        row[_ERROR] = clock_error_ms(pump.now_ms, first_ms, ticks)
