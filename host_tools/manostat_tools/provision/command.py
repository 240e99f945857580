"""`manostat provision`: serial number, prescription, calibration and key into a pump."""

import argparse
import sys
from pathlib import Path

from manostat_tools.devices.errors import DeviceError
from manostat_tools.inputs import seconds
from manostat_tools.provision.errors import ProvisionError
from manostat_tools.session.presets import PRESETS
from manostat_tools.units.keys import KeyFileError
from manostat_tools.units.registry import RegistryError

_INTERRUPTED = 130
_INTERRUPTED_TEXT = "interrupted; whether anything was begun or stored: manostat units"
_WRONG_INPUT = 2
_WAIT_S = 90.0


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "provision",
        help="make a pump a unit: serial number, syringe, prescription, calibration, key",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Stores in a pump what makes it a unit, through its service mode, reads it\n"
        "back, restarts the pump and waits for its self test. What was stored, when and\n"
        "by whom is kept on this host: manostat units. Not a certified medical device.\n\n"
        "First: pull the motor's plug, or keep STOP pressed until the end. Power off.\n"
        "Hold STOP and PAIN, power on, and keep both until HIGH, MEDIUM and LOW are lit\n"
        "steadily.",
        epilog="Example, a 10 mL BD syringe for lumbar discs, sensor read in air, line measured:\n"
        "  manostat provision --serial M-017 --syringe bd-10 --region lumbar \\\n"
        "    --zero-psi -0.04 --calibrated 2026-11-01 --line-nl-per-psi 5000 \\\n"
        "    --by 'A. Weber' --new-key\n"
        "It shows everything with units, and asks for syringe and region again.\n"
        "The same unit later, with other limits, and no question:\n"
        "  manostat provision --serial M-017 --syringe bd-10 --region lumbar --yes \\\n"
        "    --limit-above-psi 30 --zero-psi -0.04 --calibrated 2026-11-01 \\\n"
        "    --line-nl-per-psi 5000 --by 'A. Weber'\n"
        "docs/provision.md leads through it.",
    )
    parser.add_argument(
        "port",
        metavar="PORT",
        nargs="?",
        help="name, port or USB serial number (manostat boards); else the one in service mode",
    )
    _add_unit(parser)
    _add_identity(parser)
    _add_key(parser)
    parser.add_argument(
        "--yes", action="store_true", help="ask nothing; needs --syringe and --region"
    )
    parser.add_argument(
        "--no-reset", action="store_true", help="somebody powers off and on, instead of a reset"
    )
    parser.add_argument(
        "--wait",
        type=seconds,
        default=_WAIT_S,
        metavar="S",
        help="how long to wait for buttons to be let go of, and for the self test (default "
        "%(default)g s)",
    )
    parser.add_argument("--board", default="RPI_PICO", help="board folder (default %(default)s)")
    parser.set_defaults(run=run)


def _add_unit(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("prescription, from a file or from a region's preset")
    group.add_argument("--unit", type=Path, metavar="FILE", help="JSON as in boards/*/bench.json")
    group.add_argument("--syringe", metavar="NAME", help="bd-3, bd-5, bd-10 or bd-20")
    group.add_argument("--region", choices=tuple(PRESETS), required=True)
    group.add_argument("--mode", choices=("inject", "step", "prime"), help="else inject")
    group.add_argument("--rate-ml-s", type=float, metavar="R", help="0.001 to 0.2 mL/s")
    group.add_argument(
        "--volume-ml", type=float, metavar="V", help="at most what the syringe holds"
    )
    group.add_argument(
        "--limit-above-psi", type=int, metavar="P", help="above opening, 1 to 100 psi, whole"
    )
    group.add_argument(
        "--limit-line-psi", type=int, metavar="P", help="of the line, 1 to 100 psi, whole"
    )
    group.add_argument("--step-volume-ml", type=float, metavar="V", help="of --mode step")
    group.add_argument(
        "--needle", metavar="GxMMxMG", help="gauge x length in mm x mg/mL, such as 22x152x240"
    )
    group.add_argument(
        "--confirmed-by",
        metavar="NAME",
        help="the operator's name: neck and chest have no agreed limit, and --yes cannot ask",
    )


def _add_identity(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("identity and calibration")
    group.add_argument("--serial", required=True, help="1 to 8 of A-Z, 0-9 and -")
    group.add_argument(
        "--replace-serial", action="store_true", help="the pump has another number: replace it"
    )
    group.add_argument(
        "--zero-psi",
        type=float,
        required=True,
        metavar="P",
        help="what the line sensor reads in air, -5 to 5 psi",
    )
    group.add_argument(
        "--line-nl-per-psi",
        type=float,
        required=True,
        metavar="C",
        help="compliance of line and syringe, 100 to 20000 nL/psi",
    )
    group.add_argument("--calibrated", required=True, metavar="DATE", help="when: 2026-11-01")
    group.add_argument("--by", required=True, metavar="NAME", help="who did it, and does this")


def _add_key(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("key that seals the journal; without these it stays as it is")
    which = group.add_mutually_exclusive_group()
    which.add_argument("--new-key", action="store_true", help="make one, and keep it on this host")
    which.add_argument("--key", type=Path, metavar="FILE", help="32 bytes or 64 hex digits")
    group.add_argument(
        "--replace-key", action="store_true", help="the pump has another key: replace it"
    )


def run(options: argparse.Namespace) -> int:
    """0 provisioned and self test passed; 1 anything else, in one line; 2 wrong input."""
    from manostat_tools.provision.job import provision
    from manostat_tools.provision.order import read_order
    from manostat_tools.provision.service_mode import find_service

    if options.syringe is None and options.unit is None:
        return _fail("name a syringe (--syringe bd-10), or a file with one (--unit)", _WRONG_INPUT)
    if options.yes and options.syringe is None:
        return _fail("--yes needs --syringe and --region", _WRONG_INPUT)
    order = read_order(options)
    try:
        board = find_service(options.port)
        event = provision(board, order, options, _say)
    except (DeviceError, ProvisionError, KeyFileError, RegistryError) as problem:
        return _fail(str(problem))
    except KeyboardInterrupt as interrupted:
        return _fail(str(interrupted) or _INTERRUPTED_TEXT, _INTERRUPTED)
    print(f"{board.name} is unit {event.serial}; {event.result}")
    return 0


def _fail(text: str, code: int = 1) -> int:
    print(f"not provisioned: {text}", file=sys.stderr)
    return code


def _say(text: str) -> None:
    print(text, flush=True)
