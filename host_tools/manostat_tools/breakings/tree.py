"""The copy in which things are broken, and the one place that breaks and mends them."""

import fcntl
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from manostat_tools.boards import REPOSITORY
from manostat_tools.breakings.data import Breaking
from manostat_tools.refusal import Problems, RefusedError

COPIED = (
    "firmware",
    "boards",
    "sim",
    "hil_tests",
    "host_tools",
    "docs/requirements",
    "pyproject.toml",
    "conftest.py",
)
_BUILT_ONCE = ("micropython", "mpy-cross*")
"""In build/: MicroPython's sources and compiler, which no breaking changes."""


class Tree:
    """`path` holds a copy of what the tests need; what was compiled there stays from run to run."""

    def __init__(self, path: Path, root: Path = REPOSITORY) -> None:
        self.path = path
        self.root = root

    def refresh(self) -> None:
        """Make the copy equal to the repository, and touch only what differs: it is compiled."""
        wanted = {
            file.relative_to(self.root) for part in COPIED for file in _files(self.root, part)
        }
        for part in COPIED:
            for file in _files(self.path, part):
                if file.relative_to(self.path) not in wanted:
                    file.unlink()
        for name in wanted:
            self._put(str(name), (self.root / name).read_bytes())
        for pattern in _BUILT_ONCE:
            for built in (self.root / "build").glob(pattern):
                link = self.path / "build" / built.name
                link.parent.mkdir(exist_ok=True)
                if not link.is_symlink():
                    shutil.rmtree(link, ignore_errors=True)
                    link.symlink_to(built, target_is_directory=True)

    @contextmanager
    def broken(self, breaking: Breaking) -> Iterator[None]:
        """Meanwhile `breaking` is in the copy. Raises RefusedError if its text is not there."""
        changed = texts(breaking, self.path)
        whole = {name: (self.path / name).read_bytes() for name in changed}
        try:
            for name, text in changed.items():
                self._put(name, text.encode())
            yield
        finally:
            for name, content in whole.items():
                self._put(name, content)

    def _put(self, name: str, content: bytes) -> None:
        """With the time of now, for what compiles by times, and without what was compiled."""
        path = self.path / name
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
            compiled.unlink()  # its time has seconds, and a breaking may keep the length


def lock(folder: Path) -> TextIO:
    """Held while it is open. Raises RefusedError if another process works in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise RefusedError(
            [f"{folder}: in use, allowed one manostat breakings at a time"]
        ) from None
    return file


def texts(breaking: Breaking, root: Path) -> dict[str, str]:
    """The broken texts by file. Raises RefusedError, with name and file, for an edit whose
    `before` is not in its file exactly once."""
    changed: dict[str, str] = {}
    problems = Problems()
    for edit in breaking.edits:
        path = root / edit.file
        if edit.file not in changed and not path.is_file():
            problems.add(Path(edit.file), breaking.name, "no such file", "files of the repository")
            continue
        text = changed.get(edit.file) or path.read_text(encoding="utf-8")
        if (times := text.count(edit.before)) != 1:
            found = f"{edit.before!r} found {times} times"
            problems.add(Path(edit.file), breaking.name, found, "exactly once")
            continue
        changed[edit.file] = text.replace(edit.before, edit.after)
    problems.raise_if_any()
    return changed


def check(breakings: Sequence[Breaking], root: Path = REPOSITORY) -> None:
    """All of them, so that one run tells everything. Raises RefusedError."""
    problems = Problems()
    for breaking in breakings:
        try:
            texts(breaking, root)
        except ValueError as refused:
            problems.lines += getattr(refused, "problems", [str(refused)])
    problems.raise_if_any()


def _files(root: Path, part: str) -> list[Path]:
    whole = root / part
    if whole.is_file():
        return [whole]
    return [
        file
        for file in sorted(whole.rglob("*"))
        if file.is_file() and not any(p == "__pycache__" or "egg-info" in p for p in file.parts)
    ]
