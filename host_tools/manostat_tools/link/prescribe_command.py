"""`manostat prescribe`: set the unit of a pump over the link, with its key."""

import argparse
import sys
from pathlib import Path

from manostat.core import codes
from manostat.core.prescription import RANGES
from manostat_sim import telemetry
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.devices.errors import DeviceError
from manostat_tools.link.held import BOARD, about, kept_zero_pa, working_unit
from manostat_tools.link.prescription import (
    CONTRAST,
    NEEDLE,
    SYRINGES,
    Prescription,
    lines,
    values_of,
)
from manostat_tools.link.pump import Pump, connect
from manostat_tools.link.unit import PUBLIC_KEY, refusal
from manostat_tools.units.keys import KeyFileError, key_of, read_key
from manostat_tools.words import MODES

_LIMIT_S = 30.0
_LEAST_ZERO_PA, _MOST_ZERO_PA = RANGES[-1][1:]


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "prescribe",
        help="set what a pump is to inject, with its key",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Sets the unit of a pump that is idle. Shows what holds now and what will,\n"
        "and asks. The pump keeps a record of it, restarts and tests itself; its level\n"
        "goes on with what it has had (hold STOP for 3 s for a new one).\n\n"
        "Not a certified medical device.",
        epilog="manostat prescribe --mode inject --rate-ml-s 0.05 --volume-ml 3.5 \\\n"
        "  --above-psi 50 --line-psi 80 --syringe bd-10",
    )
    parser.add_argument("unit", nargs="?", metavar="UNIT", help="name, port or serial number")
    parser.add_argument("--mode", required=True, choices=[*MODES.values()])
    parser.add_argument("--rate-ml-s", required=True, type=float, metavar="RATE", help="mL/s")
    parser.add_argument("--volume-ml", required=True, type=float, metavar="VOLUME", help="mL")
    for name, of in (("above", "above the opening pressure"), ("line", "on the line")):
        parser.add_argument(
            f"--{name}-psi", required=True, type=int, metavar="PSI", help=f"limit {of}, whole psi"
        )
    parser.add_argument("--syringe", required=True, choices=[*SYRINGES], help="maker and mL")
    parser.add_argument(
        "--step-ml", type=float, default=0, metavar="VOLUME", help="of a press of RUN: mode step"
    )
    parser.add_argument(
        "--needle", default=NEEDLE, metavar="GxMM", help="gauge x length (default %(default)s)"
    )
    parser.add_argument(
        "--contrast", type=int, default=CONTRAST, metavar="MG", help="iodine/mL (%(default)s)"
    )
    parser.add_argument("--zero-pa", type=int, metavar="PA", help="else the pump keeps its zero")
    parser.add_argument(
        "--key",
        metavar="FILE",
        help="the unit's key, 32 bytes or 64 hex digits; bench: the public one of a bench image; "
        "else the key that `manostat provision` kept on this host",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0: the pump holds it; 1: it does not, and why. RefusedError for a wrong prescription."""
    try:
        key = given_key(options.key)
    except KeyFileError as wrong:
        print(f"--key: {wrong}", file=sys.stderr)
        return 1
    wanted = Prescription(
        options.mode,
        options.rate_ml_s,
        options.volume_ml,
        options.above_psi,
        options.line_psi,
        options.syringe,
        options.step_ml,
        options.needle,
        options.contrast,
    )
    values_of(wanted, options.zero_pa or 0, load_board(BOARDS / BOARD).pump)
    try:
        with connect(options.unit) as pump:
            return _prescribe(pump, wanted, key, options)
    except (DeviceError, KeyFileError) as problem:
        print(problem, file=sys.stderr)
        return 1


def given_key(given: str | None) -> bytes | None:
    """The key in a file that was named, the public one for "bench", None for None; KeyFileError."""
    if given is None:
        return None
    return PUBLIC_KEY if given == "bench" else read_key(Path(given))


def kept_key(serial: str) -> bytes:
    """What this host has for the serial number; KeyFileError, saying what to do, if it has none."""
    try:
        key = key_of(serial) if serial else None
    except KeyFileError:
        raise
    except ValueError as wrong:  # what the pump says is no serial number
        raise KeyFileError(f"{wrong}; give --key FILE, or provision it") from None
    if key is None:
        unit = f"unit {serial}" if serial else "a pump without a serial number"
        raise KeyFileError(f"no key for {unit} on this host: give --key FILE, or provision it")
    return key


def _prescribe(
    pump: Pump, wanted: Prescription, key: bytes | None, options: argparse.Namespace
) -> int:
    mechanics = load_board(BOARDS / BOARD).pump
    hello = pump.hello()
    key = key or kept_key(hello.unit)
    settings = pump.settings()
    now = working_unit(hello, settings)
    zero_pa = kept_zero_pa(hello, settings) if options.zero_pa is None else options.zero_pa
    then, warnings = values_of(wanted, zero_pa, mechanics)
    print(about(pump, hello))
    for line in lines(now, then, mechanics):
        print(line)
    for warning in warnings:
        print(f"WARNING: {warning}")
    if now == then:
        print("it holds this already: nothing was sent")
        return 0
    if pump.state().frame.state != codes.IDLE:
        raise refusal(pump.name, telemetry.NOT_IDLE)
    if not (options.yes or _confirmed()):
        print("not confirmed: nothing was sent", file=sys.stderr)
        return 1
    pump.set_unit(then, key, _LIMIT_S)
    print("stored: the pump has restarted, and holds this")
    verdict = pump.hello()
    if verdict.verdict:
        print(f"self test: {verdict.words}: it does not move", file=sys.stderr)
        return 1
    return 0


def _confirmed() -> bool:
    try:
        said = input("Is this what the physician prescribed? Set it? [y/N] ")
    except EOFError:
        return False
    return said.strip().lower() in ("y", "yes")
