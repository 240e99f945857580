"""What gets frozen: the firmware's files, the two generated modules, and a test's replacements."""

import re
from collections.abc import Mapping
from pathlib import Path

from manostat_tools import frozen
from manostat_tools.boards import REPOSITORY, Board
from manostat_tools.image.errors import ImageError

FIRMWARE = REPOSITORY / "firmware"
_TOP = ("_boot.py", "boot.py", "main.py", "manifest.py")


def collect(board: Board, bench: bool, overrides: Mapping[str, Path | str]) -> dict[str, bytes]:
    """Content by frozen name, such as "main.py" or "manostat/app.py".

    `overrides` replaces, or adds under manostat/, with a file or with source text. Raises
    ImageError for a name outside that.
    """
    files = {name: _bytes(FIRMWARE / name) for name in _TOP}
    for path in sorted((FIRMWARE / "manostat").rglob("*.py")):
        files[path.relative_to(FIRMWARE).as_posix()] = _bytes(path)
    files["manostat_board.py"] = frozen.board_module(board).encode()
    generated = ("manostat_board.py", "manostat_unit.py")
    for name, source in overrides.items():
        if name not in (*files, *generated) and not name.startswith("manostat/"):
            allowed = ", ".join((*_TOP, *generated, "manostat/*"))
            raise ImageError(f"override {name}: allowed {allowed}")
        files[name] = source.encode() if isinstance(source, str) else _bytes(source)
    if "manostat_unit.py" not in files:
        unit = board.bench if bench else None
        # the hash covers the unit too, hence once without itself
        without = {**files, "manostat_unit.py": frozen.unit_module(unit, bench, "").encode()}
        module = frozen.unit_module(unit, bench, frozen.source_hash(without))
        files["manostat_unit.py"] = module.encode()
    return files


def image_hash(files: Mapping[str, bytes]) -> str:
    """What an image of these files is called in its records; "" where a test has replaced that."""
    found = re.search(rb'IMAGE_HASH = "(\w+)', files["manostat_unit.py"])
    return found[1].decode() if found else ""


def write(files: Mapping[str, bytes], folder: Path) -> bool:
    """Make `folder` hold exactly `files`, touching only what differs; True if anything did."""
    changed = False
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
            changed = True
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            changed = True
    return changed


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ImageError(f"{path}: missing, and an image needs it") from None
