"""Service mode as a person uses it: two buttons held at power-on, then stock mpremote (S-04)."""

import json
import subprocess
import sys

import pytest

from manostat_tools.devices.probe import Kind
from manostat_tools.devices.wait import wait_for

from .conftest import PORT_S, manostat

pytestmark = [pytest.mark.pico, pytest.mark.req("S-04")]

UNIT = [1, 50_000, 2_000_000, 344_738, 551_581, 0, 422_733, 4_096, -250]


def mpremote(board, *words, limit_s=60):
    """The real one, as docs/service.md says it."""
    command = [sys.executable, "-m", "mpremote", "connect", board.board.path, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=limit_s, check=False)


def says(board, call):
    """What a call of service.py prints, as JSON."""
    done = mpremote(board, "exec", f"from manostat import service; service.{call}")
    assert done.returncode == 0, done
    return json.loads(done.stdout)


@pytest.fixture
def service(emulated, images):
    board = emulated("service", "--image", str(images["production"]))
    board.operate("power off")
    for switch in ("STOP", "PAIN"):
        board.operate(f"press {switch}")
    board.operate("power on")
    board.await_port()
    wait_for(board.board, Kind.MICROPYTHON, PORT_S)
    return board


def test_mpremote_stores_what_a_unit_needs_and_it_starts_with_that(service):
    told = says(service, "who()")
    assert (told["protocol"], told["bench"], told["serial"]) == (2, 0, "")
    assert (told["unit"], told["identity"], told["key"]) == ("none", "none", "none")
    assert says(service, f"store_unit({UNIT})") == {"stored": "unit"}
    assert says(service, "store_identity({'serial': 'M-017'})") == {"stored": "identity"}
    assert says(service, "store_key(bytes(range(32)))") == {"stored": "key"}
    assert (
        "allowed 6895 to"
        in says(service, f"store_unit({[*UNIT[:4], 999_999, *UNIT[5:]]})")["error"]
    )
    told = says(service, "who()")
    assert (told["unit"], told["identity"], told["key"]) == ("stored", "stored", "stored")
    assert (told["serial"], told["journal_pages"]) == ("M-017", 4)
    for switch in ("STOP", "PAIN"):
        service.operate(f"release {switch}")
    starts = json.loads(service.operate("status"))["starts"]
    assert mpremote(service, "reset").returncode == 0
    service.operate(f"await starts:{starts + 1} 30")
    wait_for(service.await_port(), Kind.MANOSTAT, PORT_S)
    rows = json.loads(manostat("boards", "--json").out)
    (row,) = [row for row in rows if row["name"] == "service"]
    assert row["hello"]["verdict"] == 0, row
    assert "M-017" in manostat("boards").out


def test_a_long_script_runs_and_a_file_has_no_place(service, tmp_path):
    script = tmp_path / "long.py"
    script.write_text(
        "\n".join(f"x{number} = {number}" for number in range(300)) + "\nprint(x299)\n"
    )
    assert mpremote(service, "run", str(script)).stdout.strip() == "299"
    assert mpremote(service, "fs", "ls").stdout.strip() == "ls :", "nothing is mounted"
    assert mpremote(service, "fs", "cp", str(script), ":main.py").returncode != 0
    assert says(service, "who()")["journal_pages"] == 1
