"""Images: built once, cached by content, well formed, and inert once the program has ended."""

import hashlib
import struct
import time
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manostat_sim.emulator import EmulatedPico
from manostat_sim.unit_page import STORAGE_OFFSET
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.frozen import manifest_address
from manostat_tools.image import (
    ImageError,
    build_image,
    ensure_images,
    manifest,
    stage,
    toolchain,
    uf2,
)
from manostat_tools.image.apt_sources import KEYRING, entries, own_archive
from manostat_tools.image.log import Log

MS = 1_000_000
FLASH_LIMIT = 1 << 20

ENDS = {
    "raises": 'raise ValueError("end of main")',
    "returns": "pass",
    "exits": "import sys\nsys.exit()",
    "soft-resets": "import machine\nmachine.soft_reset()",
}
"""Ways out of main.py. Before it ends, it drives ENABLE_N low and holds STEP high by PIO."""
DRIVES = """
import rp2
from machine import Pin
import manostat_board
Pin(manostat_board.PIN_ENABLE_N, Pin.OUT, value=0)
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def high():
    set(pins, 1)
rp2.StateMachine(0, high, set_base=Pin(manostat_board.PIN_STEP)).active(1)
print("driving")
"""


# The two images


@pytest.mark.pico
@pytest.mark.parametrize("bench", [False, True])
def test_images_are_well_formed_and_under_1_mb(bench):
    image = ensure_images(bench=bench)
    assert image.stat().st_size < FLASH_LIMIT
    content = uf2.decode(image)
    stack, reset = (int.from_bytes(content[at : at + 4], "little") for at in (0x100, 0x104))
    assert 0x2000_0000 < stack <= 0x2004_2000  # a vector table follows the 256-byte second stage
    assert uf2.FLASH_START < reset < uf2.FLASH_START + len(content)


UNIT_PROBE = """
import manostat_unit, micropython
unit = manostat_unit.UNIT
print("unit", unit)
if unit:
    micropython.heap_lock()
    for value in unit:
        value = (value + 1) * 2  # a long integer would need the heap
    micropython.heap_unlock()
print("end")
"""


@pytest.mark.pico
@pytest.mark.parametrize("bench", [False, True])
def test_only_the_bench_image_holds_a_unit_and_in_small_integers(bench):
    expected = load_board(BOARDS / "RPI_PICO").bench.values if bench else None
    name = f"test-unit-{bench}"
    pico = EmulatedPico(build_image(name, {"main.py": UNIT_PROBE}, bench=bench))
    said = bytearray()
    pico.usb.on_bytes(said.extend)
    pico.power_on()
    pico.run_for(300 * MS)
    assert said.decode() == f"unit {expected}\r\nend\r\n"


@pytest.mark.pico
def test_second_call_takes_about_a_second():
    ensure_images()
    start = time.monotonic()
    ensure_images()
    assert time.monotonic() - start < 5  # a second on a quiet machine


@pytest.mark.pico
def test_changed_content_builds_anew_and_unchanged_does_not():
    image = build_image("test-cache", {"main.py": "print('first content')"})
    assert b"first content" in uf2.decode(image)
    made_ns = image.stat().st_mtime_ns
    build_image("test-cache", {"main.py": "print('first content')"})
    assert image.stat().st_mtime_ns == made_ns
    build_image("test-cache", {"main.py": "print('second content')"})
    content = uf2.decode(image)
    assert b"second content" in content
    assert b"first content" not in content


def test_name_of_the_two_images_is_not_for_tests():
    with pytest.raises(ImageError, match="allowed any file name but"):
        build_image("RPI_PICO", {})


def test_override_outside_of_the_firmware_is_refused():
    with pytest.raises(ImageError, match=r"mian\.py: allowed _boot\.py, boot\.py, main\.py"):
        build_image("test-refused", {"mian.py": ""})


# Inert


@pytest.mark.pico
@pytest.mark.parametrize("way_out", ENDS)
@pytest.mark.req("S-03")
def test_nothing_is_driven_and_no_prompt_answers_once_main_has_ended(way_out):
    image = build_image(f"test-{way_out}", {"main.py": DRIVES + ENDS[way_out]})
    pico = EmulatedPico(image)
    said = bytearray()
    pico.usb.on_bytes(said.extend)
    pico.power_on()
    pins = load_board(BOARDS / "RPI_PICO").pins
    was_driven = []
    pico.on_edge(pins["STEP"], lambda level, _t_ns: was_driven.append(level))
    pico.run_for(300 * MS)
    assert 1 in was_driven
    assert pico.level(pins["STEP"]) is None
    assert pico.level(pins["ENABLE_N"]) is None
    said.clear()
    pico.usb.write(b"\x03\x03\r\n\x01print(6*7)\x04\x02\r\nprint(6*7)\r\n")
    pico.run_for(300 * MS)
    assert bytes(said) == b""
    assert pico.level(pins["ENABLE_N"]) is None


