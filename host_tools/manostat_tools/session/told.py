"""Host events that mean something to more than their reader, told from their text.

The guide writes them (docs/guided-session.md): the pump was set for a level, a level is done, a
value could not be derived. Here they become what a person reads: levels by name, no record numbers,
no paths of the host.
"""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from manostat_tools import words

LINK_LOST = "the link was lost"
SETTING = re.compile(
    r"set for level (\d+|none): (\w+), after record (\d+) of the pump(?: ([0-9a-f]{16}))?"
)
"""Of no pump named: that which the session was opened with."""
_PUMP_TAKEN = re.compile(r"another pump from here on: ([0-9a-f]{16}), (.*)", re.DOTALL)
_DONE = re.compile(r"level (\d+) is done")
_ANSWERED = re.compile(r"level (\d+), (answered before the program ended): (\{.*\})", re.DOTALL)
_NOT_DERIVED = re.compile(r"run of record (\d+), not derived: (.*)", re.DOTALL)
_GONE = re.compile(
    r"(?:^|(?<=: )|(?<=; ))[^;:]*: (?:says nothing; a self test, or a program that ended"
    r"|no port now; is it plugged in, powered\?|not there; is the board plugged in and powered\?"
    r"|unplugged while it was \w+ to)"
)
_SEEN = re.compile(r"(over the link: )(?:^|(?<=\s))/[^;]*")
_PATH = re.compile(r"(?:^|(?<=[\s('\"]))/[^\s:;,)'\"]+")
_TWICE = re.compile(rf"{LINK_LOST}(?:; {LINK_LOST})+")


class NotDerived(NamedTuple):
    """Of the run in this record of the pump, and why, as a person reads it."""

    record: int
    reason: str


def is_setting(text: str) -> bool:
    """Whether the pump was set for something: what it records from here on is of this session."""
    return SETTING.fullmatch(text) is not None


def pump_set_by(text: str) -> str | None:
    """The pump that such a host event names; None if it names none."""
    found = SETTING.fullmatch(text)
    return found[4] if found else None


def pump_taken(unit: str, image: str) -> str:
    """The text of the host event by which a session goes on with another pump. `image`: which it
    runs, in words."""
    return f"another pump from here on: {unit}, {image}"


def pump_taken_in(text: str) -> str | None:
    """The pump of such a host event; None for any other."""
    found = _PUMP_TAKEN.fullmatch(text)
    return found[1] if found else None


def not_derived_in(text: str) -> NotDerived | None:
    """What such a host event says; None for any other."""
    found = _NOT_DERIVED.fullmatch(text)
    return NotDerived(int(found[1]), without_paths(found[2])) if found else None


def readable(text: str, levels: Mapping[str, str], runs: Mapping[int, str]) -> str:
    """A host event for people. `levels`: names by order; `runs`: what a record is called."""
    if found := SETTING.fullmatch(text):
        of = "no level" if found[1] == "none" else _named(found[1], levels)
        return f"the pump was set for {of}: {found[2]}"
    if found := _PUMP_TAKEN.fullmatch(text):
        return f"another pump from here on: {words.serial(found[1])}, {found[2]}"
    if found := _DONE.fullmatch(text):
        return f"{_named(found[1], levels)} is done"
    if found := _ANSWERED.fullmatch(text):
        said = ", ".join(f"{name} {value}" for name, value in json.loads(found[3]).items())
        return f"{_named(found[1], levels)}, {found[2]}: {said}"
    if (lacking := not_derived_in(text)) is not None:
        of = runs.get(lacking.record, "a run that is not in this session")
        return f"{of}, not derived: {lacking.reason}"
    return without_paths(text)


def without_paths(text: str) -> str:
    """A port that went away is a link that was lost; where it was on the host is nobody's."""
    said = _SEEN.sub(rf"\1{LINK_LOST}", _GONE.sub(LINK_LOST, text))
    return _TWICE.sub(LINK_LOST, _PATH.sub("(a path of the host)", said))


def _named(order: str, levels: Mapping[str, str]) -> str:
    return levels.get(order, f"level {order}")
