"""Requirements, hazards, common causes and alarms, as Doorstop keeps them in docs/requirements.

Doorstop reads and checks the files, and tells when an item was changed and nobody reviewed what
hangs on it. What is asked of their own fields is checked here.
"""

import functools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from manostat_tools.boards import REPOSITORY
from manostat_tools.trace.model import (
    BUILT,
    COMPARISONS,
    NOT_MET,
    PRIORITIES,
    SHOWN,
    Cause,
    Fault,
    Hazard,
    Limit,
    Register,
    Requirement,
)

FOLDER = Path("docs/requirements")

_GROUPS = "PDBATLSC"
"""Pressure, delivery, operator, alarms, processor, log, security, configuration."""


def requirements() -> tuple[Requirement, ...]:
    """The requirements of this repository."""
    return register().requirements


def hazards() -> tuple[Hazard, ...]:
    """The hazards of the whole system."""
    return register().hazards


def causes() -> tuple[Cause, ...]:
    """What injector and guard share."""
    return register().causes


def faults() -> tuple[Fault, ...]:
    """Each alarm with its priority."""
    return register().faults


@functools.cache
def register(root: Path = REPOSITORY) -> Register:
    """Read `root`/docs/requirements once. Raises FileNotFoundError without it, ImportError without
    Doorstop, DoorstopError where a file cannot be read at all."""
    folder = root / FOLDER
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no requirements there")
    with _doorstop() as doorstop:
        tree = doorstop.build(cwd=str(folder), root=str(folder))
        problems = [f"{FOLDER}: {issue}" for issue in tree.issues]
        by_prefix = {
            str(document.prefix): sorted(document, key=lambda item: item.uid.number)
            for document in tree
        }
        return _sorted_out(by_prefix, problems)


def ids(root: Path) -> frozenset[str]:
    """Ids of all requirements, from the names of their files: quick, and needs no Doorstop."""
    files = (root / FOLDER).glob("*/?-[0-9][0-9].md")
    return frozenset(file.stem for file in files if file.stem[0] in _GROUPS)


@contextmanager
def _doorstop() -> Iterator[Any]:
    """Doorstop, told to read only, and not to ask for a link to every hazard from every document
    (a sterile field is no matter of any firmware)."""
    import doorstop
    from doorstop import settings

    names = ("REFORMAT", "CHECK_CHILD_LINKS", "REVIEW_NEW_ITEMS", "STAMP_NEW_LINKS")
    kept = {name: getattr(settings, name) for name in names}, doorstop.Item.auto
    log = logging.getLogger("doorstop")
    level = log.level
    for name in names:
        setattr(settings, name, False)
    doorstop.Item.auto = False
    log.setLevel(logging.CRITICAL)
    try:
        yield doorstop
    finally:
        for name, value in kept[0].items():
            setattr(settings, name, value)
        doorstop.Item.auto = kept[1]
        log.setLevel(level)


def _sorted_out(by_prefix: dict[str, list[Any]], problems: list[str]) -> Register:
    special = {prefix: by_prefix.pop(prefix, []) for prefix in ("H", "CC", "F")}
    rest = [item for name in sorted(by_prefix, key=_GROUPS.find) for item in by_prefix[name]]
    required = [_requirement(item, problems) for item in rest]
    hazards = [_hazard(item, required, problems) for item in special["H"]]
    return Register(
        tuple(required),
        tuple(hazards),
        tuple(_cause(item, problems) for item in special["CC"]),
        tuple(_fault(item, problems) for item in special["F"]),
        tuple(problems),
    )


def _requirement(item: Any, problems: list[str]) -> Requirement:
    made = Requirement(
        id=str(item.uid),
        title=str(item.header),
        text=_text(item.text),
        limits=tuple(_limit(item, each, problems) for each in item.get("limits") or []),
        source=_text(item.get("source")),
        shown=tuple(item.get("shown") or []),
        hazards=_links(item),
        status=item.get("status", ""),
        not_met=_text(item.get("not_met")),
    )
    _ask(problems, made.id, "status", made.status, (BUILT, NOT_MET))
    for how in made.shown or ("",):
        _ask(problems, made.id, "shown", how, SHOWN)
    if made.status == NOT_MET and not made.not_met:
        problems.append(f"{made.id}: not_met: missing, allowed the reason why it is not met here")
    for field in ("title", "text", "source", "hazards"):
        if not getattr(made, field):
            problems.append(f"{made.id}: {field}: missing")
    return made


def _limit(item: Any, given: dict[str, Any], problems: list[str]) -> Limit:
    number = given.get("number")
    if isinstance(number, bool) or not isinstance(number, int | float):
        problems.append(f"{item.uid}: limits: number: {number!r}, allowed a number")
        number = float("nan")
    _ask(problems, str(item.uid), "limits: at", str(given.get("at")), COMPARISONS)
    for field in ("of", "unit"):
        if not given.get(field):
            problems.append(f"{item.uid}: limits: {field}: missing")
    _ask(problems, str(item.uid), "limits: long", str(given.get("long", False)), ("True", "False"))
    return Limit(
        _text(given.get("of")),
        str(given.get("at")),
        number,
        str(given.get("unit")),
        given.get("long") is True,
    )


def _hazard(item: Any, required: list[Requirement], problems: list[str]) -> Hazard:
    name = str(item.uid)
    made = Hazard(
        id=name,
        title=str(item.header),
        text=_text(item.text),
        harm=_text(item.get("harm")),
        causes=tuple(item.get("causes") or []),
        controls=tuple(each.id for each in required if name in each.hazards),
        outside=_text(item.get("outside")),
        remains=_text(item.get("remains")),
    )
    for field in ("title", "text", "harm", "causes", "outside", "remains"):
        if not getattr(made, field):
            problems.append(f"{name}: {field}: missing")
    return made


def _cause(item: Any, problems: list[str]) -> Cause:
    covered = str(item.get("covered"))
    _ask(problems, str(item.uid), "covered", covered, ("yes", "in part", "no"))
    return Cause(
        id=str(item.uid),
        title=str(item.header),
        rests=_text(item.get("rests")),
        covered_by=_text(item.text),
        covered=covered,
        hazards=_links(item),
    )


def _fault(item: Any, problems: list[str]) -> Fault:
    made = Fault(
        id=str(item.uid),
        name=str(item.get("name")),
        text=_text(item.text),
        cause=item.get("cause"),
        harm=str(item.get("harm")),
        onset=str(item.get("onset")),
        priority=str(item.get("priority")),
        hazards=_links(item),
    )
    due = PRIORITIES.get((made.harm, made.onset))
    _ask(problems, made.id, f"priority of {made.harm}, {made.onset}", made.priority, (str(due),))
    return made


def _ask(problems: list[str], name: str, field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        problems.append(f"{name}: {field}: {value!r}, allowed {', '.join(allowed)}")


def _links(item: Any) -> tuple[str, ...]:
    return tuple(sorted(str(link) for link in item.links))


def _text(value: object) -> str:
    """Without the line breaks of its file."""
    return " ".join(str(value).split()) if value else ""
