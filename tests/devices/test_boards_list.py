"""What is attached, and who answers: emulated boards over their pty, real ones by what USB says."""

import contextlib
import io
import json
import termios
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest
import serial
from rich.console import Console

from manostat.core import codes
from manostat_sim import wire
from manostat_sim.emulated.registry import Place
from manostat_tools.devices import attached as attached_module
from manostat_tools.devices import probe, wait
from manostat_tools.devices.attached import Attached, attached, find, starting
from manostat_tools.devices.boards_command import _print_table, describe
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.probe import Answer, Hello, Kind, ask, ask_port
from manostat_tools.devices.prompt import Prompt

from .conftest import manostat, one_line

DEAF = """
import micropython, machine
micropython.kbd_intr(-1)
while True:
 machine.idle()
"""


@pytest.fixture
def no_real_boards(monkeypatch):
    monkeypatch.setattr(attached_module.list_ports, "comports", list)
    monkeypatch.setattr(attached_module, "_drives", list)


@contextlib.contextmanager
def held(path):
    """Another program has the port open."""
    port = serial.Serial(path, exclusive=True)
    try:
        yield
    finally:
        port.close()


@pytest.mark.pico
def test_one_table_of_all_that_answer(stock, pump, emulated, no_real_boards):
    emulated("empty", "--blank")
    boards = {board["name"]: board for board in json.loads(manostat("boards", "--json").out)}
    assert boards["stock"]["answers"] == "micropython"
    assert boards["stock"]["micropython"] == "1.25.0"
    assert boards["empty"]["answers"] == "boot_loader"
    assert boards["bench"]["answers"] == "manostat"
    assert boards["bench"]["hello"]["verdict_words"] == "passed"
    assert boards["bench"]["hello"]["bench"]
    table = manostat("boards").out
    for word in ("stock", "bench", "empty", "MicroPython prompt", "boot loader", "self test"):
        assert word in table


def test_a_board_that_is_starting_is_waited_for(run_dir, no_real_boards):
    place = Place("slow", "none", "control-disc", "now")
    try:
        assert starting() == ["slow"]
        assert "slow is starting" in manostat("boards").out

        def powered():
            place.control.touch()
            place.tty.touch()

        threading.Timer(0.5, powered).start()
        found = find("slow")
        assert found.path == str(place.tty)
        assert starting() == []
    finally:
        place.leave()


@pytest.mark.parametrize("width", [80, 200])
def test_a_port_is_never_broken_within_a_word(width):
    path = "/run/user/1000/manostat/a-pump-with-quite-a-long-name.tty"
    board = Attached("pump", True, path, "")
    hello = Hello(2, True, 0, 0, "0123456789abcdef", "", 0, 2000)
    console = Console(file=io.StringIO(), width=width)
    _print_table(console, [(board, Answer(Kind.MANOSTAT, hello, codes.IDLE))])
    said = console.file.getvalue()
    assert path in said
    assert "0123456789abcdef" in said
    assert all(len(line) <= width for line in said.splitlines())


def test_a_pump_in_service_mode_is_called_so(monkeypatch):
    prompt = Answer(Kind.MICROPYTHON, version="1.25.0", machine="Pico")
    for says, service in (
        (b"import manostat_service\r\n>>> ", True),
        (b"import manostat_service\r\nImportError: no module\r\n>>> ", False),
    ):
        port = ToldPort(says)
        monkeypatch.setattr(probe, "Port", lambda _path, port=port: contextlib.nullcontext(port))
        answer = probe.with_service(Attached("p", True, "/p", ""), prompt)
        assert answer.service is service
        assert describe(answer)[0] == ("service mode" if service else "MicroPython prompt")
        assert port.sent == b"import manostat_service\r"
    assert probe.with_service(Attached("p", True, "/p", ""), Answer(Kind.MUTE)).service is False


class ToldPort:
    """A port that says the next of `says` after each thing that is sent to it."""

    def __init__(self, *says):
        self.says = list(says)
        self.sent = b""

    def send(self, data):
        self.sent += data

    def receive(self, until, _limit_s):
        return bool(self.says) and until(self.says.pop(0))


def frame(kind, *body):
    return wire.frame(bytes((kind, *body)).ljust(26, b"\0"))


TICK_AT_REST = frame(1)
TICK_INJECTING = frame(1, *(0,) * 10, codes.INJECTING)


def test_a_pump_at_rest_is_asked_who_it_is_and_nothing_else():
    port = ToldPort(TICK_AT_REST, frame(3, 1, 2, 1, 5))
    answer = ask_port(port)
    assert port.sent == b"\0" + wire.hello(1)
    assert (answer.kind, answer.moves) == (Kind.MANOSTAT, False)
    assert (answer.hello.bench, answer.hello.words) == (True, "image")


def test_a_pump_that_injects_is_sent_nothing():
    port = ToldPort(TICK_INJECTING)
    assert ask_port(port).moves
    assert port.sent == b""


def test_one_that_is_silent_is_sent_nothing_while_only_listening():
    port = ToldPort()
    assert ask_port(port, only_listen=True).kind is Kind.MUTE
    assert port.sent == b""


def test_a_banner_that_the_board_has_cut_off_does_not_count():
    cut = b"MicroPython v1.2 on 2020-01-01; RaspMicroPython v1.25.0 on 2025-04-15; Pico\r\n>>> "
    assert ask_port(ToldPort(b"", cut)).version == "1.25.0"


