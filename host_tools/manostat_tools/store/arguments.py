"""What the commands that use a store have in common."""

import argparse
import sys
from pathlib import Path

from manostat_tools.store.schema import default_file

WRONG_INPUT = 2
NOTICE = "Not a certified medical device; what is stored is no medical record by itself."


def add_store(parser: argparse.ArgumentParser, default: str | None = None) -> None:
    """The option `--store`. `default`: argparse.SUPPRESS for a command below one that has it."""
    parser.add_argument(
        "--store",
        type=Path,
        default=default,
        metavar="FILE",
        help=f"the store; else {default_file()} (from XDG_DATA_HOME)",
    )


def store_file(options: argparse.Namespace) -> Path:
    """The file that was asked for, or the default one."""
    file: Path | None = options.store
    return default_file() if file is None else file


def plural(count: int, what: str) -> str:
    """ "1 record", "2 records"."""
    return f"{count} {what}" + ("" if count == 1 else "s")


def refuse(wrong: Exception | str, code: int = WRONG_INPUT) -> int:
    """Say on stderr what was wrong; returns the exit code."""
    print(f"refused: {wrong}", file=sys.stderr)
    return code


def say_progress(text: str) -> None:
    """One line that is written over, for a person who waits; nothing in a pipe."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def end_progress() -> None:
    """Take that line away."""
    say_progress("")
