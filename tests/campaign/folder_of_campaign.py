"""A campaign's folder, small, as the statistics read it."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from manostat_sim.campaign.draw import DRAW
from manostat_sim.campaign.outcome import OUTCOME

DISC, NEEDLE = "dallas-0", "22G x 152 / 240"


def write_folder(
    folder: Path, draws: Any, outcomes: Any, rows: int = 100, named: dict[str, Any] | None = None
) -> Path:
    """Files of `rows` runs each; `run` counts from 0. All have `DISC` and `NEEDLE` unless `named`
    has other columns."""
    all_alike = {"mix_grade": DISC, "mix_needle": NEEDLE}
    names = {column: np.full(len(draws), name) for column, name in all_alike.items()}
    names |= named or {}
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, len(draws), rows):
        part = slice(first, min(first + rows, len(draws)))
        columns = {f"draw_{name}": draws[name][part] for name in DRAW.names or ()}
        columns |= {f"out_{name}": outcomes[name][part] for name in OUTCOME.names or ()}
        columns |= {column: values[part] for column, values in names.items()}
        columns["run"] = np.arange(part.start, part.stop)
        pq.write_table(pa.table(columns), folder / f"block-{first // rows:06d}.parquet")
    return folder
