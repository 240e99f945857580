"""`manostat pull`: the journal and the trace of a pump that runs, into the store."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from manostat_tools.devices.errors import DeviceError
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
from manostat_tools.store.imports import Outcome, import_pull, import_trace
from manostat_tools.store.pull import read_pull
from manostat_tools.store.said import say_contradiction, say_outcome
from manostat_tools.store.store import Store
from manostat_tools.store.units import units_of

_PATIENCE_S = 60.0


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "pull",
        help="store the journal and the trace of a pump that runs",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Asks a pump at rest for its records and for the trace in its memory, and\n"
        "stores what is not stored yet. Motion or a pulled cable breaks it off; it goes on by\n"
        "itself. Traces of earlier levels are in the pump's flash and do not come over the link:\n"
        "`manostat sessions import` takes them from a flash image. " + NOTICE,
        epilog="Exit code 0: stored, and whole; 1: not whole, or refused, which is said; 2: no "
        "store.",
    )
    parser.add_argument("unit", nargs="?", metavar="UNIT", help="name, port or serial number")
    add_store(parser)
    parser.add_argument(
        "--patience",
        type=float,
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
    trace = b""
    try:
        pages = pump.records(0, patience_s, lambda text: say_progress(f"journal: {text}"))
    except BrokenOffError as off:
        broken, pages = off, off.pages
    if broken is None:
        try:
            trace = pump.trace(patience_s, lambda text: say_progress(f"trace: {text}"))
        except LinkError as off:
            broken = off
    end_progress()
    if not pages:
        print(broken or f"{pump.name}: its journal is empty: nothing to store")
        return 1 if broken else 0
    now = datetime.now(UTC)
    try:
        outcome = import_pull(store, pages, now, name_of(store, pages, serial), say_progress)
    except ContradictionError as wrong:
        end_progress()
        return say_contradiction(pump.name, wrong)
    except NoJournalError as wrong:
        return refuse(f"{pump.name}: {wrong}", 1)
    end_progress()
    code = say_outcome(pump.name, file, outcome)
    if trace:
        print(_keep_trace(store, trace, now, outcome))
    if broken:
        print(broken, file=sys.stderr)
        return 1
    return code


def name_of(store: Store, pages: bytes, serial: str | None) -> str | None:
    """What the pump is called in the store: its serial number; the name of its key if it had that
    name before it was given a serial number, and what was stored then is in these pages. None, of
    one without a serial number: it is known by its records, as in every import."""
    units = units_of(store)
    if serial is None or serial in units:
        return serial
    pull = read_pull(pages)
    digests = {record.digest.hex() for record in pull.journal}
    for name in pull.key_names:
        if name in units and units[name].journal[max(units[name].journal)][-1] in digests:
            return name
    return serial


def _keep_trace(store: Store, trace: bytes, now: datetime, of: Outcome) -> str:
    """What became of the trace in memory, in words."""
    try:
        outcome = import_trace(store, trace, now, of.unit.name)
    except StoreError:
        return f"trace in memory: {len(trace) // 2} ticks, not named by a record yet: not stored"
    return f"trace in memory: {'new' if outcome.stretches else 'stored already'}"
