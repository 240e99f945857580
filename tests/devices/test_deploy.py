"""The firmware onto stock MicroPython: two slots, one switch, and what interrupts it."""

from dataclasses import replace

import pytest

from manostat_tools.devices import prompt as prompt_module
from manostat_tools.devices.bundle import MANIFEST, make_bundle
from manostat_tools.devices.deploy import VERDICT_S, check_version, deploy
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.probe import Kind
from manostat_tools.devices.prompt import BoardRaisedError, NoPromptError, Prompt
from manostat_tools.devices.slots import Slots
from manostat_tools.devices.wait import wait_for

from .conftest import manostat, one_line
from .test_boards_list import DEAF, held

pytestmark = pytest.mark.pico


@pytest.fixture(scope="session")
def bundle():
    return make_bundle()


def test_deployed_it_runs_and_what_interrupts_the_next_leaves_it_running(emulated, bundle):
    board = emulated("develops", "--stock")
    first = deploy(board.await_port(), bundle)
    assert (first.slot, first.hello.words) == ("a", "passed")
    assert first.hello.image == bundle.image_hash
    assert first.sent == sum(map(len, bundle.files.values()))

    bigger = replace(bundle, files={**bundle.files, "more.bin": bytes(range(256)) * 160})

    def pull(done, total):
        if done > total // 2:
            board.operate("unplug")

    with pytest.raises(DeviceError, match=r"unplugged or reset .*slot a still runs"):
        deploy(board.board, bigger, progress=pull)
    board.operate("plug")
    _, answer = wait_for(board.board, Kind.MANOSTAT, VERDICT_S)
    assert answer.hello.image == bundle.image_hash

    with Prompt(board.board.path) as prompt:  # as after a day of deploys: resets in use, counted
        prompt.run("import machine; machine.mem32[0x40058014]=9")

    # Nothing but what is new goes over the cable, and a pump that develops lets itself in.
    again = deploy(board.board, replace(bundle, files={**bundle.files, "new.bin": b"\x03" * 3000}))
    assert (again.slot, again.sent, again.hello.words) == ("b", 3000, "passed")


def test_a_slot_holds_what_was_sent_and_nothing_else(stock):
    files = {"manostat/one.mpy": b"\x03\x04\r\n" * 700, "start.mpy": b"", MANIFEST: b"{}"}
    with Prompt(stock.board.path) as prompt:
        slots = Slots(prompt)
        nothing = slots.fill("b", {}, lambda done, total: None)
        told = []
        sent = slots.fill("a", files, lambda *n: told.append(n))
        slots.verify("a", files)
        assert (nothing, sent, told[-1]) == (0, 2802, (2802, 2802))
        assert slots.fill("b", files, lambda done, total: None) == 0  # copied on the board
        slots.verify("b", files)
        prompt.run("with open('/b/manostat/one.mpy','r+b') as file: file.write(b'?')")
        with pytest.raises(DeviceError, match=r"manostat/one\.mpy is not on the board as it was"):
            slots.verify("b", files)
        prompt.run("open('/b/stray','w').close()")
        slots.fill("b", files, lambda done, total: None)
        slots.verify("b", files)


def test_the_switch_is_one_file_and_a_foreign_main_is_kept(stock):
    with Prompt(stock.board.path) as prompt:
        slots = Slots(prompt)
        prompt.run("for f in ('/slot','/main.py'):\n try: os.remove(f)\n except OSError: pass")
        assert slots.current() == ""
        slots.switch("b")
        assert slots.current() == "b"
        prompt.run("with open('/main.py','w') as file: file.write('print(1)')")
        with pytest.raises(DeviceError, match="--replace-main"):
            slots.install_chooser(False)
        assert prompt.run("print(open('/main.py').read())").strip() == "print(1)"
        slots.install_chooser(True)
        slots.install_chooser(False)  # it is ours now
        prompt.run("os.remove('/main.py');os.remove('/slot')")


def marked(stock, mark=False):
    """Whether the board has not been restarted since it was marked."""
    stock.operate("await virtual:0.1 20")  # a restart that was asked for takes less
    with Prompt(stock.await_port().path) as prompt:
        return prompt.run("mark=1" if mark else "print('mark' in globals())").strip() == "True"


def test_ctrl_c_while_data_comes_restarts_the_board(stock, bundle):
    def interrupted(_done, _total):
        raise KeyboardInterrupt

    marked(stock, mark=True)
    assert marked(stock)
    few = replace(bundle, files={"more.bin": bytes(5000)})
    with pytest.raises(KeyboardInterrupt):
        deploy(stock.board, few, progress=interrupted)
    stock.operate("await no-port 30")
    assert not marked(stock)


def test_what_is_not_on_the_board_as_it_was_sent_restarts_it_too(stock, bundle, monkeypatch):
    monkeypatch.setattr(Slots, "hashes", lambda _slots, _slot: {})
    marked(stock, mark=True)
    few = replace(bundle, files={"few.bin": b"few"})
    with pytest.raises(DeviceError, match=r"not on the board as it was sent .*\(nothing was depl"):
        deploy(stock.board, few)
    assert not marked(stock)


@pytest.mark.parametrize(
    ("change", "said"),
    [({"mpy": "6.2"}, r"\.mpy 6\.3.*compiles for"), ({"micropython": "1.24.0"}, "runs .* 1.25.0")],
)
def test_another_micropython_is_refused_before_anything_is_written(stock, bundle, change, said):
    with (
        Prompt(stock.board.path) as prompt,
        pytest.raises(DeviceError, match=said + ".*MICROPYTHON_DIR"),
    ):
        check_version(prompt, replace(bundle, **change))


def test_a_pump_that_injects_is_left_alone(pump, images):
    pump.operate("press PAIN")
    pump.operate("await virtual:0.3 60")
    pump.operate("release PAIN")
    pump.operate("await virtual:0.3 60")
    pump.operate("press RUN")
    pump.operate("await moving 60")
    for command in (("deploy", "bench"), ("flash", "bench", str(images["bench"]))):
        assert "bench is injecting: nothing is done to it" in one_line(manostat(*command))
    pump.operate("press STOP")
    pump.operate("await still 60")
    assert "bench image, which nothing interrupts" in one_line(manostat("deploy", "bench"))


def test_one_that_is_held_names_who_has_it(stock):
    with held(stock.board.path):
        said = one_line(manostat("deploy", "stock"))
        assert said.startswith("not deployed: stock is held by ")
        assert said.endswith("close that program and try again")
        with pytest.raises(DeviceError, match="is held by"), Prompt(stock.board.path):
            pass


def test_what_never_answers_is_given_up_in_time(stock, monkeypatch):
    with Prompt(stock.board.path) as prompt:
        with pytest.raises(BoardRaisedError, match="ZeroDivisionError"):
            prompt.run("1/0")
        with pytest.raises(NoPromptError, match=r"no answer within 0\.5 s"):
            prompt.run("while True: pass", 0.5)
        with pytest.raises(NoPromptError, match="given up"):
            prompt.run("1")
    with Prompt(stock.board.path) as prompt:
        prompt.start(DEAF)
    monkeypatch.setattr(prompt_module, "_OPEN_S", 2.0)
    assert "no answer within 2 s; reset the board" in one_line(manostat("deploy", "stock"))


def test_one_that_goes_while_it_works_is_told_in_a_line(stock):
    with Prompt(stock.board.path) as prompt:
        stock.operate("unplug")
        with pytest.raises(DeviceError, match="unplugged or reset meanwhile"):
            prompt.run("print(1)", 5)
    assert "stock has no serial port now" in one_line(manostat("deploy", "stock"))
    stock.operate("plug")
