"""The folder of a campaign read block by block: never more than one block is in memory.

A folder holds Parquet files with a column `run` (index of the run), `draw_` and each field of
`draw.DRAW`, `out_` and each field of `outcome.OUTCOME`. Files are read in the order of their names.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from manostat_sim.campaign.draw import DRAW

ROWS = 65_536
"""Most runs in memory at a time: with all columns 47 MB."""

Block = dict[str, Any]
"""Columns by name, arrays of equal length."""


def files(folder: Path) -> list[Path]:
    """The Parquet files of a campaign. FileNotFoundError where there is none."""
    found = sorted(Path(folder).rglob("*.parquet"))
    if not found:
        raise FileNotFoundError(f"{folder}: no Parquet file of a campaign there")
    return found


def blocks(folder: Path, columns: Sequence[str]) -> Iterator[Block]:
    """These columns, at most `ROWS` runs at a time. KeyError names a column that is not there."""
    for file in files(folder):
        # One file after the other and not a data set: that keeps what it knows of every file.
        with pq.ParquetFile(file) as data:
            missing = sorted(set(columns) - set(data.schema_arrow.names))
            if missing:
                raise KeyError(f"{file}: no column {', '.join(missing)}")
            for batch in data.iter_batches(ROWS, columns=list(columns), use_threads=False):
                names = batch.schema.names
                yield {name: batch.column(name).to_numpy(zero_copy_only=False) for name in names}


def count(folder: Path) -> int:
    """How many runs the campaign has."""
    return sum(int(pq.read_metadata(file).num_rows) for file in files(folder))


def draws_of(block: Block) -> Any:
    """The draws of a block read with `DRAW_COLUMNS`, an array of `DRAW`."""
    made = np.zeros(len(block[DRAW_COLUMNS[0]]), dtype=DRAW)
    for name in DRAW.names or ():
        made[name] = block[f"draw_{name}"]
    return made


DRAW_COLUMNS = tuple(f"draw_{name}" for name in DRAW.names or ())


def draws_at(folder: Path, runs: Iterable[int]) -> dict[int, Any]:
    """Records of `DRAW` by index of the run. KeyError names one that the campaign does not have."""
    wanted = sorted(set(runs))
    found: dict[int, Any] = {}
    for block in blocks(folder, ["run", *DRAW_COLUMNS]):
        chosen = np.isin(block["run"], wanted)
        if chosen.any():
            part = {name: values[chosen] for name, values in block.items()}
            found |= dict(zip(part["run"].tolist(), draws_of(part), strict=True))
    lost = [run for run in wanted if run not in found]
    if lost:
        raise KeyError(f"{folder}: no run {lost[0]}")
    return found


def digest(folder: Path) -> str:
    """SHA-256, hexadecimal, over names and contents of all files of the campaign: what a report is
    about."""
    whole = hashlib.sha256()
    for file in files(folder):
        whole.update(file.relative_to(folder).as_posix().encode() + b"\0")
        with file.open("rb") as data:
            whole.update(hashlib.file_digest(data, "sha256").digest())
    return whole.hexdigest()
