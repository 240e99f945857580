"""The session of the README as a whole: an empty board becomes a unit, three levels are injected,
the cable is pulled while the plunger moves, and the report and the record are whole."""

import json
import re
import subprocess
import threading

import pytest

from manostat_tools import __version__
from manostat_tools.devices.probe import Kind
from manostat_tools.devices.wait import wait_for
from manostat_tools.guide import command as session_command
from manostat_tools.image import ensure_images
from manostat_tools.provision import command as provision_command
from manostat_tools.session.model import Role
from manostat_tools.store.reading import read_session
from manostat_tools.store.store import Store

from ..emulated_process import PORT_S, Emulated, manostat
from .led import in_turn, session

pytestmark = [pytest.mark.pico, pytest.mark.long, pytest.mark.timeout(3600)]

BEFORE = """
operator: Dr Vega
patient: P-17
syringe: bd-10
needle: 22x152
contrast: 240 20
level: L3-4 control
level: L4-5 suspect
level: L5-S1 control
level:
at-height: y
prime: hand
comply: y
ready:
set: y
ready:
"""
CONTROL = """
run: inject
change: n
set: y
nrs: 0
concordance: absent
lasted: -
quote:
pattern: cotton ball
dallas: 0
note:
next: done
"""
SUSPECT = """
run: inject
change: n
set: y
nrs: 8
concordance: concordant
lasted: 45
quote: That is it, that is the one
pattern: posterior tear
dallas: 3
note:
next: done
"""
AFTER = """
session-note:
close: y
"""
ANSWERS = "".join(part.lstrip() for part in (BEFORE, CONTROL, SUSPECT, CONTROL, AFTER))
PROVISION = (
    *("provision", "--serial", "M-017", "--syringe", "bd-10", "--region", "lumbar", "--yes"),
    *("--zero-psi", "0", "--calibrated", "2026-11-01", "--line-nl-per-psi", "5000"),
    *("--by", "Dr Vega", "--new-key"),
)
COLUMNS = 80
LIMIT = "limit above opening"
LEVELS = ("L3-4", "L4-5", "L5-S1")


@pytest.fixture
def board(run_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(session_command, "_WIDTH", COLUMNS)
    process = Emulated("pump", "--blank")
    yield process
    process.end()


def into_service_mode(board):
    board.operate("power off")
    for switch in ("STOP", "PAIN"):
        board.operate(f"press {switch}")
    board.operate("power on")
    board.await_port()
    wait_for(board.board, Kind.MICROPYTHON, PORT_S)


def provision(board, monkeypatch):
    """With a person who lets go of both buttons when that is asked."""

    def let_go():
        for switch in ("STOP", "PAIN"):
            board.operate(f"release {switch}")

    def say(text):
        if text.startswith("let go of"):
            threading.Timer(0.5, let_go).start()
        print(text)

    monkeypatch.setattr(provision_command, "_say", say)
    return manostat(*PROVISION)


def test_from_an_empty_board_to_the_report_of_three_levels(board, tmp_path, monkeypatch):
    flashed = manostat("flash", "pump", str(ensure_images(bench=False)))
    assert "production image" in flashed.out, flashed  # and no unit yet: its code is 1
    into_service_mode(board)
    done = provision(board, monkeypatch)
    assert done.code == 0, done
    pulled, failed = in_turn(
        board,
        "await moving 300",  # against the stopcock
        "await still 300",
        "await moving 300",  # level 1 seeks, rests for its opening, goes on
        "await still 300",
        "await moving 300",
        "await virtual:2 60",
        "unplug",
        "await virtual:4 60",
        "plug",
    )
    discs = "control-disc,concordant-10s,control-disc"
    done = session(board, tmp_path, "answers", ANSWERS, "--emulated-hands", discs)
    pulled.join()
    (tmp_path / "said").write_text(done.out)
    assert failed == []
    assert done.code == 0, done
    check_said(done.out)
    check_store(tmp_path / "store")
    check_pdf(tmp_path / "report" / "report.pdf")
    verified = manostat("verify", "--store", str(tmp_path / "store"))
    assert verified.code == 0, verified


def check_said(out):
    said = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", out)
    assert "unit M-017, production image" in said
    assert "link lost: the pump works on without it" in said
    assert max(len(line) for line in re.split(r"[\r\n]+", said) if " /" not in line) <= COLUMNS


def check_store(file):
    with Store.open(file) as store:
        (name,) = store.sessions()
        told = read_session(store, name)
    assert told.closed_at is not None
    assert tuple(level.name for level in told.levels) == LEVELS
    assert [level.role for level in told.levels] == [Role.CONTROL, Role.SUSPECT, Role.CONTROL]
    first, suspect, last = (level.runs[0] for level in told.levels)
    assert [run.reason for run in (first, suspect, last)] == [LIMIT, "pain", LIMIT]
    assert all(run.trace is not None for run in (first, suspect, last))
    # The same disc twice: the first time nobody watched its stop, for the cable was out.
    for name in ("disc_volume", "disc_pressure"):
        one, other = (at_the_stop(run, name) for run in (first, last))
        assert one == pytest.approx(other, rel=0.02), name
    assert not told.unit.bench_image
    assert told.unit.firmware == f"{__version__}, MicroPython 1.25.0; protocol 2"


def at_the_stop(run, name):
    (value,) = (
        each.value for each in run.derived if (each.name, each.inputs.get("before_ms")) == (name, 0)
    )
    return value


def check_pdf(file):
    """By its own text where this host can read it, and by its beginning everywhere."""
    assert file.read_bytes().startswith(b"%PDF")
    page = file.with_name("report.html").read_text()
    try:
        shown = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True)
        texts = (page, shown.stdout)
    except FileNotFoundError:
        texts = (page,)
    for text in texts:
        assert all(f"{level}: " in text for level in LEVELS), json.dumps(LEVELS)
