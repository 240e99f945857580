"""`manostat boards`: what is attached, and who answers."""

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from manostat_sim.emulated import registry
from manostat_tools import words
from manostat_tools.devices.attached import Attached, attached, starting, unmounted_drive
from manostat_tools.devices.probe import Answer, Hello, Kind, ask, with_service
from manostat_tools.image import known

_WIDEST = 1000


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "boards",
        help="list attached boards, real and emulated, and who answers on them",
        description="Lists real boards (by their USB id) and emulated ones (manostat emulate) in "
        "one table, with who answers: Manostat with the verdict of its self test, a MicroPython "
        "prompt, the boot loader, nobody, or another program has it. A pump is only listened to "
        "and asked with H; nothing is interrupted. At most 5 s.",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the table; 0 also when nothing is attached."""
    registry.clean()
    boards = attached()
    with ThreadPoolExecutor(max(len(boards), 1)) as pool:
        answers = list(pool.map(_asked, boards))
    if options.json:
        print(json.dumps([_data(*pair) for pair in zip(boards, answers, strict=True)], indent=1))
        return 0
    if not boards:
        print("no board is attached; `manostat emulate` starts an emulated one")
    else:
        _print_table(Console(highlight=False), list(zip(boards, answers, strict=True)))
    for name in starting():
        print(f"{name} is starting")
    if unmounted_drive():
        print("a boot loader's drive (RPI-RP2) is plugged in but not mounted: mount it to flash")
    return 0


def _asked(board: Attached) -> Answer:
    return with_service(board, ask(board))


def _print_table(console: Console, pairs: list[tuple[Attached, Answer]]) -> None:
    """A port that would be broken within a word has a line of its own below: it is to be copied."""
    with_ports = _table(pairs, True)
    unbounded = console.options.update(max_width=_WIDEST)
    fits = Measurement.get(console, unbounded, with_ports).maximum <= console.width
    console.print(with_ports if fits else _table(pairs, False))
    for board, _answer in () if fits else pairs:
        if place := board.path or board.drive:
            console.print(f"{board.name}: {place}", soft_wrap=True, markup=False)


def _table(pairs: list[tuple[Attached, Answer]], ports: bool) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("board", "is", *(("port",) if ports else ()), "answers", "about"):
        table.add_column(heading, no_wrap=heading == "board")
    for board, answer in pairs:
        place = (board.path or board.drive,) if ports else ()
        table.add_row(board.name, kind_of(board), *place, *describe(answer))
    return table


def kind_of(board: Attached) -> str:
    """In a few words: emulated, or its USB id and serial number."""
    return "emulated" if board.emulated else f"{board.usb} {board.serial}".strip()


def describe(answer: Answer) -> tuple[str, str]:
    """Who answers, and what it says of itself."""
    if answer.service:
        return "service mode", f"motor off, takes: manostat provision; MicroPython {answer.version}"
    if answer.kind is Kind.MICROPYTHON:
        return answer.kind.value, f"{answer.version}, {answer.machine}"
    if answer.kind is not Kind.MANOSTAT:
        return answer.kind.value, _ADVICE.get(answer.kind, "")
    about = [words.state_name(answer.state)] if answer.state >= 0 else []
    if answer.hello is not None:
        about.append(f"self test: {answer.hello.words}")
        about.append("bench image" if answer.hello.bench else "production image")
        about.append(answer.hello.image)
        about.append(f"protocol {answer.hello.protocol}")
        about.append(known.in_words(answer.hello.image))
        if answer.hello.unit:
            about.append(f"unit {answer.hello.unit}")
    elif not answer.moves:
        about.append("does not say hello")
    return answer.kind.value, ", ".join(about)


_ADVICE = {
    Kind.BOOT_LOADER: "takes a UF2: manostat flash",
    Kind.MUTE: "a program that says nothing, a self test that runs, or a dead board",
    Kind.HELD: "close that program",
    Kind.FORBIDDEN: "see: manostat doctor",
    Kind.GONE: "unplugged, without power, or restarting",
}


def _hello(hello: Hello) -> dict[str, Any]:
    versions = known.versions_of(hello.image)
    return {
        **vars(hello),
        "verdict_words": hello.words,
        "unit": hello.unit,
        "firmware": versions.firmware if versions else "",
        "micropython": versions.micropython if versions else "",
    }


def _data(board: Attached, answer: Answer) -> dict[str, Any]:
    hello = answer.hello
    return {
        "name": board.name,
        "emulated": board.emulated,
        "port": board.path,
        "drive": board.drive,
        "usb": board.usb,
        "serial": board.serial,
        "answers": answer.kind.name.lower(),
        "micropython": answer.version,
        "service_mode": answer.service,
        "state": words.state_name(answer.state) if answer.state >= 0 else "",
        "moves": answer.moves,
        "hello": None if hello is None else _hello(hello),
    }
