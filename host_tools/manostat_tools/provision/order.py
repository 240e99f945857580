"""What is to be stored, checked as a whole before any board is asked."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manostat_sim.plant.tables import SYRINGE_BORE_MM
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.provision.identity import identity_of, line_warning
from manostat_tools.refusal import Problems
from manostat_tools.session.presets import PRESETS, Preset
from manostat_tools.unit import Unit, read_unit
from manostat_tools.units.keys import KeyFileError, read_key

_OPTIONS = Path("options")
_NEEDLE = re.compile(r"(\d{1,4})x(\d{1,4})x(\d{1,4})")
NEEDLES = {"lumbar": "22x152x240", "cervical": "25x89x240", "thoracic": "25x89x240"}
"""Gauge x mm x mg of iodine per mL that are taken where no needle is named (E)."""
OVERRIDES = (
    *("mode", "rate_ml_s", "volume_ml", "limit_above_psi", "limit_line_psi"),
    *("step_volume_ml", "needle"),
)
"""Options that change what the region's preset proposes."""
_LIMITS = ("limit_above_opening_psi", "limit_line_psi")


def syringe_name(maker: str, nominal_ml: float) -> str:
    """ "bd-10" of BD and 10 mL: what an operator types to confirm it."""
    return f"{maker.strip().lower().replace(' ', '-')}-{nominal_ml:g}"


SYRINGES = {
    syringe_name(maker, float(ml)): name
    for name in SYRINGE_BORE_MM
    for maker, ml, _ in (name.split(" "),)
}
"""Of the simulator's table (M), by the name that is typed."""


@dataclass(frozen=True)
class Order:
    """`syringe`: as it is typed; `dose`: the prescription of the unit in clinician's numbers;
    `bore_mm`: inner diameter; `warnings`: what does not forbid it."""

    serial: str
    operator: str
    syringe: str
    region: str
    bore_mm: float
    dose: dict[str, Any]
    unit: Unit
    identity: dict[str, Any]
    preset: Preset
    is_preset: bool
    warnings: list[str]


def read_order(options: Any) -> Order:
    """The order that the options of `manostat provision` describe.

    Raises RefusedError with one line for everything that is wrong: file, field, value, allowed.
    """
    problems = Problems()
    board = load_board(BOARDS / options.board)
    file = options.unit or _OPTIONS
    preset = PRESETS[options.region]
    data = (
        _read_file(options, problems) if options.unit else _from_preset(options, preset, problems)
    )
    identity = identity_of(
        options.serial,
        options.calibrated,
        options.by,
        options.zero_psi,
        options.line_nl_per_psi,
        board.name,
        problems,
    )
    dose = data.get("prescription")
    if isinstance(dose, dict):
        _take_zero(file, dose, options.zero_psi, problems)
        _check_limits(file, dose, problems)
    unit = read_unit(file, data, board.pump, problems) if data else None
    if unit is not None:
        name = syringe_name(unit.maker, unit.nominal_ml)
        if options.unit and options.syringe not in (None, name):
            problems.add(file, "syringe", name, f"{options.syringe}, as --syringe says")
        _check_bore(file, name, data["syringe"]["inner_diameter_mm"], problems)
    if options.key is not None:
        _check_key(options.key, problems)
    problems.raise_if_any()
    assert unit is not None  # or a problem would have been raised
    assert isinstance(dose, dict)
    warnings = [*unit.warnings, line_warning(options.line_nl_per_psi), *_over(dose, preset)]
    return Order(
        options.serial,
        options.by,
        name,
        options.region,
        data["syringe"]["inner_diameter_mm"],
        dose,
        unit,
        identity,
        preset,
        options.unit is None,
        [each for each in warnings if each],
    )


def _read_file(options: Any, problems: Problems) -> dict[str, Any]:
    for name in OVERRIDES:
        if getattr(options, name) is not None:
            field = "--" + name.replace("_", "-")
            problems.add(options.unit, field, "given", "without --unit, which says it all")
    try:
        data = json.loads(options.unit.read_text(encoding="utf-8"))
    except OSError as problem:
        problems.add(options.unit, "file", problem.strerror, "a JSON object")
        return {}
    except RecursionError:
        problems.add(options.unit, "file", "nested too deeply", "a JSON object")
        return {}
    except ValueError as wrong:  # UnicodeError is one
        problems.add(options.unit, "file", str(wrong), "a JSON object")
        return {}
    if not isinstance(data, dict) or not data:
        problems.add(options.unit, "file", type(data).__name__, "a JSON object with fields")
        return {}
    return data


