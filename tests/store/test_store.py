"""Requirements on the store: what is in it stays; another file is told at once and not touched."""

import errno
import hashlib
import json
import os
import sqlite3
import stat
from contextlib import closing

import pytest

from manostat_tools.session.fold import fold
from manostat_tools.store import schema
from manostat_tools.store.chain import START as BEFORE_ALL
from manostat_tools.store.chain import Imported, link, sha256
from manostat_tools.store.errors import StoreError
from manostat_tools.store.reading import read_session
from manostat_tools.store.store import Store

from ..session.written import START, corrected, noted, opened, planned, ran, responded, whole


def append_all(store, name, entries):
    return [store.append(name, entry) for entry in entries]


def without_runs(entries):
    return [entry for entry in entries if entry.kind != "run"]


@pytest.mark.req("L-05")
def test_what_was_written_is_read_again_by_another(store):
    entries = without_runs(whole())
    append_all(store, "a", entries)
    with Store.open(store.file) as other:
        assert other.session_entries("a") == entries
        assert other.sessions() == ["a"]
        session = read_session(other, "a")
    assert session == fold("a", entries, chain_head=session.chain_head)
    assert session.chain_head == store.head().hex()


def test_sessions_do_not_mix(store):
    for name in ("b", "a"):
        append_all(store, name, [opened(), noted(name)])
    assert store.sessions() == ["b", "a"]
    assert [read_session(store, name).notes for name in ("a", "b")] == [("a",), ("b",)]


@pytest.mark.req("L-05")
def test_each_hash_is_the_documented_one_over_the_text_that_is_stored(store):
    append_all(store, "a", without_runs(whole()))
    with closing(sqlite3.connect(store.file)) as raw:
        rows = raw.execute("SELECT body, hash FROM entries ORDER BY sequence").fetchall()
    before = bytes(32)
    for body, digest in rows:
        assert digest == hashlib.sha256(before + body.encode()).digest()
        data = json.loads(body)
        assert body == json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = digest
    assert link(BEFORE_ALL, rows[0][0].encode()) == rows[0][1]


@pytest.mark.req("L-05")
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entries SET body = body WHERE sequence = 2",
        "UPDATE entries SET hash = x'00' WHERE sequence = 2",
        "DELETE FROM entries WHERE sequence = 2",
        "DELETE FROM entries",
        "INSERT OR REPLACE INTO entries (sequence, body, hash) VALUES (2, '{}', x'00')",
        "INSERT INTO entries (sequence, body, hash) VALUES (99, '{}', x'00')",
        "UPDATE blobs SET content = x'00'",
        "DELETE FROM blobs",
        "INSERT OR REPLACE INTO blobs (sha256, content) SELECT sha256, x'00' FROM blobs",
    ],
)
def test_the_file_itself_refuses_to_be_changed(copy, sql):
    with closing(sqlite3.connect(copy)) as raw:
        before = list(raw.iterdump())
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(sql)
        raw.rollback()
        assert list(raw.iterdump()) == before


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (opened(), "session a is there already"),
        (responded(3), "entry 3 .response.: level 3 is not planned"),
        (planned(2, "C4-5", preset="cervical"), "confirmed by nobody"),
        (corrected(2, planned(1, "C4-5", preset="cervical")), "confirmed by nobody"),
        (ran(1), "run: its record 0+5 is not stored: allowed once imported"),
    ],
)
def test_an_entry_that_must_not_be_is_refused_and_nothing_is_written(store, entry, said):
    append_all(store, "a", [opened(), planned(1, "L4-5")])
    before = store.head()
    with pytest.raises(StoreError, match=said):
        store.append("a", entry)
    assert store.head() == before


def test_a_session_begins_with_its_opening_and_has_a_plain_name(store):
    with pytest.raises(StoreError, match=r"session b: entry 1 .note.: before the session"):
        store.append("b", noted("calm"))
    for name in ("", "a b", "../a", "x" * 41):
        with pytest.raises(StoreError, match=r"^session "):
            store.append(name, opened())


@pytest.mark.req("L-05")
def test_a_blob_is_stored_once_and_by_its_hash(store):
    pages = ((1, sha256(b"page")),)
    for sequence in (1, 2):
        entry = Imported(host_utc=START, unit="1" * 16, what="storage", journal=pages)
        store.add_import(entry, [b"page", b"page"])
        assert store.blob(sha256(b"page")) == b"page", sequence
    with closing(sqlite3.connect(store.file)) as raw:
        assert raw.execute("SELECT count(*) FROM blobs").fetchone() == (1,)
    assert store.blob(sha256(b"other")) is None


@pytest.mark.req("L-03")
def test_what_fails_half_way_leaves_nothing_and_the_store_goes_on(store):
    entry = Imported(host_utc=START, unit="1" * 16, what="storage")

    def interrupted():
        yield b"page"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.add_import(entry, interrupted())
    assert store.blob(sha256(b"page")) is None
    assert store.append("a", opened()).sequence == 2


def test_a_second_writer_waits_its_turn_and_nothing_is_lost(store):
    with Store.open(store.file) as other:
        store.append("a", opened())
        other.append("a", noted("by the other"))
        store.append("a", noted("by the first"))
        assert read_session(other, "a").notes == ("by the other", "by the first")


