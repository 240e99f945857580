"""The one place that turns pascals and nanolitres into what a person reads, always with a unit.

Pressure is shown in psi, kPa, bar or mmHg, as the reader chooses; volume in mL.
"""

from collections.abc import Callable
from dataclasses import dataclass

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools import words
from manostat_tools.session.model import Quantity

NONE = "not recorded"
ML_PER_NL = 1e-6


@dataclass(frozen=True)
class Unit:
    """A unit of pressure. `digits` behind the point show what the sensor can tell apart."""

    name: str
    pa: float
    digits: int

    def value(self, pressure_pa: float) -> float:
        """Pa in this unit."""
        return pressure_pa / self.pa

    def number(self, pressure_pa: float | None) -> str:
        """Pa as a number of this unit, for a column that names the unit."""
        return NONE if pressure_pa is None else _fixed(self.value(pressure_pa), self.digits)

    def text(self, pressure_pa: float | None) -> str:
        """Pa as "17.4 psi"."""
        return NONE if pressure_pa is None else f"{self.number(pressure_pa)} {self.name}"

    def beside_psi(self, pressure_pa: float | None) -> str:
        """As `text`, with one digit more, and with psi in brackets when another unit is chosen:
        the published rules are in psi."""
        if pressure_pa is None:
            return NONE
        said = f"{_fixed(self.value(pressure_pa), self.digits + 1)} {self.name}"
        if self.name == "psi":
            return said
        return f"{said} ({_fixed(pressure_pa / PA_PER_PSI, 2)} psi)"


UNITS = {
    unit.name: unit
    for unit in (
        Unit("psi", PA_PER_PSI, 1),
        Unit("kPa", 1e3, 1),
        Unit("bar", 1e5, 3),
        Unit("mmHg", 133.322387415, 0),
    )
}
PSI = UNITS["psi"]


def unit_named(name: str) -> Unit:
    """The unit called `name`. ValueError, with those that are allowed, for any other."""
    if name not in UNITS:
        raise ValueError(f"unit {name}: allowed {', '.join(UNITS)}")
    return UNITS[name]


def volume(volume_nl: float | None) -> str:
    """nL as "0.504 mL"."""
    return NONE if volume_nl is None else f"{volume_number(volume_nl)} mL"


def volume_number(volume_nl: float | None) -> str:
    """nL as mL, for a column that names the unit."""
    return NONE if volume_nl is None else _fixed(volume_nl * ML_PER_NL, 3)


def seconds(time_ms: float | None) -> str:
    """ms as "12.9 s"."""
    return NONE if time_ms is None else f"{_fixed(time_ms / 1e3, 1)} s"


def quantity(value: float, of: str, unit: Unit) -> str:
    """A derived value: what is in Pa or nL is converted, anything else is shown as it came."""
    factor, named = words.shown_as(of, unit.pa, unit.name)
    return f"{value * factor:.4g} {named}".rstrip()


def with_interval(value: Quantity, unit: Unit) -> tuple[str, str | None]:
    """A derived value and its 95 % interval, all with as many decimals; SI beside what is in psi,
    psi beside any other unit. None: no interval."""
    factor, named = words.shown_as(value.unit, unit.pa, unit.name)
    other = UNITS["kPa"] if unit is PSI else PSI
    far, far_named = words.shown_as(value.unit, other.pa, other.name)
    beside = "" if far_named == named else f" ({words.figures(value.value * far)[0]} {far_named})"
    limits = [limit * factor for limit in (value.low, value.high) if limit is not None]
    numbers = words.figures(value.value * factor, *limits)
    said = f"{numbers[0]} {named}".rstrip() + beside
    if len(limits) < 2:
        return said, None
    return said, f"{numbers[1]} to {numbers[2]} {named}".rstrip()


def named_value(name: str, value: float | int | str | None, unit: Unit) -> tuple[str, str]:
    """An input with its unit in its name, as (words, value with unit)."""
    # The longest ending: "_pa_s" is no number of seconds.
    ending = max((ending for ending in _ENDINGS if name.endswith(ending)), key=len, default="")
    called = _words(name.removesuffix(ending))
    if value is None:
        return called, NONE
    if isinstance(value, str):
        return called, value
    if ending:
        return called, _ENDINGS[ending](value, unit)
    return called, f"{value:.6g}" if isinstance(value, float) else str(value)


def _words(name: str) -> str:
    return name.replace("_", " ").replace("dallas", "Dallas")


def _fixed(value: float, digits: int) -> str:
    """Never "-0.0"."""
    return f"{round(value, digits) + 0.0:.{digits}f}"


_ENDINGS: dict[str, Callable[[float, Unit], str]] = {
    "_nl_per_pa": lambda value, unit: quantity(value, "nL/Pa", unit),
    "_pa_per_nl": lambda value, unit: quantity(value, "Pa/nL", unit),
    "_nl_pa": lambda value, unit: quantity(value, "nL/Pa", unit),
    "_pa_nl": lambda value, unit: quantity(value, "Pa/nL", unit),
    "_nl_s_pa": lambda value, unit: f"{value * unit.pa * 1e-3:.4g} uL/s/{unit.name}",
    "_nl_s": lambda value, unit: f"{value * ML_PER_NL:g} mL/s",
    "_pa": lambda value, unit: unit.beside_psi(value),
    "_nl": lambda value, unit: volume(value),
    "_pa_s_nl": lambda value, unit: quantity(value, "Pa s/nL", unit),
    "_pa_s": lambda value, unit: quantity(value, "Pa/s", unit),
    "_us": lambda value, unit: f"{value / 1e6:.3f} s",
    "_ms": lambda value, unit: seconds(value),
    "_s": lambda value, unit: f"{value:.4g} s",
    "_nrs": lambda value, unit: f"{value}/10",
}
