"""A data folder of our own, and events to put into it."""

from pathlib import Path

import pytest

from manostat_tools.units.registry import Event, default_file


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `manostat` in it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "manostat"


@pytest.fixture
def file(data: Path) -> Path:
    """The registry; not there yet."""
    return default_file()


def event(serial: str = "M-017", what: str = "provisioned", **other: object) -> Event:
    values = [1, 50_000, 3_500_000, 344_738, 551_581, 0, 228_705, 2_216, -276]
    unit = {"syringe": "bd-10", "region": "lumbar"}
    identity = {"serial": serial, "by": 'Jürgen "}, "crc": "00000000"}'}
    fields = {"values": values, "unit": unit, "identity": identity, "key": "4d8c8e7edb734ba4"}
    fields |= {"stored": ["unit"], "result": "self test: passed"} | other
    return Event("2026-11-28T12:52:55+00:00", serial, what, "A. Weber", "ddc9", "pump", **fields)
