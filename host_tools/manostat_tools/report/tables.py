"""A session as tables for other programs: one file per table, CSV and Parquet.

Values are the raw ones: Pa gauge, nL, ms, whatever unit the report was read in; the unit is in the
name of the column. An empty cell is null, "not recorded"; an empty text is written as "". Free
text is written as it was said.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
from pyarrow import csv, parquet

from manostat_tools.report.columns import COLUMNS
from manostat_tools.report.rows import rows
from manostat_tools.report.trace import Traces
from manostat_tools.session.model import Session

SCHEMA = 1
"""Rises when a column changes its meaning, its name or its type."""

_SCHEMA_FILE = "schema.json"
_TYPES = {
    "text": pa.string(),
    "whole": pa.int64(),
    "number": pa.float64(),
    "truth": pa.bool_(),
    "time": pa.timestamp("us", tz="UTC"),
}


def tables(session: Session, traces: Traces) -> dict[str, pa.Table]:
    """All tables by name, each with the schema's version in its metadata."""
    found = {}
    for name, columns in COLUMNS.items():
        metadata = {"manostat_schema": str(SCHEMA), "manostat_table": name}
        schema = pa.schema(
            [pa.field(column, _TYPES[kind]) for column, kind in columns.items()],
            metadata=metadata,
        )
        found[name] = pa.Table.from_pydict(rows(name, session, traces), schema=schema)
    return found


def write_tables(session: Session, traces: Traces, folder: Path) -> list[Path]:
    """Write `<table>.csv` and `<table>.parquet` of each table and `schema.json` beside them, which
    names version, columns and types; returns the files. OSError if the folder cannot be written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in tables(session, traces).items():
        csv.write_csv(table, folder / f"{name}.csv")
        parquet.write_table(table, folder / f"{name}.parquet")
        written += [folder / f"{name}.csv", folder / f"{name}.parquet"]
    schema = {"manostat_schema": SCHEMA, "tables": {name: dict(c) for name, c in COLUMNS.items()}}
    file = folder / _SCHEMA_FILE
    file.write_text(json.dumps(schema, indent=1) + "\n", encoding="utf-8")
    return [*written, file]


def read_csv(folder: Path, name: str) -> pa.Table:
    """One table back from CSV with the types of `schema.json`. ValueError for another schema."""
    schema = json.loads((folder / _SCHEMA_FILE).read_text(encoding="utf-8"))
    if schema["manostat_schema"] != SCHEMA:
        raise ValueError(f"{folder}: schema {schema['manostat_schema']}, allowed {SCHEMA}")
    columns: Mapping[str, str] = schema["tables"][name]
    options = csv.ConvertOptions(
        column_types={column: _TYPES[kind] for column, kind in columns.items()},
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    parsing = csv.ParseOptions(newlines_in_values=True)
    return csv.read_csv(folder / f"{name}.csv", convert_options=options, parse_options=parsing)
