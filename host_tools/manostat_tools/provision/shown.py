"""Everything that will be stored, in rows, with units, for the person who is to confirm it."""

from collections.abc import Iterator
from typing import Any

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools import words
from manostat_tools.provision.order import Order

Row = tuple[str, str]


def rows(order: Order, who: dict[str, Any], key: str) -> Iterator[Row]:
    """Label and value of each thing. `who`: what the pump says of itself; `key`: in words."""
    values, identity, unit = order.unit.values, order.identity, order.unit
    _, rate, volume, above, line, step, num, den, _ = values
    figures = {name: "" for name in ("rate", "volume", "limit above opening", "limit line")}
    if order.is_preset:
        preset = order.preset
        pairs = zip(figures, preset.figures.values(), (rate, volume, above, line), strict=True)
        for name, figure, value in pairs:
            scale = PA_PER_PSI if figure.unit == "psi" else 1e6
            if value == round(figure.value * scale):
                figures[name] = f"   {figure.source} ({figure.letter})"
    yield "serial number", order.serial + _instead(who, order)
    yield (
        "syringe",
        f"{order.syringe}: {unit.maker} {unit.nominal_ml:g} mL, bore {order.bore_mm:g} mm",
    )
    yield "", f"a step is {num / den:.2f} nL"
    yield "region", order.region
    yield (
        "needle",
        (
            f"{unit.needle} mm, {unit.contrast} mg/mL: eats {unit.drop_warm_psi:.0f} to "
            f"{unit.drop_cold_psi:.0f} psi (not stored in the pump)"
        ),
    )
    yield "mode", words.mode(values[0]) + (f", steps of {words.volume(step)}" if step else "")
    yield "rate", words.rate(rate) + figures["rate"]
    yield "volume", words.volume(volume) + figures["volume"]
    yield "limit above opening", _limit(above) + figures["limit above opening"]
    yield "limit line", _limit(line) + figures["limit line"]
    yield (
        "zero of the sensor",
        f"{identity['zero_pa'] / PA_PER_PSI:.3f} psi ({identity['zero_pa']} Pa)",
    )
    nl_mpa = identity["line_nl_mpa"]
    yield "line compliance", f"{nl_mpa * PA_PER_PSI / 1e6:.0f} nL/psi ({nl_mpa} nL/MPa)"
    yield "calibrated", f"{identity['cal']} by {identity['by']}"
    yield "board", str(identity["board"])
    yield "key", key
    image = "bench" if who["bench"] else "production"
    yield "pump's image", f"{image}, {str(who['image'])[:16]}, {who['journal_pages']} records"
    for warning in order.warnings:
        yield "warning", warning
    if who["bench"]:
        yield "warning", "a bench image is for benches: without a unit it moves all the same"


def _limit(pressure_pa: int) -> str:
    return f"{pressure_pa / PA_PER_PSI:.0f} psi ({pressure_pa / 1000:.0f} kPa)"


def _instead(who: dict[str, Any], order: Order) -> str:
    there = who["serial"]
    return f" (instead of {there})" if there not in ("", order.serial) else ""
