"""Which board is provisioned, and what is said of each that cannot be."""

import pytest

from manostat.core import codes
from manostat_tools.devices.attached import Attached
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.probe import Answer, Kind
from manostat_tools.provision import service_mode
from manostat_tools.provision.service_mode import Service, find_service, refuse_unless_prompt

from .conftest import manostat, one_line
from .test_provision import BASE, LUMBAR

PROMPT, PUMP = Answer(Kind.MICROPYTHON), Answer(Kind.MANOSTAT, state=codes.IDLE)


@pytest.fixture
def there(monkeypatch):
    """`there(a=answer, ...)`: boards by name, and who answers on each."""

    def are(**answers):
        boards = [Attached(name, False, f"/dev/{name}", "") for name in answers]
        monkeypatch.setattr(service_mode, "attached", lambda: boards)
        monkeypatch.setattr(service_mode, "ask", lambda board: answers[board.name])

    return are


def refusal(call, *arguments):
    with pytest.raises(DeviceError) as refused:
        call(*arguments)
    said = str(refused.value)
    assert "\n" not in said
    return said


def test_the_only_one_at_a_prompt_needs_no_name(there):
    there(a=PUMP, b=PROMPT)
    assert find_service(None).name == "b"


def test_two_at_a_prompt_have_to_be_named(there):
    there(a=PROMPT, b=PROMPT)
    assert "2 boards are at a prompt: name one of a, b" in refusal(find_service, None)


def test_none_at_a_prompt_is_told_with_all_that_are_there(there):
    there(a=PUMP, b=Answer(Kind.MUTE))
    said = refusal(find_service, None)
    assert "no board is in service mode: a (Manostat), b (mute); power off, hold STOP" in said
    there(a=PUMP)
    assert "a runs as a pump (idle)" in refusal(find_service, None)
    there()
    assert "no board is attached; service mode: power off" in refusal(find_service, None)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(Kind.MUTE), "says nothing"),
        (Answer(Kind.BOOT_LOADER), "is in its boot loader: manostat flash x IMAGE; then power off"),
        (Answer(Kind.HELD), "is held by"),
        (Answer(Kind.FORBIDDEN), "manostat doctor"),
        (Answer(Kind.GONE), "plug its cable in"),
        (Answer(Kind.MANOSTAT, state=codes.INJECTING), "is injecting, nothing is done to it"),
    ],
)
def test_each_board_that_is_not_ready_has_its_line(answer, said):
    board = Attached("x", False, "/dev/x", "")
    assert said in refusal(refuse_unless_prompt, board, answer)


@pytest.mark.pico
def test_plain_micropython_is_no_pump(stock):
    said = one_line(manostat(*[{"unit": "stock"}.get(word, word) for word in BASE], *LUMBAR))
    assert "stock is at the prompt of plain MicroPython, with no pump's image" in said


def test_what_asks_nothing_has_to_say_all(tmp_path):
    done = manostat(*BASE, "--region", "lumbar", "--yes", "--unit", str(tmp_path / "u.json"))
    assert (done.code, done.err) == (2, "not provisioned: --yes needs --syringe and --region\n")
    assert manostat(*BASE, "--region", "lumbar").code == 2


def test_buttons_that_are_held_are_waited_for_and_not_for_ever(monkeypatch):
    looks = [[1, 1], [1, 1], [0, 1], [0, 0]]
    service = Service("pump", None)
    monkeypatch.setattr(service, "_ask", lambda _code: looks.pop(0))
    told = []
    service.await_free(60.0, told.append)
    assert looks == []
    first = [line.partition(":")[0] for line in told]
    assert first == ["let go of STOP and PAIN", "let go of PAIN"]
    monkeypatch.setattr(service, "_ask", lambda _code: [1, 0])
    with pytest.raises(DeviceError, match="STOP still pressed after 0 s: let go, power off"):
        service.await_free(0.0, told.append)
