"""docs/evidence: the tables, written from the rows and from nothing else."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from manostat_sim.faults import ABSENT, FAULTS, STATES
from manostat_tools.boards import REPOSITORY
from manostat_tools.evidence import required
from manostat_tools.evidence.parts import GOOD, State
from manostat_tools.evidence.store import Row
from manostat_tools.evidence.tables import number, table

FOLDER = Path("docs/evidence")

_HEAD = """# {title}

Written by `make evidence`, of firmware `{firmware}`; do not edit. All is emulated or simulated: no
cache misses, no electrical noise, no real flash. Not a certified medical device.

"""
_NOT_SHOWN = """
## What this does not show

- Nothing here has run on real hardware. A real Pico loses time to its flash cache.
- The plant is a model; its numbers, and which of them are guesses, are in
  [simulator.md](../simulator.md).
- Motion is not measured by the pump, only pulses: a motor that stalls is not noticed.
- A slow brown-out is not staged. Lamps and sounder are looked at by nobody but the operator.
- Physical access to the board can replace the firmware: RP2040 has no secure boot.
- Zero failures in N cells say nothing about faults that nobody has thought of.
"""


def write(states: Sequence[State], root: Path = REPOSITORY) -> None:
    """All pages. A part that is missing says so on its page."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    by_name = {one.part.name: one for one in states}
    firmware = next((row["firmware"] for one in states for row in one.rows), "unknown")
    pages = {
        "README.md": ("Evidence", _overview(states)),
        "requirements.md": (
            "Requirements",
            _absent(by_name["requirements"]) + required.page(by_name["requirements"].rows),
        ),
        "fault-matrix.md": ("Fault matrix", _matrix(by_name["fault-matrix"])),
        "power-cuts.md": ("Power cuts", _cuts(by_name["power-cuts"])),
        "campaigns.md": (
            "Soak, exhaustion, mutation and figures",
            "".join(
                _plain(by_name[name]) for name in ("soak", "exhaustion", "mutation", "figures")
            ),
        ),
    }
    for name, (title, text) in pages.items():
        head = _HEAD.format(title=title, firmware=firmware)
        (folder / name).write_text(head + text, encoding="utf-8")


def _overview(states: Sequence[State]) -> str:
    links = {
        "requirements": "requirements.md",
        "fault-matrix": "fault-matrix.md",
        "power-cuts": "power-cuts.md",
    }
    rows = []
    for one in states:
        name = one.part.name
        good = sum(row["verdict"] in GOOD for row in one.rows)
        due = len(one.rows) + len(one.missing)
        command = " ".join(one.part.command[2:] if name != "requirements" else ("make test",))
        command = command.replace("manostat_tools.cli", "manostat").replace("-q -n 2 ", "")
        link = f"[{one.part.title}]({links.get(name, 'campaigns.md')})"
        rows.append((link, f"{good} of {due}", one.said, f"`{command}`"))
    heads = ("What", "Passed", "", "Command")
    return table(heads, rows) + "One line each is in `build/evidence.json`.\n" + _NOT_SHOWN


def _absent(one: State) -> str:
    if one.complete:
        return ""
    return f"**Not complete: {one.said}.**\n\n"


def _matrix(one: State) -> str:
    by_id = {row["id"]: row for row in one.rows}
    text = _absent(one) + (
        "Each cell starts from a fork of a board in that state, at 0.15 mL/s, into a stiff disc on "
        "the stiffest line. The fault comes between a reading and what is decided on it. Judged "
        "are pins, plant and flash. `+` passed, `F` failed, `.` not run.\n\n"
    )
    text += table(
        ("Fault", *STATES),
        ((fault, *(_mark(by_id.get(f"{fault}/{state}")) for state in STATES)) for fault in FAULTS),
    )
    text += "## Worst cases\n\n"
    text += table(("Requirement", "Of", "Worst", "Limit", "Unit", "In", "Cells"), _worst(one.rows))
    text += "## Faults\n\n" + table(("Fault", "What"), ((f.id, f.text) for f in FAULTS.values()))
    text += "## Without a place on the bench\n\n"
    text += table(("Fault", "What", "Why"), ABSENT)
    for state in STATES:
        text += f"## {state}\n\n" + _cells([row for row in one.rows if row["state"] == state])
    return text


def _mark(row: Row | None) -> str:
    if row is None:
        return "."
    return "+" if row["verdict"] in GOOD else "F"


def _worst(rows: Sequence[Row]) -> list[Sequence[object]]:
    groups = defaultdict(list)
    for row in rows:
        groups[row["requirements"][0], row["of"], row["limit"]].append(row)
    found: list[Sequence[object]] = []
    for (requirement, of, limit), same in sorted(groups.items()):
        worst = max(same, key=lambda row: float(row["figure"]))
        found.append(
            (
                requirement,
                of,
                number(worst["figure"]),
                number(limit),
                worst["unit"],
                worst["id"],
                len(same),
            )
        )
    return found


def _cells(rows: Sequence[Row]) -> str:
    order = {fault: number for number, fault in enumerate(FAULTS)}
    heads = (
        "Fault",
        "Reaction",
        "Last step, us",
        "Volume, nL",
        "Alarm",
        "On record",
        "Judged by",
        "Figure",
        "Limit",
        "",
    )
    return table(
        heads,
        (
            (
                row["fault"],
                row["reaction"],
                number(row["last_step_us"]),
                number(row["volume_nl"]),
                row["alarm"],
                ", ".join(dict.fromkeys(row["recorded"])),
                f"{', '.join(row['requirements'])}: {row['of']}",
                f"{number(row['figure'])} {row['unit']}",
                number(row["limit"]),
                "; ".join(row["problems"]) or row["verdict"],
            )
            for row in sorted(rows, key=lambda row: order.get(row["fault"], len(order)))
        ),
    )


def _cuts(one: State) -> str:
    """By what was being done; the cuts themselves are in build/evidence.json."""
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in one.rows:
        _, *doing, kind, cut = row["id"].partition("/")[2].split("-")
        groups["-".join(doing), kind, cut].append(row)
    text = _absent(one) + (
        "A session that writes every kind of record ran once; power was cut at each of its flash "
        "operations: before, after, with the first half done, and with half of the bits done. A "
        "board booted on each. The figure counts what was wrong.\n\n"
    )
    return text + table(
        ("Doing", "Operation", "Cut", "Points", "Passed", "Worst", "Limit"),
        (
            (
                *key,
                len(rows),
                sum(row["verdict"] in GOOD for row in rows),
                max(row["figure"] for row in rows),
                0,
            )
            for key, rows in sorted(groups.items())
        ),
    )


def _plain(one: State) -> str:
    text = f"## {one.part.name.capitalize()}\n\n{one.part.title.capitalize()}.\n\n" + _absent(one)
    if not one.rows:
        return text
    return text + table(
        ("Id", "Figure", "Limit", "Bench", "Verdict", "Of"),
        (
            (
                row["id"],
                f"{number(row['figure'])} {row.get('unit', '')}".strip(),
                f"{row.get('at', '')} {number(row['limit'])}".strip(),
                row["bench"],
                row["verdict"],
                row.get("of", ""),
            )
            for row in one.rows
        ),
    )
