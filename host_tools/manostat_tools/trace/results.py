"""What the tests said: written by the pytest plugin, read by the matrix."""

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FULL = Path("build/trace/results.json")
PARTIAL = Path("build/trace/partial.json")

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
LEFT_OUT = "left out"
"""Not selected: the long tests in a run without them."""
MISSING = "did not run"
"""Selected, and yet there is no outcome."""

_COMPARE = {
    "<": float.__lt__,
    "<=": float.__le__,
    "=": float.__eq__,
    ">=": float.__ge__,
    ">": float.__gt__,
}


@dataclass(frozen=True)
class Figure:
    """What a test measured for a requirement, the worst case and not the mean.

    `also`: measured beside the requirement's own limits (limits.py), against another one.
    """

    requirement: str
    of: str
    value: float
    at: str
    limit: float
    unit: str
    also: bool = False

    @property
    def holds(self) -> bool:
        """Whether the value is within the limit."""
        return bool(_COMPARE[self.at](float(self.value), float(self.limit)))

    def __str__(self) -> str:
        return f"{self.value:.6g} {self.unit} ({self.at} {self.limit:.6g})"


def nearest(figures: Iterable[Figure]) -> Figure | None:
    """The figure that comes nearest to its limit, or is furthest beyond it."""
    return max(figures, key=_used, default=None)


def _used(figure: Figure) -> float:
    """Part of the limit that is used: over 1 is beyond it. None of what must be and is nothing."""
    if not figure.holds:
        return float("inf")
    if figure.at in (">", ">="):
        return figure.limit / figure.value if figure.value else 1.0
    return figure.value / figure.limit if figure.limit else 0.0


@dataclass(frozen=True)
class Case:
    """One test on one bench (core, vm, pico; host: no bench), and the requirements it names."""

    id: str
    requirements: tuple[str, ...]
    bench: str
    outcome: str
    why: str = ""
    figures: tuple[Figure, ...] = ()

    @property
    def function(self) -> str:
        """The test without its parameters: one for all benches."""
        return self.id.split("[", 1)[0]


@dataclass(frozen=True)
class Run:
    """`firmware` is a digest of what was tested; `selected` the marker expression, or ""."""

    firmware: str
    selected: str
    tests: tuple[Case, ...]


def read(file: Path) -> Run | None:
    """None: there is no such run, or the file is of another version or spoilt."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        tests = tuple(_test(each) for each in data["tests"])
        return Run(data["firmware"], data["selected"], tests)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def write_full(root: Path, run: Run) -> None:
    """A full run replaces all that was known."""
    _write(root / FULL, run)
    (root / PARTIAL).unlink(missing_ok=True)


def write_partial(root: Path, run: Run) -> None:
    """Kept beside the full run, never in it; what ran before and not now stays if it was run on
    the same firmware."""
    before = read(root / PARTIAL)
    tests = {test.id: test for test in run.tests if test.outcome not in (LEFT_OUT, MISSING)}
    if before is not None and before.firmware == run.firmware:
        tests = {test.id: test for test in before.tests} | tests
    ordered = tuple(tests[name] for name in sorted(tests))
    _write(root / PARTIAL, Run(run.firmware, run.selected, ordered))


def digest(root: Path) -> str:
    """SHA-256 over names and bytes of firmware/ and boards/, the first 16 digits."""
    made = hashlib.sha256()
    for folder in ("firmware", "boards"):
        for file in sorted((root / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                content = file.read_bytes()
                made.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode())
                made.update(content)
    return made.hexdigest()[:16]


def _write(file: Path, run: Run) -> None:
    """Whole or not at all: several runs may end at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(asdict(run), indent=1) + "\n", encoding="utf-8")
    temporary.replace(file)


def _test(data: dict[str, Any]) -> Case:
    figures = tuple(Figure(**each) for each in data["figures"])
    return Case(**{**data, "requirements": tuple(data["requirements"]), "figures": figures})
