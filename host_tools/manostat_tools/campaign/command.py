"""`manostat campaign`: arguments, and what is done with them."""

import argparse
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from manostat_tools.campaign.mix import Mix

_RUNS, _BLOCK_RUNS, _SEED = 1_000_000, 4096, 1
_REPLAYS, _MOST_REPLAYS = 3, 1000
_MOST_RUNS, _MOST_BLOCK, _MOST_SEED, _MOST_WORKERS = 2**30, 65536, 2**32 - 1, 1024
_EPILOG = """\
  manostat campaign                          a million runs of the mix "default", on all cores
  manostat campaign --runs 20000 --seed 7    fewer, and others
  manostat campaign --list                   what is drawn how, and where each number is from
  manostat campaign --repeat 7/4711          run 4711 of seed 7 alone, and what came of it
  manostat campaign --repeat 7/4711 --trace ticks.csv
  manostat campaign --replay 12              12 of the worst runs on the emulated board, not 3
  manostat campaign --workers 4              a Dask cluster of 4 processes on this machine
  manostat campaign --scheduler tcp://10.0.0.5:8786

Ctrl-C loses the blocks being made, no finished one; the same command goes on. A mix is a file like
sim/manostat_sim/campaign/mixes/default.toml. Two runs of one mix, seed and index are the same on
any worker. docs/campaigns.md says more. Not a certified medical device; no clinical evidence.
"""


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "campaign",
        help="make very many virtual injections of the firmware's own code",
        description="Draws injections from a mix of discs, needles, sensors, patients, operators "
        "and faults, runs each on the firmware's own core, compiled, and keeps draws and outcomes "
        "in Parquet, a file for each block, in build/campaigns/NAME-SEED-RUNS. A million "
        "take about half an hour on two cores (estimate).",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "name",
        nargs="?",
        default="default",
        metavar="NAME",
        help="a mix by name, or a file *.toml (default: %(default)s)",
    )
    parser.add_argument(
        "--runs",
        type=_within(1, _MOST_RUNS),
        default=_RUNS,
        help="how many, 1 to 2^30; a power of two spreads best (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=_within(0, _MOST_SEED),
        default=_SEED,
        help="another one draws other runs, 0 to 2^32 - 1 (default: %(default)s)",
    )
    parser.add_argument(
        "--block-runs",
        type=_within(1, _MOST_BLOCK),
        default=_BLOCK_RUNS,
        help=f"runs in one file, 1 to {_MOST_BLOCK}; the rows are the same (default: %(default)s)",
    )
    parser.add_argument("--folder", type=Path, help="where to keep the blocks")
    who = parser.add_mutually_exclusive_group()
    who.add_argument(
        "--jobs",
        type=_within(1, _MOST_WORKERS),
        help=f"processes of this machine (default: its cores, {len(cores())})",
    )
    who.add_argument(
        "--workers",
        type=_within(1, _MOST_WORKERS),
        help="instead, a Dask cluster of so many processes on this machine",
    )
    who.add_argument(
        "--scheduler",
        type=_address,
        metavar="ADDRESS",
        help="instead, the Dask cluster of this scheduler, as tcp://HOST:8786; its workers need "
        "these same sources and libraries, and are refused without",
    )
    parser.add_argument(
        "--repeat", type=_repeat, metavar="SEED/INDEX", help="one run alone, and its outcome"
    )
    parser.add_argument(
        "--trace", type=Path, metavar="FILE", help="with --repeat: each of its ticks, as CSV"
    )
    parser.add_argument(
        "--replay",
        type=_within(0, _MOST_REPLAYS),
        default=_REPLAYS,
        metavar="N",
        help="with the report: so many of the worst runs again on the emulated board with the real "
        "image, a minute each; exit code 1 when one does not agree; 0 for none (default: "
        "%(default)s)",
    )
    parser.add_argument("--no-report", action="store_true", help="blocks only, nothing replayed")
    parser.add_argument("--list", action="store_true", help="the mix with its sources; run nothing")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run it: 0 when it is whole, no limit is broken and all replays agree, 1 when not, 130 when it
    was interrupted."""
    from manostat_tools.campaign import mix, whole

    if options.trace and options.repeat is None:
        print("--trace: allowed with --repeat SEED/INDEX only", file=sys.stderr)
        return 2
    chosen = mix.load(options.name)
    if options.list:
        print("\n".join(mix.lines(chosen)))
        return 0
    if options.repeat is not None:
        seed, index = options.repeat
        return _repeat_one(chosen, seed, index, options.trace)
    wanted = whole.Wanted(
        chosen,
        options.seed,
        options.runs,
        options.block_runs,
        options.folder,
        options.jobs or len(cores()),
        options.workers or 0,
        options.scheduler or "",
    )
    return whole.run(wanted, with_report=not options.no_report, replays=options.replay)


def _repeat_one(mix: "Mix", seed: int, index: int, trace: Path | None) -> int:
    from manostat_tools.campaign.one import One

    one = One(mix, seed, index)
    print("\n".join(one.lines()))
    if trace is not None:
        print(f"{one.write_trace(trace)} ticks in {trace}")
    return 0


def cores() -> "set[int] | range":
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return range(os.cpu_count() or 1)


def _within(least: int, most: int) -> Any:
    def whole(text: str) -> int:
        value = int(text) if re.fullmatch(r"[0-9_]+", text) else -1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r}: allowed {least} to {most}")
        return value

    return whole


def _address(text: str) -> str:
    if not re.fullmatch(r"(tcp|tls)://.+:\d{1,5}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: allowed tcp://HOST:PORT or tls://HOST:PORT")
    return text


def _repeat(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,10})/(\d{1,10})", text)
    if not found or int(found[1]) > _MOST_SEED or int(found[2]) >= _MOST_RUNS:
        raise argparse.ArgumentTypeError(
            f"{text!r}: allowed SEED/INDEX, 0 to {_MOST_SEED} and 0 to {_MOST_RUNS - 1}"
        )
    return int(found[1]), int(found[2])
