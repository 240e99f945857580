"""An entry as it is stored, and how each is tied to the one before it."""

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from manostat_tools.session.entries import Entry, SessionEntry
from manostat_tools.session.model import Model

START = bytes(32)
"""The hash before the first."""

SessionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]
UnitName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
"""A pump: its serial, or the name of the key it seals with; 8 bytes, hexadecimal."""
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
What = Literal["flash image", "storage", "answer to J", "answer to J and R"]
Pages = tuple[tuple[Annotated[int, Field(ge=1)], Sha256], ...]
"""(sequence, SHA-256 of the page)."""


class Created(Entry):
    """The first of a store. `name` is random, so that no two stores have the same hashes."""

    kind: Literal["created"] = "created"
    name: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Imported(Entry):
    """What a pull from a pump brought that was not stored yet; the pages and traces are blobs.

    `stretches`: traces put together from the pages, by the SHA-256 that the pump recorded.
    `findings`: what was wrong with the pull, in words.
    """

    kind: Literal["import"] = "import"
    unit: UnitName
    what: What
    journal: Pages = ()
    traces: Pages = ()
    stretches: tuple[Sha256, ...] = ()
    findings: tuple[str, ...] = ()


class Envelope(Model):
    """`session` and `number` (from 1, in the session) are None for what belongs to no session."""

    session: SessionId | None
    number: Annotated[int, Field(ge=1)] | None
    entry: Annotated[SessionEntry | Created | Imported, Field(discriminator="kind")]


def canonical(data: Any) -> bytes:
    """JSON as it is hashed: UTF-8, names in order, no spaces. ValueError for what is no number."""
    text = json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def body_of(envelope: Envelope) -> bytes:
    """The bytes that are stored and hashed."""
    return canonical(envelope.model_dump(mode="json"))


def link(before: bytes, body: bytes) -> bytes:
    """SHA-256 of the hash before it and the body."""
    return hashlib.sha256(before + body).digest()


def raw(value: object) -> bytes:
    """What a damaged file holds where bytes belong: never taken for a length by `bytes`."""
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else b""


def sha256(content: bytes) -> str:
    """Hexadecimal."""
    return hashlib.sha256(content).hexdigest()
