"""A pump tells the hash of its image; this host knows by it which versions it has built."""

import pytest

from manostat_tools import __version__
from manostat_tools.devices.boards_command import describe
from manostat_tools.devices.probe import Answer, Hello, Kind
from manostat_tools.guide.command import _firmware
from manostat_tools.image import known
from manostat_tools.session.identity import firmware
from manostat_tools.session.model import UnitIdentity

HASH = "0123456789abcdef"
HELLO = Hello(2, True, 0, 0, HASH, "", 0, 2000)


@pytest.fixture(autouse=True)
def no_builds(monkeypatch, tmp_path):
    monkeypatch.setattr(known, "FILE", tmp_path / "build" / "versions.json")


def about(hello):
    return describe(Answer(Kind.MANOSTAT, hello, 0))[1]


def rows(hello):
    unit = UnitIdentity(
        serial="", image_hash=hello.image, firmware=_firmware(hello), bench_image=True
    )
    return dict(firmware(unit))


def test_what_answers_is_told_with_protocol_firmware_and_micropython():
    known.remember(HASH + "0" * 48, "1.25.0")
    assert f"{HASH}, protocol 2, firmware {__version__}, MicroPython 1.25.0" in about(HELLO)


def test_an_image_that_was_built_elsewhere_is_said_to_be_unknown():
    assert f"{HASH}, protocol 2, firmware version unknown to this host" in about(HELLO)


def test_one_source_built_with_two_micropythons_names_both_and_is_told_once():
    for version in ("1.26.0", "1.25.0", "1.26.0"):
        known.remember(HASH, version)
    assert known.versions_of(HASH).micropython == "1.25.0 or 1.26.0"


def test_a_damaged_table_knows_nothing_and_is_written_anew():
    known.FILE.parent.mkdir()
    known.FILE.write_text('{"0123456789abcdef": [1]')
    assert known.versions_of(HASH) is None
    known.remember(HASH, "1.25.0")
    assert known.versions_of(HASH).firmware == __version__


def test_a_session_keeps_the_versions_beside_hash_and_protocol():
    known.remember(HASH, "1.25.0")
    versions = {"firmware": __version__, "MicroPython": "1.25.0"}
    assert rows(HELLO) == {"image": HASH, **versions, "link protocol": "2"}


def test_a_session_with_an_unknown_image_says_that_it_is_unknown():
    assert rows(HELLO) == {"image": HASH, "firmware": "unknown to host", "link protocol": "2"}


def test_what_was_stored_before_versions_were_is_read_as_ever():
    for said, expected in (
        ("protocol 2", {"link protocol": "2"}),
        ("0.1.0", {"firmware": "0.1.0"}),
    ):
        unit = UnitIdentity(serial="", image_hash=HASH, firmware=said, bench_image=True)
        assert dict(firmware(unit)) == {"image": HASH, **expected}
