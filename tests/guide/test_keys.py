"""Which key a unit is set with."""

import pytest

from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.probe import Hello
from manostat_tools.guide.keys import key_for
from manostat_tools.journal.seals import name_of
from manostat_tools.link import PUBLIC_KEY
from manostat_tools.units import keys

KEY = bytes(range(32))


def hello(serial="", bench=False):
    return Hello(2, bench, 0, 0, "ab" * 8, serial.ljust(8, "\0").encode().hex(), 0, 1000)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def test_a_provisioned_unit_has_the_key_that_was_kept_also_with_a_bench_image():
    keys.keep("M-017", KEY)
    keys.make_current("M-017", name_of(KEY))
    assert key_for(None, hello("M-017")) == KEY
    assert key_for(None, hello("M-017", bench=True)) == KEY
    assert key_for("bench", hello("M-017")) == PUBLIC_KEY


def test_the_public_key_is_taken_by_itself_for_a_bench_image_only():
    assert key_for(None, hello(bench=True)) == PUBLIC_KEY
    for serial in ("", "M-018"):
        with pytest.raises(DeviceError, match="--key FILE"):
            key_for(None, hello(serial))


def test_a_file_that_holds_no_key_is_refused_in_one_line(home):
    (home / "good").write_bytes(KEY)
    assert key_for(str(home / "good"), hello()) == KEY
    (home / "bad").write_bytes(b"short")
    for name in ("bad", "absent"):
        with pytest.raises(DeviceError, match=name) as said:
            key_for(str(home / name), hello())
        assert "\n" not in str(said.value)
