"""An emulated board as a process: registered, driven, gone without a trace; mpremote on it."""

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from manostat_sim.emulated import registry
from manostat_sim.emulated.client import OperateError, operate
from manostat_tools import cli

from .conftest import manostat, one_line

pytestmark = pytest.mark.pico


def mpremote(board, *words, limit_s=60):
    """The real one, as a person runs it."""
    command = [sys.executable, "-m", "mpremote", "connect", board.board.path, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)


def test_it_registers_and_leaves_nothing_behind(run_dir, emulated):
    board = emulated("brief", "--blank")
    entry = next(entry for entry in registry.running() if entry.name == "brief")
    assert entry.pid == board.pid
    assert not entry.path.startswith("/dev/pts")
    board.signal(signal.SIGINT)
    assert board.wait() == 0
    assert not list(run_dir.glob("brief*"))


def test_it_says_that_it_starts_and_then_that_it_is_ready_where_it_answers(emulated):
    board = emulated("told", "--blank")
    board.await_words(b"ready: boot loader ", 60)
    first = board.said.decode().splitlines()[0]
    assert first.startswith("told: starting with erased flash")
    assert board.board.drive in board.said.decode()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--image", "nofile"), "cannot emulate: nofile: No such file or directory"),
        (("--blank", "--flash", "nofolder/flash"), "--flash nofolder/flash: its folder is not"),
        (("--blank", "--flash", __file__), "bytes, allowed 2097152"),
    ],
)
def test_a_file_that_cannot_be_is_refused_before_it_starts(options, told):
    done = manostat("emulate", "--name", "unfiled", *options)
    assert told in one_line(done)
    assert "starting" not in done.out


class Terminal(io.StringIO):
    """What a person looks at."""

    def isatty(self):
        return True


def test_what_was_done_is_said_on_a_terminal_alone(emulated):
    emulated("quiet", "--blank")
    assert manostat("operate", "quiet", "press", "RUN").out == ""
    with contextlib.redirect_stdout(Terminal()) as out:
        assert cli.main(["operate", "quiet", "release", "RUN"]) == 0
    assert out.getvalue() == "ok: release RUN\n"


def test_a_killed_one_is_known_as_stale_and_cleaned(run_dir, emulated):
    board = emulated("killed", "--blank")
    board.signal(signal.SIGKILL)
    assert board.wait() == -signal.SIGKILL
    assert "killed" not in [entry.name for entry in registry.running()]
    assert registry.stale() == ["killed"]
    assert registry.clean() == ["killed"]
    assert not list(run_dir.glob("killed*"))


def test_a_name_in_use_or_impossible_is_refused(emulated):
    emulated("twin", "--blank")
    assert "twin runs already" in one_line(manostat("emulate", "--name", "twin", "--blank"))
    assert "allowed 1 to 32" in one_line(manostat("emulate", "--name", "a/b", "--blank"))
    wrong = ("emulate", "--name", "wrong", "--image", __file__)
    assert "no UF2" in one_line(manostat(*wrong))
    assert [entry.name for entry in registry.running() if entry.name == "wrong"] == []


def test_what_it_does_not_understand_it_says_and_end_ends_it(emulated):
    board = emulated("odd", "--blank")
    for line, said in (
        ("dance", "not understood"),
        ("press NOSE", "allowed STOP, PAIN, RUN"),
        ("fault none-such", "allowed"),
        ("await spring 1", "cannot wait for spring"),
        ("await port 0.1", "did not come in time"),
        ("mend leak", "cannot be mended"),
        ("meet nobody", "nobody"),
    ):
        with pytest.raises(OperateError, match=said):
            board.operate(line)
    for line in ("fault occlusion", "mend occlusion", "meet control-disc", "await virtual:0.1 20"):
        assert board.operate(line) == ""
    with pytest.raises(OperateError, match="no emulated board called nobody"):
        operate("nobody", "status")
    said = one_line(manostat("operate", "odd", "dance"))
    assert said.startswith("odd: not understood: dance: allowed press SWITCH, release SWITCH, plug")
    assert "there is: " in one_line(manostat("operate", "nobody", "status"))
    board.operate("end")
    assert board.wait() == 0


def test_mpremote_runs_code_and_keeps_files(stock, tmp_path):
    assert mpremote(stock, "exec", "print(6*7)").stdout.strip() == "42"
    file = tmp_path / "note.txt"
    file.write_text("kept")
    assert mpremote(stock, "fs", "cp", str(file), ":note.txt").returncode == 0
    starts = json.loads(stock.operate("status"))["starts"]
    assert mpremote(stock, "reset").returncode == 0
    stock.operate(f"await starts:{starts + 1} 20")  # it sleeps for 100 ms before
    stock.await_port()
    assert mpremote(stock, "fs", "cat", ":note.txt").stdout.strip() == "kept"


def test_a_pulled_cable_takes_the_port_away_and_brings_it_back(stock):
    path = stock.board.path
    stock.operate("unplug")
    assert not os.path.exists(path)
    stock.operate("plug")
    stock.await_port()
    assert mpremote(stock, "exec", "print('here')").stdout.strip() == "here"


def test_its_flash_may_be_kept_from_run_to_run(emulated, tmp_path, stock_image):
    kept = tmp_path / "flash.bin"
    board = emulated("keeps", "--blank", "--flash", str(kept))
    shutil.copyfile(stock_image, f"{board.board.drive}/new.uf2")
    board.await_port()
    assert (
        mpremote(
            board, "exec", "with open('note','w') as file: file.write('still here')"
        ).returncode
        == 0
    )
    board.end()
    again = emulated("keeps", "--flash", str(kept))
    again.await_port()
    assert mpremote(again, "fs", "cat", ":note").stdout == "still here"


def test_power_and_bootsel_work_as_on_the_board(stock):
    stock.operate("bootsel hold")
    stock.operate("power off")
    stock.operate("power on")
    assert json.loads(stock.operate("status"))["mode"] == "boot loader"
    assert stock.board.drive
    stock.operate("bootsel release")
    stock.operate("power off")
    assert json.loads(stock.operate("status"))["mode"] == "off"
    stock.operate("power on")
    assert stock.await_port().path


def test_time_on_the_board_is_never_faster_than_on_the_wall(stock):
    begun_s = time.monotonic()
    said = mpremote(stock, "exec", "import time; time.sleep_ms(700); print('slept')").stdout
    assert said.strip() == "slept"
    assert time.monotonic() - begun_s >= 0.7
