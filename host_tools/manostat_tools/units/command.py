"""`manostat units`: which units this host has provisioned, and what became of each."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools import words
from manostat_tools.units.place import check_serial
from manostat_tools.units.registry import Book, Event, RegistryError, default_file, read

_WRONG_INPUT = 2
_WIDTH = 21


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "units",
        help="units that were provisioned from this host, and their history",
        description="Shows the registry that manostat provision writes. Nothing is asked of any "
        "pump. Damaged lines are told with their place, with exit code 1; all others are shown.",
        epilog="Example: manostat units history M-017",
    )
    parser.add_argument(
        "--registry", type=Path, metavar="FILE", help=f"else {default_file()} (from XDG_DATA_HOME)"
    )
    commands = parser.add_subparsers(metavar="WHAT", required=True)
    each = commands.add_parser("list", help="one line for each unit")
    each.set_defaults(run=run, of=_list)
    for name, of, what in (
        ("show", _show, "what it has now, as far as this host knows"),
        ("history", _history, "everything that was done, oldest first"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument("serial", metavar="SERIAL", help="such as M-017")
        command.add_argument("--json", action="store_true", help="for programs: lines of JSON")
        command.set_defaults(run=run, of=of)


def run(options: argparse.Namespace) -> int:
    """0 all could be read; 1 a line is damaged, or there is no such unit; 2 no serial number."""
    try:
        book = read(options.registry or default_file())
        if serial := getattr(options, "serial", ""):
            check_serial(serial)
    except (RegistryError, ValueError) as wrong:
        print(f"refused: {wrong}", file=sys.stderr)
        return _WRONG_INPUT
    found = True
    try:
        for line in options.of(book, options):
            print(line)
    except LookupError as unknown:
        print(unknown.args[0], file=sys.stderr)
        found = False
    for damage in book.damage:
        print(f"{book.file}: line {damage.line}: {damage.what}", file=sys.stderr)
    return 0 if found and not book.damage else 1


def _list(book: Book, _options: argparse.Namespace) -> Iterator[str]:
    serials = sorted({event.serial for event in book.events})
    if not serials:
        yield f"no unit was provisioned from this host ({book.file})"
    for serial in serials:
        events = _events_of(book, serial)
        last, state = events[-1], _state(events)
        unit = f"{last.unit.get('syringe', '?')}, {last.unit.get('region', '?')}"
        yield f"{serial:<9} {last.utc[:16]}Z  {unit:<18} key {last.key or 'none':<16}  {state}"


def _show(book: Book, options: argparse.Namespace) -> Iterator[str]:
    events = _events_of(book, options.serial)
    done = [event for event in events if event.what == "provisioned"]
    if options.json:
        yield json.dumps(asdict((done or events)[-1]))
        return
    yield from _rows((done or events)[-1])
    if not done or events[-1] is not done[-1]:
        yield f"{'since then':<{_WIDTH}}{events[-1].utc}: {_state(events)}"


def _history(book: Book, options: argparse.Namespace) -> Iterator[str]:
    for number, event in enumerate(_events_of(book, options.serial)):
        if options.json:
            yield json.dumps(asdict(event))
            continue
        if number:
            yield ""
        yield from _rows(event)


def _events_of(book: Book, serial: str) -> list[Event]:
    events = [event for event in book.events if event.serial == serial]
    if not events:
        known = ", ".join(sorted({event.serial for event in book.events})) or "none"
        raise LookupError(f"{serial} was not provisioned from this host; known: {known}")
    return events


def _state(events: list[Event]) -> str:
    last = events[-1]
    if last.what == "begun":
        return "begun and never ended: what is stored is not known; provision it again"
    return f"{last.what}: {last.result}"


def _rows(event: Event) -> Iterator[str]:
    def row(label: str, value: str) -> str:
        return f"{label:<{_WIDTH}}{value}"

    yield f"{event.serial}  {event.utc}  {event.what}"
    yield row("operator", event.operator)
    yield row("board, image", f"{event.board}, {event.image[:16]}")
    for name, value in event.unit.items():
        if value:
            yield row(name, value)
    if len(event.values) == 9:
        mode, rate, volume, above, line, step, num, den, zero = event.values
        yield row("mode", words.mode(mode) + (f", steps of {words.volume(step)}" if step else ""))
        yield row("rate, volume", f"{words.rate(rate)}, {words.volume(volume)}")
        yield row("limits", f"{words.pressure(above)} above opening, {words.pressure(line)} line")
        yield row("a step", f"{num / den:.2f} nL ({num}/{den})")
        yield row("zero", f"{zero / PA_PER_PSI:.3f} psi ({zero} Pa)")
    if event.identity:
        yield row("identity", json.dumps(event.identity, ensure_ascii=False))
    yield row("key", event.key or "none")
    if event.what != "begun":
        yield row("stored", ", ".join(event.stored) or "nothing that the pump confirmed")
        yield row("result", event.result)
