"""Arguments of `manostat demo`, and the run from bench to report."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TextIO

from manostat_sim.benches.base import Bench
from manostat_sim.scenarios import Scenario, list_scenarios, scenario
from manostat_tools.demo.benches import BENCHES, UnavailableError, open_bench
from manostat_tools.demo.session import Session

INTERRUPTED = 130
_LIMITS_S = {"pico": 60.0}
_LIMIT_S = 180.0
"""All scenarios end within it; a shorter one for the emulated Pico, some 8 minutes of wall time."""


class View(Protocol):
    """What shows a session while it runs."""

    def start(self, session: Session) -> None: ...
    def update(self, session: Session) -> None: ...
    def stop(self, session: Session) -> None: ...


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "demo", help="inject into a simulated disc and watch", description=_description()
    )
    add_arguments(parser)
    parser.set_defaults(run=run)


def main(argv: Sequence[str] | None = None) -> int:
    """The command on its own; returns its exit code."""
    parser = argparse.ArgumentParser(prog="manostat demo", description=_description())
    add_arguments(parser)
    return run(parser.parse_args(argv))


def _description() -> str:
    return (
        "Boots a bench, proves the pain button, holds RUN and injects into a simulated disc; shows "
        "it live, prints the level record, and saves it with a picture of pressure against volume. "
        "Ctrl-C stops the pump and still gives the record so far. Simulated; not a certified "
        "medical device."
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    benches = "; ".join(f"{name}: {what}" for name, what in BENCHES.items())
    parser.add_argument("--bench", choices=tuple(BENCHES), default="pico", help=benches)
    parser.add_argument(
        "--scenario", type=_scenario, default="concordant-10s", metavar="NAME", help="see --list"
    )
    parser.add_argument(
        "--seconds",
        type=_seconds,
        metavar="LIMIT",
        help=f"press STOP after this much virtual time of RUN "
        f"(default {_LIMITS_S['pico']:g} on pico, else {_LIMIT_S:g})",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("build/demo"), help="folder (default %(default)s)"
    )
    parser.add_argument("--list", action="store_true", help="list the scenarios and end")


def _scenario(name: str) -> Scenario:
    try:
        return scenario(name)
    except KeyError as unknown:
        raise argparse.ArgumentTypeError(unknown.args[0]) from unknown


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 3600.0:
        raise argparse.ArgumentTypeError(f"{text!r}: allowed 0.1 to 3600 s")
    return seconds


def run(options: argparse.Namespace) -> int:
    """Run the demo: 0 done, 1 no arming or no bench, 130 after Ctrl-C."""
    if options.list:
        for of in list_scenarios():
            print(f"{of.name:<18} {of.summary}")
        return 0
    print(f"{options.bench} bench, {BENCHES[options.bench]}", flush=True)
    print(f"{options.scenario.name}: {options.scenario.summary}", flush=True)
    try:
        bench = open_bench(options.bench, options.scenario)
    except UnavailableError as missing:
        print(f"cannot run the {options.bench} bench: {missing}", file=sys.stderr)
        return 1
    try:
        limit_s = options.seconds or _LIMITS_S.get(options.bench, _LIMIT_S)
        return play(bench, limit_s, options.out, sys.stdout)
    finally:
        bench.close()


def play(bench: Bench, limit_s: float, folder: Path, out: TextIO) -> int:
    """A session on a bench that is powered off, shown on `out`; exit code as of `run`."""
    from manostat_tools.demo.outcome import outcome
    from manostat_tools.demo.picture import save_picture
    from manostat_tools.demo.report import report

    view = _view(out)
    session = Session(bench, limit_s, view.update)
    with _CtrlC(lambda: setattr(session, "stop_asked", True)):
        view.start(session)
        try:
            session.run()
        finally:
            view.stop(session)
    result = outcome(session)
    print("\n" + "\n".join(report(result)) + "\n", file=out)
    stem = f"{bench.world.scenario.name}-{bench.name}"
    folder.mkdir(parents=True, exist_ok=True)
    record_file, picture_file = folder / f"{stem}.json", folder / f"{stem}.png"
    record_file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    save_picture(session, result, picture_file)
    print(f"record:  {record_file}\npicture: {picture_file}", file=out)
    if session.interrupted:
        print("stopped by Ctrl-C", file=out)
        return INTERRUPTED
    return 0 if session.armed and not session.failed else 1


def _view(out: TextIO) -> View:
    from manostat_tools.demo.plain import PlainView

    if not out.isatty():
        return PlainView(out)
    from rich.console import Console

    from manostat_tools.demo.live import LEAST_SIZE, LiveView

    console = Console(file=out)
    if console.is_dumb_terminal or console.width < LEAST_SIZE[0] or console.height < LEAST_SIZE[1]:
        return PlainView(out)
    return LiveView(console)


class _CtrlC:
    """While entered, the first Ctrl-C asks; a second one interrupts as usual."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGINT, self._first)

    def __exit__(self, *_error: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _first(self, _number: int, _frame: object) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self._ask()
