"""The registry: a file of lines that are only added to, one for each event of a unit.

A line is a JSON object: `n` counts lines from 1, `event` is what happened, `crc` is the CRC-32 (8
hex digits) of `n` and `event` as they stand. A line that was cut off or spoilt is passed over and
told with its place; all others are read.
"""

import contextlib
import fcntl
import json
import os
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from manostat_tools.units.place import data_folder, make_folder, sync_folder

LOCK_S = 5.0
"""How long a writer waits for another one."""
_TRY_S = 0.02
# What ends it cannot stand inside: in a JSON string its quotes would be escaped.
_LINE = re.compile(rb'\{"n": (\d{1,9}), "event": (\{.*?\}), "crc": "([0-9a-f]{8})"\}')


class RegistryError(RuntimeError):
    """The registry cannot be read, written or locked; the message names the file."""


@dataclass(frozen=True)
class Event:
    """What happened to a unit. What is not known is empty, or None.

    `utc`: ISO 8601; `what`: "begun", before anything was sent, or "provisioned", "failed" after;
    `image`: hash of the pump's image in hex; `values`: the nine integers of the unit page; `unit`:
    syringe, needle, region in words; `identity`: as stored; `key`: the name of a key, never a key;
    `stored`: what the pump has confirmed; `result`: in words.
    """

    utc: str
    serial: str
    what: str
    operator: str
    image: str = ""
    board: str = ""
    values: list[int] = field(default_factory=list)
    unit: dict[str, str] = field(default_factory=dict)
    identity: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    stored: list[str] = field(default_factory=list)
    result: str = ""


_EVENT = TypeAdapter(Event)


@dataclass(frozen=True)
class Damage:
    """`line` from 1; `what` says what is wrong there."""

    line: int
    what: str


@dataclass(frozen=True)
class Book:
    """`events` in the order of the file, without those that are damaged."""

    file: Path
    events: list[Event]
    damage: list[Damage]


def default_file() -> Path:
    """`manostat/units.jsonl` in the user's data folder (XDG)."""
    return data_folder() / "units.jsonl"


def read(file: Path) -> Book:
    """All events; none if there is no file. RegistryError if it cannot be read."""
    try:
        content = file.read_bytes() if file.exists() else b""
    except OSError as problem:
        raise RegistryError(f"{file}: {problem.strerror}") from None
    events: list[Event] = []
    damage: list[Damage] = []
    last = 0
    for number, line in enumerate(_split(content), 1):
        found = [pair for parts in _LINE.finditer(line) if (pair := _event(parts)) is not None]
        if len(found) != 1 or not _LINE.fullmatch(line):
            damage.append(Damage(number, f"{len(line)} bytes with {len(found)} whole events"))
            last += not found  # it was one
        for count, event in found:
            if count != last + 1:
                damage.append(Damage(number, f"event {count} where {last + 1} was expected"))
            last = count
            events.append(event)
    return Book(file, events, damage)


def append(file: Path, event: Event) -> None:
    """Add one event; it is on the disk when this returns, and no line before it was touched.

    RegistryError if another writer has the file for `LOCK_S` seconds, or it cannot be written.
    """
    try:
        make_folder(file.parent)
        is_new = not file.exists()
        with _locked(file) as handle:
            number, is_complete = _end_of(handle)
            before = b"" if is_complete else b"\n"  # a line that was cut off stays as it is
            _write(handle, before + _line(number, event))
            os.fsync(handle)
        if is_new:
            sync_folder(file.parent)
    except OSError as problem:
        raise RegistryError(f"{file}: {problem.strerror}") from None


def _split(content: bytes) -> list[bytes]:
    """At line feeds alone: what else ends a line elsewhere does not do so here."""
    lines = content.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def _line(number: int, event: Event) -> bytes:
    body = f'"n": {number}, "event": {json.dumps(asdict(event), ensure_ascii=True)}'.encode()
    return b'{%s, "crc": "%08x"}\n' % (body, zlib.crc32(body))


def _event(parts: re.Match[bytes]) -> tuple[int, Event] | None:
    """Its number and itself, or None if the checksum does not fit, or something in it cannot be."""
    body = b'"n": %s, "event": %s' % (parts[1], parts[2])
    if zlib.crc32(body) != int(parts[3], 16):
        return None
    try:
        event = _EVENT.validate_python(vars(Event(**json.loads(parts[2]))))
    except (ValueError, TypeError, RecursionError):  # of a version with other fields, or by hand
        return None
    return (int(parts[1]), event) if _can_be_stored(event.values) else None


def _can_be_stored(values: list[int]) -> bool:
    """Whether they may be those of a unit page, 4 bytes each; a step is a ratio of two of them."""
    return all(abs(value) < 1 << 31 for value in values) and (len(values) != 9 or values[7] > 0)


def _end_of(handle: int) -> tuple[int, bool]:
    """The number of the next event, above every number and every line that there is, cut ones too;
    and whether the last line is complete."""
    content = os.pread(handle, os.fstat(handle).st_size, 0)
    numbers = [pair[0] for each in _LINE.finditer(content) if (pair := _event(each)) is not None]
    last = max([len(_split(content)), *numbers])
    return last + 1, not content or content.endswith(b"\n")


def _write(handle: int, data: bytes) -> None:
    if os.write(handle, data) != len(data):
        raise OSError(28, "the disk took only a part of the line")


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[int]:
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        ends_s = time.monotonic() + LOCK_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= ends_s:
                    message = f"{file}: another program has been writing for {LOCK_S:g} s"
                    raise RegistryError(message) from None
            time.sleep(_TRY_S)
        yield handle
    finally:
        os.close(handle)
