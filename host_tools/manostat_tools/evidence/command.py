"""`manostat evidence`: runs what is missing, and puts everything that was shown side by side."""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from manostat_tools.boards import REPOSITORY
from manostat_tools.evidence import pages, store
from manostat_tools.evidence.parts import GOOD, PARTS, Part, State, stamp, state

FILE = Path("build/evidence.json")
_KEYS = ("id", "verdict", "figure", "limit", "bench")
_MORE = ("of", "at", "unit", "figures", "also")
"""What a line has if it needs it: a requirement the figure of each of its limits."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "evidence",
        help="put all that was shown side by side, and run what is missing",
        description="Gathers requirements, fault matrix, power cuts, soak, exhaustion, mutation "
        "and figures of the present firmware into build/evidence.json and docs/evidence, and runs "
        "what is missing first. Can be interrupted: parts that are done stay. Exit code 1 when "
        "something fails or is missing. Not a certified medical device.",
    )
    parser.add_argument(
        "--only",
        nargs="+",
        metavar="PART",
        choices=[part.name for part in PARTS],
        help="run these if they are missing, and no other: " + ", ".join(p.name for p in PARTS),
    )
    parser.add_argument("--as-is", action="store_true", help="run nothing")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0: everything is there and holds."""
    wanted = [part for part in PARTS if not options.only or part.name in options.only]
    begun_s = time.monotonic()
    code = 0
    try:
        if not options.as_is:
            _run_missing([one for one in map(state, wanted) if not one.complete])
    except KeyboardInterrupt:
        print("\ninterrupted: parts that are done stay; the same command goes on", file=sys.stderr)
        code = 130
    states = [state(part) for part in PARTS]
    bad = write(states)
    minutes = (time.monotonic() - begun_s) / 60
    print(f"{minutes:.0f} minutes; wrote {FILE} and {pages.FOLDER}")
    return code or (1 if bad else 0)


def _run_missing(missing: Sequence[State]) -> None:
    if not missing:
        return
    minutes = sum(one.part.minutes for one in missing)
    print(f"{len(missing)} parts to run, about {minutes:.0f} minutes on two quiet cores:")
    for one in missing:
        print(f"  {one.part.name}: {one.part.title} ({one.said}), {one.part.minutes:.0f} minutes")
    for number, one in enumerate(missing, 1):
        print(f"[{number}/{len(missing)}] {one.part.name}", flush=True)
        _run_part(one.part)


def _run_part(part: Part) -> None:
    begun_s, firmware = time.monotonic(), store.firmware()
    code = subprocess.run(part.command, cwd=REPOSITORY, check=False).returncode
    store.firmware.cache_clear()
    if store.firmware() != firmware:
        raise SystemExit("the firmware was changed meanwhile: nothing of this part counts")
    stamp(part, firmware)
    minutes = (time.monotonic() - begun_s) / 60
    print(f"{part.name}: {minutes:.1f} minutes, exit code {code}", flush=True)


def write(states: Sequence[State], root: Path = REPOSITORY) -> list[str]:
    """build/evidence.json and the pages; returns what is failing or missing, and says it."""
    bad = []
    rows = [row for one in states for row in one.rows]
    for one in states:
        failing = [row["id"] for row in one.rows if row["verdict"] not in GOOD]
        passed = len(one.rows) - len(failing)
        print(f"{one.part.name:14} {passed:5} of {len(one.rows) + len(one.missing):5}: {one.said}")
        bad += [f"{one.part.name}: {name} fails" for name in failing]
        bad += [] if one.complete else [f"{one.part.name}: {one.said}"]
    times = Counter(row["id"] for row in rows)
    bad += [f"{name}: {count} lines with this id" for name, count in times.items() if count > 1]
    for line in bad[:_MOST_SAID]:
        print(line)
    if len(bad) > _MOST_SAID:
        print(f"and {len(bad) - _MOST_SAID} more")
    flat = [{key: row[key] for key in (*_KEYS, *_MORE) if key in row} for row in rows]
    file = root / FILE
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(flat, indent=1) + "\n", encoding="utf-8")
    pages.write(states, root)
    return bad


_MOST_SAID = 40
