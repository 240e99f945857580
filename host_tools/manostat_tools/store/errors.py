"""What can be wrong with a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Error


class StoreError(Exception):
    """A file that is no store, cannot be read or written, or an entry that it must not take. The
    text names the file, or the entry, and what was found."""


class ContradictionError(StoreError):
    """A pull says something else than what is stored of the same pump; `lines` has one for each."""

    def __init__(self, unit: str, lines: list[str]) -> None:
        super().__init__(f"unit {unit}: {len(lines)} times something else than what is stored")
        self.unit = unit
        self.lines = lines


@contextmanager
def naming(file: Path) -> Iterator[None]:
    """Turn what SQLite says into one line with the file's name."""
    try:
        yield
    except Error as wrong:
        raise StoreError(f"{file}: {wrong}") from wrong
