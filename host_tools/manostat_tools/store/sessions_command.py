"""`manostat sessions`: what is in a store, one session, and what a pump holds into it."""

import argparse
import json
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from manostat_tools import report
from manostat_tools.journal.source import NoJournalError, read_file
from manostat_tools.report.units import UNITS
from manostat_tools.session.corrections import FoldError
from manostat_tools.store.arguments import (
    NOTICE,
    add_store,
    end_progress,
    refuse,
    say_progress,
    store_file,
)
from manostat_tools.store.errors import ContradictionError, StoreError
from manostat_tools.store.imports import import_pull
from manostat_tools.store.listing import session_lines, store_lines
from manostat_tools.store.pull import read_pull
from manostat_tools.store.reading import read_session
from manostat_tools.store.said import say_contradiction, say_outcome
from manostat_tools.store.store import Store
from manostat_tools.store.traces import trace_of
from manostat_tools.words import unit_hex

_UNIT = re.compile(r"[0-9a-f]{16}")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "sessions",
        help="list and show stored sessions, import what a pump holds",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Sessions and what was pulled from pumps, in one file that only grows\n"
        "(docs/session.md). " + NOTICE,
        epilog="manostat sessions                      what is stored\n"
        "manostat sessions show 2026-11-28-1    one session\n"
        "manostat sessions report 2026-11-28-1  the same as PDF, HTML and tables\n"
        "manostat sessions import flash.bin     the records and traces of a pump\n"
        "manostat verify                        whether all is as it was written",
    )
    add_store(parser)
    commands = parser.add_subparsers(metavar="list | show | report | import")
    parser.set_defaults(run=run, what=_list)
    listing = commands.add_parser("list", help="all sessions and pumps (what is done without it)")
    listing.set_defaults(what=_list)
    show = commands.add_parser("show", help="one session, corrections applied and listed")
    for command in (listing, show):
        add_store(command, argparse.SUPPRESS)
    show.add_argument("id", metavar="ID", help="as `manostat sessions` lists it")
    show.add_argument("--events", action="store_true", help="also what pump and host did and saw")
    show.add_argument("--json", action="store_true", help="everything, for programs")
    show.set_defaults(what=_show)
    _register_report(commands)
    _register_import(commands)


def _register_report(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "report",
        help="the report of a session: PDF, HTML, CSV and Parquet",
        description="Writes report.pdf, report.html and tables/ (docs/report.md). What is there "
        "already is overwritten. Grades are advisory: the physician decides. " + NOTICE,
    )
    add_store(parser, argparse.SUPPRESS)
    parser.add_argument("id", metavar="ID", help="as `manostat sessions` lists it")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="where to (default: report-ID, here)"
    )
    parser.add_argument("--unit", choices=UNITS, default="psi", help="of pressures (default psi)")
    parser.set_defaults(what=_report)


def _register_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "import",
        help="store what a pump holds",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Stores the records of a pump's journal, and its traces. FILE is one of\n"
        "  a flash image, 2 MB     picotool save --all flash.bin, the board in BOOTSEL mode\n"
        "  the storage             its last 1408 KB\n"
        "  an answer to J          the records as the pump sends them; also half of them; also\n"
        "                          with an answer to R, the pages of its traces, behind them\n\n"
        "A record that is stored already is not stored again, whichever of these it came by;\n"
        "what was missing is added. A record that contradicts a stored one is refused, with\n"
        "everything else in FILE.",
        epilog="Exit code 0: stored, and whole; 1: refused as contradicting, or stored but\n"
        "something is missing or damaged, which is said; 2: this is no journal, or no store.",
    )
    add_store(parser, argparse.SUPPRESS)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--unit",
        metavar="SERIAL",
        help="the pump: its number, or 16 hex digits; else it is told by records that are stored "
        "already, or named by the key of its seals",
    )
    parser.set_defaults(what=_import)


def run(options: argparse.Namespace) -> int:
    """One of them; returns the exit code."""
    try:
        code: int = options.what(options, store_file(options))
        return code
    except (StoreError, FoldError, NoJournalError, OSError) as wrong:
        return refuse(wrong)
    finally:
        end_progress()


def _list(options: argparse.Namespace, file: Path) -> int:
    if options.store is None and not file.exists():
        print(f"nothing is stored yet: {file} is made by the first session or import")
        return 0
    with Store.open(file) as store:
        for line in store_lines(store):
            print(line)
    return 0


def _show(options: argparse.Namespace, file: Path) -> int:
    with Store.open(file) as store:
        session = read_session(store, options.id)
    if options.json:
        print(json.dumps(session.model_dump(mode="json"), indent=1, ensure_ascii=False))
        return 0
    for line in session_lines(session, options.events):
        print(line)
    return 0


def _report(options: argparse.Namespace, file: Path) -> int:
    folder = options.out or Path(f"report-{options.id}")
    with Store.open(file) as store:
        session = read_session(store, options.id)
        files = report.write(session, partial(trace_of, store), folder, options.unit)
    for written in files:
        print(written)
    return 0


def _import(options: argparse.Namespace, file: Path) -> int:
    unit = None if options.unit is None else unit_hex(options.unit)
    if unit is not None and not _UNIT.fullmatch(unit):
        return refuse(f"--unit: {unit}: allowed a number such as M-017, or 16 digits of 0-9a-f")
    now = datetime.now(UTC)
    try:
        data = read_file(options.file)
        read_pull(data)  # a file that is no journal makes no store
        with Store.open_or_create(file) as store:
            outcome = import_pull(store, data, now, unit, say_progress)
    except ContradictionError as wrong:
        return say_contradiction(str(options.file), wrong)
    except NoJournalError as wrong:
        return refuse(f"{options.file}: {wrong}")
    end_progress()
    return say_outcome(str(options.file), file, outcome)
