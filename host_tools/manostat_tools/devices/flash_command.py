"""`manostat flash`: an image onto a board, through its boot loader."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from manostat_tools.devices.attached import find
from manostat_tools.devices.errors import DeviceError
from manostat_tools.inputs import seconds

_INTERRUPTED = 130
_UNIT_INVALID = 4


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "flash",
        help="put an image on a board through its boot loader, and verify what answers",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Copies a UF2 to the drive RPI-RP2 of a board in its boot loader, waits for\n"
        "what answers afterwards and checks it: image hash, verdict of the self test, bench or\n"
        "production. A MicroPython prompt is asked into the boot loader. A pump's own image\n"
        "is not, by design: hold BOOTSEL while you plug the board in.\n\n"
        "An image leaves journal and unit as they are. Stock MicroPython formats them.",
        epilog="Images: manostat image makes build/RPI_PICO.uf2 (production, refuses to move\n"
        "until a prescription is stored) and build/RPI_PICO-bench.uf2.\n"
        "Example: manostat flash ttyACM0 build/RPI_PICO.uf2",
    )
    parser.add_argument("board", metavar="BOARD", help="name, port or drive: manostat boards")
    parser.add_argument("image", metavar="UF2", type=Path, nargs="?", help="the image")
    parser.add_argument(
        "--stock", action="store_true", help="stock MicroPython instead of an image, to deploy to"
    )
    parser.add_argument(
        "--wait",
        type=seconds,
        default=60.0,
        metavar="S",
        help="how long to wait for somebody to hold BOOTSEL (default %(default)g s)",
    )
    parser.add_argument(
        "--erase-files",
        action="store_true",
        help="erase all files of MicroPython first: a pump keeps its records where they are, and "
        "refuses to move (unit invalid) while it finds them there",
    )
    parser.add_argument(
        "--lose-records",
        action="store_true",
        help="put stock MicroPython over a pump with records, which it formats away",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 flashed, verified and self test passed; 1 anything else, told in one line."""
    from manostat_tools.devices.boards_command import describe
    from manostat_tools.devices.flash import flash, read_image
    from manostat_tools.devices.stock import ensure_stock

    try:
        if options.stock == (options.image is not None):
            raise DeviceError("name an image, or --stock")
        image = read_image(ensure_stock(say=True) if options.stock else options.image)
        board = find(options.board)
        console = Console(file=sys.stderr)
        with Progress(console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("copying", total=None)

            def progress(done: int, total: int) -> None:
                bar.update(task, completed=done, total=total)

            answer = flash(
                board,
                image,
                options.wait,
                options.erase_files,
                options.lose_records,
                progress,
                _say,
            )
    except DeviceError as problem:
        print(f"not flashed: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\ninterrupted: a board whose copy was under way waits in its boot loader; flash again",
            file=sys.stderr,
        )
        return _INTERRUPTED
    print(f"{board.name}: {', '.join(describe(answer))}")
    if answer.hello is not None and answer.hello.verdict == _UNIT_INVALID:
        print("if MicroPython was on this board before, its files are where the unit would be:")
        print(f"flash it with --stock, then again with --erase-files: {board.name}")
    return 0 if answer.hello is None or answer.hello.verdict == 0 else 1


def _say(text: str) -> None:
    print(text, flush=True)
