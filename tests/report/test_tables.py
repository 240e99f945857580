"""Tables for other programs: raw values, units in the names, nothing lost on the way back."""

import json

import pyarrow.parquet as parquet
import pytest

from manostat_tools.report.columns import COLUMNS
from manostat_tools.report.tables import SCHEMA, read_csv, tables, write_tables

from .reading import no_traces, with_level

NAMES = ("levels", "runs", "marks", "plateaus", "derived", "grades", "events", "traces")
UNITS = ("_pa", "_nl", "_ms", "_s", "_nl_s", "_ml", "_mm", "_c", "_utc", "_nrs")
COUNTS = {
    *("order", "run", "counted_run", "press", "plateau", "boot", "sequence", "steps"),
    *("response_run", "finding_run"),
    *("late_ticks", "pump_level", "needle_gauge", "dallas", "nl_num", "nl_den"),
    *("value", "low_95", "high_95"),  # of a derived value: its unit is in the next column
}


@pytest.mark.parametrize("name", NAMES)
def test_each_table_comes_back_from_both_files_as_it_was(name, session, traces, written):
    there = tables(session, traces)[name]
    assert there.num_rows > 0
    folder = written / "tables"
    back = parquet.read_table(folder / f"{name}.parquet")
    assert back.equals(there)
    assert read_csv(folder, name).equals(there)
    assert back.schema.metadata[b"manostat_schema"] == str(SCHEMA).encode()
    assert back.schema.metadata[b"manostat_table"] == name.encode()


def test_every_quantity_has_its_unit_in_the_name():
    for name, columns in COLUMNS.items():
        for column, kind in columns.items():
            if kind in ("whole", "number", "time"):
                assert column in COUNTS or column.endswith(UNITS), f"{name}.{column}"


def test_values_are_the_raw_ones_whatever_unit_the_report_is_in(session, traces):
    levels = tables(session, traces)["levels"].to_pylist()
    row = next(row for row in levels if row["level"] == "L4-5")
    press = session.levels[2].runs[-1].marks[0].points[0]
    assert row["press_above_opening_pa"] == press.above_pa
    assert row["press_volume_nl"] == press.volume_nl
    assert row["counted_run"] == 2
    assert row["intensity_nrs"] == 8
    assert row["response_run"] == row["finding_run"] == 2


def test_what_is_not_recorded_is_null_and_an_empty_text_is_not(session, tmp_path):
    quiet = with_level(session, "L4-5", response=None, notes=())
    write_tables(quiet, no_traces, tmp_path)
    rows = {row["level"]: row for row in read_csv(tmp_path, "levels").to_pylist()}
    assert rows["L4-5"]["concordance"] is None and rows["L4-5"]["quote"] is None
    assert rows["L3-4"]["quote"] == ""
    assert {row["fault"] for row in read_csv(tmp_path, "runs").to_pylist()} == {""}


def test_words_with_commas_quotes_and_lines_come_back(session, tmp_path):
    answer = session.levels[2].response.model_copy(update={"quote": 'it, "hurts"\nhere; =1+1'})
    talkative = with_level(session, "L4-5", response=answer)
    write_tables(talkative, no_traces, tmp_path)
    assert read_csv(tmp_path, "levels").equals(tables(talkative, no_traces)["levels"])


def test_runs_before_the_levels_have_no_level(session):
    runs = tables(session, no_traces)["runs"].to_pylist()
    assert (runs[0]["level"], runs[0]["kind"]) == (None, "comply")
    assert [row["counted"] for row in runs] == [False, True, True, False, True]


def test_another_schema_is_refused(written, tmp_path):
    schema = json.loads((written / "tables" / "schema.json").read_text())
    (tmp_path / "schema.json").write_text(json.dumps({**schema, "manostat_schema": 99}))
    with pytest.raises(ValueError, match=r"schema 99, allowed 1"):
        read_csv(tmp_path, "levels")
