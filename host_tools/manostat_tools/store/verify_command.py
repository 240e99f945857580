"""`manostat verify`: whether a store is what was written."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from manostat_tools.store.arguments import (
    NOTICE,
    add_store,
    end_progress,
    plural,
    refuse,
    say_progress,
    store_file,
)
from manostat_tools.store.errors import StoreError
from manostat_tools.store.verify import Verdict, verify
from manostat_tools.units.kept import kept_key
from manostat_tools.units.keys import KeyFileError, read_key
from manostat_tools.words import serial


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "verify",
        help="check a store of sessions: chain, blobs, and the pumps' own seals",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Recomputes what a store of sessions claims, and changes nothing:\n"
        "  the file       SQLite's own check; tables and triggers as they were made\n"
        "  the chain      each entry's SHA-256 over the one before it and its text\n"
        "  the blobs      each page and trace by its SHA-256; none missing, none too many\n"
        "  the sessions   numbered without a gap, and each run is what the pump's page says\n"
        "  the pumps      their own journals: chain, traces, and with their key the seals\n\n"
        + NOTICE,
        epilog="Exit code 0: all is as it was written; 1: it is not, and the first break is said\n"
        "with the count of all; 2: this is no store.\n\n"
        "A store has no key: who can write the file can write it anew as a whole. What finds\n"
        "that is a hash that was noted elsewhere, such as on a printed report: --head. What the\n"
        "pump recorded is vouched for by its own seals: by the key that `manostat provision`\n"
        "keeps here, or by --key, one that comes from elsewhere.",
    )
    add_store(parser)
    parser.add_argument(
        "--key",
        type=Path,
        help="a pump's key: 32 bytes, or 64 hex digits; else those that provision has kept here",
    )
    parser.add_argument("--head", metavar="SHA256", help="a hash of this chain, noted earlier")
    parser.add_argument("--all", action="store_true", help="say everything that is wrong")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Check, print, judge; returns the exit code."""
    head: str | None = options.head
    if head is not None and not _is_hash(head):
        return refuse(f"--head: {head}: allowed 64 hexadecimal digits")
    try:
        key = None if options.key is None else read_key(options.key)
    except KeyFileError as wrong:
        return refuse(wrong)
    file = store_file(options)
    try:
        verdict = verify(file, key, head and head.lower(), say_progress, _kept)
    except StoreError as wrong:
        return refuse(wrong)
    finally:
        end_progress()
    for line in lines(file, verdict, options.all):
        print(line)
    return 0 if verdict.is_sound else 1


def lines(file: Path, verdict: Verdict, everything: bool) -> list[str]:
    """What is printed."""
    said = [
        f"{file}: {verdict.entries} entries, {plural(verdict.sessions, 'session')}, "
        f"{verdict.blobs} blobs",
        *verdict.units,
        f"head {verdict.head or 'none'}",
    ]
    if verdict.is_sound:
        return [*said, "all is as it was written"]
    first, *others = verdict.wrong
    said.append(f"FIRST BREAK: {first}")
    if everything:
        said += [f"WRONG: {other}" for other in others]
    count = len(verdict.wrong)
    more = "" if everything or not others else " (--all says all)"
    return [
        *said,
        f"NOT AS IT WAS WRITTEN: {count} {'thing is' if count == 1 else 'things are'} wrong{more}",
    ]


def _kept(unit: str, names: Sequence[str]) -> bytes | None:
    """A key that `manostat provision` has kept here: by the unit's serial number, else by its name,
    which is also what a unit without a number is called."""
    called = serial(unit)
    return kept_key(None, [unit, *names]) if called == unit else kept_key(called, names)


def _is_hash(text: str) -> bool:
    return len(text) == 64 and all(digit in "0123456789abcdefABCDEF" for digit in text)
