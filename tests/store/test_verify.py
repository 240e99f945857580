"""Requirements on `verify`: whatever was changed, taken out or exchanged is found and named."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manostat_tools.store.chain import sha256
from manostat_tools.store.errors import StoreError
from manostat_tools.store.imports import import_pull
from manostat_tools.store.schema import DDL
from manostat_tools.store.store import Store
from manostat_tools.store.verify import verify

from ..session.written import SAME_EACH_RUN, START, noted
from .pumps import KEY, OTHER_KEY, answer_to_j, later, sooner
from .spoiling import said, spoil

SHARED = settings(SAME_EACH_RUN, max_examples=40)
TABLES = {"entries": ("body", "hash"), "blobs": ("sha256", "content")}


def fresh_copy(full, memory):
    file = Path(tempfile.mkdtemp(dir=memory)) / "copy.sqlite"
    shutil.copy(full, file)
    return file


@pytest.mark.req("L-05")
def test_a_store_as_it_was_written_is_sound_and_its_seals_fit(full):
    verdict = verify(full, KEY)
    assert verdict.wrong == []
    assert (verdict.sessions, verdict.head) == (2, Store.open(full).head().hex())
    (unit,) = verdict.units
    assert "4 seals fit the key and vouch for records 1 to" in unit


@pytest.mark.req("L-05")
def test_verifying_changes_nothing(full):
    before = full.read_bytes()
    verify(full, KEY)
    assert full.read_bytes() == before


@pytest.mark.req("L-05")
@SHARED
@given(data=st.data())
def test_any_byte_of_any_row_that_is_flipped_is_found(full, memory, data):
    file = fresh_copy(full, memory)
    table = data.draw(st.sampled_from(sorted(TABLES)))
    column = data.draw(st.sampled_from(TABLES[table]))

    def flip(raw):
        key = "sequence" if table == "entries" else "sha256"
        rows = raw.execute(f"SELECT {key}, CAST({column} AS BLOB) FROM {table}").fetchall()
        row, value = data.draw(st.sampled_from(rows))
        at = data.draw(st.integers(0, len(value) - 1))
        changed = bytearray(value)
        changed[at] ^= 1 << data.draw(st.integers(0, 7))
        cast = "CAST(? AS TEXT)" if column == "body" else "?"
        sql = f"UPDATE {table} SET {column} = {cast} WHERE {key} = ?"
        try:
            raw.execute(sql, [bytes(changed), row])
        except sqlite3.OperationalError as no_json_any_more:
            refused.append(no_json_any_more)

    refused = []
    spoil(file, flip)
    assert said(file) or refused
    shutil.rmtree(file.parent)


def count(file, table="entries"):
    with closing(sqlite3.connect(file)) as raw:
        return raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.mark.req("L-05")
def test_any_entry_that_is_taken_out_is_found_the_last_one_too(full, memory, figure):
    lines = {}
    for sequence in range(1, count(full) + 1):
        file = fresh_copy(full, memory)
        spoil(file, lambda raw, n=sequence: raw.execute(f"DELETE FROM entries WHERE sequence={n}"))
        lines[sequence] = said(file)
    unfound = sum(not each for each in lines.values())
    figure("L-05", unfound, 0, "entries", "=", of="entries taken out of a store and not found")
    for sequence, (first, *_) in lines.items():
        last = sequence == count(full)
        assert first.startswith(f"entry {sequence - 1}: is the last" if last else "entry ")
        assert "end is missing" in first if last else f"entry {sequence + 1}: stands" in first


@pytest.mark.req("L-05")
@SHARED
@given(data=st.data())
def test_any_two_entries_that_are_exchanged_are_found(full, memory, data):
    places = st.integers(1, count(full))
    one, other = data.draw(st.lists(places, min_size=2, max_size=2, unique=True))
    file = fresh_copy(full, memory)

    def exchange(raw):
        for old, new in ((one, -1), (other, one), (-1, other)):
            raw.execute("UPDATE entries SET sequence = ? WHERE sequence = ?", [new, old])

    spoil(file, exchange)
    assert said(file)[0].startswith(f"entry {min(one, other)}: its hash is not that of its text")
    shutil.rmtree(file.parent)


@pytest.mark.req("L-05")
def test_an_entry_that_is_put_in_between_is_found(copy):
    def insert(raw):
        raw.execute("UPDATE entries SET sequence = -sequence WHERE sequence >= 5")
        raw.execute("UPDATE entries SET sequence = 1 - sequence WHERE sequence < 0")
        raw.execute("INSERT INTO entries (sequence, body, hash) SELECT 5, body, hash FROM entries "
                    "WHERE sequence = 4")  # fmt: skip

    spoil(copy, insert)
    assert said(copy)[0].startswith("entry 5: its hash is not that of its text")


@pytest.mark.req("L-05")
def test_each_blob_that_is_taken_out_or_put_in_is_found(full, memory):
    file = fresh_copy(full, memory)
    spoil(file, lambda raw: raw.execute("DELETE FROM blobs"))
    assert len([line for line in said(file) if line.endswith("is missing")]) == count(full, "blobs")
    file = fresh_copy(full, memory)
    spoil(file, lambda raw: raw.execute(
        "INSERT INTO blobs VALUES (?, ?)", [bytes.fromhex(sha256(b"x")), b"x"]))  # fmt: skip
    assert said(file) == [f"blob {sha256(b'x')}: no entry names it"]


@pytest.mark.req("L-05")
def test_one_break_is_counted_once(copy):
    spoil(copy, lambda raw: raw.execute(
        "UPDATE entries SET body = replace(body, 'slept', 'SLEPT')"))  # fmt: skip
    (line,) = said(copy)
    assert "its hash is not that of its text and of the entry before" in line


@pytest.mark.parametrize("trigger", [line.split()[2] for line in DDL.split("\n") if "GGER" in line])
def test_a_trigger_that_is_gone_is_found(copy, trigger):
    with closing(sqlite3.connect(copy)) as raw:
        raw.execute(f"DROP TRIGGER {trigger}")
    assert said(copy) == [f"file: {trigger} is missing"]


@pytest.mark.req("L-05")
@pytest.mark.parametrize(("table", "column"), [(t, c) for t in TABLES for c in TABLES[t]])
@pytest.mark.parametrize("value", ["10000000000000", "1.5", "'7'"])
def test_a_value_of_another_type_is_found(copy, table, column, value):
    key = "sequence" if table == "entries" else "sha256"
    where = f"WHERE {key} = (SELECT max({key}) FROM {table})"
    spoil(copy, lambda raw: raw.execute(f"UPDATE {table} SET {column} = {value} {where}"))
    assert said(copy)


@pytest.mark.req("L-05")
def test_an_index_that_would_hide_an_entry_is_found(copy):
    with closing(sqlite3.connect(copy)) as raw:
        (page_bytes,) = raw.execute("PRAGMA page_size").fetchone()
        select = "SELECT rootpage FROM sqlite_master WHERE name = 'entries_of_session'"
        (root,) = raw.execute(select).fetchone()
    content = bytearray(copy.read_bytes())
    at = content.index(b"other", (root - 1) * page_bytes)
    content[at] ^= 1
    copy.write_bytes(content)
    assert at < root * page_bytes and "entries_of_session" in said(copy)[0]


def test_a_table_or_trigger_that_was_added_is_found(copy):
    with closing(sqlite3.connect(copy)) as raw:
        raw.execute("CREATE TRIGGER more AFTER INSERT ON entries BEGIN SELECT 1; END")
    assert said(copy) == ["file: more is none of a store"]
    with pytest.raises(StoreError, match="damaged: more is none of a store"):
        Store.open(copy)


@pytest.mark.req("L-05")
@SHARED
@given(data=st.data())
def test_any_byte_of_the_file_that_is_flipped_is_found_or_holds_nothing(full, memory, data):
    """Some bytes of an SQLite file mean nothing: then all that can be read is as it was."""
    file = fresh_copy(full, memory)
    content = bytearray(file.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(content)
    try:
        found = said(file)
    except StoreError:
        found = ["no store"]
    if not found:
        assert everything(file) == everything(full)
    shutil.rmtree(file.parent)


def everything(file):
    with closing(sqlite3.connect(file)) as raw:
        return [raw.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
                for table in ("entries", "blobs", "sqlite_sequence", "sqlite_master")]  # fmt: skip


def test_records_that_were_not_pulled_yet_are_told_and_are_no_break(store):
    pages = answer_to_j(later())
    import_pull(store, pages[: 3 * 256] + pages[6 * 256 :], START)
    verdict = verify(store.file)
    assert verdict.is_sound
    assert "NOT WHOLE: records 4 to 6 were not pulled" in verdict.units[0]


def test_traces_that_were_not_pulled_yet_are_no_break(store):
    import_pull(store, sooner(), START)
    import_pull(store, answer_to_j(later()), START)
    assert said(store.file) == []


@pytest.mark.req("L-05")
def test_what_another_writes_while_it_looks_is_no_break(full, folder):
    """At each step of the check, a pump is imported and a session goes on."""
    steps = []
    verify(full, say=steps.append)
    assert len(steps) == 5
    for step in steps:
        file = folder / f"{step.split()[-1]}.sqlite"
        shutil.copy(full, file)
        assert said(file, say=lambda text, at=step, f=file: _write(f) if text == at else None) == []
        assert said(file) == []
        assert count(file) > count(full), "it was written meanwhile"


def _write(file):
    with Store.open(file) as store:
        import_pull(store, later(key=OTHER_KEY), START, "2" * 16)
        store.append("other", noted("meanwhile"))


def test_verify_goes_on_while_another_has_written(store):
    import_pull(store, later(), START)
    with pytest.raises(StoreError):
        store.append("a", noted("too soon"))
    assert said(store.file) == []
