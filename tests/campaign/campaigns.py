"""Small campaigns for tests, and what they left."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from manostat_tools.campaign import columns, run, whole
from manostat_tools.campaign.block import Made

from .mixes import short

RUNS, BLOCK, SEED = 500, 64, 3
MIX = short()


class Silent:
    """Acts at the first block, and keeps who made each: the blocks themselves are too large."""

    def __init__(self, at_first: Callable[[], object] = lambda: None) -> None:
        self.workers: list[str] = []
        self.losses = 0
        self._at_first = at_first

    def kept(self, made: Made) -> None:
        self.workers.append(made.worker)
        if len(self.workers) == 1:
            self._at_first()

    def waits(self) -> None:
        pass

    def lost(self) -> None:
        self.losses += 1


def wanted(folder: Path, block_runs: int = BLOCK, **others) -> whole.Wanted:
    return whole.Wanted(MIX, SEED, RUNS, block_runs, folder, **others)


def make(asked: whole.Wanted, watcher: run.Watcher | None = None) -> run.Measured:
    return run.run(whole.open_folder(asked), asked.crew, watcher or Silent())


def rows(folder: Path) -> pa.Table:
    files = sorted(folder.glob("*.parquet"))
    return pa.concat_tables([pq.read_table(file).replace_schema_metadata() for file in files])


def bits(folder: Path) -> tuple[bytes, ...]:
    return tuple(one.tobytes() for one in columns.arrays(rows(folder)))


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.parquet"))}
