"""Reads a board's pins.csv and checks it against what the chip's pins can do."""

import csv
import re
from pathlib import Path

from manostat_tools.refusal import Problems

SWITCHES = ("STOP_OK", "PAIN_OK", "PERMIT", "PAIN_NO", "END_FULL", "END_EMPTY")
"""In the order of the bits of `Inputs.switches`: they are taken in one read of the port."""

SIGNALS = (
    "STEP",
    "DIR",
    "ENABLE_N",
    *SWITCHES,
    "SDA",
    "SCL",
    "PRESSURE2",
    "LAMP_READY",
    "LAMP_HIGH",
    "LAMP_MEDIUM",
    "LAMP_LOW",
    "SOUNDER",
    "TICK",
)

# RP2040 datasheet, function table of bank 0: 30 GPIOs, ADC inputs 0 to 3 on the last four.
_LAST_GPIO = 29
_FIRST_ADC_GPIO = 26


def i2c_block(gpio: int) -> int:
    """I2C block (0 or 1) that `gpio` belongs to: pairs alternate (RP2040 function table)."""
    return gpio // 2 % 2


def adc_channel(gpio: int) -> int:
    """ADC channel of GP26 to GP29."""
    return gpio - _FIRST_ADC_GPIO


def read_pins(file: Path, reserved: tuple[int, ...], problems: Problems) -> dict[str, int]:
    """GPIO number by signal; whatever is wrong goes to `problems`."""
    pins: dict[str, int] = {}
    users: dict[int, str] = {}
    if not file.is_file():
        problems.add(file, "file", "missing", "lines of signal and pin, such as STEP,GP2")
        return pins
    with file.open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.reader(lines) if row and not row[0].startswith("#")]
    for row in rows:
        if len(row) != 2:
            problems.add(file, "line", ",".join(row), "two columns, signal and pin")
            continue
        signal, pin = (cell.strip() for cell in row)
        if signal not in SIGNALS:
            problems.add(file, signal, "unknown signal", "signals " + ", ".join(SIGNALS))
        elif signal in pins:
            problems.add(file, signal, f"{pin}, given twice", "one pin a signal")
        else:
            gpio = _gpio(file, signal, pin, reserved, problems)
            if gpio is None:
                continue
            if gpio in users:
                problems.add(file, signal, f"{pin}, already {users[gpio]}", "one signal a pin")
            users.setdefault(gpio, signal)
            pins[signal] = gpio
    _check_functions(file, pins, problems)
    given = {row[0].strip() for row in rows}
    for signal in SIGNALS:
        if signal not in given:
            problems.add(file, signal, "missing", "exactly one line for each signal")
    return pins


def _gpio(
    file: Path, signal: str, pin: str, reserved: tuple[int, ...], problems: Problems
) -> int | None:
    match = re.fullmatch(r"GP(\d{1,2})", pin)
    if not match or int(match[1]) > _LAST_GPIO:
        problems.add(file, signal, pin, f"GP0 to GP{_LAST_GPIO} (RP2040)")
        return None
    gpio = int(match[1])
    if gpio in reserved:
        problems.add(file, signal, pin, "a pin that the board brings out (board.json)")
        return None
    return gpio


def _check_functions(file: Path, pins: dict[str, int], problems: Problems) -> None:
    adc = pins.get("PRESSURE2")
    if adc is not None and adc < _FIRST_ADC_GPIO:
        problems.add(file, "PRESSURE2", f"GP{adc}", f"a pin with ADC: GP{_FIRST_ADC_GPIO} to GP29")
    sda, scl = pins.get("SDA"), pins.get("SCL")
    if sda is not None and sda % 2:
        problems.add(file, "SDA", f"GP{sda}", "an even pin (RP2040: SDA is on even pins)")
    if scl is not None and scl % 2 == 0:
        problems.add(file, "SCL", f"GP{scl}", "an odd pin (RP2040: SCL is on odd pins)")
    if sda is not None and scl is not None and i2c_block(sda) != i2c_block(scl):
        block = i2c_block(sda)
        same = ", ".join(f"GP{n}" for n in range(1, _LAST_GPIO + 1, 2) if i2c_block(n) == block)
        allowed = f"I2C{block} like SDA on GP{sda}: {same}"
        problems.add(file, "SCL", f"GP{scl} of I2C{i2c_block(scl)}", allowed)
    first = pins.get(SWITCHES[0])
    if first is None:
        return
    order = " ".join(SWITCHES)
    for offset, signal in enumerate(SWITCHES):
        if signal in pins and pins[signal] != first + offset:
            allowed = f"GP{first + offset}: {order} follow one another (one read takes them)"
            problems.add(file, signal, f"GP{pins[signal]}", allowed)
