"""Which pumps count as the same: one small number for each part of the pump.

Attributes are found by `vars()`. One without a rule in `rules.py` counts as it is, so that nothing
new is lost in silence; `Abstraction.widest` names those that take the most values.
"""

from array import array
from collections.abc import Iterable
from typing import Any

from manostat_sim.exhaustion.classes import Rule, drop, exact
from manostat_sim.exhaustion.rules import rules_of
from manostat_sim.exhaustion.times import Times

UNCHANGING = frozenset(("Prescription", "Syringe"))
OUTPUTS = frozenset(("LookBack", "PainMark"))
"""Written and never read by a decision: neither kept apart nor saved."""


def parts_of(pump: Any) -> list[tuple[str, Any]]:
    """The pump and all that it consists of: name of the class, object."""
    found: list[tuple[str, Any]] = []
    waiting, seen = [pump], {id(pump)}
    while waiting:
        part = waiting.pop(0)
        found.append((type(part).__name__, part))
        for value in vars(part).values():
            if type(value).__module__.startswith("manostat.core") and id(value) not in seen:
                seen.add(id(value))
                waiting.append(value)
    return [(name, part) for name, part in found if name not in UNCHANGING | OUTPUTS]


class Abstraction:
    """`key()` of a pump as it is now: a tuple of one number a part, equal for equal classes.

    `beside`: what is told apart with it, being its surroundings.
    """

    def __init__(self, pump: Any, beside: Iterable[Any], times: Times) -> None:
        rules = rules_of(times)
        self.pump = pump
        parts = parts_of(pump) + [(type(part).__name__, part) for part in beside]
        self.parts = [(name, vars(part), _plan(name, part, rules)) for name, part in parts]
        self._numbers: list[dict[tuple[Any, ...], int]] = [{} for _ in self.parts]

    def key(self) -> tuple[int, ...]:
        pump = self.pump
        key = []
        for (_, held, plan), numbers in zip(self.parts, self._numbers, strict=True):
            classes = tuple(
                [
                    held[name] if rule is None else rule(held[name], held, pump)
                    for name, rule in plan
                ]
            )
            key.append(numbers.setdefault(classes, len(numbers)))
        return tuple(key)

    def counts(self) -> dict[str, int]:
        """How many abstract states each part has been seen in."""
        counts: dict[str, int] = {}
        for (name, _, _), seen in zip(self.parts, self._numbers, strict=True):
            counts[name] = max(counts.get(name, 0), len(seen))
        return counts

    def widest(self, most: int) -> list[tuple[int, str]]:
        """The attributes with the most classes, as (how many, part and name): what to look at."""
        found = []
        for (name, _, plan), numbers in zip(self.parts, self._numbers, strict=True):
            for at, (attribute, _) in enumerate(plan):
                found.append((len({classes[at] for classes in numbers}), f"{name}.{attribute}"))
        return sorted(found, reverse=True)[:most]


def _plan(name: str, part: Any, rules: dict[str, Rule]) -> list[tuple[str, Rule | None]]:
    plan: list[tuple[str, Rule | None]] = []
    for attribute, value in vars(part).items():
        rule = rules.get(f"{name}.{attribute}", rules.get(attribute, exact))
        if rule is drop or not isinstance(value, int | array | tuple):
            continue
        if isinstance(value, array) and rule is exact:
            raise LookupError(f"{name}.{attribute} is a buffer and has no rule")
        plan.append((attribute, None if rule is exact else rule))
    return plan
