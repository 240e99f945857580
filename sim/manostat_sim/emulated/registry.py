"""Which emulated boards run here: one JSON file each in a folder that all programs know.

A pty has no USB id, so nothing else could find them. Each file is locked (flock) by its process for
as long as that lives: a file without a lock is what a killed process left, and is cleaned away.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

ENVIRONMENT = "MANOSTAT_RUN_DIR"
_TRY_S = 0.02
NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")


class NameTakenError(RuntimeError):
    """An emulated board of this name runs already."""


@dataclass(frozen=True)
class Registration:
    """One running emulated board. `path`: its serial port while it has one; `drive`: its boot
    loader's folder while it is in it; `control`: the socket of its buttons; `started`: UTC."""

    name: str
    pid: int
    path: str
    drive: str
    control: str
    image: str
    scenario: str
    started: str


def folder() -> Path:
    """$MANOSTAT_RUN_DIR, else `manostat` in $XDG_RUNTIME_DIR, else in the XDG state folder."""
    if own := os.environ.get(ENVIRONMENT):
        return Path(own)
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        return Path(runtime) / "manostat"
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "manostat" / "run"


def running() -> list[Registration]:
    """Those that run, by name."""
    return [entry for _, entry in _files() if entry is not None]


def stale() -> list[str]:
    """Names of those that were killed and left their files."""
    return [file.stem for file, entry in _files() if entry is None]


def clean() -> list[str]:
    """Remove what killed ones left; returns their names."""
    names = []
    for name in stale():
        with contextlib.suppress(NameTakenError), _claim(folder() / f"{name}.json", name, 1):
            _remove(name)
            names.append(name)
    return names


def _remove(name: str) -> None:
    """Remove every file of a board; whoever calls this has its lock."""
    base = folder()
    shutil.rmtree(base / f"{name}.RPI-RP2", ignore_errors=True)
    for suffix in ("tty", "ctl", "json"):
        (base / f"{name}.{suffix}").unlink(missing_ok=True)


class Place:
    """The files of one emulated board, taken for as long as this process lives.

    Raises ValueError for a name that makes no file name, NameTakenError if it is taken.
    """

    def __init__(self, name: str, image: str, scenario: str, started: str) -> None:
        if not NAME.fullmatch(name):
            raise ValueError(f"name {name!r}: allowed 1 to 32 letters, digits, _ and -")
        base = folder()
        base.mkdir(parents=True, exist_ok=True)
        self.tty = base / f"{name}.tty"
        self.control = base / f"{name}.ctl"
        self.drive = base / f"{name}.RPI-RP2"
        self._name = name
        self._file = _claim(base / f"{name}.json", name)
        for left in (self.tty, self.control):
            left.unlink(missing_ok=True)
        shutil.rmtree(self.drive, ignore_errors=True)
        paths = (str(self.tty), str(self.drive), str(self.control))
        entry = Registration(name, os.getpid(), *paths, image, scenario, started)
        self._file.write(json.dumps(asdict(entry), indent=1) + "\n")
        self._file.flush()

    def leave(self) -> None:
        """Remove everything; the last thing a process does here."""
        _remove(self._name)
        self._file.close()


def free_name(prefix: str = "pump") -> str:
    """The first of pump, pump2, pump3 ... that is not taken."""
    taken = {entry.name for entry in running()}
    number = 1
    while (name := prefix if number == 1 else f"{prefix}{number}") in taken:
        number += 1
    return name


def _claim(path: Path, name: str, tries: int = 10) -> IO[str]:
    """The locked, empty file of a name. Who only looks at it has it locked too, for a moment."""
    for _ in range(tries):
        file = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_still(path, file):
                file.seek(0)
                file.truncate()
                return file
        except BlockingIOError:
            time.sleep(_TRY_S)
        file.close()
    raise NameTakenError(f"an emulated board called {name} runs already")


def _is_still(path: Path, file: IO[str]) -> bool:
    """Whether an open file has not been removed meanwhile by who cleaned up."""
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _files() -> Iterator[tuple[Path, Registration | None]]:
    base = folder()
    for path in sorted(base.glob("*.json")) if base.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):  # it may end while we look
            yield path, _read(path)


def _read(path: Path) -> Registration | None:
    with path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            return None
        try:
            data: dict[str, Any] = json.load(file)
            return Registration(**data)
        except (ValueError, TypeError):
            return None
