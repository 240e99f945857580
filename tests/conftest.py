"""Fixtures shared by the host tests."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from manostat_sim.emulated import registry
from manostat_tools.boards import BOARDS


class BoardFolder:
    """A copy of boards/RPI_PICO to spoil."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def pins(self, **changes: str | None) -> None:
        """Put signals on other pins, add signals, or with None leave them out."""
        file = self.path / "pins.csv"
        rows = dict(line.split(",") for line in file.read_text().splitlines())
        rows = {name: pin for name, pin in {**rows, **changes}.items() if pin is not None}
        file.write_text("".join(f"{name},{pin}\n" for name, pin in rows.items()))

    def edit(self, name: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the object in one of the folder's JSON files."""
        file = self.path / name
        data = json.loads(file.read_text())
        change(data)
        file.write_text(json.dumps(data))


@pytest.fixture(scope="session", autouse=True)
def data_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """No key, unit or session of whoever runs the tests, and nothing left behind among them."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder))
        yield folder


@pytest.fixture
def board_folder(tmp_path: Path) -> BoardFolder:
    folder = tmp_path / "RPI_PICO"
    shutil.copytree(BOARDS / "RPI_PICO", folder)
    return BoardFolder(folder)


@pytest.fixture(scope="session")
def run_dir() -> Iterator[Path]:
    """A registry of our own; short, because the name of a socket may have 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="mano"))
    before = os.environ.get(registry.ENVIRONMENT)
    os.environ[registry.ENVIRONMENT] = str(folder)
    yield folder
    if before is None:
        del os.environ[registry.ENVIRONMENT]
    else:
        os.environ[registry.ENVIRONMENT] = before
    shutil.rmtree(folder, ignore_errors=True)
