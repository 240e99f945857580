"""Compiled code of the firmware: no constant is found right at only some places in flash.

For Cortex-M0+ the compiler puts a constant that it cannot make from 16 bits, or from 8 and a shift,
between the instructions: `ldr rX, [pc, #0]`, a branch over it, and the constant. It is found there
only if the function lies at a multiple of 4, and a frozen one lies at any multiple of 2. What needs
more than 30 bits is an object in a table, and is found everywhere.
"""

import subprocess
from pathlib import Path

import pytest

from manostat_tools.devices.stock import ensure_mpy_cross
from manostat_tools.image import stage

COMPILED = sorted(
    path
    for path in stage.FIRMWARE.rglob("*.py")
    if "@micropython.viper" in path.read_text(encoding="utf-8")
    or "@micropython.native" in path.read_text(encoding="utf-8")
)
OVER_IT = bytes([1, 0xE0])
"""A branch over the four bytes of the constant."""


def between_instructions(source: Path, work: Path) -> list[int]:
    """The constants that the code of a file holds in this way."""
    compiled = work / "compiled.mpy"
    command = [ensure_mpy_cross(), "-march=armv6m", "-o", compiled, source]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    code = compiled.read_bytes()
    found = []
    for at in range(len(code) - 7):
        loads = code[at] == 0 and 0x48 <= code[at + 1] <= 0x4F
        if loads and code[at + 2 : at + 4] == OVER_IT:
            value = int.from_bytes(code[at + 4 : at + 8], "little")
            if not tells_the_arguments(value):
                found.append(value)
    return found


def tells_the_arguments(value: int) -> bool:
    """The least and the most arguments of a function, for the message if there were others: loaded
    only then, and the least one is found right at any place."""
    return value >> 17 == value >> 1 & 0xFFFF and not value & 1


@pytest.mark.pico
@pytest.mark.req("T-02")
@pytest.mark.parametrize("source", COMPILED, ids=lambda path: path.stem)
def test_no_constant_depends_on_where_the_code_lies(source: Path, tmp_path: Path) -> None:
    assert between_instructions(source, tmp_path) == []


@pytest.mark.pico
def test_of_the_test_such_a_constant_is_found(tmp_path: Path) -> None:
    for value, is_found in (
        (65_535, False),
        (65_537, True),
        (500_000, True),
        (0x3FFF_FFFF, True),
        (0xF0_0000, False),  # 4 bits and a shift
        (-200, False),
        (0x4005_8004, False),  # an object
    ):
        source = tmp_path / "of_the_test.py"
        source.write_text(
            "import micropython\n"
            "@micropython.viper\n"
            f"def read() -> int:\n    return int({value})\n",
            encoding="utf-8",
        )
        assert between_instructions(source, tmp_path) == [value] * is_found, value


def test_of_the_test_compiled_files_are_found() -> None:
    assert {"watchdog", "rp2", "rp2_bus"} < {path.stem for path in COMPILED}
