"""The columns of a block: those that statistics are written against."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from manostat_sim.campaign.draw import DRAW
from manostat_sim.campaign.outcome import OUTCOME
from manostat_tools.campaign import columns


def some(dtype: np.dtype, count: int) -> np.ndarray:
    made = np.zeros(count, dtype=dtype)
    for number, name in enumerate(dtype.names or ()):
        made[name] = np.arange(count) * (number + 1) + number
    return made


def test_columns_are_run_then_every_field_of_draw_and_outcome():
    names = ["run", *[f"draw_{name}" for name in DRAW.names], *[f"out_{n}" for n in OUTCOME.names]]
    assert columns.SCHEMA.names == names
    assert {str(one.type) for one in columns.SCHEMA} == {"int64", "double"}


def test_a_block_comes_back_to_the_bit_with_its_metadata(tmp_path):
    draws, outcomes = some(DRAW, 9), some(OUTCOME, 9)
    outcomes["mark_error_pa"][3] = np.nan
    table = columns.block_table(40, draws, outcomes, {"block": 1})
    pq.write_table(table, tmp_path / "block.parquet")
    runs, drawn, found = columns.arrays(pq.read_table(tmp_path / "block.parquet"))
    assert runs.tolist() == list(range(40, 49))
    assert (drawn.tobytes(), found.tobytes()) == (draws.tobytes(), outcomes.tobytes())
    assert columns.block_metadata(tmp_path / "block.parquet") == {"block": 1}


def test_another_table_is_no_block(tmp_path):
    pq.write_table(pa.table({"run": [1]}), tmp_path / "other.parquet")
    with pytest.raises(ValueError, match=r"other\.parquet: no block of a campaign"):
        columns.block_metadata(tmp_path / "other.parquet")
