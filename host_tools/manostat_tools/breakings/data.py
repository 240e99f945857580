"""hil_tests/breakings.toml: what is broken, and which tests should notice."""

import ast
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from manostat_tools.boards import REPOSITORY
from manostat_tools.refusal import Problems

FILE = Path("hil_tests/breakings.toml")
TESTS = Path("hil_tests")
BENCHES = ("core", "pico")
_TOP = ("slow", "left_out", "unseen", "breaking")
_FIELDS = ("name", "bench", "edits", "tests", "only", "slow", "long", "limit_s", "unnoticed")
_EDIT = ("file", "before", "after")
_LIMIT_S = 400


@dataclass(frozen=True)
class Edit:
    """In `file`, a path from the root of the repository, `before` becomes `after`."""

    file: str
    before: str
    after: str


@dataclass(frozen=True)
class Breaking:
    """`tests` are files of hil_tests, all if none is named; `only` is an expression for pytest -k.

    `unnoticed` says why no test notices it, if that is known.
    """

    name: str
    bench: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...] = ()
    only: str = ""
    slow: bool = False
    long: bool = False
    limit_s: int = _LIMIT_S
    unnoticed: str = ""


@dataclass(frozen=True)
class Data:
    """All breakings; `slow` tests run only where a breaking says so, files `left_out` never.

    `unseen` are tests that need not be seen to fail, with the reason.
    """

    breakings: tuple[Breaking, ...]
    slow: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)
    unseen: dict[str, str] = field(default_factory=dict)


def load(root: Path = REPOSITORY) -> Data:
    """Raises RefusedError with everything that is wrong with the file, the names among it."""
    file = root / FILE
    with file.open("rb") as text:
        read = tomllib.load(text)
    problems = Problems()
    problems.known(file, read, _TOP)
    breakings = [_breaking(file, one, problems) for one in read.get("breaking", [])]
    names = [one.name for one in breakings]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add(file, "name", repr(name), "each name once")
    for breaking in breakings:
        for test in breaking.tests:
            if not (root / TESTS / test).is_file() or test in read.get("left_out", {}):
                problems.add(file, f"{breaking.name}: tests", test, "files of hil_tests that run")
    left_out = read.get("left_out", {})
    for test in sorted(set(read.get("unseen", {})) - set(all_tests(root, left_out))):
        problems.add(file, "unseen", test, "tests such as test_stops.py::test_...")
    problems.raise_if_any()
    return Data(tuple(breakings), tuple(read.get("slow", ())), left_out, read.get("unseen", {}))


def all_tests(root: Path, left_out: dict[str, str]) -> list[str]:
    """Such as "test_stops.py::test_...": one each whatever its parameters and benches."""
    return [
        f"{path.name}::{node.name}"
        for path in sorted((root / TESTS).glob("test_*.py"))
        if path.name not in left_out
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def choose(data: Data, names: Sequence[str], bench: str | None) -> list[Breaking]:
    """Those with one of `names` in their name, and on `bench`; a whole name means only itself."""
    exact = {one.name for one in data.breakings} & set(names)
    parts = set(names) - exact
    return [
        one
        for one in data.breakings
        if (not names or one.name in exact or any(part in one.name for part in parts))
        and bench in (None, one.bench)
    ]


def _breaking(file: Path, read: dict[str, Any], problems: Problems) -> Breaking:
    name = str(read.get("name", ""))
    if not name:
        problems.add(file, "name", "missing", "what is broken, in words")
    problems.known(file, read, _FIELDS, f"{name}: ")
    if read.get("bench") not in BENCHES:
        problems.add(file, f"{name}: bench", repr(read.get("bench")), " or ".join(BENCHES))
    edits = []
    for edit in read.get("edits", []):
        problems.known(file, edit, _EDIT, f"{name}: edits.")
        if missing := [part for part in _EDIT if part not in edit]:
            problems.add(file, f"{name}: edits", f"no {missing[0]}", "edits of file, before, after")
        edits.append(Edit(*(str(edit.get(part, "")) for part in _EDIT)))
    if not edits:
        problems.add(file, f"{name}: edits", "none", "one or more")
    return Breaking(
        name,
        str(read.get("bench")),
        tuple(edits),
        tuple(read.get("tests", ())),
        str(read.get("only", "")),
        bool(read.get("slow")),
        bool(read.get("long")),
        int(read.get("limit_s", _LIMIT_S)),
        str(read.get("unnoticed", "")),
    )
