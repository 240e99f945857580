"""The boot loader's folder: what it flashes, what it passes over, when it is done."""

import struct

import pytest

from manostat_sim.emulated.boot_loader import FLASH_START, BootLoader, is_bootable
from manostat_tools.image import uf2

SECTOR = 4096


class Loader(BootLoader):
    def __init__(self, folder):
        self.flash = bytearray(b"\x55" * 64 * 1024)
        super().__init__(folder / "RPI-RP2", self.write)
        self.folder = folder / "RPI-RP2"
        self.show()

    def write(self, offset, data):
        self.flash[offset : offset + len(data)] = data

    def put(self, content, name="image.uf2"):
        (self.folder / name).write_bytes(content)

    def look_often(self):
        return any([self.look() for _ in range(20)])


@pytest.fixture
def loader(tmp_path):
    return Loader(tmp_path)


def image(n_bytes=10_000, address=FLASH_START):
    return uf2.encode({address: bytes(number % 251 for number in range(n_bytes))})


def test_a_whole_image_is_flashed_and_its_sectors_erased_first(loader):
    loader.put(image())
    assert loader.look_often()
    assert loader.flash[:10_000] == bytes(number % 251 for number in range(10_000))
    assert loader.flash[10_240 : 3 * SECTOR] == b"\xff" * (3 * SECTOR - 10_240)
    assert loader.flash[3 * SECTOR] == 0x55


def test_an_image_that_comes_in_pieces_is_done_with_its_last_block(loader):
    content = image()
    for end in (700, 5000, len(content) - 1):
        loader.put(content[:end])
        assert not loader.look_often()
    assert loader.received == (39, 40)
    loader.put(content)
    assert loader.look_often()


def test_blocks_may_come_in_any_order(loader):
    content = image()
    blocks = [content[at : at + 512] for at in range(0, len(content), 512)]
    loader.put(b"".join(reversed(blocks)))
    assert loader.look_often()
    assert loader.flash[:100] == bytes(range(100))


@pytest.mark.parametrize(
    ("at", "word"),
    [(0, 1), (4, 1), (508, 1), (28, 0xE48BFF59), (12, 0x2000_0000), (12, FLASH_START + 1), (8, 0)],
    ids=["first", "second", "last", "RP2350", "RAM", "between pages", "no family"],
)
def test_what_is_not_for_this_flash_is_passed_over(loader, at, word):
    content = bytearray(image())
    for block in range(0, len(content), 512):
        struct.pack_into("<I", content, block + at, word)
    loader.put(bytes(content))
    assert not loader.look_often()
    assert set(loader.flash) == {0x55}


def test_another_file_begins_anew(loader):
    loader.put(image()[:5120], "half.uf2")
    assert not loader.look_often()
    loader.put(image(2560), "whole.uf2")
    assert loader.look_often()


def test_a_hidden_drive_is_no_drive(loader):
    loader.put(image())
    loader.hide()
    assert not loader.look()
    assert not loader.folder.exists()


@pytest.mark.pico
def test_the_boot_rom_starts_an_image_and_no_erased_flash(stock_image):
    assert is_bootable(uf2.decode(stock_image))
    assert not is_bootable(b"\xff" * SECTOR)
