"""The file: its tables, how one is made, and how it is known before anything touches it."""

import os
import sqlite3
from functools import cache
from pathlib import Path

from manostat_tools.store.errors import StoreError, naming

APPLICATION_ID = int.from_bytes(b"MNST", "big")
VERSION = 1
"""Of the tables. A file of a newer one is refused; there is no older one."""

_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_ROLLBACK = b"\x01\x01"  # bytes 18 and 19: not a write-ahead log, which would be further files

_TABLES = """
CREATE TABLE entries (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    hash BLOB NOT NULL,
    session TEXT GENERATED ALWAYS AS (json_extract(body, '$.session')) VIRTUAL
);
CREATE INDEX entries_of_session ON entries (session);
CREATE TABLE blobs (
    sha256 BLOB NOT NULL PRIMARY KEY,
    content BLOB NOT NULL
) WITHOUT ROWID;
CREATE TRIGGER entries_in_order BEFORE INSERT ON entries
WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM entries)
BEGIN SELECT RAISE(ABORT, 'entries are only added, one after the other'); END;
CREATE TRIGGER blobs_once BEFORE INSERT ON blobs
WHEN EXISTS (SELECT 1 FROM blobs WHERE sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'blobs are stored once'); END;
"""
_NEVER = """
CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} are never changed and never deleted'); END;
"""
DDL = _TABLES + "".join(
    _NEVER.format(table=table, what=what)
    for table in ("entries", "blobs")
    for what in ("UPDATE", "DELETE")
)


def default_file() -> Path:
    """`manostat/store.sqlite` in the user's data folder (XDG)."""
    data = os.environ.get("XDG_DATA_HOME", "")
    folder = Path(data) if os.path.isabs(data) else Path.home() / ".local" / "share"
    return folder / "manostat" / "store.sqlite"


def connect(file: Path, mode: str) -> sqlite3.Connection:
    """`mode`: "rw" for a file that is there, "rwc" for a new one. Each transaction is on the disk,
    its folder's entry too, when it is committed."""
    uri = f"{file.absolute().as_uri()}?mode={mode}"
    with naming(file):
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5)
        connection.execute("PRAGMA synchronous=EXTRA")
    return connection


def check_header(file: Path) -> None:
    """Look at the first bytes only. StoreError for what is no store of a known version."""
    try:
        if file.is_fifo():  # to open it would wait for a writer
            raise StoreError(f"{file}: a pipe: allowed a store of Manostat")
        with file.open("rb") as opened:
            header = opened.read(_HEADER_BYTES)
            size = opened.seek(0, os.SEEK_END)
    except OSError as wrong:
        raise StoreError(f"{file}: {wrong.strerror}") from wrong
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise StoreError(
            f"{file}: {size} bytes that begin with {header[:16]!r}: allowed a store of Manostat"
        )
    application = int.from_bytes(header[68:72], "big")
    if application != APPLICATION_ID:
        raise StoreError(
            f"{file}: an SQLite file of another program (application id {application:#010x}): "
            f"allowed a store of Manostat ({APPLICATION_ID:#010x})"
        )
    version = int.from_bytes(header[60:64], "big")
    if version != VERSION:
        whose = "a newer Manostat" if version > VERSION else "no Manostat"
        raise StoreError(f"{file}: made by {whose}, version {version}: allowed {VERSION}")
    if header[18:20] != _ROLLBACK:
        raise StoreError(f"{file}: damaged: journal mode {header[18:20].hex()}, allowed 0101")
    _check_size(file, header, size)


def _check_size(file: Path, header: bytes, size: int) -> None:
    """A file that was cut off. One that was killed while it grew is mended by SQLite itself."""
    page_bytes = int.from_bytes(header[16:18], "big")
    wanted = (65536 if page_bytes == 1 else page_bytes) * int.from_bytes(header[28:32], "big")
    if size < wanted and not hot_journal(file).exists():
        raise StoreError(f"{file}: damaged: {size} bytes, allowed the {wanted} that it began with")


def hot_journal(file: Path) -> Path:
    """What SQLite leaves beside the file while it writes, and mends it with after a crash."""
    return file.with_name(file.name + "-journal")


def schema_of(connection: sqlite3.Connection) -> dict[str, str]:
    """Tables, indexes and triggers by name, as SQL."""
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {_text(name): _text(sql) for name, sql in rows}


@cache
def _wanted() -> dict[str, str]:
    connection = sqlite3.connect(":memory:")
    connection.executescript(DDL)
    return schema_of(connection)


def schema_problems(connection: sqlite3.Connection) -> list[str]:
    """What is not as it was made, such as a trigger that is gone."""
    wanted, found = _wanted(), schema_of(connection)
    names = sorted(wanted.keys() | found.keys())
    return [
        f"{name} is missing" if name not in found
        else f"{name} is none of a store" if name not in wanted
        else f"{name} was changed"
        for name in names
        if wanted.get(name) != found.get(name)
    ]  # fmt: skip


def publish(temporary: Path, file: Path) -> None:
    """Give a finished new file its name, never over another. FileExistsError if there is one."""
    try:
        os.link(temporary, file)
        temporary.unlink()
    except FileExistsError:
        raise
    except OSError:  # no hard links on this file system: an empty file takes the name first
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        temporary.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def make(temporary: Path) -> sqlite3.Connection:
    """A new file with empty tables, for its owner's eyes only."""
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with naming(temporary):
        connection = connect(temporary, "rw")
        connection.executescript(
            f"BEGIN; PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION}; {DDL}"
            "COMMIT;"
        )
    return connection


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
