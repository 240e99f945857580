"""How long a campaign takes and how much memory it holds, from a sample of it."""

import tempfile
from pathlib import Path
from typing import NamedTuple

from manostat_sim.measure.injection import Progress
from manostat_tools.campaign import run, whole
from manostat_tools.campaign.block import Made
from manostat_tools.campaign.command import cores
from manostat_tools.campaign.mix import load

SAMPLE_RUNS = 32_768
_SEED = 1
_BLOCK_RUNS = 4096
_BLOCKS_EACH = 4
_MILLION = 1_000_000


class Sample(NamedTuple):
    """`million_s`: wall time of a million runs of the default mix on `workers` cores, scaled from
    `runs`; what a worker needs to start is not in it. `million_cpu_s`: of the processor, of all
    workers in sum. `rss_bytes`: the most memory of command and
    workers, each at its own worst moment."""

    runs: int
    workers: int
    million_s: float
    million_cpu_s: float
    rss_bytes: int


def sample(runs: int = SAMPLE_RUNS, progress: Progress = lambda _: None) -> Sample:
    """Make the first `runs` of the default mix in a folder that is thrown away."""
    workers = len(cores())
    blocks = _BLOCKS_EACH * workers
    watcher = _Watcher(runs, progress)
    with tempfile.TemporaryDirectory(prefix="manostat") as place:
        wanted = whole.Wanted(
            load("default"),
            _SEED,
            runs,
            min(_BLOCK_RUNS, -(-runs // blocks)),
            Path(place) / "sample",
            workers,
        )
        folder = whole.open_folder(wanted)
        whole.load_kernel(wanted.mix)
        measured = run.run(folder, wanted.crew, watcher)
    return Sample(
        watcher.runs,
        measured.workers,
        _MILLION * watcher.seconds / watcher.runs / measured.workers,
        _MILLION * watcher.cpu_s / watcher.runs,
        measured.peak_bytes,
    )


class _Watcher:
    """Adds up the blocks after the first of each worker, which has the kernel to load."""

    def __init__(self, wanted: int, progress: Progress) -> None:
        self.runs = 0
        self.seconds = 0.0
        self.cpu_s = 0.0
        self._done = 0
        self._wanted = wanted
        self._progress = progress
        self._seen: set[str] = set()

    def kept(self, made: Made) -> None:
        """A block is kept."""
        if made.worker in self._seen:
            self.runs += made.count
            self.seconds += made.seconds
            self.cpu_s += made.cpu_s
        self._seen.add(made.worker)
        self._done += made.count
        self._progress(self._done / self._wanted)

    def waits(self) -> None:
        """Nothing to say."""

    def lost(self) -> None:
        """What it cost is not counted: a figure is of a machine that works."""
