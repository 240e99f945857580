"""What a rule can be: how values of an attribute fall into classes.

A rule is called with the value, all attributes of its part, and the pump.
"""

from array import array
from bisect import bisect_right
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from manostat.core import alarm, codes
from manostat_sim.exhaustion.conditions import moves, untroubled
from manostat_sim.exhaustion.letters import PRESSURES_PSI
from manostat_sim.exhaustion.times import LONGEST_TICK_US, Times

PA_A_PSI = 6895
_BETWEEN_PA = [(low + high) * PA_A_PSI // 2 for low, high in pairwise(PRESSURES_PSI)]

Rule = Callable[[Any, dict[str, Any], Any], Any]


def exact(value: Any, held: dict[str, Any], pump: Any) -> Any:
    """Each value is a class."""
    return value


def drop(value: Any, held: dict[str, Any], pump: Any) -> Any:
    """All values are one class."""
    return None


def timer(us: int) -> Rule:
    """0, running, within a long tick of its threshold, reached."""
    edges = sorted((1, us - LONGEST_TICK_US, us))
    return lambda value, held, pump: bisect_right(edges, value)


def reached(us: int) -> Rule:
    return lambda value, held, pump: value >= us


def most(most: int) -> Rule:
    return lambda value, held, pump: value if value < most else most


def sign(value: int, held: dict[str, Any], pump: Any) -> int:
    return (value > 0) - (value < 0)


def pressure(value: int, held: dict[str, Any], pump: Any) -> int:
    return -1 if value < 0 else bisect_right(_BETWEEN_PA, value)


def risen(counts: int) -> Rule:
    """Whether the line is now that much above a count that was kept."""
    return lambda value, held, pump: pump.pressure_pa * 10 // 789 + 1638 - value >= counts


def ahead_of(part: str, attribute: str) -> Rule:
    """The difference to what it follows: nothing, while both are right."""
    return lambda value, held, pump: value - getattr(getattr(pump, part), attribute)


def beside(part: str, attribute: str, rule: Rule) -> Rule:
    """Whether it falls into the same class as what it follows."""

    def same(value: int, held: dict[str, Any], pump: Any) -> bool:
        other = getattr(getattr(pump, part), attribute)
        return bool(rule(value, held, pump) == rule(other, held, pump))

    return same


def uncounted(attribute: str) -> Rule:
    """Whether the referee counts what the guard does not: never, while both are right."""
    return lambda value, held, pump: value > 0 and not getattr(pump.guard, attribute)


def only(matters: Callable[[Any], Any], rule: Rule) -> Rule:
    """One class wherever `matters(pump)` does not hold."""
    return lambda value, held, pump: rule(value, held, pump) if matters(pump) else None


def fault_kind(value: int, held: dict[str, Any], pump: Any) -> int:
    """Its priority: which fault it is only the report tells."""
    return int(alarm.priority(value))


def cause_kind(value: int, held: dict[str, Any], pump: Any) -> int:
    return value if value >= codes.HELD else fault_kind(value, held, pump)


def volume(value: int, held: dict[str, Any], pump: Any) -> int:
    """0, some, one step left, full, too much; at rest 0, some, full; once a fault was noted, full
    or not."""
    left = held["max_steps"] - value
    if not untroubled(pump):
        return 3 if left <= 0 else 0
    if left <= 0:
        return 4 if left < 0 and held["moving"] else 3
    if left == 1 and held["moving"]:
        return 2
    return 1 if value else 0


def worst_doubt(times: Times) -> Rule:
    """How near the guard is to calling a fault, of all that it doubts at a time; told apart
    only in motion."""
    timers = (
        ("disagree_us", timer(times.disagree_us)),
        ("wiring_us", timer(times.wiring_us)),
        ("contacts_us", timer(times.contacts_us)),
    )

    def worst(value: int, held: dict[str, Any], pump: Any) -> int:
        if not value or not moves(pump):
            return 0
        near: list[int] = [rule(held[name], held, pump) for name, rule in timers if held[name]]
        return max(1, *near, int(held["missed"]) - 1)

    return worst


def noted(times_ms: "array[int]", held: dict[str, Any], pump: Any) -> int:
    """How often the fault that is there was noted, else the most that any was."""
    fault: int = pump.injector.fault
    counts = [
        (times_ms[2 * code] >= 0) + (times_ms[2 * code + 1] >= 0)
        for code in range(codes.FAULT_CODES)
    ]
    return counts[fault] if fault else max(counts)


def unnoted(noted: tuple[tuple[int, int], ...], held: dict[str, Any], pump: Any) -> int:
    """How many faults the referee has noted and the pump has not: none, while both are right."""
    codes_noted = [code for code, _ in noted]
    seen = sum(min(codes_noted.count(code), 2) for code in set(codes_noted))
    return seen - sum(int(at_ms >= 0) for at_ms in pump.lockout.times)
