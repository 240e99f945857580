"""Which key a unit is to get: none is replaced, lost or made twice by mistake."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manostat_tools.journal.seals import name_of
from manostat_tools.provision.errors import ProvisionError
from manostat_tools.units import keys


@dataclass(frozen=True)
class Choice:
    """`key`: to be stored, None: the pump keeps what it has. `name`: of the key that it has then,
    "" for none; `words`: for people."""

    key: bytes | None
    name: str
    words: str


def choose(serial: str, who: dict[str, Any], file: Path | None, new: bool, replace: bool) -> Choice:
    """What to do about the key of this unit. `who`: what the pump says; `file`: a key that was
    named; `new`: one was asked for; `replace`: over another one, too.

    ProvisionError if the pump has another key and `replace` is not given; KeyFileError if `file` is
    none.
    """
    there = who["key_name"] if who["key"] == "stored" else ""
    if file is None and not new:
        return _as_it_is(serial, who["key"], there)
    if new and there and not replace and _was_left(serial, there):
        return Choice(None, there, f"{there}, stored by the attempt before this one")
    given = keys.read_key(file) if file is not None else None
    if given is not None and name_of(given) == there:
        return Choice(None, there, f"{there}, which the pump has already")
    if there and not replace:
        raise ProvisionError(
            f"the pump has a key, {there}: --replace-key stores another one over it (what it has "
            "sealed is verified with the old one); nothing was stored"
        )
    key = keys.new_key() if given is None else given
    instead = f" instead of {there}" if there else ""
    made = "new" if given is None else f"of {file}"
    return Choice(key, name_of(key), f"{name_of(key)}, {made}{instead}")


def _as_it_is(serial: str, state: str, there: str) -> Choice:
    if state == "spoilt":
        return Choice(None, "", "spoilt: nothing will be sealed; --new-key or --key FILE mends it")
    if not there:
        return Choice(None, "", "none: what the pump records is not sealed; see --new-key")
    known = "" if keys.key_named(serial, there) else ", which is not kept on this host"
    return Choice(None, there, f"{there}, stays{known}")


def _was_left(serial: str, name: str) -> bool:
    """Whether it was made here for this unit, and nobody has seen the pump confirm it."""
    current = keys.key_of(serial)
    return keys.key_named(serial, name) is not None and (
        current is None or name_of(current) != name
    )