@pytest.mark.pico
@pytest.mark.req("S-01")
def test_ctrl_c_does_not_interrupt_main_even_if_it_never_asked():
    counting = "import time\nn = 0\nwhile True:\n    n += 1\n    print(n)\n    time.sleep_ms(10)\n"
    pico = EmulatedPico(build_image("test-ctrl-c", {"main.py": counting}))
    said = bytearray()
    pico.usb.on_bytes(said.extend)
    pico.power_on()
    pico.run_for(100 * MS)
    pico.usb.write(b"\x03" * 20)
    pico.run_for(100 * MS)
    said.clear()
    pico.run_for(100 * MS)
    assert said.count(b"\n") >= 5
    assert b"KeyboardInterrupt" not in said


# Staging


def test_stage_touches_only_what_differs_and_drops_what_is_gone(tmp_path):
    assert stage.write({"a.py": b"1", "p/b.py": b"2"}, tmp_path)
    untouched_ns = (tmp_path / "a.py").stat().st_mtime_ns
    assert not stage.write({"a.py": b"1", "p/b.py": b"2"}, tmp_path)
    assert stage.write({"a.py": b"1"}, tmp_path)
    assert not (tmp_path / "p" / "b.py").exists()
    assert (tmp_path / "a.py").stat().st_mtime_ns == untouched_ns


@pytest.mark.req("S-03")
def test_everything_of_the_package_is_frozen():
    files = stage.collect(load_board(BOARDS / "RPI_PICO"), True, {})
    package = {f"manostat/{p.name}" for p in (stage.FIRMWARE / "manostat").glob("*.py")}
    assert package <= set(files)
    assert {"_boot.py", "boot.py", "main.py", "manostat_board.py", "manostat_unit.py"} <= set(files)


def test_image_hash_changes_with_any_frozen_byte():
    board = load_board(BOARDS / "RPI_PICO")
    units = {stage.collect(board, True, {"main.py": text})["manostat_unit.py"] for text in "12"}
    assert len(units) == 2


# The manifest


@pytest.mark.pico
@pytest.mark.req("S-03")
@pytest.mark.parametrize("bench", [False, True])
def test_image_and_its_manifest_agree(bench):
    content = uf2.decode(ensure_images(bench=bench))
    at = manifest_address(load_board(BOARDS / "RPI_PICO")) - uf2.FLASH_START
    magic, version, zero, length, digest = struct.unpack_from("<4sHHI32s", content, at)
    assert (magic, version, zero) == (b"MIMG", 1, 0)
    assert len(content) == at + manifest.PAGE_BYTES
    assert digest == hashlib.sha256(content[:length]).digest()
    assert set(content[length:at]) == {0xFF}, "nothing of the image is beyond the length"
    assert int.from_bytes(content[-4:], "little") == zlib.crc32(content[at:-4])


def test_the_manifest_has_a_sector_of_its_own_below_the_storage():
    board = load_board(BOARDS / "RPI_PICO")
    assert manifest_address(board) % 4096 == 0
    assert manifest_address(board) + 4096 == uf2.FLASH_START + STORAGE_OFFSET


def test_an_image_that_reaches_its_manifest_is_refused():
    start, address = uf2.FLASH_START, uf2.FLASH_START + 8192
    assert set(manifest.parts(bytes(8192), start, address)) == {start, address}
    with pytest.raises(ImageError, match="allowed at most 8192"):
        manifest.parts(bytes(8193), start, address)


# UF2


