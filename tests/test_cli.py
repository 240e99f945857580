"""The command `manostat`: wrong arguments say what is right, Ctrl-C ends with one line."""

import subprocess
import sys

import pytest

from manostat_tools import cli
from manostat_tools.boards import BOARDS
from manostat_tools.image.errors import ImageError


def test_help_names_the_commands_and_what_this_is_not(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    said = capsys.readouterr().out
    assert ended.value.code == 0
    assert "image" in said
    assert "board" in said
    assert "Not a certified medical device" in " ".join(said.split())


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        ([], "COMMAND"),
        (["imag"], "choose from"),
        (["image", "--board", "PICO"], "RPI_PICO"),
        (["image", "--micropython"], "expected one argument"),
        (["board"], "ACTION"),
        (["board", "check"], "folder"),
    ],
)
def test_wrong_argument_says_what_is_right(capsys, arguments, right):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert right in capsys.readouterr().err


def test_board_check_passes_a_good_folder(capsys):
    assert cli.main(["board", "check", str(BOARDS / "RPI_PICO")]) == 0
    assert "18 signals: good" in capsys.readouterr().out


def test_board_check_shows_warnings(capsys, board_folder):
    needle = {"gauge": 25, "length_mm": 89}
    board_folder.edit("bench.json", lambda bench: bench["needle"].update(needle))
    assert cli.main(["board", "check", str(board_folder.path)]) == 0
    assert "warning: " in capsys.readouterr().out


def test_board_check_refuses_with_everything_that_is_wrong(capsys, board_folder):
    board_folder.pins(STEP=None, PRESSURE2="GP22")
    assert cli.main(["board", "check", str(board_folder.path)]) == 1
    said = capsys.readouterr().err
    assert "refused, 2 wrong" in said
    assert "pins.csv: STEP: missing" in said
    assert "pins.csv: PRESSURE2: GP22, allowed" in said


def test_ctrl_c_ends_with_one_line_and_130(capsys, monkeypatch):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("manostat_tools.image.command.ensure_images", interrupted)
    assert cli.main(["image"]) == 130
    assert capsys.readouterr().err.strip().count("\n") == 0


def test_failed_image_is_told_without_a_traceback(capsys, monkeypatch):
    def failing(*_args, **_kwargs):
        raise ImageError("no compiler")

    monkeypatch.setattr("manostat_tools.image.command.ensure_images", failing)
    assert cli.main(["image"]) == 1
    assert capsys.readouterr().err == "no image: no compiler\n"


def test_micropython_folder_without_sources_is_refused(capsys, tmp_path):
    assert cli.main(["image", "--micropython", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert f"{tmp_path}: no ports/rp2/CMakeLists.txt" in said
    assert "submodules" in said


def test_command_is_installed():
    command = [sys.executable, "-m", "manostat_tools.cli", "--version"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.startswith("manostat 0.")
