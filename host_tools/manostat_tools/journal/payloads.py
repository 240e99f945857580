"""Payloads as names and values (docs/journal.md, "Kinds in the journal")."""

import struct
from collections.abc import Callable
from typing import Any

from manostat_tools.journal.page import Record

BOOT, INTENT, OUTCOME, PAIN_MARK, NOTE, PLATEAU, EVENTS, SEAL, TRACE, SERVICE = range(1, 11)
BOOT, INTENT, OUTCOME, PAIN_MARK, NOTE, PLATEAU, EVENTS, SEAL, TRACE = range(1, 10)
SETTING = 11
TICKS = 64
KINDS = {
    BOOT: "BOOT",
    INTENT: "INTENT",
    OUTCOME: "OUTCOME",
    PAIN_MARK: "PAIN_MARK",
    NOTE: "NOTE",
    PLATEAU: "PLATEAU",
    EVENTS: "EVENTS",
    SEAL: "SEAL",
    TRACE: "TRACE",
    SERVICE: "SERVICE",
    SETTING: "SETTING",
    TICKS: "TICKS",
}
OPENED, STORED_UNIT, STORED_IDENTITY, STORED_KEY = range(1, 5)
CHANGE, ALARM, COMMAND, LOST, TRACE_LOST, TRACE_FULL = range(1, 7)

_PRESCRIBED = (
    "level", "mode", "rate_nl_s", "volume_nl", "limit_above_pa", "limit_line_pa",
    "step_volume_nl", "nl_num", "nl_den", "zero_pa",
)  # fmt: skip
_INTENT = (*_PRESCRIBED, "steps", "reserved_steps")
_OUTCOME = (
    *_PRESCRIBED, "reason", "fault", "steps", "delivered_nl", "opening_pa", "opening_how",
    "peak_pa", "stop_pa", "duration_ms", "late_ticks", "presses", "locked",
)  # fmt: skip
_NOTE = ("level", "reason", "fault", "steps", "pressure_pa", "locked")
_PLATEAU = ("level", "steps", "plateau_pa")
_SETTING = ("level", "locked", "counter", *_PRESCRIBED[1:])
_TRACE = ("level", "first_word", "words", "first_page", "pages")
_BOOT = ("reason", "flags", "verdict", "no_record", "foreign", "key", "foreign_traces")
_BEFORE_MS = (0, 500, 1000, 2000, 3000)
_MARK = struct.Struct("<14i")
_EVENT = struct.Struct("<IBBH")

Fields = dict[str, Any]


def fields_of(record: Record) -> Fields:
    """What a record says. A payload that is too short for its kind gives {"unreadable": hex}; an
    unknown kind gives {"unknown": hex}."""
    read = _READERS.get(record.kind)
    if read is None:
        return {"unknown": record.payload.hex()}
    try:
        return read(record.payload)
    except struct.error:
        return {"unreadable": record.payload.hex()}


def ticks_of(record: Record) -> tuple[int, int, bytes]:
    """(level, first word, its words, two bytes each) of a page of ticks. struct.error if it is too
    short."""
    level, first = struct.unpack_from("<ii", record.payload)
    return level, first, record.payload[8:]


def _integers(names: tuple[str, ...], payload: bytes) -> Fields:
    return dict(zip(names, struct.unpack_from(f"<{len(names)}i", payload), strict=True))


def _boot(payload: bytes) -> Fields:
    fields: Fields = dict(zip(_BOOT, struct.unpack_from("<BBBHBBB", payload), strict=True))
    return fields | {"image": payload[8:16].hex()}


def _outcome(payload: bytes) -> Fields:
    at = 4 * len(_OUTCOME)
    marks = {"first_mark": _mark(payload, at), "last_mark": _mark(payload, at + _MARK.size)}
    return _integers(_OUTCOME, payload) | marks


def _mark(payload: bytes, at: int = 0) -> Fields | None:
    valid, moving, opening_pa, at_ms, *points = _MARK.unpack_from(payload, at)
    if not valid:
        return None
    rows = zip(_BEFORE_MS, points[:5], points[5:], strict=True)
    return {
        "moving": moving,
        "opening_pa": opening_pa,
        "at_ms": at_ms,
        "points": [{"before_ms": ms, "pressure_pa": pa, "steps": steps} for ms, pa, steps in rows],
    }


def _events(payload: bytes) -> Fields:
    events = []
    for ms, what, a, b in _EVENT.iter_unpack(payload):
        event: Fields = {"ms": ms, "what": what, "a": a, "b": b}
        if what == CHANGE:
            event |= {"switches": a, "state": b & 15, "reason": b >> 4 & 15, "fault": b >> 8}
        events.append(event)
    return {"events": events}


def _seal(payload: bytes) -> Fields:
    name, mac = struct.unpack_from("<8s32s", payload)
    return {"key": name.hex(), "mac": mac.hex()}


def _trace(payload: bytes) -> Fields:
    (digest,) = struct.unpack_from("<32s", payload, 20)
    return _integers(_TRACE, payload) | {"sha256": digest.hex()}


def _service(payload: bytes) -> Fields:
    (what,) = struct.unpack_from("<B", payload)
    about = payload[1:]
    if what == STORED_UNIT:
        return {"what": what} | _integers(_PRESCRIBED[1:], about)
    if what == STORED_IDENTITY:
        (serial,) = struct.unpack_from("<8s", about)
        return {"what": what, "serial": serial.rstrip(b"\0").decode("ascii", "replace")}
    if what == STORED_KEY:
        (name,) = struct.unpack_from("<8s", about)
        return {"what": what, "key": name.hex()}
    return {"what": what}


_READERS: dict[int, Callable[[bytes], Fields]] = {
    BOOT: _boot,
    INTENT: lambda payload: _integers(_INTENT, payload),
    OUTCOME: _outcome,
    PAIN_MARK: lambda payload: {"mark": _mark(payload)},
    NOTE: lambda payload: _integers(_NOTE, payload),
    PLATEAU: lambda payload: _integers(_PLATEAU, payload),
    EVENTS: _events,
    SEAL: _seal,
    TRACE: _trace,
    SERVICE: _service,
    SETTING: lambda payload: _integers(_SETTING, payload),
}