@given(st.binary(min_size=1, max_size=2000), st.integers(0, 3), st.binary(max_size=600))
def test_uf2_comes_back_as_it_went(tmp_path_factory, content, gap_pages, more):
    first = content.ljust(-(-len(content) // 256) * 256, b"\0")
    behind = len(first) + 256 * gap_pages
    file = tmp_path_factory.mktemp("uf2") / "image.uf2"
    file.write_bytes(uf2.encode({uf2.FLASH_START: content, uf2.FLASH_START + behind: more}))
    expected = first.ljust(behind, b"\xff") + more if more else first
    assert uf2.decode(file).rstrip(b"\0") == expected.rstrip(b"\0")


@given(st.integers(0, 1023).filter(lambda at: not 288 <= at % 512 < 508), st.integers(1, 255))
def test_uf2_with_a_spoilt_frame_is_not_taken_for_the_whole_one(tmp_path_factory, position, change):
    content = bytearray(uf2.encode({uf2.FLASH_START: bytes(512)}))
    content[position] ^= change
    file = tmp_path_factory.mktemp("uf2") / "image.uf2"
    file.write_bytes(content)
    in_data = 32 <= position % 512 < 288
    in_address = 12 <= position % 512 < 16
    if in_data:
        assert uf2.decode(file) != bytes(512)
    elif in_address:
        with suppress(ValueError):  # or it is a gap that was not there
            assert uf2.decode(file) != bytes(512)
    else:
        with pytest.raises(ValueError, match=f"block {position // 512} of 2"):
            uf2.decode(file)


# Debian's sources and the compiler


def apt_folder(tmp_path: Path, name: str, text: str) -> Path:
    (tmp_path / "sources.list.d").mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    return tmp_path


def test_archive_is_found_in_a_deb822_file(tmp_path):
    text = (
        "Types: deb\n# an older snapshot\nURIs: http://mirror.example/debian\n"
        "Suites: bookworm bookworm-updates\nComponents: main\n"
        "Signed-By: /usr/share/keyrings/some.gpg\n\n"
        "Types: deb-src\nURIs: http://source.example/debian\nSuites: bookworm\nComponents: main\n\n"
        "Enabled: no\nTypes: deb\nURIs: http://off.example\nSuites: sid\nComponents: main\n"
    )
    (entry,) = entries(apt_folder(tmp_path, "sources.list.d/debian.sources", text))
    assert entry.uri == "http://mirror.example/debian"
    assert entry.suites == ("bookworm", "bookworm-updates")
    assert entry.keyring == "/usr/share/keyrings/some.gpg"


def test_archive_is_found_in_a_sources_list(tmp_path):
    text = (
        "# deb http://off.example/debian sid main\n"
        "deb-src http://source.example/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://mirror.example/debian bookworm main contrib # x\n"
        "deb http://mirror.example/security bookworm-security main\n"
    )
    first, second = entries(apt_folder(tmp_path, "sources.list", text))
    assert (first.uri, first.keyring) == ("http://mirror.example/debian", "/k.gpg")
    assert first.components == ("main", "contrib")
    assert second.keyring == KEYRING


def test_security_archive_is_not_taken_for_the_main_one(tmp_path):
    text = "deb http://a.example bookworm-security main\ndeb http://b.example bookworm main\n"
    (tmp_path / "os-release").write_text("ID=debian\n")
    folder = apt_folder(tmp_path, "sources.list", text)
    assert own_archive(folder, tmp_path / "os-release").uri == "http://b.example"


def test_machine_that_is_no_debian_is_told_so(tmp_path):
    (tmp_path / "os-release").write_text('NAME="Other"\nID=other\n')
    with pytest.raises(ImageError, match="other, not Debian"):
        own_archive(tmp_path, tmp_path / "os-release")


def test_missing_compiler_without_root_gives_the_one_command(monkeypatch, tmp_path):
    monkeypatch.setattr(toolchain, "missing", lambda _sources: ["arm-none-eabi-gcc"])
    monkeypatch.setattr(toolchain.shutil, "which", lambda _name: "/usr/bin/apt-get")
    monkeypatch.setattr(toolchain.os, "geteuid", lambda: 1000)
    with pytest.raises(ImageError, match=r"sudo apt-get install .*gcc-arm-none-eabi .*cmake"):
        toolchain.ensure(Log(tmp_path / "log", say=False), sources=True)


def test_missing_compiler_without_apt_says_what_to_get(monkeypatch, tmp_path):
    monkeypatch.setattr(toolchain, "missing", lambda _sources: ["arm-none-eabi-gcc"])
    monkeypatch.setattr(toolchain.shutil, "which", lambda _name: None)
    with pytest.raises(ImageError, match="no apt here: install Arm's GNU compiler"):
        toolchain.ensure(Log(tmp_path / "log", say=False), sources=True)


# The log


def test_failed_tool_shows_its_last_lines_and_the_log(tmp_path):
    log = Log(tmp_path / "image.log", say=False)
    lines = "; ".join(f"echo line {n}" for n in range(30))
    with (
        pytest.raises(ImageError) as failed,
        log.open(),
    ):
        log.run(["sh", "-c", f"{lines}; exit 3"])
    said = str(failed.value)
    assert "line 29" in said
    assert "line 9\n" not in said
    assert f"sh failed (3); whole output: {tmp_path / 'image.log'}" in said
    assert "line 0\n" in (tmp_path / "image.log").read_text()


def test_missing_tool_is_named(tmp_path):
    log = Log(tmp_path / "image.log", say=False)
    with pytest.raises(ImageError, match="no-such-tool is not installed"), log.open():
        log.run(["no-such-tool"])
