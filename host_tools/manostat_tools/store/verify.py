"""Recompute all that a store claims: file, chain, sessions, blobs, and the pumps' own journals."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from manostat_tools.store.chain import Imported
from manostat_tools.store.contents import (
    Keys,
    Pumps,
    check_references,
    check_runs,
    check_sessions,
    check_units,
    sessions_in,
)
from manostat_tools.store.errors import StoreError
from manostat_tools.store.rows import Row, Wrong, check_blobs, check_chain, check_file
from manostat_tools.store.schema import check_header, connect
from manostat_tools.store.store import Store
from manostat_tools.store.units import gather


@dataclass
class Verdict:
    """`wrong`, the first break first. `head` is the hash of the last entry, hexadecimal; `units`
    says of each pump how far its seals reach."""

    entries: int = 0
    sessions: int = 0
    blobs: int = 0
    head: str = ""
    units: list[str] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def is_sound(self) -> bool:
        """Nothing is wrong."""
        return not self.wrong


def verify(
    file: Path,
    key: bytes | None = None,
    head: str | None = None,
    say: Callable[[str], None] = lambda _: None,
    keys: Keys = lambda _unit, _names: None,
) -> Verdict:
    """Look at everything; changes nothing. `key` is a pump's own, from elsewhere; `keys` gives
    those that this host keeps; `head` is a hash that was noted earlier: then the entry that it is
    of must still be there.

    All is read from one copy in memory: others may write meanwhile, and wait for that copy alone.

    StoreError for a file that is no store. What was cut off together with SQLite's own count of
    what was written, or written anew as a whole, is found by a noted `head` alone.
    """
    check_header(file)
    verdict = Verdict()
    with closing(connect(file, "rw")) as opened, closing(sqlite3.connect(":memory:")) as copy:
        opened.execute("PRAGMA query_only=ON")
        copy.text_factory = bytes
        for wrong in _guarded(_all(opened, copy, file, verdict, key, head, say, keys)):
            verdict.wrong.append(wrong)
    return verdict


def _guarded(found: Iterator[Wrong]) -> Iterator[Wrong]:
    """What cannot be read at all is one more thing that is wrong, and the last one."""
    try:
        yield from found
    except (sqlite3.Error, StoreError) as wrong:
        yield Wrong("file", f"cannot be read on: {wrong}")


def _all(
    opened: sqlite3.Connection,
    copy: sqlite3.Connection,
    file: Path,
    verdict: Verdict,
    key: bytes | None,
    head: str | None,
    say: Callable[[str], None],
    keys: Keys,
) -> Iterator[Wrong]:
    say("checking the file")
    opened.backup(copy)
    yield from _guarded(check_file(copy))
    say("checking the chain")
    rows: list[Row] = []
    yield from check_chain(copy, rows)
    verdict.entries = len(rows)
    verdict.head = rows[-1].hash.hex() if rows else ""
    if head is not None and head not in {row.hash.hex() for row in rows}:
        yield Wrong("chain", f"no entry has the hash {head}: not the store that it was noted of")
    say(f"checking the blobs of {len(rows)} entries")
    blobs: set[str] = set()
    yield from check_blobs(copy, blobs)
    verdict.blobs = len(blobs)
    entries = [row.envelope.entry for row in rows if row.envelope]
    units = gather(entry for entry in entries if isinstance(entry, Imported))
    yield from check_references(units, blobs)
    say("reading the sessions")
    sessions = sessions_in(rows)
    verdict.sessions = len(sessions)
    yield from check_sessions(rows, sessions)
    say(f"checking the journals of {len(units)} pumps")
    pumps = Pumps(verdict.units)
    yield from check_units(Store(file, copy), units, key, keys, pumps)
    yield from check_runs(sessions, pumps)
