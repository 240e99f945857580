"""The columns of a block in Parquet: what was drawn and what came of it, one row a run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from manostat_sim.campaign.draw import DRAW
from manostat_sim.campaign.outcome import OUTCOME

SCHEMA_VERSION = 2
"""Goes up by one when a column is renamed, removed or comes to mean something else."""
RUN = "run"
"""Index of the run in its campaign, from 0."""
DRAW_PREFIX = "draw_"
OUT_PREFIX = "out_"
MIX_PREFIX = "mix_"
NAMED = ("syringe", "needle", "grade", "patient")
"""Parameters of the mix that are names and that no field of `DRAW` tells."""
_NAME = pa.dictionary(pa.int8(), pa.string())
METADATA_KEY = b"manostat.campaign"
"""Where a block's schema holds its metadata: an object in JSON."""


def _fields(dtype: np.dtype[Any], prefix: str) -> list[pa.Field]:
    return [
        pa.field(prefix + name, pa.from_numpy_dtype(dtype[name]), nullable=False)
        for name in dtype.names or ()
    ]


SCHEMA = pa.schema(
    [
        pa.field(RUN, pa.int64(), nullable=False),
        *_fields(DRAW, DRAW_PREFIX),
        *_fields(OUTCOME, OUT_PREFIX),
        *(pa.field(MIX_PREFIX + name, _NAME, nullable=False) for name in NAMED),
    ]
)
"""`run`, then the fields of `DRAW` as `draw_...`, then those of `OUTCOME` as `out_...`, all int64
or float64; then `NAMED` as `mix_...`, text. None is null. What a field means and its unit:
`manostat_sim.campaign.draw` and `outcome`. A float may be NaN where `OUTCOME` says so."""


def block_table(
    first: int, draws: Any, outcomes: Any, named: Mapping[str, Any], metadata: dict[str, Any]
) -> pa.Table:
    """The runs `first`, `first` + 1 and on as a table of `SCHEMA`.

    `draws`, `outcomes`: arrays of `DRAW` and `OUTCOME`, equally long; as long is each array of text
    of `NAMED` in `named`. `metadata`: kept as JSON.
    """
    runs = np.arange(first, first + len(draws), dtype=np.int64)
    columns = [pa.array(runs)]
    columns += [pa.array(draws[name]) for name in DRAW.names or ()]
    columns += [pa.array(outcomes[name]) for name in OUTCOME.names or ()]
    columns += [pa.array(named[name].tolist()).dictionary_encode().cast(_NAME) for name in NAMED]
    text = json.dumps(metadata, sort_keys=True)
    return pa.Table.from_arrays(columns, schema=SCHEMA.with_metadata({METADATA_KEY: text}))


def block_metadata(path: Path) -> dict[str, Any]:
    """What `block_table` was given.

    OSError or pyarrow.ArrowInvalid for a file that is no Parquet; ValueError for one that is no
    block of a campaign.
    """
    kept = pq.read_schema(path).metadata or {}
    if METADATA_KEY not in kept:
        raise ValueError(f"{path}: no block of a campaign, {METADATA_KEY.decode()} is missing")
    found: dict[str, Any] = json.loads(kept[METADATA_KEY])
    return found


def arrays(table: pa.Table) -> tuple[Any, Any, Any]:
    """`run`, an array of `DRAW` and one of `OUTCOME`: what `block_table` was made of."""
    draws, outcomes = np.empty(len(table), dtype=DRAW), np.empty(len(table), dtype=OUTCOME)
    for prefix, made in ((DRAW_PREFIX, draws), (OUT_PREFIX, outcomes)):
        for name in made.dtype.names or ():
            made[name] = table[prefix + name].to_numpy()
    return table[RUN].to_numpy(), draws, outcomes
