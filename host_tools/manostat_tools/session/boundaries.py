"""How sure it is on which side of a boundary a pressure lies: sensor, look-back, the needle's drop.

Not a certified medical device. docs/report.md explains each caution.
"""

from collections.abc import Callable, Sequence

from manostat_sim.plant.tables import LINE_SENSOR_TOTAL_ERROR, PA_PER_PSI
from manostat_tools import words
from manostat_tools.session.provoked import Provoked

SENSOR_ERROR_PA = LINE_SENSOR_TOTAL_ERROR * 150.0 * PA_PER_PSI
"""Total error band of the line sensor, 1 % of 150 psi (M): nearer to a boundary nothing is sure."""


def boundary_cautions(
    found: Provoked, above_pa: int, bounds_pa: Sequence[float], at: Callable[[float], object]
) -> list[str]:
    """Of a press at `above_pa` above opening. `at` is what the rule says of a pressure alone: where
    it differs, a boundary lies between."""
    said = [
        f"within the line sensor's error (1.5 psi) of the boundary at {bound / PA_PER_PSI:.0f} psi"
        for bound in bounds_pa
        if abs(above_pa - bound) <= SENSOR_ERROR_PA
    ]
    other = [
        f"{before_pa / PA_PER_PSI:.2f} psi {before_ms / 1e3:g} s before"
        for before_ms, before_pa in sorted(found.before_pa.items())
        if before_pa is not None and at(before_pa) != at(above_pa)
    ]
    if other:
        said.append(
            f"{above_pa / PA_PER_PSI:.2f} psi above opening at the press, but {', '.join(other)}: "
            "on the other side of a boundary of this rule"
        )
    return said + _in_the_disc(found, above_pa, at)


_NOT_DERIVED = (
    "the line's pressure contains the needle's drop, which was not derived: the disc's is less"
)


def _in_the_disc(found: Provoked, above_pa: int, at: Callable[[float], object]) -> list[str]:
    """What the needle's drop may change. The rules were made with line pressures, and none says how
    such a drop was taken off."""
    run, mark = found.run, found.mark
    if run is None or mark is None or not mark.moving:
        return []
    side = at(above_pa)
    derived = next(
        (
            value
            for value in run.derived
            if value.name == "disc_above_opening" and value.inputs.get("before_ms") == 0
        ),
        None,
    )
    if derived is None:
        if at(0) == side:
            return []
        return [_NOT_DERIVED]
    limits = [derived.value, derived.low, derived.high]
    if all(at(round(limit)) == side for limit in limits if limit is not None):
        return []
    said = words.derived(derived.value, derived.low, derived.high, derived.unit)
    return [
        f"the line's pressure contains the needle's drop; derived, the disc is {said} above its "
        "own opening: on the other side of a boundary of this rule, or near it"
    ]
