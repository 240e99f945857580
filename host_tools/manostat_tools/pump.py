"""The numbers of a board's pump: pump.json, checked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manostat_tools.refusal import Problems

TICK_US = 2000
MAX_STEPS_PER_TICK = 3
"""What one grant can hold (docs/design.md)."""

_MICROSTEPS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_SECTOR_BYTES = 4096  # what RP2040 flash erases at once
_LEAST_TRACE_BYTES = 4 * _SECTOR_BYTES

# Field, least, most, unit. Step pulse: A4988 at least 1 us, DRV8825 1.9 us, and three of them must
# leave most of a tick low; HSC answers at 100 to 400 kHz; a time-out near a whole tick stops it.
# The conversions of the core are for these two sensors alone, hence ranges of one value.
_WHOLE = (
    ("steps_per_rev", 20, 400, ""),
    ("max_steps_per_s", 1, MAX_STEPS_PER_TICK * 1_000_000 // TICK_US, "steps/s"),
    ("step_pulse_us", 2, 16, "us"),
    ("i2c_hz", 100_000, 400_000, "Hz"),
    ("i2c_timeout_us", 100, 1000, "us"),
    ("sensor_range_psi", 150, 150, "psi"),
    ("second_sensor_range_psi", 150, 150, "psi"),
    ("second_sensor_low_percent", 10, 10, "%"),
    ("second_sensor_high_percent", 90, 90, "%"),
    ("trace_bytes", 2048, 131_072, "bytes"),
    ("storage_flash_bytes", 11 * _SECTOR_BYTES, 15 << 20, "bytes"),
    ("unit_flash_offset_bytes", 0, 15 << 20, "bytes"),
    ("journal_flash_offset_bytes", 2 * _SECTOR_BYTES, 15 << 20, "bytes"),
    ("journal_flash_bytes", 2 * _SECTOR_BYTES, 15 << 20, "bytes"),
)
_FIELDS = (*(row[0] for row in _WHOLE), "microsteps", "lead_mm", "sensor_address")


@dataclass(frozen=True)
class Pump:
    """Mechanics, timing and memory of a pump; the unit of each number is in its name."""

    steps_per_rev: int
    microsteps: int
    lead_mm: float
    max_steps_per_s: int
    step_pulse_us: int
    i2c_hz: int
    i2c_timeout_us: int
    sensor_address: int
    sensor_range_psi: int
    second_sensor_range_psi: int
    second_sensor_low_percent: int
    second_sensor_high_percent: int
    trace_bytes: int
    storage_flash_bytes: int
    unit_flash_offset_bytes: int
    journal_flash_offset_bytes: int
    journal_flash_bytes: int

    @property
    def key_flash_offset_bytes(self) -> int:
        """The unit's key has the last sector of the storage."""
        return self.storage_flash_bytes - _SECTOR_BYTES

    @property
    def identity_flash_offset_bytes(self) -> int:
        """The two copies of the unit's identity have the two sectors before the key."""
        return self.key_flash_offset_bytes - 2 * _SECTOR_BYTES

    @property
    def trace_flash_offset_bytes(self) -> int:
        """Stored traces begin where the journal ends."""
        return self.journal_flash_offset_bytes + self.journal_flash_bytes

    @property
    def trace_flash_bytes(self) -> int:
        """Stored traces go on to the identity."""
        return self.identity_flash_offset_bytes - self.trace_flash_offset_bytes


def read_pump(file: Path, data: dict[str, Any], problems: Problems) -> Pump | None:
    """The pump of pump.json, or None when something is wrong with it."""
    before = len(problems.lines)
    problems.known(file, data, _FIELDS)
    values: dict[str, Any] = {
        name: problems.whole(file, data, name, low, high, unit) for name, low, high, unit in _WHOLE
    }
    values["microsteps"] = data.get("microsteps")
    if values["microsteps"] not in _MICROSTEPS:
        allowed = "one of " + ", ".join(map(str, _MICROSTEPS))
        problems.add(file, "microsteps", values["microsteps"], allowed)
    values["lead_mm"] = problems.number(file, data, "lead_mm", 0.5, 10.0, "mm")
    values["sensor_address"] = _address(file, data.get("sensor_address"), problems)
    if len(problems.lines) > before:
        return None
    pump = Pump(**values)
    _check_flash(file, pump, problems)
    return pump if len(problems.lines) == before else None


def _address(file: Path, value: object, problems: Problems) -> int | None:
    try:
        address = int(value, 0) if isinstance(value, str) else int(str(value))
    except ValueError:
        address = -1
    if not 0x08 <= address <= 0x77:
        problems.add(file, "sensor_address", value, "0x08 to 0x77 (7 bit I2C)")
        return None
    return address


def _check_flash(file: Path, pump: Pump, problems: Problems) -> None:
    if pump.trace_bytes % 2:
        problems.add(file, "trace_bytes", pump.trace_bytes, "an even number (two bytes a tick)")
    for name in ("unit_flash_offset_bytes", "journal_flash_offset_bytes", "journal_flash_bytes"):
        value = getattr(pump, name)
        if value % _SECTOR_BYTES:
            problems.add(file, name, value, f"a multiple of {_SECTOR_BYTES} (one flash sector)")
    if pump.trace_flash_bytes < _LEAST_TRACE_BYTES:
        end = pump.identity_flash_offset_bytes
        most = end - _LEAST_TRACE_BYTES - pump.journal_flash_offset_bytes
        problems.add(
            file,
            "journal_flash_bytes",
            pump.journal_flash_bytes,
            f"at most {most} (the storage, less {_LEAST_TRACE_BYTES} for traces and three sectors "
            "for identity and key)",
        )
    unit_start = pump.unit_flash_offset_bytes
    unit_end = unit_start + 2 * _SECTOR_BYTES
    if unit_end > pump.storage_flash_bytes:
        problems.add(
            file,
            "unit_flash_offset_bytes",
            unit_start,
            f"at most {pump.storage_flash_bytes - 2 * _SECTOR_BYTES} (two sectors in the storage)",
        )
    if pump.journal_flash_offset_bytes < unit_end:
        problems.add(
            file,
            "journal_flash_offset_bytes",
            pump.journal_flash_offset_bytes,
            f"behind {unit_start} to {unit_end - 1}, the two copies of the unit page",
        )
