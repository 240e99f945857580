"""What the evidence is made of: each part with its command, its files, and what is due in it."""

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from manostat_sim.exhaustion.invariants import INVARIANTS
from manostat_sim.faults import FAULTS, STATES
from manostat_tools.bench.figures import FIGURES
from manostat_tools.boards import REPOSITORY
from manostat_tools.evidence import required, store
from manostat_tools.evidence.store import FIRMWARE, NOT_RUN, Row
from manostat_tools.trace.items import register
from manostat_tools.trace.model import NOT_MET

BENCH_FILE = Path("build/bench.json")
GOOD = {"passed", "not met here"}
_ON_CORE = {"opening", "derived", "core-speed", "campaign", "campaign-whole"}
"""Tasks of the bench that run the core alone; the others run the image."""

SOAK = (
    "soak/fortnight motion",
    "soak/fortnight held",
    "soak/fortnight ends",
    "soak/fortnight clock",
    "soak/fortnight days",
    "soak/minutes heap",
    "soak/minutes tick",
    "soak/minutes late",
)
"""Ids of the soak's rows, written by hil_tests/test_soak.py."""

_PYTEST = (sys.executable, "-m", "pytest", "-q", "-n", "2", "--timeout", "3600")
_MANOSTAT = (sys.executable, "-m", "manostat_tools.cli")


@dataclass(frozen=True)
class Part:
    """`command` makes it and takes about `minutes` on two cores. `read` gives all its rows, of
    whatever firmware; `due` says which ids or groups must be among those of this one."""

    name: str
    title: str
    command: tuple[str, ...]
    minutes: float
    read: Callable[[Path], list[Row]]
    due: Callable[[tuple[Row, ...]], Iterable[str]] = lambda _: ()


@dataclass(frozen=True)
class State:
    """Rows of a part that are about the present firmware, and what is wrong with the rest."""

    part: Part
    rows: tuple[Row, ...]
    missing: tuple[str, ...]
    others: int
    """Rows about another firmware, or about an unknown one."""

    @property
    def complete(self) -> bool:
        return bool(self.rows) and not self.missing

    @property
    def said(self) -> str:
        """In a few words."""
        if self.complete:
            return "here"
        if self.rows:
            return f"{len(self.missing)} missing"
        return "of another firmware" if self.others else NOT_RUN


def state(part: Part, root: Path = REPOSITORY) -> State:
    """What there is of a part."""
    rows = part.read(root)
    now = store.firmware(root)
    mine = tuple(row for row in rows if row.get(FIRMWARE) == now)
    ran = [row for row in mine if row["verdict"] != NOT_RUN]
    has = {row["id"] for row in ran} | {row.get("group") for row in ran}
    missing = tuple(name for name in part.due(mine) if name not in has)
    return State(part, mine, missing, len(rows) - len(mine))


def stamp(part: Part, firmware: str, root: Path = REPOSITORY) -> None:
    """After its command has run: rows that say nothing of their firmware were about this one."""
    if part.name == "figures":
        store.write(part.name, _figures(root, firmware), root)
        return
    file = root / store.FOLDER / f"{part.name}.json"
    rows = store.read([file])
    if rows and any(FIRMWARE not in row for row in rows):
        store.write(part.name, rows, root)


def _files(pattern: str) -> Callable[[Path], list[Row]]:
    return lambda root: store.read(sorted((root / store.FOLDER).glob(pattern)))


def _cuts(root: Path) -> list[Row]:
    """Without the few that `make test` runs, which are among them."""
    return [row for row in _files("power-cuts-*.json")(root) if row.get("group") != "one-each"]


def _cells(_: tuple[Row, ...]) -> list[str]:
    return [f"{fault}/{state}" for state in STATES for fault in FAULTS]


def _figures(root: Path, firmware: str) -> list[Row]:
    try:
        values = json.loads((root / BENCH_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return [
        store.row(
            f"figure/{one.name}",
            one.passes(values[one.name]),
            values[one.name],
            one.bar,
            "core" if _ON_CORE.issuperset(one.tasks) else "pico",
            of=one.how,
            unit=one.unit,
            at="" if one.bar is None else ">=" if one.at_least else "<=",
        )
        | {FIRMWARE: firmware}
        for one in FIGURES
        if one.name in values
    ]


def _required(_: tuple[Row, ...]) -> list[str]:
    return [item.id for item in register().requirements if item.status != NOT_MET]


PARTS = (
    Part(
        "requirements",
        "requirements, by the tests that name them",
        (*_PYTEST, "-m", "not long", "--requirements"),
        12.0,
        required.rows,
        _required,
    ),
    Part(
        "fault-matrix",
        "every fault in every state of a level",
        (*_PYTEST, "hil_tests/test_fault_matrix.py"),
        5.0,
        _files("fault-matrix/*.json"),
        _cells,
    ),
    Part(
        "power-cuts",
        "a power cut at every flash operation",
        (*_PYTEST, "-rP", "hil_tests/test_power_cuts.py"),
        3.0,
        _cuts,
        lambda rows: rows[0]["groups"] if rows else (),
    ),
    Part(
        "soak",
        "a fortnight on core, ten minutes on the emulated board",
        (*_PYTEST, "-rP", "hil_tests/test_soak.py"),
        18.0,
        _files("soak*.json"),
        lambda _: SOAK,
    ),
    Part(
        "exhaustion",
        "all reachable states of the core",
        (*_MANOSTAT, "exhaust"),
        25.0,
        _files("exhaustion.json"),
        lambda _: [f"exhaustion/{name}" for name in INVARIANTS],
    ),
    Part(
        "mutation",
        "every small change of the core",
        (*_MANOSTAT, "mutation"),
        30.0,
        _files("mutation.json"),
    ),
    Part(
        "figures",
        "the measured figures, and docs/figures.md",
        (*_MANOSTAT, "bench", "--docs"),
        6.0,
        _files("figures.json"),
        lambda _: [f"figure/{one.name}" for one in FIGURES],
    ),
)
