"""A pump becomes a unit: a real emulated board in service mode, with the real mpremote (S-04).

One board for all, in the order of the file: each way into service mode takes seconds.
"""

import io
import json
import sys
import threading

import pytest

from manostat_tools.devices.port import Port
from manostat_tools.devices.probe import Kind, ask
from manostat_tools.devices.prompt import Prompt
from manostat_tools.devices.wait import wait_for
from manostat_tools.journal.seals import name_of
from manostat_tools.provision import command, job, storing
from manostat_tools.provision.identity import BY_BYTES, as_stored
from manostat_tools.provision.service_mode import Service
from manostat_tools.units import keys, registry

from .conftest import PORT_S, Emulated, manostat, one_line

pytestmark = [pytest.mark.pico, pytest.mark.req("S-04")]

BASE = (
    *("provision", "unit", "--serial", "M-017", "--zero-psi", "-0.04", "--by", "A. Weber"),
    *("--calibrated", "2026-11-01", "--line-nl-per-psi", "5000"),
)
SOON = ("--wait", "1")
LUMBAR = ("--syringe", "bd-10", "--region", "lumbar")


@pytest.fixture(scope="module")
def board(run_dir, images):
    one = Emulated("unit", "--image", str(images["production"]))
    yield one
    one.end()


@pytest.fixture(autouse=True)
def data(tmp_path_factory, monkeypatch):
    """The host's folder: one for all tests of this file."""
    folder = tmp_path_factory.getbasetemp() / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    return folder / "manostat"


def into_service_mode(board):
    board.operate("power off")
    for switch in ("STOP", "PAIN"):
        board.operate(f"press {switch}")
    board.operate("power on")
    board.await_port()
    wait_for(board.board, Kind.MICROPYTHON, PORT_S)


def let_go(board):
    for switch in ("STOP", "PAIN"):
        board.operate(f"release {switch}")


def power_cycle(board):
    """As a person who was told that the buttons are held."""
    let_go(board)
    board.operate("power off")
    board.operate("power on")


def provision(*options, typed=""):
    """The command, with what a person types."""
    before, sys.stdin = sys.stdin, io.StringIO(typed)
    try:
        return manostat(*BASE, *options)
    finally:
        sys.stdin = before


def letting_go(monkeypatch, board, told):
    """A person who lets go when that is asked, also with --yes."""

    def say(text):
        told.append(text)
        if text.startswith("let go of"):
            threading.Timer(0.5, let_go, (board,)).start()
        print(text)

    monkeypatch.setattr(command, "_say", say)


def events():
    return registry.read(registry.default_file()).events


def test_who_is_not_in_service_mode_is_told_the_way(board):
    board.operate("unplug")
    assert "unit has no USB" in one_line(provision(*LUMBAR))
    board.operate("plug")
    wait_for(board.await_port(), Kind.MANOSTAT, PORT_S)
    said = one_line(provision(*LUMBAR))
    assert "unit runs as a pump (idle), not in service mode" in said
    assert (
        "hold STOP and PAIN, power on, and keep both until the lamps HIGH, MEDIUM and LOW" in said
    )
    assert events() == []


def test_a_wrong_word_stores_nothing(board):
    into_service_mode(board)
    assert "service mode" in manostat("boards").out
    done = provision(*LUMBAR, typed="bd-5\n")
    assert "'bd-5' was typed, bd-10 was ordered; nothing was stored" in one_line(done)
    for row in ("50 psi (345 kPa)", "-0.040 psi (-276 Pa)", "5000 nL/psi", "3.500 mL", "103.21 nL"):
        assert row in done.out, row
    assert "nothing was stored" in one_line(provision(*LUMBAR, typed="bd-10\n"))
    neck = ("--syringe", "bd-10", "--region", "cervical", "--yes")
    assert "by name" in one_line(provision(*neck, "--confirmed-by", "B. Other"))
    assert events() == []


@pytest.mark.parametrize("after_s", [None, 0.1], ids=["before", "while"])
def test_a_cable_that_is_pulled_midway_says_what_is_stored(board, monkeypatch, after_s):
    store_identity = job.Service.store_identity

    def unplugged(service, identity):
        if after_s is None:
            board.operate("unplug")
        else:
            threading.Timer(after_s, board.operate, ("unplug",)).start()
        store_identity(service, identity)

    monkeypatch.setattr(job.Service, "store_identity", unplugged)
    done = provision(*LUMBAR, "--yes", "--new-key")
    said = one_line(done)
    board.operate("await no-port 10")
    assert "in the pump: unit stored, identity " in said
    if after_s is None:
        assert "identity unknown (was under way), key not stored" in said
    assert [each.what for each in events()[-2:]] == ["begun", "failed"]
    last = events()[-1]
    assert "unplugged" in last.result
    assert keys.key_of("M-017") is None
    assert "failed" in manostat("units", "list").out
    board.operate("plug")
    with Prompt(board.await_port().path) as prompt:
        who = Service("unit", prompt).who()
    for part in ("unit", "identity", "key"):
        if f"{part} stored" in said:
            assert who[part] == "stored", part
        if f"{part} not stored" in said:
            assert who[part] == "none", part
    assert last.stored == [part for part in ("unit", "identity", "key") if f"{part} stored" in said]


