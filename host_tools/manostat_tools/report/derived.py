"""The table of derived values: each said by its moment, with its interval and what matters of its
inputs. All inputs are in the details of the HTML page, and in the tables for other programs."""

from collections.abc import Iterator, Mapping, Sequence

from manostat_tools.report import cells
from manostat_tools.report.model import Table
from manostat_tools.report.units import Unit, named_value, quantity, with_interval
from manostat_tools.session.model import Quantity, Run
from manostat_tools.session.moment import moment_of

Found = Sequence[tuple[str, Quantity]]
"""(where, value), such as ("Run 1", ...)."""
_OF_FIT = "fit_rms_pa"
_OF_REST = "tau_s"
_EVERYWHERE = ("before_ms", "at_us", "stop_us")
_AT_REST = ("rest_s", "tau_s", "unseen_pa")
_REST = {"rest_s": "rest of", "tau_s": "time constant", "unseen_pa": "still to fall"}
_PLATEAU = (
    "Plateau: the pressure at which line and disc come to rest together after a stop, carried on "
    "from the part of the fall that was seen."
)
_DETAILS = "All inputs are in the HTML report, and in tables/derived (CSV, Parquet)."


def derived_table(found: Found, unit: Unit, runs: Mapping[str, Run] | None = None) -> Table:
    """Derived values beside the raw ones that they come from. `runs`: by where they are."""
    known = runs or {}
    rows = []
    for at, (where, value) in enumerate(found):
        said, interval = with_interval(value, unit)
        name = value.name.replace("_", " ")
        moment = _moment(found, at, known.get(where))
        rows.append(
            (
                cells.text(f"{where}: {name}{moment and f', {moment}'}"),
                cells.interval(value, said),
                cells.text(interval),
                cells.text(_from(value, unit, known.get(where))),
                cells.text(value.rule),
            )
        )
    return Table(
        "Derived values beside what they come from",
        ("Derived", "Value", "95 % interval", "From", "Rule"),
        tuple(rows),
        (22, 16, 17, 24, 21),
        " ".join(_notes(found, unit)),
        tuple(_details(found, unit)),
    )


def _moment(found: Found, at: int, run: Run | None) -> str:
    """When a value was: at the press or the last stop, before it, or at which stop."""
    where, value = found[at]
    before_ms = value.inputs.get("before_ms")
    if isinstance(before_ms, int):
        moment = moment_of(value, run)
        return f"{before_ms / 1e3:g} s before {moment}" if before_ms else f"at {moment}"
    stops = [
        other
        for of, other in found
        if of == where and other.name == value.name and _is_at_stop(other)
    ]
    if not _is_at_stop(value):
        return ""
    number = next(n for n, other in enumerate(stops, 1) if other is value)
    return f"at stop {number} of {len(stops)}"


def _is_at_stop(value: Quantity) -> bool:
    """Of no press, and of a moment."""
    return "before_ms" not in value.inputs and not value.inputs.keys().isdisjoint(_EVERYWHERE)


def _from(value: Quantity, unit: Unit, run: Run | None) -> str:
    inputs = value.inputs
    at_us = inputs.get("at_us", inputs.get("stop_us"))
    said = [] if at_us is None else [f"at {float(at_us) / 1e6:.3f} s of the record"]
    if _OF_FIT in inputs:
        if "above_opening" in value.name and "fit_opening_pa" in inputs:
            said.append(_counted_from(float(inputs["fit_opening_pa"]), unit, run))
    elif _OF_REST in inputs:
        said += [f"{_REST[name]} {_said(name, inputs[name], unit)}" for name in _AT_REST]
    else:
        said += [f"{words} {text}" for words, text in _named(inputs, unit, leave=_EVERYWHERE)]
    return "; ".join(said)


def _counted_from(fitted_pa: float, unit: Unit, run: Run | None) -> str:
    said = f"counts from the opening of the fit, {quantity(fitted_pa, 'Pa', unit)}"
    if run is not None and run.opening_pa is not None:
        pump = quantity(run.opening_pa, "Pa", unit)
        said += f"; the line above opening counts from the pump's, {pump}"
    return said


def _notes(found: Found, unit: Unit) -> Iterator[str]:
    if any(value.name == "plateau" for _, value in found):
        yield _PLATEAU
    for where in dict.fromkeys(where for where, _ in found):
        fits = [value.inputs for at, value in found if at == where and _OF_FIT in value.inputs]
        if fits:
            yield f"{where}: {_of_fit(fits[0], unit)}."
    if any(_OF_FIT in value.inputs or _OF_REST in value.inputs for _, value in found):
        yield _DETAILS


def _of_fit(inputs: Mapping[str, float | int | str], unit: Unit) -> str:
    """The few inputs that matter to a reader."""
    said = [
        "one fit of line, needle and disc to the whole record; it leaves "
        f"{quantity(float(inputs[_OF_FIT]), 'Pa', unit)} (rms)"
    ]
    if "sensor_span_half_share" in inputs:
        span = 100 * float(inputs["sensor_span_half_share"])
        said.append(f"the sensor's span is taken to be right to {span:.2g} %")
    if "measured_line_nl_per_pa" in inputs:
        line = quantity(float(inputs["measured_line_nl_per_pa"]), "nL/Pa", unit)
        said.append(f"the line was measured to take {line}")
    return "; ".join(said)


def _details(found: Found, unit: Unit) -> Iterator[str]:
    """All inputs, for the page; what the values of a run have alike is told once."""
    for where in dict.fromkeys(where for where, _ in found):
        mine = [value for at, value in found if at == where]
        alike = _shared(mine)
        if alike:
            yield f"{where}, alike for its values: {_all(alike, unit)}"
        for value in mine:
            own = {name: given for name, given in value.inputs.items() if name not in alike}
            if own:
                yield f"{where}, {value.name.replace('_', ' ')}: {_all(own, unit)}"


def _shared(values: Sequence[Quantity]) -> dict[str, float | int | str]:
    """Inputs that two values or more have, and all that have them have alike."""
    given: dict[str, list[float | int | str]] = {}
    for value in values:
        for name, number in value.inputs.items():
            given.setdefault(name, []).append(number)
    return {
        name: numbers[0]
        for name, numbers in given.items()
        if len(numbers) > 1 and len(set(numbers)) == 1
    }


def _all(inputs: Mapping[str, float | int | str], unit: Unit) -> str:
    return "; ".join(" ".join(pair) for pair in _named(inputs, unit))


def _named(
    inputs: Mapping[str, float | int | str], unit: Unit, leave: Sequence[str] = ()
) -> Iterator[tuple[str, str]]:
    yield from (
        named_value(name, given, unit) for name, given in inputs.items() if name not in leave
    )


def _said(name: str, given: float | int | str, unit: Unit) -> str:
    return named_value(name, given, unit)[1]
