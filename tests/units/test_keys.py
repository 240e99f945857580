"""Requirements on key files: for their owner alone, kept before a pump has them, never lost."""

import os

import pytest

from manostat import seal
from manostat_tools.units import keys
from manostat_tools.units.keys import KeyFileError

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


@pytest.mark.parametrize("content", [KEY, KEY.hex().encode(), f"\n {KEY.hex().upper()}\n".encode()])
def test_a_key_is_32_bytes_or_64_digits(tmp_path, content):
    file = tmp_path / "key"
    file.write_bytes(content)
    assert keys.read_key(file) == KEY


@pytest.mark.parametrize(
    "content", [b"", KEY[:31], KEY + b"\n", KEY.hex()[:-1].encode(), b"z" * 64]
)
def test_anything_else_is_refused_by_the_name_of_its_file(tmp_path, content):
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(KeyFileError, match=f"{file}: no key: .*allowed 32 bytes or 64 hex digits"):
        keys.read_key(file)
    with pytest.raises(KeyFileError, match="No such file"):
        keys.read_key(tmp_path / "none")


def test_new_keys_differ_and_have_the_name_that_the_pump_gives_them():
    assert len({keys.new_key() for _ in range(10)}) == 10
    assert len(keys.new_key()) == 32
    assert keys.name_of(KEY) == seal.name_of(KEY).hex()


def test_a_key_is_its_units_once_the_pump_has_it_and_an_older_one_stays(data):
    assert keys.key_of("M-017") is None
    for key in (KEY, OTHER):
        before = keys.key_of("M-017")
        keys.keep("M-017", key)
        assert keys.key_of("M-017") == before
        keys.make_current("M-017", keys.name_of(key))
        assert keys.key_of("M-017") == key
    assert keys.key_named("M-017", keys.name_of(KEY)) == KEY
    assert keys.key_of("M-018") is None
    files = list((data / "keys").iterdir())
    assert len(files) == 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert (data / "keys").stat().st_mode & 0o777 == 0o700


def test_a_key_of_which_the_disk_takes_a_part_is_not_kept_and_leaves_nothing(data, monkeypatch):
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, content: write(handle, content[:16]))
    with pytest.raises(KeyFileError, match="16 of 32 bytes written"):
        keys.keep("M-017", KEY)
    assert list((data / "keys").iterdir()) == []
    monkeypatch.undo()
    keys.keep("M-017", KEY)
    assert keys.key_named("M-017", keys.name_of(KEY)) == KEY


def test_a_folder_that_nobody_may_look_into_is_named(data, monkeypatch):
    data.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(keys, "folder", lambda: data / ("x" * 300))  # refused to any user
    for ask in (
        lambda: keys.key_of("M-017"),
        lambda: keys.key_named("M-017", keys.name_of(KEY)),
        lambda: keys.keep("M-017", KEY),
    ):
        with pytest.raises(KeyFileError, match=r"M-017.*key: File name too long"):
            ask()


def test_a_key_that_is_not_kept_becomes_nobodys(data):
    with pytest.raises(KeyFileError, match="not there"):
        keys.make_current("M-017", keys.name_of(KEY))


def test_a_kept_key_that_is_another_one_is_told(data):
    file = keys.keep("M-017", KEY)
    file.write_bytes(OTHER)
    with pytest.raises(KeyFileError, match=f"holds the key {keys.name_of(OTHER)}"):
        keys.key_named("M-017", keys.name_of(KEY))


def test_a_serial_number_is_no_path(data):
    with pytest.raises(ValueError, match="allowed 1 to 8"):
        keys.key_of("../x")
