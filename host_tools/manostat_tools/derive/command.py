"""`manostat derive-check`: derived values against the simulated plant's truth."""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from manostat_tools.boards import BOARDS, load_board

BOARD = "RPI_PICO"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "derive-check",
        help="hold derived disc pressure and volume against the plant's truth",
        description="Injects into set-ups drawn over the plant's published ranges (core bench), "
        "derives needle, disc pressure, volume and the rest from what the pump's frames say, and "
        "prints coverage of the 95 % intervals and errors, by class, with the worst runs and "
        "their seeds. A second of processor time a run, about. The bench's figures come from "
        "--runs 128 --seed 1.",
    )
    parser.add_argument(
        "--runs", type=_count, default=128, help="a power of two is even (default %(default)s)"
    )
    parser.add_argument("--seed", type=_count, default=1, help="of the draws (default %(default)s)")
    parser.add_argument("--jobs", type=_count, default=1, help="processes (default %(default)s)")
    parser.add_argument(
        "--rest", type=float, default=20.0, metavar="S", help="after the stop (default %(default)s)"
    )
    parser.add_argument(
        "--zeroed", action="store_true", help="take a zero first, with the line open"
    )
    parser.add_argument(
        "--other",
        action="store_true",
        help="inject into a disc and a needle that are not those of the picture (all E)",
    )
    parser.add_argument(
        "--traced",
        action="store_true",
        help="from what the pump's own trace keeps: motion, and ten seconds of rest after it",
    )
    parser.set_defaults(run=run)


def _count(text: str) -> int:
    count = int(text) if text.isdecimal() else 0
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: allowed are whole numbers from 1 on")
    return count


def run(options: argparse.Namespace) -> int:
    """Sweep and print: 0 if every bar of the bench is met by these runs, else 1."""
    from manostat_sim.measure.drawn import drawn
    from manostat_tools.derive.check import check
    from manostat_tools.derive.summary import lines
    from manostat_tools.derive.sweep import over_bars

    board = load_board(BOARDS / BOARD)
    if board.bench is None:
        raise ValueError(f"{board.folder}: no bench.json, no unit to inject with")
    one = partial(
        check,
        unit=board.bench.values,
        zeroed=options.zeroed,
        rest_s=max(options.rest, 0.1),
        other=options.other,
        traced=options.traced,
    )
    with ProcessPoolExecutor(options.jobs) as pool:
        runs = list(pool.map(one, drawn(options.runs, options.seed)))
    print("\n".join(lines(runs)))
    over = over_bars(runs)
    print("\n" + ("over the bar: " + ", ".join(over) if over else "all bars are met"))
    return 1 if over else 0
