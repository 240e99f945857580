"""`manostat board check`: says whether a board folder can be used, and if not, everything why."""

import argparse
from pathlib import Path

from manostat_tools.boards import load_board


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "board", help="look after board folders", description="Looks after board folders."
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="check pins and numbers of a board folder",
        description="Checks pins.csv, board.json, pump.json and bench.json of a board folder, and "
        "names file, field, value and allowed range of everything that is wrong.",
    )
    check.add_argument("folder", type=Path, help="such as boards/RPI_PICO")
    check.set_defaults(run=run_check)


def run_check(options: argparse.Namespace) -> int:
    """Print the verdict; a refusal goes up as RefusedError."""
    board = load_board(options.folder)
    for warning in board.warnings:
        print(f"warning: {warning}")
    pump, unit = board.pump, board.bench
    print(f"{board.folder}: {board.name} ({board.mcu}), {len(board.pins)} signals: good")
    if unit is not None:
        nl_per_step = unit.values[6] / unit.values[7]
        most_ml_s = pump.max_steps_per_s * nl_per_step / 1e6
        print(f"a step is {nl_per_step:.1f} nL, the motor's most is {most_ml_s:.3f} mL/s")
        print(f"needle {unit.needle} mm: a drop of {unit.drop_cold_psi:.0f} psi (20 C) at the rate")
    return 0
