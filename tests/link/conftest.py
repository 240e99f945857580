"""One emulated pump for all: it has a serial number and a journal that takes a while to pull."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from manostat import identity_page
from manostat.journal import NOTE, Journal
from manostat_sim.emulated import registry
from manostat_sim.emulator.flash import erased_flash, write_uf2
from manostat_sim.unit_page import STORAGE_OFFSET
from manostat_tools.link import Pump, connect

from ..book_bench import new_storage
from ..emulated_process import PORT_S, Emulated
from ..nor_flash import BLOCK

SERIAL = "M-017"
SERIAL_HEX = "4d2d303137000000"
NOTES = 60
_IDENTITY_BLOCKS = (349, 350)
_JOURNAL_BLOCKS = (2, 128)


def flash_of(image: Path) -> bytes:
    """2 MB: the image, the identity, and a journal of so many notes."""
    flash = bytearray(erased_flash())
    write_uf2(flash, image)
    storage = new_storage()
    page = identity_page.encode({"serial": SERIAL, "line_nl_mpa": 29000})
    for block in _IDENTITY_BLOCKS:
        storage.memory[block * BLOCK : block * BLOCK + len(page)] = page
    journal = Journal(storage, *_JOURNAL_BLOCKS)
    journal.scan()
    for _ in range(NOTES):
        assert journal.append(NOTE, struct.pack("<6i", 1, 0, 0, 0, 0, 0))
    flash[STORAGE_OFFSET : STORAGE_OFFSET + len(storage.memory)] = storage.memory
    return bytes(flash)


@pytest.fixture(scope="session")
def link_process(run_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    from manostat_tools.image import ensure_images

    kept = tmp_path_factory.mktemp("link") / "flash.bin"
    kept.write_bytes(flash_of(ensure_images()))
    board = Emulated("linked", "--flash", str(kept))
    yield board
    board.end()


@pytest.fixture
def board(link_process: Emulated) -> Iterator[Emulated]:
    """It is on, and its cable is in; whatever a test pressed is let go."""
    link_process.operate("power on")
    link_process.operate("plug")
    link_process.await_port()
    yield link_process
    for switch in ("RUN", "PAIN", "STOP"):
        link_process.operate(f"release {switch}")


@pytest.fixture
def no_boards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A registry without the boards that other tests keep: each would be asked, and waited for."""
    monkeypatch.setenv(registry.ENVIRONMENT, str(tmp_path / "none"))


@pytest.fixture
def pump(board: Emulated) -> Iterator[Pump]:
    """An open link to it."""
    with connect("linked", limit_s=PORT_S) as opened:
        yield opened


@pytest.fixture
def idle(board: Emulated) -> Iterator[Pump]:
    """The same, freshly started: nothing is proven."""
    starts = json.loads(board.operate("status"))["starts"]
    board.operate("reset")
    board.operate(f"await starts:{starts + 1} 20")
    board.await_port()
    with connect("linked", limit_s=PORT_S) as opened:
        yield opened
