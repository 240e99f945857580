"""The command line of `manostat session`: what may be given, and everything that is wrong with it
before a pump is asked for."""

import argparse
import os
import shlex
from pathlib import Path

from manostat_sim.scenarios import list_scenarios
from manostat_tools.report.units import UNITS
from manostat_tools.store.arguments import NOTICE, add_store
from manostat_tools.units.keys import KeyFileError, read_key

BENCH = "bench"
"""Instead of a key's file: the public key of bench images."""
_DECAY_S = 15.0
_MOST_DECAY_S = 120.0


def add_options(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> argparse.ArgumentParser:
    """The command's parser."""
    parser = subparsers.add_parser(
        "session",
        help="lead through a session: levels, preparation, injections, report",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Asks, sets the pump before each run, and follows it; the operator starts\n"
        "everything at the pump. Each answer is stored at once: Ctrl-C, a crash or a\n"
        "pulled cable loses nothing, and --resume goes on (docs/guided-session.md).\n\n"
        + NOTICE.replace("; ", ";\n"),
        epilog="manostat session                     a new one, with the only pump there is\n"
        "manostat session --resume            go on with the newest that is open\n"
        "manostat session --answers FILE      answers from a file, one a line\n\n"
        "Exit code 0: closed, with a report; 1: the pump or the store refused, which is\n"
        "said; 2: wrong input; 130: interrupted.",
    )
    parser.add_argument("unit", nargs="?", metavar="UNIT", help="name, port or serial number")
    add_store(parser)
    parser.add_argument(
        "--resume", nargs="?", const="", metavar="ID", help="go on with this one, or the newest"
    )
    parser.add_argument(
        "--answers", type=Path, metavar="FILE", help="one answer a line; # comments"
    )
    parser.add_argument("--key", metavar="FILE", help="the unit's key; bench: the public one")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="of the report (report-ID)")
    parser.add_argument("--pressure-unit", choices=UNITS, default="psi", help="of the report")
    parser.add_argument(
        "--decay",
        type=float,
        default=_DECAY_S,
        metavar="SECONDS",
        help="of the line, watched after an injection for derived values, 0 to "
        f"{_MOST_DECAY_S:g} (default %(default)g)",
    )
    parser.add_argument(
        "--emulated-hands",
        nargs="?",
        const="",
        metavar="SCENARIOS",
        help="of an emulated pump only: press its buttons as the guide asks; the discs of the "
        "levels, with commas between",
    )
    return parser


def wrong_options(options: argparse.Namespace) -> list[str]:
    """A line for each option that cannot be."""
    found = []
    if not 0.0 <= options.decay <= _MOST_DECAY_S:
        found.append(f"--decay: {options.decay:g}, allowed 0 to {_MOST_DECAY_S:g} s")
    known = [one.name for one in list_scenarios()]
    for name in scenarios_of(options):
        if name not in known:
            found.append(f"--emulated-hands: no scenario {name}, allowed {', '.join(known)}")
    if options.answers is not None:
        try:
            options.answers.read_text(encoding="utf-8")
        except OSError as problem:
            found.append(f"--answers: {options.answers}: {problem.strerror}")
        except UnicodeDecodeError:
            found.append(f"--answers: {options.answers}: allowed a file of text, one answer a line")
    if options.key not in (None, BENCH):
        try:
            read_key(Path(options.key))
        except KeyFileError as wrong:
            found.append(f"--key: {wrong}")
    if options.out is not None and (why := _not_writable(options.out)):
        found.append(f"--out: {options.out}: {why}")
    return found


def scenarios_of(options: argparse.Namespace) -> list[str]:
    """Of the discs that emulated hands meet."""
    return [name for name in (options.emulated_hands or "").split(",") if name]


def _not_writable(folder: Path) -> str:
    """Why a folder cannot be written, or made; "" if it can."""
    for place in (folder, *folder.absolute().parents):
        if place.exists():
            if not place.is_dir():
                return f"{place} is no folder"
            return "" if os.access(place, os.W_OK | os.X_OK) else f"{place} cannot be written to"
    return ""


def go_on_with(options: argparse.Namespace, name: str | None, left: list[str]) -> str:
    """The command that goes on with session `name`, or begins again without one. `left`: scenarios
    that the hands have not met yet."""
    said = ["manostat", "session"]
    if name is not None:
        said += ["--resume", name]
    if options.unit is not None:
        said.append(options.unit)
    for option in ("store", "key", "out"):
        if (value := getattr(options, option)) is not None:
            said += [f"--{option}", str(value)]
    if options.emulated_hands is not None:
        said += ["--emulated-hands", *([",".join(left)] if left else [])]
    return shlex.join(said)
