"""An image onto emulated boards: asked into the boot loader, copied, interrupted, verified."""

import ast
import contextlib
import hashlib
import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from manostat_tools import __version__
from manostat_tools.devices import drive, stock_check
from manostat_tools.devices.attached import Attached, find
from manostat_tools.devices.drive import copy
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.flash import Image, flash, read_image, refuse_loss, verify
from manostat_tools.devices.probe import Answer, Hello, Kind
from manostat_tools.image import uf2

from .conftest import manostat, one_line

HELLO = Hello(1, False, 0, 0, "0123456789abcdef", "", 0, 2000)


@pytest.mark.pico
def test_interrupted_half_way_it_waits_in_its_boot_loader_and_takes_the_next(emulated, images):
    stock = emulated("was-stock", "--stock")
    stock.await_port()
    image = read_image(images["bench"])
    pulled = []

    def pull(done, total):
        if done > total // 2 and not pulled:
            pulled.append(done)
            stock.operate("unplug")

    with pytest.raises(DeviceError, match=r"ended at \d\d % .*flash again"):
        flash(stock.board, image, 5, erase_files=True, progress=pull)
    stock.operate("plug")
    assert json.loads(stock.operate("status"))["mode"] == "boot loader"
    answer = flash(stock.board, image, 5)
    assert answer.hello is not None
    assert answer.hello.bench
    assert answer.hello.words == "passed"


@pytest.mark.pico
def test_an_empty_board_becomes_a_pump_that_only_its_button_opens(emulated, images):
    board = emulated("new", "--blank")
    done = manostat("flash", "new", str(images["production"]))
    assert done.code == 0, done
    assert "self test: passed, production image" in done.out
    assert f"protocol 2, firmware {__version__}, MicroPython 1.25.0" in done.out
    assert "no RPI-RP2 drive" in one_line(
        manostat("flash", "new", str(images["bench"]), "--wait", "0")
    )
    board.operate("bootsel hold")
    board.operate("reset")
    board.operate("bootsel release")
    assert board.board.drive


def test_what_is_no_image_for_a_pico_is_refused(tmp_path):
    text = tmp_path / "text.uf2"
    text.write_text("no image")
    other = tmp_path / "other.uf2"
    blocks = uf2.encode({uf2.FLASH_START: bytes(512)})
    other.write_bytes(blocks.replace(b"\x56\xff\x8b\xe4", b"1234"))
    for file, said in ((text, "8 bytes"), (other, "block 0"), (tmp_path / "none.uf2", "No such")):
        with pytest.raises(DeviceError, match=said):
            read_image(file)
    assert "name an image, or --stock" in one_line(manostat("flash", "any"))


def test_another_image_than_the_one_that_was_copied_is_noticed():
    image = Image(Path("pump.uf2"), b"", b"IMAGE 0123456789abcdef", True)
    verify(image, HELLO)
    with pytest.raises(DeviceError, match="kept what it had"):
        verify(image, replace(HELLO, image="f" * 16))


STOCK = b"MicroPython v1.25.0 on 2025-04-15\0".ljust(5000, b"x") + b"\xff" * 8192 + b"end"


class HashingPrompt:
    """A prompt that hashes the places it is asked for, of what its flash holds."""

    def __init__(self, flash):
        self._flash = flash

    def __call__(self, _path):
        return contextlib.nullcontext(self)

    def run(self, code, _limit_s):
        places = ast.literal_eval(re.search(r"in (\[.*\]):", code)[1])
        parts = [self._flash[at - uf2.FLASH_START :][:size] for at, size in places]
        return hashlib.sha256(b"".join(parts)).hexdigest() + "\r\n"


@pytest.mark.parametrize(
    ("version", "flash", "refused"),
    [
        ("1.25.0", STOCK, None),
        ("1.25.0", STOCK[:9000] + b"kept from before" + STOCK[9016:], None),
        ("1.24.1", STOCK, "1.24.1 answers, and stock.uf2 has 1.25.0"),
        ("1.25.0", STOCK[:3000] + b"!" + STOCK[3001:], "flash is not what stock.uf2 has"),
        ("1.25.0", STOCK[:-1] + b"!", "flash is not what stock.uf2 has"),
    ],
    ids=["the-same", "left-out", "version", "one-byte", "last-byte"],
)
def test_only_the_micropython_of_the_file_is_taken_for_it(monkeypatch, version, flash, refused):
    monkeypatch.setattr(stock_check, "Prompt", HashingPrompt(flash))
    with pytest.raises(DeviceError, match=refused) if refused else contextlib.nullcontext():
        stock_check.verify_stock("/p", Path("stock.uf2"), STOCK, version)


@pytest.mark.pico
def test_stock_micropython_is_verified_by_the_flash_that_it_has(emulated, stock_image):
    emulated("for-stock", "--blank")
    done = manostat("flash", "for-stock", "--stock")
    assert done.code == 0, done
    assert "its version and its flash are those of the file" in done.out
    spoilt = bytearray(read_image(stock_image).binary)
    spoilt[100_000] ^= 1
    with pytest.raises(DeviceError, match="flash is not what"):
        stock_check.verify_stock(find("for-stock").path, stock_image, bytes(spoilt), "1.25.0")


def test_records_are_not_formatted_away_unasked():
    pump, stock = Attached("ttyACM0", False, "/dev/ttyACM0", ""), Image(Path("s"), b"", b"", False)
    answer = Answer(Kind.MANOSTAT, HELLO, 0)
    with pytest.raises(DeviceError, match="--lose-records"):
        refuse_loss(pump, answer, stock, False)
    refuse_loss(pump, answer, stock, True)
    refuse_loss(pump, answer, Image(Path("p"), b"", b"", True), False)


@pytest.mark.timeout(60)
def test_a_drive_that_hangs_ends_the_copy_at_its_deadline(tmp_path, monkeypatch):
    (tmp_path / "INFO_UF2.TXT").write_text("Board-ID: RPI-RP2")
    os.mkfifo(tmp_path / "MANOSTAT.UF2")  # whose opening waits for ever
    monkeypatch.setattr(drive, "_FIRST_S", 0.5)
    with pytest.raises(DeviceError, match=r"nothing was copied \(it takes nothing for 0.5 s\)"):
        copy(bytes(100_000), tmp_path)


def test_a_drive_that_vanishes_with_its_last_block_is_a_copy_that_is_done(tmp_path):
    (tmp_path / "INFO_UF2.TXT").write_text("Board-ID: RPI-RP2")
    content = bytes(100_000)

    def restarts(done, total):
        if done == total:
            (tmp_path / "INFO_UF2.TXT").unlink()

    copy(content, tmp_path, restarts)
    with pytest.raises(DeviceError, match="nothing was copied"):
        copy(content, tmp_path)
