"""A whole campaign: from what was asked for to blocks, words and the report."""

import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manostat_sim.campaign.kernel import run_many
from manostat_tools.boards import REPOSITORY
from manostat_tools.campaign import crews
from manostat_tools.campaign import run as running
from manostat_tools.campaign.block import ForeignWorkerError
from manostat_tools.campaign.folder import Folder
from manostat_tools.campaign.identity import identity_of
from manostat_tools.campaign.mix import Mix
from manostat_tools.campaign.progress import duration, shown
from manostat_tools.campaign.sampling import Sampler
from manostat_tools.image.errors import ImageError

CAMPAIGNS = REPOSITORY / "build" / "campaigns"
_INTERRUPTED = 130  # what shells expect after Ctrl-C
_MEGABYTE = 1e6


@dataclass(frozen=True)
class Wanted:
    """`runs` of `mix` under `seed`, in files of `block_runs`.

    `folder`: None for the usual one. `jobs`: processes of this machine, unless `workers`, of a
    local Dask cluster, or `scheduler`, the address of another, is given.
    """

    mix: Mix
    seed: int
    runs: int
    block_runs: int
    folder: Path | None = None
    jobs: int = 1
    workers: int = 0
    scheduler: str = ""

    @property
    def where(self) -> Path:
        """The folder of its blocks."""
        return self.folder or CAMPAIGNS / f"{self.mix.name}-{self.seed}-{self.runs}"

    def crew(self) -> crews.Crew:
        """Who makes the blocks."""
        if self.workers or self.scheduler:
            return crews.Cluster(self.workers, self.scheduler)
        return crews.Processes(self.jobs)


def run(wanted: Wanted, with_report: bool, replays: int = 0) -> int:
    """Make what is missing, say how it goes: 0 when it is whole and no limit is broken, 130 when it
    was interrupted.

    With the report, so many of the worst runs are replayed on the emulated board; 1 when one of
    them does not agree or there is no board to replay on.
    """
    folder = open_folder(wanted)
    print(
        f"{wanted.runs} runs of {wanted.mix.name}, seed {wanted.seed}: {len(folder.done)} of "
        f"{folder.blocks} blocks are in {_near(wanted.where)}",
        flush=True,
    )
    # A polite end, as at a shutdown, is the same as Ctrl-C.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if len(folder.done) < folder.blocks:
            print("loading the kernel; when it is new, compiling takes half a minute", flush=True)
            load_kernel(wanted.mix)
        with shown(wanted.runs, folder.runs_done) as watcher:
            measured = running.run(folder, wanted.crew, watcher)
    except KeyboardInterrupt:
        print(
            f"\nstopped: {len(folder.done)} of {folder.blocks} blocks are in "
            f"{_near(wanted.where)}; the same command goes on",
            file=sys.stderr,
        )
        return _INTERRUPTED
    except (ForeignWorkerError, running.LostWorkersError, OSError, ValueError) as failed:
        # A ValueError is the firmware's, of a prescription that the mix drew: name, value, range.
        kept = f"{len(folder.done)} of {folder.blocks} blocks are kept"
        print(f"stopped, {kept}: {failed}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGTERM, before)
    if measured.runs:
        print(
            f"{measured.runs} runs, {measured.ticks} ticks in {duration(measured.seconds)}: "
            f"{measured.runs / measured.seconds:.0f} runs/s, {measured.workers} workers, "
            f"{measured.peak_bytes / _MEGABYTE:.0f} MB"
        )
        _note(folder, measured)
    return _report(wanted.where, replays) if with_report else 0


def open_folder(wanted: Wanted) -> Folder:
    """Its folder, made or checked. RefusedError when it holds another campaign."""
    identity = identity_of(wanted.mix, wanted.seed, wanted.runs, wanted.block_runs)
    folder = Folder(wanted.where, identity, wanted.mix.text)
    folder.open()
    return folder


def load_kernel(mix: Mix) -> None:
    """Have machine code on disk before there are workers: or each of them compiles it."""
    run_many(Sampler(mix, 0).draws(0, 1))


def _note(folder: Folder, measured: running.Measured) -> None:
    # What all the commands measured that each made a part of it.
    before: dict[str, Any] = folder.noted()
    folder.note(
        {
            "runs": before.get("runs", 0) + measured.runs,
            "ticks": before.get("ticks", 0) + measured.ticks,
            "seconds": round(before.get("seconds", 0.0) + measured.seconds, 3),
            "workers": measured.workers,
            "peak_bytes": max(before.get("peak_bytes", 0), measured.peak_bytes),
        }
    )


def _report(where: Path, replays: int) -> int:
    """Print the margins, replay, write the page: 1 when a limit is broken or a replay differs."""
    # Only here: plots and statistics are slow to import.
    from manostat_tools.campaign.margins import margins
    from manostat_tools.campaign.report import report
    from manostat_tools.campaign.told import tell

    broken = tell(margins(where))
    found, code = _replay(where, replays) if replays else ([], 0)
    print("writing the report, a minute or two", flush=True)
    print(f"report: {_near(report(where, where / 'report.html', replayed=found))}", flush=True)
    return 1 if broken else code


def _replay(where: Path, most: int) -> tuple[list[Any], int]:
    """What was replayed, and 1 when that is not as it must be."""
    from manostat_tools.campaign.replays import replays

    print(f"replaying up to {most} of the worst runs, about a minute each (--replay 0: none)")
    try:
        found = replays(where, most, lambda line: print(line, flush=True))
    except ImageError as failed:
        print(f"NOT replayed, no image of the firmware: {failed}", file=sys.stderr)
        return [], 1
    apart = [str(one.run) for one in found if not one.agrees]
    if apart:
        said = f"campaign and emulated board do NOT agree on run {', '.join(apart)}"
        print(f"{said} of {_near(where)}", file=sys.stderr)
    return found, 1 if apart else 0


def _near(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
