"""`manostat prescribe`, `pull` and `watch` as a person gives them."""

import builtins
import re
import signal
import subprocess
import sys
from itertools import pairwise

import pytest

from manostat_tools.boards import BOARDS, load_board
from manostat_tools.journal.seals import name_of
from manostat_tools.link import connect, prescribe_command, pull_command
from manostat_tools.link.prescription import Prescription, values_of
from manostat_tools.refusal import RefusedError
from manostat_tools.store.imports import import_pull
from manostat_tools.store.store import Store
from manostat_tools.store.units import units_of
from manostat_tools.units.keys import KeyFileError

from ..emulated_process import PORT_S, manostat, one_line
from ..session.written import START
from ..store import pumps
from .conftest import NOTES, SERIAL_HEX

BENCH = load_board(BOARDS / "RPI_PICO")
DOSE = [
    *("--mode=inject", "--rate-ml-s=0.05", "--volume-ml=2"),
    *("--above-psi=40", "--line-psi=70", "--syringe=bd-10"),
]


def wanted(**other):
    return Prescription(
        **{
            "mode": "inject",
            "rate_ml_s": 0.05,
            "volume_ml": 3.5,
            "above_psi": 50,
            "line_psi": 80,
            "syringe": "bd-10",
            **other,
        }
    )


def test_the_numbers_of_the_bench_make_the_unit_of_the_bench():
    assert values_of(wanted(), 0, BENCH.pump) == (BENCH.bench.values, [])
    (step, _) = values_of(wanted(mode="step", step_ml=0.2), 7, BENCH.pump)
    assert (step[0], step[5], step[8]) == (2, 200_000, 7)
    (relief, _) = values_of(wanted(mode="relieve", volume_ml=0.5), 0, BENCH.pump)
    assert relief[0] == 6
    warned = values_of(wanted(rate_ml_s=0.15, syringe="bd-20"), 0, BENCH.pump)[1]
    assert "needle drop of 27 psi" in warned[0]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"line_psi": 101}, "limit_line_psi: 101 psi, allowed 1 to 100"),
        ({"volume_ml": 11}, "volume_ml: 11 mL, allowed 0.001 to 10"),
        ({"mode": "relieve"}, "volume_nl: 3500000, allowed 104 to 500000"),
        ({"syringe": "bd-11"}, "one of bd-3, bd-5, bd-10, bd-20"),
        ({"needle": "thick"}, "such as 22x152"),
        ({"needle": "22x" + "9" * 5000}, "such as 22x152"),
        ({"mode": "step"}, "step_volume_nl: 0"),
        ({"rate_ml_s": 0.2, "needle": "25x152"}, "the drop alone meets"),
    ],
)
def test_a_wrong_prescription_is_refused_with_what_is_allowed(other, said):
    with pytest.raises(RefusedError, match=re.escape(said)):
        values_of(wanted(**other), 0, BENCH.pump)


@pytest.mark.req("P-02")
def test_a_limit_is_set_in_whole_psi(no_boards, figure):
    taken = []
    for tenths in range(700, 731):
        limit = f"{tenths / 10:g}"
        try:
            said = manostat("prescribe", "nobody", *DOSE, "--key=bench", f"--line-psi={limit}")
        except SystemExit as refused:
            assert refused.code == 2
            continue
        assert "no pump nobody answers" in one_line(said)
        taken.append(float(limit))
    least = min(b - a for a, b in pairwise(taken))
    figure("P-02", least, 1, "psi", "=", of="step in which a limit is set")
    assert taken == [70, 71, 72, 73]


def test_what_cannot_be_is_refused_before_a_board_is_looked_for(no_boards, tmp_path):
    assert "allowed 32 bytes or 64 hex" in one_line(
        manostat("prescribe", "nobody", *DOSE, "--key", __file__)
    )
    assert "No such file" in one_line(manostat("prescribe", *DOSE, "--key", str(tmp_path / "no")))
    high = manostat("prescribe", "nobody", *DOSE, "--key=bench", "--line-psi=101")
    assert high.code == 1 and "limit_line_psi: 101 psi, allowed 1 to 100 psi" in high.err
    prescribe = ["prescribe", *DOSE, "--key=bench"]
    for command in (["watch"], ["pull", "--store", str(tmp_path / "s")], prescribe):
        assert "no pump nobody answers" in one_line(manostat(*command, "nobody"))


