"""Requirements on what is given to commands: what cannot be is refused at once, in one line."""

import argparse
import os
import subprocess
import sys

import pytest

from manostat_tools import cli
from manostat_tools.boards import BOARDS
from manostat_tools.inputs import seconds
from manostat_tools.link.prescribe_command import kept_key
from manostat_tools.link.requests import Requests
from manostat_tools.store.errors import StoreError
from manostat_tools.store.schema import check_header
from manostat_tools.units.keys import KeyFileError


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "1e10", "-1", "soon", ""])
def test_a_duration_is_one_that_ends(text):
    with pytest.raises(argparse.ArgumentTypeError, match="allowed 0 to 86400 s"):
        seconds(text)
    assert (seconds("0"), seconds("1.5"), seconds("86400")) == (0, 1.5, 86400)


@pytest.mark.parametrize(
    "command",
    [
        ["pull", "--patience"],
        ["flash", "--wait"],
        ["watch", "--seconds"],
        ["provision", "--serial", "M-017", "--wait"],
    ],
)
def test_commands_wait_for_no_time_that_never_comes(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([*command, "nan"])
    assert ended.value.code == 2
    assert "nan: allowed 0 to 86400 s" in capsys.readouterr().err


def test_a_program_may_wait_for_a_pump_without_end():
    with Requests(None).turn(float("inf")):
        pass


@pytest.mark.parametrize(
    "command",
    [
        ("journal", "{long}"),
        ("journal", "{page}", "--key", "{long}"),
        ("sessions", "--store", "{page}", "import", "{long}"),
        ("verify", "--store", "{page}", "--key", "{long}"),
    ],
)
def test_a_file_as_long_as_a_disk_is_refused_unread(command, tmp_path, capsys):
    long, page = tmp_path / "long", tmp_path / "page"
    page.write_bytes(bytes(256))
    with long.open("wb") as opened:
        opened.truncate(1 << 40)
    assert cli.main([word.format(long=long, page=page) for word in command]) == 2
    assert str(long) in capsys.readouterr().err


def test_a_pipe_is_no_store(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StoreError, match="a pipe: allowed a store"):
        check_header(tmp_path / "pipe")


def test_a_pump_that_says_no_serial_number_has_no_kept_key():
    with pytest.raises(KeyFileError, match=r"'m-0!7': allowed 1 to 8 of .*; give --key FILE"):
        kept_key("m-0!7")


@pytest.mark.parametrize("buffering", ["", "1"])
def test_output_that_nobody_reads_is_no_verdict_of_a_command(monkeypatch, buffering):
    monkeypatch.setenv("PYTHONUNBUFFERED", buffering)
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "manostat_tools.cli", "board", "check", BOARDS / "RPI_PICO"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_another_pipe_that_broke_is_an_error_like_any_other(monkeypatch):
    def broken(_options):
        raise BrokenPipeError("a child is gone")

    monkeypatch.setattr(cli, "_parser", lambda: _parser(broken))
    with pytest.raises(BrokenPipeError, match="a child is gone"):
        cli.main([])


def _parser(run):
    parser = argparse.ArgumentParser()
    parser.set_defaults(run=run)
    return parser
