"""`manostat image`: builds the two images of a board."""

import argparse
from pathlib import Path

from manostat_tools.boards import BOARDS
from manostat_tools.image.build import ensure_images


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "image",
        help="build the images of a board",
        description="Builds build/BOARD.uf2, which refuses to move until a prescription is stored, "
        "and build/BOARD-bench.uf2, which has the bench unit of the board folder frozen in. "
        "About two minutes the first time, a second when nothing changed.",
    )
    boards = sorted(path.name for path in BOARDS.iterdir() if path.is_dir())
    parser.add_argument("--board", choices=boards, default="RPI_PICO", help="default: %(default)s")
    parser.add_argument(
        "--micropython",
        metavar="DIR",
        type=Path,
        help="a ready MicroPython source tree with its submodules (also $MICROPYTHON_DIR); "
        "without it, Debian's signed sources are used",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build what is out of date."""
    ensure_images(options.board, bench=False, tree=options.micropython, say=True)
    return 0