def _from_preset(options: Any, preset: Preset, problems: Problems) -> dict[str, Any]:
    if options.syringe not in SYRINGES:
        problems.add(_OPTIONS, "--syringe", options.syringe, "one of " + ", ".join(SYRINGES))
    # The largest stands in for an unknown one, so that the rest is checked all the same.
    title = SYRINGES.get(options.syringe) or [*SYRINGES.values()][-1]
    said = options.needle or NEEDLES[preset.name]
    needle = _NEEDLE.fullmatch(said)
    if needle is None:
        problems.add(_OPTIONS, "--needle", said, "gauge x mm x mg/mL, such as 22x152x240")
        needle = _NEEDLE.fullmatch(NEEDLES[preset.name])
    gauge, length_mm, contrast = map(int, needle.groups()) if needle else (0, 0, 0)

    def chosen(name: str, proposed: float) -> float:
        given = getattr(options, name)
        return proposed if given is None else given

    return {
        "syringe": {
            "maker": title.split(" ")[0],
            "nominal_ml": float(title.split(" ")[1]),
            "inner_diameter_mm": SYRINGE_BORE_MM[title],
        },
        "needle": {"gauge": gauge, "length_mm": length_mm, "contrast": contrast},
        "prescription": {
            "mode": options.mode or "inject",
            "rate_ml_s": chosen("rate_ml_s", preset.rate.value),
            "volume_ml": chosen("volume_ml", preset.volume.value),
            "limit_above_opening_psi": chosen("limit_above_psi", preset.limit_above.value),
            "limit_line_psi": chosen("limit_line_psi", preset.limit_line.value),
            "step_volume_ml": chosen("step_volume_ml", 0),
            "zero_psi": options.zero_psi,
        },
    }


def _check_key(file: Path, problems: Problems) -> None:
    try:
        read_key(file)
    except KeyFileError as wrong:
        problems.add(_OPTIONS, "--key", wrong, "32 bytes or 64 hex digits")


def _check_bore(file: Path, name: str, bore_mm: float, problems: Problems) -> None:
    """The operator confirms a syringe by its name, which says the bore of one in the table."""
    if name in SYRINGES and bore_mm != (of_table := SYRINGE_BORE_MM[SYRINGES[name]]):
        allowed = f"{of_table:g} mm, the bore of {name}; another syringe has another name"
        problems.add(file, "syringe.inner_diameter_mm", f"{bore_mm:g} mm", allowed)


def _take_zero(file: Path, dose: dict[str, Any], zero_psi: float, problems: Problems) -> None:
    """The zero is of this pump's sensor; a file that says another one is of another pump."""
    if dose.get("zero_psi", 0) not in (0, zero_psi):
        allowed = f"0, or {zero_psi:g} as --zero-psi says"
        problems.add(file, "prescription.zero_psi", dose["zero_psi"], allowed)
    dose["zero_psi"] = zero_psi


def _check_limits(file: Path, dose: dict[str, Any], problems: Problems) -> None:
    for name in _LIMITS:
        limit = dose.get(name)
        if isinstance(limit, float) and not limit.is_integer():
            problems.add(file, f"prescription.{name}", f"{limit:g} psi", "whole psi")


def _over(dose: dict[str, Any], preset: Preset) -> list[str]:
    """What is more than the region's preset proposes."""
    pairs = (
        ("rate_ml_s", preset.rate),
        ("volume_ml", preset.volume),
        ("limit_above_opening_psi", preset.limit_above),
        ("limit_line_psi", preset.limit_line),
    )
    return [
        f"{name} {dose[name]:g} {figure.unit}: more than the {figure.value:g} {figure.unit} of the "
        f"{preset.name} preset"
        for name, figure in pairs
        if dose[name] > figure.value
    ]