def test_ctrl_c_midway_says_what_is_stored(board, monkeypatch):
    def interrupted(_service, _identity):
        raise KeyboardInterrupt

    monkeypatch.setattr(job.Service, "store_identity", interrupted)
    done = provision(*LUMBAR, "--yes")
    assert done.code == 130
    assert "interrupted; in the pump: unit stored, identity unknown" in done.err
    assert events()[-1].stored == ["unit"]


def test_the_same_command_again_makes_it_a_unit(board, data, monkeypatch):
    letting_go(monkeypatch, board, told := [])
    done = provision(*LUMBAR, "--new-key", typed="bd-10\nLumbar\n")
    assert done.code == 0, done
    assert "unit is unit M-017; self test: passed" in done.out
    assert "let go of STOP and PAIN: this waits for it, at most 90 s" in told
    assert not any("key held" in line for line in told), "it did not restart before"
    key = keys.key_of("M-017")
    last = events()[-1]
    assert (last.what, last.stored) == ("provisioned", ["unit", "identity", "key"])
    assert last.key == name_of(key)
    said = done.out + done.err + registry.default_file().read_text()
    assert key.hex() not in said and repr(key) not in said
    assert {file.stat().st_mode & 0o777 for file in (data / "keys").iterdir()} == {0o600}
    hello = ask(board.board).hello
    assert (hello.unit, hello.verdict, hello.bench) == ("M-017", 0, False)
    assert "M-017" in manostat("boards").out
    (row,) = [row for row in json.loads(manostat("boards", "--json").out) if row["name"] == "unit"]
    assert row["hello"]["unit"] == "M-017"


def test_a_second_time_keeps_key_and_history_until_another_is_asked_for(
    board, tmp_path, monkeypatch
):
    into_service_mode(board)
    first = keys.key_of("M-017")
    assert f"has a key, {name_of(first)}: --replace-key" in one_line(
        provision(*LUMBAR, "--yes", "--new-key")
    )
    said = one_line(manostat(*[each.replace("M-017", "M-018") for each in BASE], *LUMBAR, "--yes"))
    assert "is unit M-017, not M-018" in said
    file = tmp_path / "key.txt"
    file.write_text(bytes(range(32)).hex())
    name = 'J. "ü" \\' + 34 * "ü"
    assert len(as_stored({"by": name})) - len(as_stored({"by": ""})) == BY_BYTES
    thoracic = ("--syringe", "bd-5", "--region", "thoracic", "--confirmed-by", name, "--by", name)
    still = one_line(provision(*thoracic, "--yes", "--key", str(file), "--replace-key", *SOON))
    assert "STOP and PAIN still pressed after 1 s: let go, power off and on" in still
    assert "unit stored, identity stored, key stored" in still
    letting_go(monkeypatch, board, [])
    done = provision(*thoracic, "--yes", "--key", str(file))
    assert done.code == 0, done
    assert keys.key_of("M-017") == bytes(range(32))
    assert keys.key_named("M-017", name_of(first)) == first
    history = manostat("units", "history", "M-017").out
    assert history.count("provisioned") == 2
    assert registry.read(registry.default_file()).events[-1].identity["by"] == name
    for word in ("bd-10", "bd-5", name_of(first), name_of(bytes(range(32)))):
        assert word in history, word


def test_a_pump_whose_flash_differs_is_not_called_provisioned(board, monkeypatch):
    into_service_mode(board)
    contents = storing.Service.contents

    def spoilt(service):
        values, identity = contents(service)
        return [*values[:3], values[3] + 1, *values[4:]], identity

    monkeypatch.setattr(storing.Service, "contents", spoilt)
    said = one_line(provision(*LUMBAR, "--yes"))
    assert "read back differently: unit; do not use this pump" in said
    assert events()[-1].what == "failed"


def test_instead_of_the_reset_somebody_powers_off_and_on(board, monkeypatch):
    leave = job.Service.leave

    def leave_and_cycle(service):
        leave(service)
        Port(board.board.path).__enter__().__exit__(None, None, None)  # nobody has it any more
        threading.Timer(0.3, power_cycle, (board,)).start()

    monkeypatch.setattr(job.Service, "leave", leave_and_cycle)
    done = provision(*LUMBAR, "--yes", "--no-reset")
    assert done.code == 0, done
    assert "now let go of STOP and PAIN, power off and on" in done.out
