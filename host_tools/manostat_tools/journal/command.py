"""Arguments of `manostat journal`, and what it prints."""

import argparse
import csv
import json
import sys
from pathlib import Path
from typing import Any

from manostat_tools.journal.book import Book, read_book
from manostat_tools.journal.listing import listing
from manostat_tools.journal.payloads import KINDS, fields_of
from manostat_tools.journal.seals import read_key
from manostat_tools.journal.source import NoJournalError, read_file

_WRONG_INPUT = 2
_MOST_KEY_BYTES = 256  # 64 digits with some white space


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "journal",
        help="read and judge what a pump kept in flash",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Reads the journal and the stored traces of a pump, by docs/journal.md alone:\n"
        "no code is shared with the firmware. Checks each page's CRC, the sequence, the\n"
        "hash chain, the seals and the traces, and says what is wrong and where.\n\n"
        "FILE is one of\n"
        "  a flash image, 2 MB     picotool save --all flash.bin, the board in BOOTSEL mode\n"
        "  the storage             its last 1408 KB\n"
        "  an answer to J          the records as the pump sends them; also with one to R, the\n"
        "                          pages of its traces, behind them",
        epilog="Exit code 0: whole, or with what a power cut leaves; 1: something was changed or\n"
        "is missing; 2: this is no journal. A seal is checked with the unit's key, which\n"
        "should come from elsewhere than the file: --key. With it, seals of another key, and\n"
        "outcomes and traces that no seal follows, count as changed; so does one whose seal\n"
        "power cut off, until the next seal. Without it the chain is checked all the same,\n"
        "but who wrote it remains open.",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--key", type=Path, help="the unit's key: 32 bytes, or 64 hex digits")
    parser.add_argument("--json", action="store_true", help="everything, for programs")
    parser.add_argument(
        "--traces", type=Path, metavar="FOLDER", help="write each whole trace there as CSV"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, print, judge; returns the exit code."""
    try:
        key = None if options.key is None else _read_key(options.key)
    except (OSError, ValueError) as wrong:
        return _refuse(options.key, wrong)
    try:
        book = read_book(read_file(options.file), key)
    except (OSError, NoJournalError) as wrong:
        return _refuse(options.file, wrong)
    if options.traces is not None:
        write_traces(book, options.traces)
    if options.json:
        print(json.dumps(as_data(book), indent=1))
    else:
        for line in listing(book):
            print(line)
    return 0 if book.is_sound else 1


def _read_key(file: Path) -> bytes:
    with file.open("rb") as opened:
        return read_key(opened.read(_MOST_KEY_BYTES + 1))


def as_data(book: Book) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "file": book.source.what,
        "whole": book.is_sound,
        "records": [
            {
                "place": record.place,
                "kind": KINDS.get(record.kind, record.kind),
                "sequence": record.sequence,
                "boot": record.boot,
                "ms": record.ms,
                **fields_of(record),
            }
            for record in book.records
        ],
        "delivery_uncertain": [record.sequence for record in book.uncertain],
        "seals": {
            "good": book.seals.good,
            "public": book.seals.public,
            "unknown": book.seals.unknown,
            "sealed_to": book.seals.sealed_to,
        },
        "traces": [
            {
                "level": stretch.level,
                "boot": stretch.boot,
                "first_word": stretch.first_word,
                "words": stretch.n_words,
                "state": stretch.state,
            }
            for stretch in book.stretches
        ],
        "findings": [vars(finding) for finding in book.findings],
    }


def write_traces(book: Book, folder: Path) -> None:
    """One CSV for each whole stretch: level-L-boot-B-word-W.csv. Ticks count from its first."""
    folder.mkdir(parents=True, exist_ok=True)
    for stretch in book.stretches:
        if stretch.state != "whole":
            continue
        name = f"level-{stretch.level}-boot-{stretch.boot}-word-{stretch.first_word}.csv"
        with open(folder / name, "w", newline="") as file:
            table = csv.writer(file)
            table.writerow(("tick", "line_count", "steps", "moving"))
            table.writerows(
                (tick.at, tick.raw, tick.made, int(tick.moving)) for tick in stretch.ticks()
            )


def _refuse(file: Path, wrong: Exception) -> int:
    print(f"refused: {file}: {wrong}", file=sys.stderr)
    return _WRONG_INPUT
