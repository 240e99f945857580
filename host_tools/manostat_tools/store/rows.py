"""Checks of the file row by row, on raw bytes: nothing is taken for sound unseen."""

import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError

from manostat_tools.store.chain import START, Envelope, canonical, link, raw, sha256
from manostat_tools.store.schema import schema_problems


class Wrong(NamedTuple):
    """`where`: what in the file, such as "entry 17"."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


class Row(NamedTuple):
    """An entry as it stands; `envelope` None if it cannot be read."""

    sequence: int
    hash: bytes
    envelope: Envelope | None


def check_file(connection: sqlite3.Connection) -> Iterator[Wrong]:
    """SQLite's own check of its pages and indexes, then that tables and triggers are as made."""
    for (said,) in connection.execute("PRAGMA integrity_check"):
        if said != b"ok":
            yield Wrong("file", _text(said))
    for problem in schema_problems(connection):
        yield Wrong("file", problem)


def check_chain(connection: sqlite3.Connection, rows: list[Row]) -> Iterator[Wrong]:
    """Each entry's number, hash and form; fills `rows`. A break is reported once: what follows is
    checked against the hash that is stored."""
    before, last = START, 0
    select = "SELECT sequence, body, hash FROM entries ORDER BY sequence"
    for sequence, body, stored in connection.execute(select):
        where = f"entry {sequence}"
        if sequence != last + 1:
            yield Wrong(where, f"stands behind entry {last}: {sequence - last - 1} are missing")
        body, stored = raw(body), raw(stored)
        if link(before, body) != stored:
            yield Wrong(
                where, "its hash is not that of its text and of the entry before: one was changed"
            )
        envelope, reason = _read(body)
        if reason:
            yield Wrong(where, reason)
        rows.append(Row(sequence, stored, envelope))
        before, last = stored, sequence
    made = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone()
    if made is None or made[0] != last:
        count = made[0] if made else "no"
        yield Wrong(f"entry {last}", f"is the last, but {count} were written: the end is missing")
    first = rows[0].envelope if rows else None
    if first is None or first.entry.kind != "created":
        yield Wrong("entry 1", "is not the one that a store is made with")


def _read(body: bytes) -> tuple[Envelope | None, str]:
    try:
        data = json.loads(body)
        form = canonical(data)
        envelope = Envelope.model_validate_json(body)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        return None, f"cannot be read: {'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (ValueError, RecursionError) as wrong:
        return None, f"cannot be read: {wrong}"
    return envelope, "" if form == body else "its text is not in the form that is hashed"


def check_blobs(connection: sqlite3.Connection, names: set[str]) -> Iterator[Wrong]:
    """Each blob is what its name says; fills `names`."""
    for name, content in connection.execute("SELECT sha256, content FROM blobs"):
        name, content = raw(name), raw(content)
        if sha256(content) != name.hex():
            yield Wrong(f"blob {name.hex()}", f"its {len(content)} bytes have another SHA-256")
        names.add(name.hex())


def _text(value: str | bytes) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
