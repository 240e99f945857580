"""The store: entries and blobs are added, each in one transaction, and read again."""

import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from manostat_tools.session.corrections import FoldError, apply
from manostat_tools.session.entries import Correction, Opened, RunDone, SessionEntry
from manostat_tools.session.fold import admit
from manostat_tools.session.model import Run
from manostat_tools.store import schema
from manostat_tools.store.chain import (
    START,
    Created,
    Envelope,
    Imported,
    body_of,
    link,
    raw,
    sha256,
)
from manostat_tools.store.errors import StoreError, naming
from manostat_tools.store.pump_runs import PumpRuns
from manostat_tools.store.units import runs_told_of, units_of


class Written(NamedTuple):
    """An entry in its place. `hash` stands for it and for everything before it."""

    sequence: int
    envelope: Envelope
    hash: bytes


class Store:
    """One file. Use as a context manager, or `close` it.

    Every method raises StoreError, with the file's name, when the file cannot be read or written.
    """

    def __init__(self, file: Path, connection: sqlite3.Connection) -> None:
        self.file = file
        self._connection = connection

    @classmethod
    def open(cls, file: Path) -> "Store":
        """One that is there. StoreError, before anything is touched, for what is no store."""
        schema.check_header(file)
        with naming(file):
            connection = schema.connect(file, "rw")
            problems = schema.schema_problems(connection)
        if problems:
            connection.close()
            raise StoreError(f"{file}: damaged: {problems[0]}")
        return cls(file, connection)

    @classmethod
    def create(cls, file: Path, now: datetime | None = None) -> "Store":
        """A new one, whole or not at all; its folder too. StoreError if there is such a file."""
        temporary = file.with_name(f".{file.name}.{os.getpid()}.new")
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            store = cls(file, schema.make(temporary))
            first = Created(host_utc=now or datetime.now(UTC), name=secrets.token_hex(16))
            with store.writing():
                store._add(Envelope(session=None, number=None, entry=first))
            store.close()
            schema.publish(temporary, file)
        except OSError as wrong:
            raise StoreError(f"{file}: cannot be made: {wrong.strerror or wrong}") from wrong
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
        return cls.open(file)

    @classmethod
    def open_or_create(cls, file: Path) -> "Store":
        """Either; also if another program makes it meanwhile."""
        if not file.exists():
            try:
                return cls.create(file)
            except StoreError as wrong:
                if not (isinstance(wrong.__cause__, FileExistsError) and file.exists()):
                    raise
        return cls.open(file)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """What was committed is on the disk already."""
        self._connection.close()

    # Reading

    def entries(self, session: str | None = None) -> list[Written]:
        """All, or those of a session, in the order in which they were written."""
        where, values = ("WHERE session = ?", [session]) if session is not None else ("", [])
        return list(self._select(where, values))

    def session_entries(self, session: str) -> list[SessionEntry]:
        """What was written down in a session, as `fold` takes it."""
        entries = [written.envelope.entry for written in self.entries(session)]
        return [entry for entry in entries if not isinstance(entry, Created | Imported)]

    def pulls(self) -> Iterator[Imported]:
        """What was imported, in order."""
        for written in self._select("WHERE session IS NULL", []):
            if isinstance(written.envelope.entry, Imported):
                yield written.envelope.entry

    def sessions(self) -> list[str]:
        """Their names, in the order in which they were opened."""
        with naming(self.file):
            rows = self._connection.execute(
                "SELECT session FROM entries WHERE session IS NOT NULL "
                "GROUP BY session ORDER BY min(sequence)"
            )
            return [row[0] for row in rows]

    def head(self) -> bytes:
        """The hash of the last entry."""
        with naming(self.file):
            row = self._connection.execute(
                "SELECT hash FROM entries ORDER BY sequence DESC LIMIT 1"
            ).fetchone()
        return raw(row[0]) if row else START

    def blob(self, digest: str) -> bytes | None:
        """By its SHA-256, hexadecimal; None if it is not stored."""
        with naming(self.file):
            row = self._connection.execute(
                "SELECT content FROM blobs WHERE sha256 = ?", [bytes.fromhex(digest)]
            ).fetchone()
        return raw(row[0]) if row else None

    # Writing

    def append(self, session: str, entry: SessionEntry) -> Written:
        """Add an entry to a session; an `Opened` begins one. It is on the disk on return.

        StoreError for an entry that contradicts those before it, or a preset that must not be used.
        """
        with self.writing():
            before = self.session_entries(session)
            self._check_source(before, entry)
            if before and isinstance(entry, Opened):
                raise StoreError(f"session {session} is there already: allowed another name")
            try:
                admit(session, before, entry)
                envelope = Envelope(session=session, number=len(before) + 1, entry=entry)
            except FoldError as wrong:
                raise StoreError(f"session {session}: {wrong}") from wrong
            except ValidationError as wrong:
                raise StoreError(f"session {session}: {wrong.errors()[0]['msg']}") from wrong
            return self._add(envelope)

    def _check_source(self, before: Sequence[SessionEntry], entry: SessionEntry) -> None:
        """The pump's page of a run, and its trace, are stored before the run is; and the run is
        what they say, for nothing could put a false one right later."""
        said = entry.instead if isinstance(entry, Correction) else entry
        if not isinstance(said, RunDone):
            return
        source = said.run.source
        record = source.record_hash if source else None
        for what, digest in (("record", record), ("trace", said.run.trace)):
            if digest is not None and self.blob(digest) is None:
                raise StoreError(f"run: its {what} {digest} is not stored: allowed once imported")
        unit = units_of(self).get(source.serial) if source else None
        told = PumpRuns()
        if unit is not None:
            told.add(unit, runs_told_of(self, unit))
        if reason := told.wrong_with(said.run, _replaced(before, entry)):
            raise StoreError(f"run: {reason}: allowed as the pump recorded it")

    def add_import(self, entry: Imported, blobs: Iterable[bytes]) -> Written:
        """Add what was pulled from a pump, with the blobs that it names; all or nothing."""
        with self.writing():
            for content in blobs:
                digest = sha256(content)
                if self.blob(digest) is None:
                    self._connection.execute(
                        "INSERT INTO blobs (sha256, content) VALUES (?, ?)",
                        [bytes.fromhex(digest), content],
                    )
            return self._add(Envelope(session=None, number=None, entry=entry))

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction for all that is read and written inside; nobody else writes meanwhile.
        Whatever ends it early, Ctrl-C too, leaves nothing of it."""
        with naming(self.file):
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _add(self, envelope: Envelope) -> Written:
        try:
            body = body_of(envelope)
        except ValueError as wrong:
            raise StoreError(f"{envelope.entry.kind}: {wrong}") from wrong
        row = self._connection.execute(
            "SELECT sequence, hash FROM entries ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
        sequence, before = (row[0] + 1, raw(row[1])) if row else (1, START)
        digest = link(before, body)
        self._connection.execute(
            "INSERT INTO entries (sequence, body, hash) VALUES (?, ?, ?)",
            [sequence, body.decode(), digest],
        )
        return Written(sequence, envelope, digest)

    def _select(self, where: str, values: list[str]) -> Iterator[Written]:
        sql = f"SELECT sequence, body, hash FROM entries {where} ORDER BY sequence"
        with naming(self.file):
            rows = self._connection.execute(sql, values).fetchall()
        for sequence, body, digest in rows:
            try:
                envelope = Envelope.model_validate_json(raw(body))
            except ValidationError as wrong:
                first = wrong.errors()[0]
                where_in = ".".join(map(str, first["loc"]))
                raise StoreError(
                    f"{self.file}: damaged: entry {sequence}: {where_in}: {first['msg']}"
                ) from wrong
            yield Written(sequence, envelope, raw(digest))


def _replaced(before: Sequence[SessionEntry], entry: SessionEntry) -> Run | None:
    """The run that a correction takes the place of, as it stands, or as it was struck out."""
    if not isinstance(entry, Correction) or not 0 < entry.entry <= len(before):
        return None
    old = dict(apply(before).standing).get(entry.entry, before[entry.entry - 1])
    return old.run if isinstance(old, RunDone) else None
