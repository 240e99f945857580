"""`manostat doctor`: what stands between this computer and a board, and what to do about it."""

import argparse

from manostat_tools.devices.findings import GOOD, WRONG, all_findings


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "doctor",
        help="find common trouble with boards, and say what to do",
        description="Looks at boards, permissions, other programs that have a port open, "
        "ModemManager, what killed emulators left, mpremote, compiler and MicroPython's sources. "
        "Opens no port and changes nothing: a udev rule is shown, not installed. Exit code 1 if "
        "something is wrong.",
    )
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Print a line for each finding, and below it what to do."""
    findings = all_findings()
    for finding in findings:
        print(f"{finding.level:<6}{finding.text}")
        if finding.level != GOOD and finding.advice:
            for line in finding.advice.splitlines():
                print(f"      {line}")
    return 1 if any(finding.level == WRONG for finding in findings) else 0
