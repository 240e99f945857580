"""`manostat pull`: the journal and the traces of a pump that runs, into the store."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from manostat_tools.devices.errors import DeviceError
from manostat_tools.inputs import seconds
from manostat_tools.journal.page import Record
from manostat_tools.journal.source import NoJournalError
from manostat_tools.link.errors import BrokenOffError, LinkError
from manostat_tools.link.pump import Pump, connect
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
from manostat_tools.store.pull import read_pull
from manostat_tools.store.said import say_contradiction, say_outcome
from manostat_tools.store.store import Store
from manostat_tools.store.units import Held, units_of
from manostat_tools.words import serial as called

_PATIENCE_S = 60.0


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "pull",
        help="store the journal and the traces of a pump that runs",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Asks a pump at rest for its records, and for the traces that are not stored\n"
        "yet: the raw pressure of every tick. Motion or a pulled cable breaks it off; it goes on\n"
        "by itself. The pump has stored a trace some ten seconds after the stop. " + NOTICE,
        epilog="Exit code 0: stored, and whole; 1: not whole, or refused, which is said; 2: no "
        "store.",
    )
    parser.add_argument("unit", nargs="?", metavar="UNIT", help="name, port or serial number")
    add_store(parser)
    parser.add_argument(
        "--patience",
        type=seconds,
        default=_PATIENCE_S,
        metavar="SECONDS",
        help="without anything new, after which what came is stored (default %(default)g)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Pull, then store; returns the exit code."""
    file = store_file(options)
    try:
        with Store.open_or_create(file) as store, connect(options.unit) as pump:
            return _pull(pump, store, file, options.patience)
    except (StoreError, OSError) as wrong:
        end_progress()
        return refuse(wrong)
    except DeviceError as problem:
        end_progress()
        print(problem, file=sys.stderr)
        return 1
    finally:
        end_progress()


def _pull(pump: Pump, store: Store, file: Path, patience_s: float) -> int:
    serial = pump.hello(patience_s).serial or None
    broken: LinkError | None = None
    traces = b""
    try:
        pages = pump.records(0, patience_s, lambda text: say_progress(f"journal: {text}"))
    except BrokenOffError as off:
        broken, pages = off, off.pages
    if not pages:
        end_progress()
        print(broken or f"{pump.name}: its journal is empty: nothing to store")
        return 1 if broken else 0
    name = name_of(store, pages, serial)
    if broken is None:
        known = units_of(store).get(name or "")
        first = max(known.traces, default=0) if known else 0
        try:
            traces = pump.traces(first, patience_s, lambda text: say_progress(f"traces: {text}"))
        except BrokenOffError as off:
            broken, traces = off, off.pages
        except LinkError as off:
            broken = off
    end_progress()
    now = datetime.now(UTC)
    try:
        outcome = import_pull(store, pages + traces, now, name, say_progress)
    except ContradictionError as wrong:
        end_progress()
        return say_contradiction(pump.name, wrong)
    except NoJournalError as wrong:
        return refuse(f"{pump.name}: {wrong}", 1)
    end_progress()
    code = say_outcome(pump.name, file, outcome)
    if broken:
        print(broken, file=sys.stderr)
        return 1
    return code


def name_of(store: Store, pages: bytes, serial: str | None) -> str | None:
    """What the pump is called in the store: its serial number; the name of its key if it had that
    name before it was given a serial number, and these pages go on with what was stored then, as
    far as they came. None, of one without a serial number: it is known by its records, as in every
    import."""
    units = units_of(store)
    if serial is None or serial in units:
        return serial
    pull = read_pull(pages)
    fits = [
        name
        for name, unit in units.items()
        if called(name) == name and _is_same(pull.journal, unit.journal)
    ]
    sealed = [name for name in pull.key_names if name in fits]
    return [*sealed, *fits, serial][0]


def _is_same(pulled: list[Record], held: Held) -> bool:
    """Whether the newest record of which both have the number is one: each holds the hash of the
    one before, so that all before are the same too."""
    both = [record for record in pulled if record.sequence in held]
    return bool(both) and both[-1].digest.hex() in held[both[-1].sequence]
