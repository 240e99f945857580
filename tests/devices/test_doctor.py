"""Common trouble, found without opening a port or changing anything."""

import os
from types import SimpleNamespace

from manostat_tools.devices import findings
from manostat_tools.devices.attached import Attached
from manostat_tools.devices.findings import GOOD, NOTE, WRONG

from .conftest import manostat

REAL = Attached("ttyACM0", False, "/dev/ttyACM0", "", "2E8A:0005", "E66058")


def levels(found):
    return [finding.level for finding in found]


def test_no_board_is_no_mistake_and_says_what_to_try():
    (finding,) = findings.of_boards([])
    assert finding.level == NOTE
    assert "emulate" in finding.advice
    assert levels(findings.of_boards([REAL])) == [GOOD]


def test_a_port_that_may_not_be_opened_gets_a_udev_rule(tmp_path, monkeypatch):
    monkeypatch.setattr(findings.os, "access", lambda *_: False)
    (finding,) = findings.of_permissions([REAL])
    assert finding.level == WRONG
    assert 'ATTRS{idVendor}=="2e8a"' in finding.advice
    assert "/etc/udev/rules.d/" in finding.advice


def test_who_holds_a_port_is_named(tmp_path):
    port = tmp_path / "ttyACM0"
    port.touch()
    folder = tmp_path / "proc" / "4711" / "fd"
    folder.mkdir(parents=True)
    (folder / "3").symlink_to(port)
    (folder.parent / "comm").write_text("thonny\n")
    board = Attached("ttyACM0", False, str(port), "")
    (finding,) = findings.of_holders([board], tmp_path / "proc")
    assert (finding.level, "thonny (process 4711)" in finding.text) == (WRONG, True)
    assert not list(findings.of_holders([REAL], tmp_path / "proc"))


def test_modem_manager_is_noticed(tmp_path):
    assert not list(findings.of_modem_manager(tmp_path))
    (tmp_path / "12").mkdir()
    (tmp_path / "12" / "comm").write_text("ModemManager\n")
    (finding,) = findings.of_modem_manager(tmp_path)
    assert "ID_MM_DEVICE_IGNORE" in finding.advice


def test_what_a_killed_emulator_left_is_noticed(run_dir):
    (run_dir / "ghost.json").write_text("{}")
    (finding,) = findings.of_emulators()
    assert "ghost" in finding.text
    (run_dir / "ghost.json").unlink()
    assert not list(findings.of_emulators())


def test_a_missing_or_foreign_mpremote_is_noticed(monkeypatch):
    for said, level in (("1.29.0", GOOD), ("1.24.1", WRONG), ("2.0", WRONG)):
        monkeypatch.setattr(findings.importlib.metadata, "version", lambda _, said=said: said)
        assert levels(findings.of_mpremote()) == [level]

    def missing(name):
        raise findings.importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(findings.importlib.metadata, "version", missing)
    assert levels(findings.of_mpremote()) == [WRONG]


def test_a_missing_compiler_is_noticed(monkeypatch):
    monkeypatch.setattr(findings.toolchain, "missing", lambda sources: ["arm-none-eabi-gcc"])
    (finding,) = findings.of_compiler()
    assert "arm-none-eabi-gcc" in finding.text
    assert "apt-get install" in finding.advice


def test_a_wrong_tree_of_micropython_is_noticed(monkeypatch, tmp_path):
    monkeypatch.setenv("MICROPYTHON_DIR", str(tmp_path))
    assert levels(findings.of_tree()) == [WRONG]
    monkeypatch.delenv("MICROPYTHON_DIR")
    for version, level in (("1.25.0", GOOD), ("1.24.1", WRONG), ("1.31.0", WRONG)):
        tree = SimpleNamespace(version=version, path=tmp_path)
        monkeypatch.setattr(findings.micropython, "assembled", lambda _build, tree=tree: tree)
        assert levels(findings.of_tree()) == [level]
    monkeypatch.setattr(findings.micropython, "assembled", lambda _build: None)
    assert levels(findings.of_tree()) == [NOTE]


def test_the_command_says_all_and_fails_on_what_is_wrong(monkeypatch, run_dir):
    monkeypatch.setattr(findings, "attached", list)
    monkeypatch.setattr(findings, "unmounted_drive", lambda: True)
    done = manostat("doctor")
    assert done.code == 1
    assert "not mounted" in done.out
    assert "mpremote" in done.out
    assert os.access(run_dir, os.W_OK)
