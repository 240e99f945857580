"""The command `manostat`."""

import argparse
import os
import select
import sys
from collections.abc import Sequence
from importlib import import_module

from manostat_tools import __version__
from manostat_tools.image.errors import ImageError
from manostat_tools.refusal import RefusedError

_INTERRUPTED = 130  # what shells expect after Ctrl-C
_UNREAD = 141  # what shells show for a program that SIGPIPE ended
_COMMANDS = (
    "manostat_tools.image.command",
    "manostat_tools.board_command",
    "manostat_tools.demo",
    "manostat_tools.devices.boards_command",
    "manostat_tools.devices.deploy_command",
    "manostat_tools.devices.doctor_command",
    "manostat_tools.devices.emulate_command",
    "manostat_tools.devices.flash_command",
    "manostat_tools.link.watch_command",
    "manostat_tools.link.prescribe_command",
    "manostat_tools.link.pull_command",
    "manostat_tools.bench",
    "manostat_tools.breakings.command",
    "manostat_tools.campaign.command",
    "manostat_tools.exhaust_command",
    "manostat_tools.journal",
    "manostat_tools.mutation.command",
    "manostat_tools.trace_command",
    "manostat_tools.evidence",
    "manostat_tools.derive.command",
    "manostat_tools.provision.command",
    "manostat_tools.store.sessions_command",
    "manostat_tools.store.verify_command",
    "manostat_tools.units.command",
    "manostat_tools.guide.command",
)
"""Each registers itself; one that is not installed is left out."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Wrong arguments end with code 2 and what is right."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("\ninterrupted: nothing was left half done", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:  # as of `manostat verify | head`: no verdict, so no code of one
        if not _is_unread():
            raise
        return _UNREAD
    except RefusedError as refused:
        print(f"refused, {len(refused.problems)} wrong:\n{refused}", file=sys.stderr)
        return 1
    except ImageError as failed:
        print(f"no image: {failed}", file=sys.stderr)
        return 1
    return code


def _is_unread() -> bool:
    """Whether it was the output that nobody reads any more; then nothing more goes there."""
    try:
        output = sys.stdout.fileno()
    except (OSError, ValueError):  # it is no file
        return False
    poll = select.poll()
    poll.register(output, 0)
    is_unread = any(events & (select.POLLERR | select.POLLHUP) for _, events in poll.poll(0))
    if is_unread:
        os.dup2(os.open(os.devnull, os.O_WRONLY), output)
    return is_unread


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="manostat",
        description="Host tools of Manostat, a pressure-limited injection pump. "
        "Not a certified medical device.",
    )
    parser.add_argument("--version", action="version", version=f"manostat {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in _COMMANDS:
        try:
            module = import_module(name)
        except ModuleNotFoundError as absent:
            if not str(absent.name).startswith(__package__):
                raise
            continue
        module.register(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
