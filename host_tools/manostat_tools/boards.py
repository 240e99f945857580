"""A board is a folder of pins and numbers: loaded, and refused as a whole if anything is wrong."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from manostat_tools.pins import read_pins
from manostat_tools.pump import Pump, read_pump
from manostat_tools.refusal import Problems, RefusedError
from manostat_tools.unit import Unit, read_unit

__all__ = ["BOARDS", "Board", "RefusedError", "load_board"]

REPOSITORY = Path(__file__).resolve().parents[2]
BOARDS = REPOSITORY / "boards"

_REQUIRED = ("board", "micropython_board", "port", "mcu", "product", "vendor", "features")
_OPTIONAL = ("url", "not_brought_out")
_CHIPS = {"rp2040": "rp2"}  # a port that nothing can test is not written


@dataclass(frozen=True)
class Board:
    """A checked board folder. `pins` gives the GPIO of each signal."""

    name: str
    folder: Path
    micropython_board: str
    port: str
    mcu: str
    pins: dict[str, int]
    pump: Pump
    bench: Unit | None
    warnings: list[str] = field(default_factory=list)


def load_board(folder: Path) -> Board:
    """The board of `folder`: pins.csv, board.json, pump.json and, if there, bench.json.

    Raises RefusedError with one line for each thing wrong: file, field, value, allowed range.
    """
    problems = Problems()
    if not folder.is_dir():
        names = sorted(path.name for path in BOARDS.iterdir() if path.is_dir())
        problems.add(folder, "folder", "missing", "a board folder such as " + ", ".join(names))
        problems.raise_if_any()
    about = _read_json(folder / "board.json", problems)
    if about:
        _check_about(folder, about, problems)
    pins = read_pins(folder / "pins.csv", _reserved(folder, about, problems), problems)
    pump_data = _read_json(folder / "pump.json", problems)
    pump = read_pump(folder / "pump.json", pump_data, problems) if pump_data else None
    bench = None
    bench_file = folder / "bench.json"
    if bench_file.is_file() and pump is not None:
        bench_data = _read_json(bench_file, problems)
        bench = read_unit(bench_file, bench_data, pump, problems) if bench_data else None
    problems.raise_if_any()
    assert pump is not None  # or a problem would have been raised
    return Board(
        name=about["board"],
        folder=folder,
        micropython_board=about["micropython_board"],
        port=about["port"],
        mcu=about["mcu"],
        pins=pins,
        pump=pump,
        bench=bench,
        warnings=list(bench.warnings) if bench else [],
    )


def _read_json(file: Path, problems: Problems) -> dict[str, Any]:
    """The object in `file`; an empty one, and a problem, when there is none."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        problems.add(file, "file", "missing", "a JSON object")
        return {}
    except RecursionError:
        problems.add(file, "file", "nested too deeply", "a JSON object")
        return {}
    except json.JSONDecodeError as wrong:
        problems.add(file, f"line {wrong.lineno}", wrong.msg, "a JSON object")
        return {}
    if not isinstance(data, dict) or not data:
        problems.add(file, "file", type(data).__name__, "a JSON object with fields")
        return {}
    return data


def _check_about(folder: Path, about: dict[str, Any], problems: Problems) -> None:
    file = folder / "board.json"
    problems.known(file, about, _REQUIRED + _OPTIONAL)
    for name in _REQUIRED:
        if name not in about:
            problems.add(file, name, "missing", "one value")
    name = folder.resolve().name
    if about.get("board") != name:
        problems.add(file, "board", about.get("board"), f"the folder's name, {name}")
    mcu = about.get("mcu")
    if mcu not in _CHIPS:
        problems.add(file, "mcu", mcu, "one of " + ", ".join(_CHIPS))
    elif about.get("port") != _CHIPS[mcu]:
        problems.add(file, "port", about.get("port"), f"{_CHIPS[mcu]} for {mcu}")


def _reserved(folder: Path, about: dict[str, Any], problems: Problems) -> tuple[int, ...]:
    gpios = []
    for pin in about.get("not_brought_out", []):
        if not str(pin).removeprefix("GP").isdecimal():
            problems.add(folder / "board.json", "not_brought_out", pin, "pins such as GP23")
            continue
        gpios.append(int(str(pin).removeprefix("GP")))
    return tuple(gpios)
