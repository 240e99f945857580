"""What was typed wrong is said before a pump is asked for; what is said at the end is true."""

import argparse
import contextlib
import re

import pytest

from manostat_tools import cli
from manostat_tools.devices.errors import DeviceError
from manostat_tools.guide import command as session_command
from manostat_tools.guide.command import _interrupted, _Standing
from manostat_tools.guide.finish import write_report
from manostat_tools.guide.hands import Hands
from manostat_tools.guide.options import go_on_with
from manostat_tools.guide.resumed import late, resumed
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.talk import Talk
from manostat_tools.session import entries as e
from manostat_tools.session.corrections import FoldError
from manostat_tools.store.errors import StoreError
from manostat_tools.store.store import Store

from ..emulated_process import manostat, one_line
from ..session import written as w
from ..store.pumps import KEY
from .test_screen import Script, said, screen
from .test_talk import UNIT, Pump


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--answers", "nofile"), "--answers: nofile: No such file or directory"),
        (("--answers", "."), "--answers: .: Is a directory"),
        (("--key", "nofile"), "--key: nofile: No such file or directory"),
        (("--decay", "9999"), "--decay: 9999, allowed 0 to 120 s"),
        (("--decay", "-1"), "--decay: -1, allowed 0 to 120 s"),
        (("--emulated-hands", "control-disc,nosuchdisc"), "no scenario nosuchdisc, allowed "),
    ],
)
def test_a_wrong_option_is_one_line_before_a_pump_is_asked_for(options, told):
    done = manostat("session", "nopump", *options)
    assert done.code == 2, done
    assert done.err.count("\n") == 1
    assert f"refused: {told}" in done.err or told in done.err
    assert "nopump" not in done.err


def test_a_stored_session_that_contradicts_itself_is_one_clear_line(monkeypatch, tmp_path):
    def contradicts(*_):
        raise FoldError("entry 3 (run): level 2 is not planned: allowed 1")

    monkeypatch.setattr(session_command, "connect", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(session_command, "_session", contradicts)
    told = one_line(manostat("session", "--resume", "--store", str(tmp_path / "store")))
    assert "stored of this session contradicts itself: entry 3 (run): level 2 is not" in told


def test_the_scenarios_that_there_are_come_with_the_refusal():
    assert "control-disc, " in manostat("session", "--emulated-hands", "nosuchdisc").err


def test_a_place_for_the_report_that_cannot_be_written_is_refused_before_the_session(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "latin").write_bytes(b"\xff\xfe")
    out = str(tmp_path / "file" / "report")
    done = manostat("session", "--out", out, "--answers", str(tmp_path / "latin"))
    assert done.code == 2
    assert "is no folder" in done.err
    assert "one answer a line" in done.err, "all that is wrong is told at once"


def test_the_help_fits_80_columns(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("session", "prescribe", "provision"):
        with pytest.raises(SystemExit):
            cli.main([name, "--help"])
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if len(line) > 80] == []


def given(**more):
    fixed = {"unit": None, "store": None, "key": None, "out": None, "emulated_hands": None}
    return argparse.Namespace(**(fixed | more))


def test_nothing_is_called_stored_before_there_is_a_session(capsys):
    assert _interrupted("stdin has no answer to: Operator", given(), _Standing()) == 130
    told = capsys.readouterr().err
    assert "no session was begun" in told
    assert "answers are stored" not in told
    assert "--resume" not in told
    _interrupted("interrupted", given(), _Standing("2026-11-28-1"))
    assert "all answers are stored" in capsys.readouterr().err


def test_the_command_that_goes_on_has_what_this_one_had():
    options = given(unit="pump", store="my store", emulated_hands="control-disc,concordant-10s")
    assert go_on_with(options, "2026-11-28-1", ["concordant-10s"]) == (
        "manostat session --resume 2026-11-28-1 pump --store 'my store' "
        "--emulated-hands concordant-10s"
    )
    assert go_on_with(given(emulated_hands=""), "s", []).endswith("--resume s --emulated-hands")


def test_hands_that_cannot_give_the_disc_that_was_asked_for_inject_into_no_other(monkeypatch):
    monkeypatch.setenv("MANOSTAT_RUN_DIR", "/nonexistent")
    hands = Hands("pump", ["control-disc"])
    with pytest.raises(DeviceError, match="--emulated-hands: no emulated board called pump"):
        hands.meet_next()
    assert hands.left == ["control-disc"]
    hands.close()


@pytest.fixture
def closed(tmp_path):
    with Store.create(tmp_path / "store", w.START) as store:
        made = Talk(store, "s", Pump(), UNIT, KEY)
        for entry in (w.opened(), w.planned(1, "L4-5"), e.Closed(host_utc=w.at(9), by="Dr Vega")):
            made.add(entry)
        yield made


def test_a_closed_session_says_so_and_reads_the_pump_only_if_that_is_wanted(closed):
    for answers, asked in (([], []), (["n"], []), (["y"], [0])):
        shown = screen(Script(answers, "answers"))
        motion = type("Motion", (), {"pull": lambda self: closed.pull()})()
        late(Scene(closed, shown, motion, None, 15.0), has_records=True)
        assert "this session was closed at" in said(shown)
        assert closed.pump.asked == asked


def test_the_closed_ones_are_named_where_none_is_open(closed):
    with pytest.raises(StoreError, match="no session is open; closed: s"):
        resumed("", closed.store)


def test_a_report_is_never_replaced_without_a_word(closed, tmp_path):
    folder = tmp_path / "report"

    def written(unit):
        shown = screen(Script([], ""))
        write_report(closed.store, "s", folder, unit, shown)
        return re.sub(r"\s+", " ", said(shown))

    assert "replaced" not in written("psi")
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*") if file.is_file()}
    assert "unchanged: nothing was written" in written("psi")
    assert before == {file: file.stat().st_mtime_ns for file in before}
    assert "replaced, for what was there differed: report.html, report.pdf" in written("kPa")
