"""Emulated boards to test with: stock MicroPython, and the bench image."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from manostat_tools.devices.probe import Kind
from manostat_tools.devices.wait import wait_for

from ..emulated_process import PORT_S, Done, Emulated, manostat, one_line

__all__ = ("Done", "Emulated", "manostat", "one_line")


@pytest.fixture(scope="session")
def stock_image() -> Path:
    from manostat_tools.devices.stock import ensure_stock

    return ensure_stock()


@pytest.fixture(scope="session")
def images() -> dict[str, Path]:
    from manostat_tools.image import ensure_images

    return {"bench": ensure_images(), "production": ensure_images(bench=False)}


@pytest.fixture(scope="session")
def stock_process(run_dir: Path, stock_image: Path) -> Iterator[Emulated]:
    board = Emulated("stock", "--stock")
    yield board
    board.end()


@pytest.fixture
def stock(stock_process: Emulated) -> Emulated:
    """Stock MicroPython at its prompt, shared: with whatever files a test before has left."""
    stock_process.operate("plug")
    stock_process.operate("reset")
    stock_process.await_port()
    return stock_process


@pytest.fixture(scope="session")
def pump_process(run_dir: Path, images: dict[str, Path]) -> Iterator[Emulated]:
    board = Emulated("bench", "--image", str(images["bench"]))
    yield board
    board.end()


@pytest.fixture
def pump(pump_process: Emulated) -> Iterator[Emulated]:
    """The bench image, self test done, at rest. Off between tests: it is never idle."""
    pump_process.operate("power on")
    wait_for(pump_process.await_port(), Kind.MANOSTAT, PORT_S)
    yield pump_process
    for switch in ("RUN", "PAIN", "STOP"):
        pump_process.operate(f"release {switch}")
    pump_process.operate("power off")


@pytest.fixture
def emulated(run_dir: Path) -> Iterator[object]:
    """`emulated(name, *options)`: a board for one test."""
    boards: list[Emulated] = []

    def start(name: str, *options: str) -> Emulated:
        boards.append(Emulated(name, *options))
        return boards[-1]

    yield start
    for board in boards:
        board.end()
