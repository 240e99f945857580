"""What a development board gets: the firmware compiled to .mpy, with stand-ins for what the pump's
own image has and stock MicroPython has not."""

import hashlib
import json
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from manostat_tools import frozen
from manostat_tools.boards import BOARDS, Board, load_board
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.stock import ensure_mpy_cross
from manostat_tools.image import known, stage

ON_BOARD = Path(__file__).with_name("on_board")
MANIFEST = "manifest.json"
ARCHITECTURE = "armv6m"

_TRACE_BYTES = 16_384
"""Of a development board: the code itself takes the memory that the image's trace has."""
_SLOT_FLASH = """

from manostat.ram_flash import RamFlash


def _flash(_offset, length):
    return RamFlash(length)
"""
_NO_PAGE = """

def load(_flash_offset):
    return None
"""


@dataclass(frozen=True)
class Bundle:
    """`files`: content by path in the slot, the manifest among them; `image_hash`: as the hello
    frame says it, 16 hex digits; `mpy`: such as "6.3"; `micropython`: of the compiler's tree."""

    files: dict[str, bytes]
    hashes: dict[str, str]
    image_hash: str
    mpy: str
    micropython: str


def make_bundle(board: str = "RPI_PICO", say: bool = False) -> Bundle:
    """Compile firmware/ for a development board. Raises ImageError without a compiler, DeviceError
    with the file and line when a source does not compile."""
    loaded = load_board(BOARDS / board)
    compiler = ensure_mpy_cross(say=say)
    mpy, micropython = _version_of(compiler)
    sources = _sources(loaded)
    image_hash = stage.image_hash(sources)[:16]
    known.remember(image_hash, micropython)
    files = {
        str(Path(name).with_suffix(".mpy")): _compile(compiler, name, source)
        for name, source in sources.items()
    }
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    about = {"image": image_hash, "mpy": mpy, "files": hashes}
    files[MANIFEST] = json.dumps(about).encode()
    return Bundle(files, hashes, image_hash, mpy, micropython)


def _sources(board: Board) -> dict[str, bytes]:
    """The image's files with the stand-ins; main.py becomes start.py, which the chooser imports."""
    pump = stage.FIRMWARE / "manostat"
    board_module = frozen.board_module(board)
    smaller = re.sub(r"TRACE_BYTES = \d+", f"TRACE_BYTES = {_TRACE_BYTES}", board_module)
    overrides: dict[str, Path | str] = {
        "main.py": ON_BOARD / "start.py",
        "manostat_board.py": smaller,
        "manostat/ram_flash.py": ON_BOARD / "ram_flash.py",
        "manostat/image_check.py": ON_BOARD / "slot_check.py",
        "manostat/storage.py": (pump / "storage.py").read_text(encoding="utf-8") + _SLOT_FLASH,
        "manostat/unit_page.py": (pump / "unit_page.py").read_text(encoding="utf-8") + _NO_PAGE,
        "manostat/identity_page.py": (pump / "identity_page.py").read_text(encoding="utf-8")
        + _NO_PAGE,
    }
    files = stage.collect(board, True, overrides)
    files["start.py"] = files.pop("main.py")
    for name in ("_boot.py", "boot.py", "manifest.py"):
        del files[name]
    return files


def _compile(compiler: Path, name: str, source: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "source.py", Path(folder) / "code.mpy"
        before.write_bytes(source)
        command: list[str | Path] = [
            compiler,
            f"-march={ARCHITECTURE}",
            "-s",
            name,
            "-o",
            after,
            before,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().replace("\n", " ")
            raise DeviceError(f"{name} does not compile: {said}")
        return after.read_bytes()


def _version_of(compiler: Path) -> tuple[str, str]:
    done = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"MicroPython v?(\d+\.\d+(?:\.\d+)?).*mpy v(\d+\.\d+)", done.stdout)
    if found is None:
        raise DeviceError(f"{compiler} does not say which .mpy it makes: {done.stdout.strip()}")
    return found[2], found[1]
