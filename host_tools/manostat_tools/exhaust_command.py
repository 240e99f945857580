"""`manostat exhaust`: all reachable states of the core over an abstraction of its inputs."""

import argparse
import hashlib
import json
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from manostat_tools.boards import REPOSITORY

EVIDENCE = Path("build/evidence/exhaustion.json")
KEPT = Path("build/exhaustion")
_RESTS_ON = ("firmware/manostat/core", "sim/manostat_sim/exhaustion")
MODES = ("none", "inject", "step", "prime", "comply", "sham", "relieve")
"""By their codes: `none` is a pump without a prescription."""
_VERDICT = 3
_BENCH = "core"
_ID = "exhaustion/"
"""Before each id: an invariant has that of its requirement, which has a line of its own."""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "exhaust",
        help="enumerate the reachable states of the core and check the invariants in each",
        description="Runs the core's own classes from every state that an alphabet of inputs "
        "reaches, checks the invariants after each tick, and prints how many states and "
        "transitions there are. What the abstraction loses: sim/manostat_sim/exhaustion/rules.py. "
        "Writes build/evidence/exhaustion.json if all modes were explored whole. Can be "
        "interrupted: modes that are done stay in build/exhaustion while the sources are the same.",
    )
    parser.add_argument(
        "--only", nargs="+", choices=MODES, default=MODES, metavar="MODE", help=", ".join(MODES)
    )
    parser.add_argument(
        "--most", type=_count, default=1_000_000, help="go on from at most so many states a mode"
    )
    parser.add_argument("--small", action="store_true", help="half of the alphabet")
    parser.add_argument("--jobs", type=_count, default=2, help="processes (default %(default)s)")
    parser.set_defaults(run=run_exhaust)


def _count(text: str) -> int:
    count = int(text) if text.isdecimal() else 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: allowed are whole numbers from 1 on")
    return count


def run_exhaust(options: argparse.Namespace) -> int:
    """Explore, print, write the evidence; 1 if an invariant does not hold."""
    run = partial(_explore, small=options.small, most=options.most)
    print(f"{'':8} {'states':>7} {'transitions':>12} {'ticks':>10} {'depth':>6} {'CPU s':>6}")
    rows = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for row in pool.map(run, options.only):
            rows.append(row)
            _show(row)
    lines = evidence(rows)
    whole = set(options.only) == set(MODES) and not options.small
    if whole and not any(row["waiting"] for row in rows):
        file = REPOSITORY / EVIDENCE
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")
        print(EVIDENCE)
    print(f"{len(lines) - len(rows)} invariants checked after each tick")
    return 1 if any(row["findings"] for row in rows) else 0


def evidence(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line an invariant with the findings against it, and one a mode with what was explored."""
    from manostat_sim.exhaustion.invariants import INVARIANTS

    states, transitions = (sum(row[name] for row in rows) for name in ("states", "transitions"))
    whole = not any(row["waiting"] for row in rows)
    lines = []
    for invariant in INVARIANTS:
        broken = sum(invariant == found["invariant"] for row in rows for found in row["findings"])
        verdict = "failed" if broken else "passed" if whole else "not run"
        of = f"exhaustion: modes against it, in {states} states and {transitions} transitions"
        line = {"id": f"{_ID}{invariant}", "verdict": verdict, "figure": broken, "limit": 0}
        lines.append({**line, "bench": _BENCH, "of": of})
    for row in rows:
        verdict = "failed" if row["findings"] else "passed" if not row["waiting"] else "not run"
        line = {"id": f"{_ID}mode {row['mode']}", "verdict": verdict, "figure": row["states"]}
        of = f"states, none left out; {row['transitions']} transitions"
        lines.append({**line, "limit": None, "bench": _BENCH, "of": of})
    return lines


def _explore(name: str, small: bool, most: int) -> dict[str, Any]:
    kept = REPOSITORY / KEPT / f"{name}-{_digest(small, most)}.json"
    if kept.exists():
        known: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
        return known
    row = _explore_anew(name, small, most)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(row), encoding="utf-8")
    return row


def _digest(small: bool, most: int, root: Path = REPOSITORY) -> str:
    """Of all that a result rests on."""
    texts = [f"{small} {most}"]
    for folder in _RESTS_ON:
        texts += [path.read_text(encoding="utf-8") for path in sorted((root / folder).glob("*.py"))]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def _explore_anew(name: str, small: bool, most: int) -> dict[str, Any]:
    from manostat_sim.exhaustion.letters import alphabet, small_alphabet
    from manostat_sim.exhaustion.search import explore
    from manostat_sim.exhaustion.times import SHORT

    mode = MODES.index(name)
    found = explore(
        mode,
        letters=small_alphabet(SHORT) if small else alphabet(SHORT),
        verdict=0 if mode else _VERDICT,
        most_states=most,
        progress=partial(_progress, name) if sys.stderr.isatty() else None,
    )
    return {
        "mode": name,
        "states": found.states,
        "transitions": found.transitions,
        "ticks": found.ticks,
        "depth": found.depth,
        "seconds": found.seconds,
        "waiting": found.waiting,
        "parts": found.parts,
        "findings": [vars(finding) for finding in found.findings],
    }


def _progress(name: str, states: int, transitions: int, waiting: int) -> None:
    said = f"{name}: {states} states, {transitions} transitions, {waiting} to go on from"
    print(f"\r{said:<78}", end="", file=sys.stderr, flush=True)


def _show(row: dict[str, Any]) -> None:
    if sys.stderr.isatty():
        print(f"\r{'':78}\r", end="", file=sys.stderr, flush=True)
    print(
        f"{row['mode']:8} {row['states']:7} {row['transitions']:12} {row['ticks']:10} "
        f"{row['depth']:6} {row['seconds']:6.0f}"
        + (f"  {row['waiting']} not gone on from" if row["waiting"] else ""),
        flush=True,
    )
    print("         " + ", ".join(f"{name} {count}" for name, count in row["parts"].items()))
    for found in row["findings"]:
        print(f"  {found['what']}")
        for step in found["path"]:
            print(f"    {step}")
