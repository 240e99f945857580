"""The alphabet: what one tick, or a run of equal ticks, may bring to the pump.

A letter names only what it changes. The rest is a sound record: the tap pattern given, 10 psi on
the line, a second sensor that agrees, the steps that were granted, 2 ms.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from manostat.core import codes
from manostat_sim.exhaustion.times import (
    ALARM_SLOT_US,
    LONGEST_GAP_US,
    LONGEST_TICK_US,
    ROUND_US,
    TICK_US,
    Times,
)

_ENDS = codes.BIT_END_FULL | codes.BIT_END_EMPTY
OPEN = codes.CHAIN_RUN_OPEN | _ENDS
HELD = codes.CHAIN | _ENDS
PAIN = codes.BIT_STOP_OK | codes.BIT_PAIN_NO | _ENDS
STOP = _ENDS
BOTH = codes.BIT_PAIN_NO | _ENDS
PAIN_CUT = codes.BIT_STOP_OK | _ENDS
PAIN_WELDED = HELD | codes.BIT_PAIN_NO
NO_STOP_OK = codes.BIT_PAIN_OK | codes.BIT_PERMIT | _ENDS
NO_PAIN_OK = codes.BIT_STOP_OK | codes.BIT_PERMIT | codes.BIT_PAIN_NO | _ENDS

# Line pressures in psi. The prescription stops at 50 above opening and at 80 on the line.
PRESSURES_PSI = (0, 10, 28, 35, 47, 55, 77, 85, 105)
USUAL_PSI = 10
RAW_SHORTED = 200
RAW_SATURATED = 16000
AGREES = 0
MOVED_PSI = 3  # agrees, and moved
DISAGREES_PSI = 10

GRANTED = 0  # what was granted was made
EXTRA = 1  # and one more
LATE = 2  # it is still under way
LOST = 3  # and will never be made
REFUSED = 4  # the lease did not take the last grant
RUNAWAY = 5  # three in each tick


@dataclass(frozen=True)
class Letter:
    """`psi`: pressure of the line. `raw`: a count of the line sensor in its place.

    `ramp_psi`: what the pressure rises by over the letter. `mark_psi`: the operator marks this as
    the opening before the first tick. `age_ms`: what the pump's clock goes on by before it, all
    else staying as it is. `only`: where it can tell anything; called with the pump.
    """

    name: str
    switches: int
    ticks: int = 1
    psi: int = USUAL_PSI
    raw: int | None = None
    ramp_psi: int = 0
    status: int = 0
    second_psi: int = AGREES
    made: int = GRANTED
    elapsed_us: int = TICK_US
    latched: int = 0
    intent: int = 1
    mark_psi: int | None = None
    age_ms: int = 0
    only: Callable[[Any], bool] | None = None


def alphabet(times: Times) -> tuple[Letter, ...]:
    """All letters; the long ones last as long as the timers of `times` run."""
    letters = _switches(times) + _pressures(times) + _sensors(times) + _steps(times)
    return tuple(letters + _gaps() + _long(times))


def small_alphabet(times: Times) -> tuple[Letter, ...]:
    """About half of them: one for each cause, without what is just short of a threshold."""
    return tuple(letter for letter in alphabet(times) if not _spared(letter.name))


def _spared(name: str) -> bool:
    if name in _SPARED or "just not" in name or "STOP_OK low" in name:
        return True
    return name.startswith("RUN open, ") and name.endswith(" psi")


_SPARED = frozenset(
    (
        *("PAIN cut", "PAIN_OK low, PERMIT high", "STOP and PAIN"),
        *("RUN held to start, no intent", "RUN open, END_EMPTY", "RUN open, END_FULL"),
        *("RUN held, 10 psi", "RUN held, 47 psi"),
        *("RUN held, stale", "RUN open, stale", "RUN held, line shorted", "RUN open, line shorted"),
        *(
            "RUN open, line saturated",
            "RUN held, second moved",
            "RUN held, line moved alone",
            "RUN held, disagree",
        ),
        *("RUN open, disagree", "RUN held, steps late", "RUN open, steps lost", "RUN held, 4 ms"),
        *("RUN open, after a gap", "STOP, after a gap", "PAIN, after a gap", "PAIN held"),
        *("RUN open, disagree long", "RUN held, 3 ticks", "RUN open, 0 psi marked as the opening"),
    )
)


def _switches(times: Times) -> list[Letter]:
    letters = []
    for name, pattern, passes_us in (
        ("RUN open", OPEN, times.open_us),
        ("RUN held", HELD, times.closed_us),
        ("PAIN", PAIN, times.bounce_us),
        ("STOP", STOP, times.bounce_us),
        ("PAIN cut", PAIN_CUT, times.contacts_us),
        ("PAIN welded", PAIN_WELDED, times.contacts_us),
        ("STOP_OK low, PERMIT high", NO_STOP_OK, times.wiring_us),
        ("PAIN_OK low, PERMIT high", NO_PAIN_OK, times.wiring_us),
    ):
        ticks = times.ticks(passes_us) + (pattern == OPEN)  # whose first tick proves no time yet
        letters.append(Letter(name, pattern))
        letters.append(Letter(f"{name}, just not {passes_us} us", pattern, ticks - 1))
        letters.append(Letter(f"{name}, {passes_us} us", pattern, ticks))
    return letters + [
        Letter("RUN held, 3 ticks", HELD, 3, only=_in_level),
        Letter("RUN held, 6 ticks", HELD, 6, only=_in_level),
        Letter("STOP and PAIN", BOTH),
        Letter("STOP, a new level", STOP, times.ticks(times.stop_held_us)),
        Letter("RUN held, PERMIT was low", HELD, latched=1),
        Letter("RUN held, no intent", HELD, intent=0),
        Letter("RUN held to start, no intent", HELD, times.ticks(times.closed_us), intent=0),
        Letter("RUN held, END_EMPTY", HELD & ~codes.BIT_END_EMPTY),
        Letter("RUN open, END_EMPTY", OPEN & ~codes.BIT_END_EMPTY),
        Letter("RUN held, END_FULL", HELD & ~codes.BIT_END_FULL),
        Letter("RUN open, END_FULL", OPEN & ~codes.BIT_END_FULL),
    ]


def _pressures(times: Times) -> list[Letter]:
    letters = []
    for psi in PRESSURES_PSI:
        # elsewhere the lowest and the highest say it all
        only = None if psi in (PRESSURES_PSI[0], PRESSURES_PSI[-1]) else _in_level
        letters.append(Letter(f"RUN held, {psi} psi", HELD, psi=psi, only=only))
        letters.append(Letter(f"RUN open, {psi} psi", OPEN, psi=psi, only=only))
    rested = times.ticks(times.rest_us + 2 * ROUND_US)
    letters.append(Letter("RUN open, 0 psi, rested", OPEN, rested, psi=0))
    letters.append(Letter("RUN open, 28 psi, rested", OPEN, rested, psi=28))
    for psi in (0, 10):
        name = f"RUN open, {psi} psi marked as the opening"
        letters.append(Letter(name, OPEN, mark_psi=psi))
    return letters


def _sensors(times: Times) -> list[Letter]:
    letters = []
    disagree = times.ticks(times.disagree_us)
    for name, pattern in (("RUN held", HELD), ("RUN open", OPEN)):
        letters += [
            Letter(f"{name}, stale", pattern, status=2),
            Letter(f"{name}, no answer", pattern, status=4),
            Letter(f"{name}, line shorted", pattern, raw=RAW_SHORTED),
            Letter(f"{name}, line saturated", pattern, raw=RAW_SATURATED),
            Letter(f"{name}, second moved", pattern, second_psi=MOVED_PSI),
            Letter(f"{name}, line moved alone", pattern, psi=10 + MOVED_PSI, second_psi=-MOVED_PSI),
            Letter(f"{name}, disagree", pattern, second_psi=DISAGREES_PSI),
            Letter(f"{name}, disagree long", pattern, disagree, second_psi=DISAGREES_PSI),
        ]
    return letters


def _steps(times: Times) -> list[Letter]:
    return [
        Letter("RUN held, a step too many", HELD, made=EXTRA),
        Letter("RUN open, a step too many", OPEN, made=EXTRA),
        Letter("RUN open, runaway", OPEN, times.ticks(times.rate_us + ROUND_US), made=RUNAWAY),
        Letter("RUN held, steps late", HELD, made=LATE, only=_granted),
        Letter("RUN held, steps late 8 ticks", HELD, 8, made=LATE, only=_granted),
        Letter("RUN held, steps lost", HELD, made=LOST, only=_granted),
        Letter("RUN open, steps lost", OPEN, made=LOST, only=_granted),
        Letter("RUN held, grant refused", HELD, made=REFUSED, only=_granted),
    ]


def _gaps() -> list[Letter]:
    letters = [
        Letter("RUN held, 4 ms", HELD, elapsed_us=LONGEST_TICK_US),
        Letter("RUN held, late", HELD, elapsed_us=LONGEST_TICK_US + 1),
    ]
    for name, pattern in (("RUN held", HELD), ("RUN open", OPEN), ("STOP", STOP), ("PAIN", PAIN)):
        letters.append(Letter(f"{name}, after a gap", pattern, elapsed_us=LONGEST_GAP_US))
    return letters


def _long(times: Times) -> list[Letter]:
    four_ms, round_us = LONGEST_TICK_US, 3 * ROUND_US
    blocks = times.block_ticks * 5 + 1
    expires = -(-times.expires_us // four_ms) + 1
    paused = times.pause_slots * ALARM_SLOT_US // LONGEST_GAP_US + 3  # longer than may be
    return [
        Letter("STOP held", STOP, times.ticks(times.held_us + round_us)),
        Letter("PAIN held", PAIN, times.ticks(times.held_us + round_us)),
        Letter("RUN open, nothing changes", OPEN, times.ticks(times.stuck_us + round_us)),
        Letter("RUN open, pause over", OPEN, paused, elapsed_us=LONGEST_GAP_US, only=_paused),
        Letter("RUN open, ten minutes later", OPEN, age_ms=600_000, only=_counted),
        Letter("RUN open, expires", OPEN, expires, elapsed_us=four_ms, only=_expires),
        *(
            Letter(f"RUN held, the line settles at {psi} psi", HELD, blocks, psi=psi, only=_settles)
            for psi in (10, 35)
        ),
        Letter("RUN open, the line settles", OPEN, blocks, only=_settles),
        Letter(
            "RUN held, the line never settles",
            HELD,
            times.block_ticks * times.blocks + 1,
            ramp_psi=8,
            only=_settles,
        ),
    ]


def _in_level(pump: Any) -> bool:
    return bool(codes.READY <= pump.injector.state <= codes.HOLDING)


def _counted(pump: Any) -> bool:
    """A stop is counted in the tick after it: the clock does not jump between the two."""
    return bool(pump.stops == pump.injector.stops)


def _granted(pump: Any) -> bool:
    return bool(pump.injector.grant)


def _settles(pump: Any) -> bool:
    return bool(pump.injector.state == codes.SETTLING)


def _expires(pump: Any) -> bool:
    waits = pump.injector.state in (codes.READY, codes.HOLDING)
    return bool(waits and pump.injector.rx.single_shot)


def _paused(pump: Any) -> bool:
    return bool(pump.alarm.paused)
