"""Generates the two modules that are frozen beside the firmware: manostat_board, manostat_unit."""

from hashlib import sha256

from manostat.core.prescription import RANGES
from manostat_tools import __version__
from manostat_tools.boards import Board
from manostat_tools.pins import adc_channel, i2c_block
from manostat_tools.pump import MAX_STEPS_PER_TICK, TICK_US
from manostat_tools.unit import Unit

_FLASH_START = 0x1000_0000
_FLASH_BYTES = 2 * 1024 * 1024  # of a Raspberry Pi Pico; MicroPython's storage is its end
_SECTOR_BYTES = 4096


def manifest_address(board: Board) -> int:
    """Where the image's manifest is: a sector of its own, the last one before the storage."""
    return _FLASH_START + _FLASH_BYTES - board.pump.storage_flash_bytes - _SECTOR_BYTES


def board_module(board: Board) -> str:
    """Source of manostat_board.py: one upper-case whole number a line."""
    pump = board.pump
    granted = pump.max_steps_per_s * TICK_US // 1_000_000
    numbers = {f"PIN_{signal}": gpio for signal, gpio in board.pins.items()}
    numbers |= {
        "SWITCH_SHIFT": board.pins["STOP_OK"],
        "ADC_CHANNEL": adc_channel(board.pins["PRESSURE2"]),
        "I2C_ID": i2c_block(board.pins["SDA"]),
        "I2C_HZ": pump.i2c_hz,
        "I2C_TIMEOUT_US": pump.i2c_timeout_us,
        "SENSOR_ADDRESS": pump.sensor_address,
        "STEP_PULSE_US": pump.step_pulse_us,
        "MAX_STEPS_PER_TICK": max(1, min(MAX_STEPS_PER_TICK, granted)),
        "TRACE_BYTES": pump.trace_bytes,
        "UNIT_FLASH_OFFSET": pump.unit_flash_offset_bytes,
        "JOURNAL_FLASH_OFFSET": pump.journal_flash_offset_bytes,
        "JOURNAL_FLASH_BYTES": pump.journal_flash_bytes,
        "TRACE_FLASH_OFFSET": pump.trace_flash_offset_bytes,
        "TRACE_FLASH_BYTES": pump.trace_flash_bytes,
        "IDENTITY_FLASH_OFFSET": pump.identity_flash_offset_bytes,
        "KEY_FLASH_OFFSET": pump.key_flash_offset_bytes,
        "MANIFEST_ADDRESS": manifest_address(board),
    }
    about = f"Pins and numbers of boards/{board.name}, generated: edit that folder instead."
    lines = [f'"""{about}"""', ""]
    lines += [f"{name} = {value}" for name, value in numbers.items()]
    return "\n".join(lines) + "\n"


def unit_module(unit: Unit | None, bench: bool, image_hash: str) -> str:
    """Source of manostat_unit.py; `unit` None is a pump that refuses to move.

    The tuple is put together from names when the board runs it: in a constant one MicroPython
    freezes numbers above 16383 as long integers, whose every product goes to the heap.
    """
    lines = [
        '"""What this image is for, generated with it."""',
        "",
        f"BENCH = {int(bench)}",
        f'VERSION = "{__version__}"',
        f'IMAGE_HASH = "{image_hash}"',
    ]
    if unit is None:
        lines.append("UNIT = None")
    else:
        names = [name for name, _low, _high in RANGES]
        lines += [f"{name} = {value}" for name, value in zip(names, unit.values, strict=True)]
        lines.append(f"UNIT = ({', '.join(names)})")
    return "\n".join(lines) + "\n"


def source_hash(sources: dict[str, bytes]) -> str:
    """Hex SHA-256 over the frozen sources by name: what an image is called in its records."""
    digest = sha256()
    for name in sorted(sources):
        digest.update(f"{name}\0{len(sources[name])}\0".encode())
        digest.update(sources[name])
    return digest.hexdigest()