def test_every_commit_is_on_the_disk_when_it_returns(store):
    with Store.open(store.file) as other:
        assert other._connection.execute("PRAGMA synchronous").fetchone() == (3,)
        assert other._connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


# Another file


def foreign(folder, name, content):
    file = folder / name
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        with closing(sqlite3.connect(file)) as raw:
            raw.executescript(content)
    return file


IS_STORE = f"PRAGMA application_id={schema.APPLICATION_ID}; CREATE TABLE entries (body TEXT);"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", r"0 bytes that begin with b'': allowed a store of Manostat"),
        (b"SQLite format 3", r"15 bytes that begin"),
        (b"\x7fELF" + bytes(500), r"504 bytes that begin with b'\\x7fELF"),
        ("CREATE TABLE t (x)", r"of another program \(application id 0x00000000\)"),
        (IS_STORE + "PRAGMA user_version=2", r"a newer Manostat, version 2: allowed 1"),
        (IS_STORE, r"no Manostat, version 0: allowed 1"),
        (IS_STORE + "PRAGMA user_version=1", r"damaged: blobs is missing"),
    ],
)
def test_another_file_is_refused_with_what_it_is_and_not_touched(folder, content, said):
    file = foreign(folder, "other.sqlite", content)
    before = (file.read_bytes(), file.stat().st_mtime_ns)
    for use in (Store.open, Store.open_or_create):
        with pytest.raises(StoreError, match=said) as refused:
            use(file)
        assert str(refused.value).startswith(str(file))
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before
    assert [each.name for each in folder.iterdir()] == ["other.sqlite"]


@pytest.mark.parametrize("kept", [0.25, 0.5, 0.99])
def test_a_store_that_was_cut_off_is_refused_and_not_touched(copy, kept):
    cut = copy.read_bytes()[: int(copy.stat().st_size * kept)]
    copy.write_bytes(cut)
    with pytest.raises(StoreError, match=r"damaged: \d+ bytes, allowed the \d+"):
        Store.open(copy)
    assert copy.read_bytes() == cut


def test_a_store_that_somebody_keeps_in_several_files_is_refused(copy):
    with closing(sqlite3.connect(copy)) as raw:
        raw.execute("PRAGMA journal_mode=WAL")
    with pytest.raises(StoreError, match="journal mode 0202, allowed 0101"):
        Store.open(copy)
    assert [each.name for each in copy.parent.iterdir()] == ["copy.sqlite"]


def test_a_file_that_is_not_there_is_named_and_not_made(folder):
    file = folder / "none.sqlite"
    with pytest.raises(StoreError, match=r"none\.sqlite: No such file"):
        Store.open(file)
    assert list(folder.iterdir()) == []


def test_a_new_store_never_takes_the_place_of_a_file(store):
    before = store.file.read_bytes()
    with pytest.raises(StoreError, match="cannot be made"):
        Store.create(store.file)
    assert store.file.read_bytes() == before
    assert [each.name for each in store.file.parent.iterdir()] == ["store.sqlite"]


def no_links(*_):
    raise PermissionError(errno.EPERM, "no hard links")


@pytest.mark.req("L-05")
@pytest.mark.parametrize("has_links", [True, False])
def test_of_two_that_make_a_store_at_once_the_first_makes_it_and_both_use_it(
    folder, monkeypatch, has_links
):
    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
    file = folder / "store.sqlite"
    publish = schema.publish

    def publish_second(temporary, to):
        monkeypatch.setattr(schema, "publish", publish)
        monkeypatch.setattr(os, "getpid", lambda: 77_777)  # another process
        with Store.create(to) as first:
            append_all(first, "first", [opened()])
        publish(temporary, to)

    monkeypatch.setattr(schema, "publish", publish_second)
    with Store.open_or_create(file) as second:
        append_all(second, "second", [opened()])
        assert second.sessions() == ["first", "second"]
    assert [each.name for each in folder.iterdir()] == [file.name]


def test_a_store_that_appears_at_the_last_moment_is_not_replaced_without_links(folder, monkeypatch):
    """Between looking whether there is one and taking its name."""
    monkeypatch.setattr(os, "link", no_links)
    file, new = folder / "store.sqlite", folder / "new"
    new.write_bytes(b"new")
    file.write_bytes(b"there")
    monkeypatch.setattr(type(file), "exists", lambda _: False)
    with pytest.raises(FileExistsError):
        schema.publish(new, file)
    assert file.read_bytes() == b"there"


def test_a_store_is_for_its_owner_alone_and_its_folder_is_made(folder):
    with Store.create(folder / "new" / "store.sqlite") as store:
        mode = store.file.stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert stat.S_IMODE((folder / "new").stat().st_mode) == 0o700


def test_no_two_stores_begin_with_the_same_hash(folder):
    heads = set()
    for name in ("a", "b"):
        with Store.create(folder / name, START) as store:
            heads.add(store.head())
    assert len(heads) == 2


@pytest.mark.parametrize("set_to", ["", "relative"])
def test_the_default_is_in_the_users_data_folder(monkeypatch, folder, set_to):
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    assert schema.default_file() == folder / "manostat" / "store.sqlite"
    monkeypatch.setenv("XDG_DATA_HOME", set_to)
    monkeypatch.setenv("HOME", str(folder))
    assert schema.default_file() == folder / ".local" / "share" / "manostat" / "store.sqlite"