def test_prescribe_finds_the_key_that_this_host_keeps_for_a_unit(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    (tmp_path / "manostat/keys").mkdir(parents=True)
    (tmp_path / "manostat/keys/M-017.key").write_bytes(bytes(range(32)))
    assert prescribe_command.kept_key("M-017") == bytes(range(32))
    with pytest.raises(KeyFileError, match="no key for unit M-018 on this host: give --key FILE"):
        prescribe_command.kept_key("M-018")


@pytest.mark.pico
def test_prescribe_shows_asks_sets_and_keeps_the_zero(idle, board, monkeypatch, tmp_path):
    idle.close()
    asked = []
    monkeypatch.setattr(builtins, "input", lambda text: asked.append(text) or "n")
    refused = manostat("prescribe", "linked", *DOSE, "--key=bench", "--zero-pa=500")
    assert refused.code == 1 and "nothing was sent" in refused.err and len(asked) == 1
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    unknown = one_line(manostat("prescribe", "linked", *DOSE, "--yes"))
    assert "no key for unit M-017 on this host" in unknown
    key = tmp_path / "key"
    key.write_text("00" * 32)
    wrong = manostat("prescribe", "linked", *DOSE, "--key", str(key), "--yes")
    assert "the key is not this pump's" in one_line(wrong)
    monkeypatch.setattr(builtins, "input", lambda _: "y")
    done = manostat("prescribe", "linked", *DOSE, "--key=bench", "--zero-pa=500")
    assert done.code == 0, done
    assert re.search(r"^\* volume +\S+ mL +2\.000 mL$", done.out, re.M)
    assert re.search(r"^\* zero +\S+ Pa +500 Pa$", done.out, re.M)
    assert re.search(r"^  syringe +BD 10 mL +BD 10 mL$", done.out, re.M)
    assert "the pump has restarted, and holds this" in done.out
    again = manostat("prescribe", *DOSE, "--key=bench", "--rate-ml-s=0.15", "--yes")
    assert again.code == 0, again
    assert "WARNING: prescription: prescription.rate_ml_s" in again.out
    with connect("linked", limit_s=PORT_S) as pump:
        dose = (1, 150_000, 2_000_000, 275_790, 482_633, 0)
        assert pump.settings(20).unit == (*dose, *BENCH.bench.values[6:8], 500)
    same = manostat("prescribe", *DOSE, "--key=bench", "--rate-ml-s=0.15", "--yes")
    assert same.code == 0 and "it holds this already" in same.out


@pytest.mark.pico
def test_pull_stores_everything_once_though_the_cable_is_pulled(board, tmp_path, monkeypatch):
    file = tmp_path / "store.sqlite"
    said = []

    def unplug(text):
        said.append(text)
        if text == "journal: 30 pages" and said.count(text) == 1:
            board.operate("unplug")
            board.operate("plug")

    monkeypatch.setattr(pull_command, "say_progress", unplug)
    done = manostat("pull", "linked", "--store", str(file), "--patience", "30")
    assert done.code == 0, done
    assert any("waits to go on" in text for text in said)
    first = held(file)
    assert len(first) >= NOTES
    again = manostat("pull", "--store", str(file))
    assert again.code == 0, again
    assert "nothing new" in again.out or "new: " in again.out
    assert held(file).items() >= first.items()
    assert manostat("verify", "--store", str(file)).code == 0


@pytest.mark.pico
def test_pull_keeps_what_came_when_the_cable_stays_out(board, tmp_path, monkeypatch):
    file = tmp_path / "store.sqlite"

    def unplug(text):
        if text == "journal: 40 pages":
            board.operate("unplug")

    monkeypatch.setattr(pull_command, "say_progress", unplug)
    broken = manostat("pull", "linked", "--store", str(file), "--patience", "1.5")
    assert broken.code == 1 and "pull again" in one_line(broken)
    assert 40 <= len(held(file)) < NOTES
    board.operate("plug")
    board.await_port()
    monkeypatch.undo()
    assert manostat("pull", "linked", "--store", str(file)).code == 0
    assert len(held(file)) >= NOTES


def held(file):
    """Of the pump by its serial number: each record once, none missing."""
    with Store.open(file) as store:
        (unit,) = units_of(store).values()
    assert unit.name == SERIAL_HEX and not unit.missing
    assert all(len(pages) == 1 for pages in unit.journal.values())
    return unit.journal


def test_a_pump_that_got_its_serial_number_later_stays_the_same_pump(tmp_path):
    sooner, later = (pumps.answer_to_j(storage) for storage in pumps.histories())
    with Store.create(tmp_path / "store.sqlite") as store:
        assert pull_command.name_of(store, later, SERIAL_HEX) == SERIAL_HEX
        assert pull_command.name_of(store, later, None) is None
        name = import_pull(store, sooner, START).unit.name
        assert pull_command.name_of(store, later, SERIAL_HEX) == name != SERIAL_HEX
        for pages in range(1, len(later) // 256):  # the link lost after so many
            assert pull_command.name_of(store, later[: pages * 256], SERIAL_HEX) == name
        other = pumps.answer_to_j(pumps.sooner(key=pumps.OTHER_KEY, until_pain_s=0.7))
        assert pull_command.name_of(store, other, SERIAL_HEX) == SERIAL_HEX


def test_a_pump_of_which_traces_alone_are_stored_is_no_other_pump(tmp_path):
    with Store.create(tmp_path / "store.sqlite") as store:
        traces = pumps.answer_to_r(pumps.sooner())
        name = import_pull(store, traces, START, name_of(pumps.KEY)).unit.name
        assert not units_of(store)[name].journal
        pages = pumps.answer_to_j(pumps.sooner())
        assert pull_command.name_of(store, pages, SERIAL_HEX) == SERIAL_HEX


@pytest.mark.pico
def test_watch_shows_a_line_and_ends_cleanly(board):
    command = [sys.executable, "-m", "manostat_tools.cli", "watch", "linked"]
    # A shell that starts tests in the background has them ignore Ctrl-C, and all that they start.
    ignored = signal.signal(signal.SIGINT, signal.default_int_handler)
    watch = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    signal.signal(signal.SIGINT, ignored)
    try:
        said = [watch.stdout.readline() for _ in range(2)]
        watch.send_signal(signal.SIGINT)
        out, err = watch.communicate(timeout=20)
    finally:
        watch.kill()
    assert (watch.returncode, err) == (0, "")
    assert "unit M-017" in said[0]
    assert re.search(r"psi \(\d+ kPa\)  \d\.\d+ mL  \d+ frames/s.*  \d+ lost$", said[1])
    assert re.fullmatch(r"watched \d+ s: \d+ frames, \d+ lost, link lost \d+ times", out.strip())
