"""Where the host keeps what it knows of units."""

import os
import re
from pathlib import Path

SERIAL_CHARACTERS = 8
_SERIAL = re.compile(f"[A-Z0-9-]{{1,{SERIAL_CHARACTERS}}}")


def data_folder() -> Path:
    """`manostat` in $XDG_DATA_HOME, else in ~/.local/share. It may not exist."""
    data = os.environ.get("XDG_DATA_HOME", "")
    folder = Path(data) if os.path.isabs(data) else Path.home() / ".local" / "share"
    return folder / "manostat"


def check_serial(serial: str) -> str:
    """The serial number itself. ValueError, with what is allowed, if it is none: it also makes the
    name of a file."""
    if not _SERIAL.fullmatch(serial):
        raise ValueError(f"serial {serial!r}: allowed 1 to {SERIAL_CHARACTERS} of A-Z, 0-9 and -")
    return serial


def make_folder(folder: Path) -> None:
    """Make it and its parents, for this user alone, and see its entry onto the disk."""
    if folder.is_dir():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """What was made, linked or renamed in it outlives a power cut from here on."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
