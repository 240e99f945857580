"""Boots one test firmware for all tests of the emulated board and runs programs on it."""

import os
from pathlib import Path
from typing import Any

import pytest

from manostat_sim.emulator import ADAPTERS, EmulatedPico

FIRMWARE = Path(__file__).with_name("firmware_main.py")
MS = 1_000_000


class Lab:
    """A board that runs the programs it is given; all it says is kept in `said`."""

    def __init__(self, image: Path, without: str | None = None, **options: Any) -> None:
        self.pico = EmulatedPico(image, adapters=ADAPTERS - {without}, **options)
        self.said = bytearray()
        self.pico.usb.on_bytes(self.said.extend)

    def boot(self) -> None:
        """Powers the board and waits until the port is open and quiet."""
        self.pico.power_on()
        self.run("pass")
        self.pico.run_for(30 * MS)
        self.said.clear()

    def start(self, program: str) -> None:
        """Sends a program; it begins as soon as the board runs."""
        source = program.encode()
        self.pico.usb.write(b"%04x" % len(source) + source)

    def wait_for(self, text: bytes, limit_ms: int = 1000) -> bytes:
        """Runs until the board has said `text`; returns everything up to there."""
        end_ns = self.pico.now_ns + limit_ms * MS
        while text not in self.said:
            if self.pico.now_ns >= end_ns:
                raise AssertionError(f"{text!r} not said in {limit_ms} ms: {bytes(self.said)!r}")
            self.pico.run_for(MS // 10)
        end = self.said.index(text) + len(text)
        heard = bytes(self.said[:end])
        del self.said[:end]
        return heard

    def run(self, program: str, limit_ms: int = 1000) -> list[str]:
        """Runs a program to its end and returns the lines it has printed."""
        self.start(program)
        return self.wait_for(b"done\r\n", limit_ms).decode().split("\r\n")[:-2]


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test firmware's image, built unless MANOSTAT_EMULATOR_IMAGE names a ready one."""
    if ready := os.environ.get("MANOSTAT_EMULATOR_IMAGE"):
        return Path(ready)
    from manostat_tools.image import build_image

    return build_image("emulator-tests", {"main.py": FIRMWARE})


@pytest.fixture
def lab(image: Path):
    """`lab()` or `lab(without="an adapter")`: a booted board; `EmulatedPico`'s options besides."""

    def boot(without: str | None = None, **options: Any) -> Lab:
        board = Lab(image, without, **options)
        board.boot()
        return board

    return boot
