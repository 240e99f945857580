"""The columns of a block: those that statistics are written against."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from manostat_sim.campaign.draw import DRAW
from manostat_sim.campaign.outcome import OUTCOME
from manostat_tools.campaign import columns
from manostat_tools.campaign.blocks import blocks


def some(dtype: np.dtype, count: int) -> np.ndarray:
    made = np.zeros(count, dtype=dtype)
    for number, name in enumerate(dtype.names or ()):
        made[name] = np.arange(count) * (number + 1) + number
    return made


def test_columns_are_run_then_every_field_of_draw_and_outcome_then_names():
    names = ["run", *[f"draw_{name}" for name in DRAW.names], *[f"out_{n}" for n in OUTCOME.names]]
    names += ["mix_syringe", "mix_needle", "mix_grade", "mix_patient"]
    assert columns.SCHEMA.names == names
    assert {str(one.type) for one in list(columns.SCHEMA)[:-4]} == {"int64", "double"}


def test_a_block_comes_back_to_the_bit_with_its_metadata(tmp_path):
    draws, outcomes = some(DRAW, 9), some(OUTCOME, 9)
    outcomes["mark_error_pa"][3] = np.nan
    named = {name: np.array([f"{name} {at % 2}" for at in range(9)]) for name in columns.NAMED}
    table = columns.block_table(40, draws, outcomes, named, {"block": 1})
    pq.write_table(table, tmp_path / "block.parquet")
    runs, drawn, found = columns.arrays(pq.read_table(tmp_path / "block.parquet"))
    assert runs.tolist() == list(range(40, 49))
    assert (drawn.tobytes(), found.tobytes()) == (draws.tobytes(), outcomes.tobytes())
    assert columns.block_metadata(tmp_path / "block.parquet") == {"block": 1}
    (block,) = blocks(tmp_path, ["mix_grade", "mix_needle"])
    assert block["mix_grade"].tolist() == named["grade"].tolist()
    assert block["mix_needle"].tolist() == named["needle"].tolist()


def test_another_table_is_no_block(tmp_path):
    pq.write_table(pa.table({"run": [1]}), tmp_path / "other.parquet")
    with pytest.raises(ValueError, match=r"other\.parquet: no block of a campaign"):
        columns.block_metadata(tmp_path / "other.parquet")
