"""`manostat deploy`: the firmware onto a development board with stock MicroPython."""

import argparse
import sys

from rich.console import Console
from rich.progress import Progress

from manostat_tools import __version__
from manostat_tools.devices.attached import find
from manostat_tools.devices.errors import DeviceError

_INTERRUPTED = 130


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "deploy",
        help="put the firmware on a development board with stock MicroPython",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Compiles firmware/ to .mpy and copies it over USB into the slot (/a or /b)\n"
        "that does not run, compares every file's hash on the board, switches, resets, waits\n"
        "for the self test. Interrupted, the old slot still runs. Only what changed is sent.\n\n"
        "For development only. What differs from the image: Ctrl-C gets to a prompt; the record\n"
        "is in memory and lost with the power; the unit is the bench unit; a trace of 16 s; a\n"
        "host that opens the port and does not read holds the loop up, and the watchdog bites.",
        epilog="A pump that is injecting is refused. Needs stock MicroPython of the version of\n"
        "this tree: manostat flash BOARD --stock. Example: manostat deploy pump",
    )
    parser.add_argument("board", metavar="BOARD", help="name or port, see: manostat boards")
    parser.add_argument(
        "--replace-main", action="store_true", help="replace a main.py that is not ours"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 deployed and the self test passed, 1 anything else, told in one line."""
    from manostat_tools.devices.bundle import make_bundle
    from manostat_tools.devices.deploy import deploy, refuse_unless_ready
    from manostat_tools.devices.probe import ask

    try:
        board = find(options.board)
        refuse_unless_ready(board, ask(board))  # before the time it takes to compile
        bundle = make_bundle(say=True)
        console = Console(file=sys.stderr)
        with Progress(console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("copying", total=None)

            def progress(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            done = deploy(board, bundle, options.replace_main, progress, print)
    except DeviceError as problem:
        print(f"not deployed: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted: the board restarts into the slot that ran before", file=sys.stderr)
        return _INTERRUPTED
    hello = done.hello
    print(f"{board.name}: slot {done.slot}, {done.sent} bytes sent, image {hello.image}")
    print(f"firmware {__version__}, MicroPython {done.micropython} on {done.machine}")
    print(f"protocol {hello.protocol}")
    print(f"self test: {hello.words}")
    return 0 if hello.verdict == 0 else 1