@pytest.mark.pico
def test_a_reset_is_the_run_pin_and_no_power_on(pump):
    assert ask(pump.board).hello.reset_reason == 0
    pump.operate("reset")
    _, answer = wait.wait_for(pump.await_port(), Kind.MANOSTAT, 60)
    assert answer.hello.reset_reason == 3


@pytest.mark.pico
def test_one_that_says_nothing_is_mute_and_not_interrupted(stock):
    with Prompt(stock.board.path) as prompt:
        prompt.start(DEAF)
    assert ask(stock.board).kind is Kind.MUTE
    assert ask(stock.board).kind is Kind.MUTE


@pytest.mark.pico
def test_one_that_is_held_and_one_without_cable(stock):
    with held(stock.board.path):
        assert ask(stock.board).kind is Kind.HELD
    stock.operate("unplug")
    assert ask(stock.board).kind is Kind.GONE


def test_real_boards_are_known_by_their_usb_id(monkeypatch, run_dir):
    ports = [
        SimpleNamespace(device="/dev/ttyACM1", vid=0x2E8A, pid=5, serial_number="E660583883"),
        SimpleNamespace(device="/dev/ttyS0", vid=None, pid=None, serial_number=None),
        SimpleNamespace(device="/dev/ttyUSB0", vid=0x10C4, pid=0xEA60, serial_number="1"),
    ]
    monkeypatch.setattr(attached_module.list_ports, "comports", lambda: ports)
    real = [board for board in attached() if not board.emulated]
    assert real == [Attached("ttyACM1", False, "/dev/ttyACM1", "", "2E8A:0005", "E660583883")]
    assert find("E660583883") == find("/dev/ttyACM1") == find("ttyACM1")


def test_a_mounted_boot_loader_is_known_by_its_file(monkeypatch, tmp_path, run_dir):
    drive = tmp_path / "RPI RP2"
    drive.mkdir()
    mounts = tmp_path / "mounts"
    escaped = str(drive).replace(" ", "\\040")
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\n/dev/sdb1 {escaped} vfat rw 0 0\n")
    monkeypatch.setattr(attached_module, "_MOUNTS", mounts)
    monkeypatch.setattr(attached_module.list_ports, "comports", list)
    assert not [board for board in attached() if not board.emulated]
    (drive / "INFO_UF2.TXT").write_text("UF2 Bootloader v3.0\nBoard-ID: RPI-RP2\n")
    (board,) = [board for board in attached() if not board.emulated]
    assert (board.drive, board.usb) == (str(drive), "2E8A:0003")
    assert ask(board).kind is Kind.BOOT_LOADER


def test_a_board_that_is_not_there_names_those_that_are(monkeypatch, run_dir, no_real_boards):
    with pytest.raises(DeviceError, match="no board ttyACM9; attached: "):
        find("ttyACM9")


@pytest.mark.parametrize(
    ("code", "kind"), [(13, Kind.FORBIDDEN), (16, Kind.HELD), (5, Kind.GONE), (2, Kind.GONE)]
)
def test_each_way_a_port_does_not_open_has_its_name(monkeypatch, code, kind):
    def fails(*_words, **_options):
        raise serial.SerialException(code, "could not open")

    monkeypatch.setattr(serial, "Serial", fails)
    assert ask(Attached("ttyACM0", False, "/dev/ttyACM0", "")).kind is kind


UNPLUGGED_WHILE_OPENED = [
    termios.error(5, "Input/output error"),
    serial.SerialException("Could not configure port: (5, 'Input/output error')"),
]


@pytest.mark.parametrize("problem", UNPLUGGED_WHILE_OPENED, ids=["emptied", "configured"])
def test_one_that_is_unplugged_while_it_is_opened_is_gone_and_no_traceback(
    monkeypatch, run_dir, no_real_boards, problem
):
    def fails(*_words, **_options):
        raise problem

    board = Attached("ttyACM0", False, "/dev/ttyACM0", "")
    monkeypatch.setattr(serial, "Serial", fails)
    monkeypatch.setattr(attached_module, "_real", lambda: [board])
    assert ask(board).kind is Kind.GONE
    done = manostat("boards")
    assert (done.code, "no USB" in done.out) == (0, True)
    assert "ttyACM0" in one_line(manostat("deploy", "ttyACM0"))


def test_a_real_board_is_followed_into_its_boot_loader_and_out_of_it(monkeypatch):
    runs = Attached("ttyACM0", False, "/dev/ttyACM0", "", "2E8A:0005", "E66058")
    loader = Attached("RPI-RP2", False, "", "/media/RPI-RP2", "2E8A:0003")
    moved = replace(runs, name="ttyACM1", path="/dev/ttyACM1")
    other = replace(runs, name="ttyACM7", path="/dev/ttyACM7", serial="E99999")
    there: list[Attached] = []
    monkeypatch.setattr(wait, "attached", lambda: there)
    for before, now, found in (
        (runs, [], None),
        (runs, [other], None),
        (runs, [other, loader], loader),
        (runs, [other, moved], moved),
        (loader, [runs], runs),
        (loader, [runs, other], None),
    ):
        there[:] = now
        assert wait.same_board(before) == found
