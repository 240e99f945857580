"""The API against a really emulated Pico: found, asked, stopped, unplugged, and set."""

import asyncio
import itertools
import time

import pytest
import serial

from manostat.core.prescription import validate
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.port import HeldError
from manostat_tools.journal.page import PAGE_BYTES, read_record
from manostat_tools.link import (
    PUBLIC_KEY,
    BrokenOffError,
    LinkBack,
    LinkError,
    LinkLost,
    TickFrame,
    connect,
)

from ..emulated_process import PORT_S
from .conftest import NOTES, SERIAL, SERIAL_HEX

pytestmark = pytest.mark.pico

UNIT = load_board(BOARDS / "RPI_PICO").bench.values
LIMIT_S = 40.0


def until(pump, is_so, limit_s=20.0):
    """The first state of which this is so."""
    ends_s = time.monotonic() + limit_s
    while not is_so(state := pump.state(5.0)):
        assert time.monotonic() < ends_s, state
        time.sleep(0.01)
    return state


def prove(board, pump):
    """The pain button: then it is ready."""
    assert pump.state().name == "idle"
    board.operate("press PAIN")
    assert until(pump, lambda state: state.pain_pressed).stop_pressed is False
    board.operate("release PAIN")
    until(pump, lambda state: state.name == "ready")
    board.operate("await virtual:0.2 20")


def begin(board, pump):
    """Prove the button, hold RUN: it moves."""
    prove(board, pump)
    board.operate("press RUN")
    return until(pump, lambda state: state.moves and state.steps > 0)


@pytest.mark.parametrize("named", ["nothing", "board", "serial number", "port"])
def test_a_pump_is_found_by(board, named):
    unit = {"nothing": None, "board": "linked", "serial number": SERIAL, "port": board.board.path}
    with connect(unit[named], limit_s=PORT_S) as pump:
        assert pump.connected
        hello = pump.hello()
        assert (hello.serial, hello.bench, hello.words) == (SERIAL_HEX, True, "passed")
        state = pump.state()
        assert (state.moves, state.fault, state.run_closed) == (False, "none", False)
        assert time.monotonic() - state.at_s < 1.0
    assert not pump.connected
    with pytest.raises(LinkError, match="closed"):
        pump.hello()


def test_what_is_not_there_or_held_is_said_in_one_line(board):
    for unit in ("nobody", "/dev/nothing"):
        with pytest.raises(DeviceError, match=r"nobody|not there|no port") as said:
            connect(unit, limit_s=0.2)
        assert "\n" not in str(said.value)
    port = serial.Serial(board.board.path, exclusive=True)
    try:
        # With no name another board, that says nothing yet, is waited for as long as was asked.
        for unit, limit_s in ((None, 1.0), ("linked", 30.0)):
            began_s = time.monotonic()
            with pytest.raises(HeldError, match="is held by"):
                connect(unit, limit_s=limit_s)
            assert time.monotonic() - began_s < 15, "said at once"
    finally:
        port.close()


def test_settings_tell_boot_unit_and_identity(pump):
    settings = pump.settings()
    assert settings.boot >= 1 and settings.counter == 0
    assert settings.unit is None or validate(settings.unit) is None
    assert settings.identity == {"serial": SERIAL, "line_nl_mpa": 29000}


def test_a_loop_gets_every_tick_and_a_slow_one_is_told_what_it_lost(pump):
    with pump.subscribe() as ticks, pump.subscribe(most=10) as slow:
        frames = list(itertools.islice(ticks, 200))
        assert {(b.tick - a.tick) % 65536 for a, b in itertools.pairwise(frames)} == {1}
        assert ticks.dropped == 0
        assert slow.dropped >= 150
        left = [slow.get(1.0) for _ in range(10)]
        assert left[0].tick > frames[100].tick
    assert list(slow) == list(slow)[:10], "closed: it ends"


def test_asyncio_gets_the_same_and_can_do_other_things(pump):
    async def take(ticks, count):
        frames = []
        async for frame in ticks:
            frames.append(frame)
            if len(frames) == count:
                return frames
        return frames

    async def both():
        turns = 0
        with pump.subscribe(only_frames=True) as ticks:
            task = asyncio.create_task(take(ticks, 100))
            while not task.done():
                turns += 1
                await asyncio.sleep(0.01)
            ended = asyncio.create_task(take(ticks, 10**9))
            await asyncio.sleep(0.1)
            ticks.close()
            await asyncio.wait_for(ended, 5)
        return turns, task.result()

    turns, frames = asyncio.run(both())
    assert turns > 3
    assert {(b.tick - a.tick) % 65536 for a, b in itertools.pairwise(frames)} == {1}


def test_a_pulled_cable_is_told_and_the_port_taken_again(board, pump):
    with pump.subscribe(most=1) as changes:
        board.operate("unplug")
        lost = first(changes, LinkLost)
        assert "unplugged" in lost.why
        assert not pump.connected
        for ask in (lambda: pump.state(0.2), lambda: pump.stop(0.2), lambda: pump.settings(0.2)):
            with pytest.raises(LinkError):
                ask()
        board.operate("plug")
        first(changes, LinkBack)
        assert pump.connected
        assert isinstance(changes.get(5.0), TickFrame)
    assert pump.hello(20.0).serial == SERIAL_HEX


def first(changes, kind):
    ends_s = time.monotonic() + 20
    while time.monotonic() < ends_s:
        item = changes.get(1.0)
        if isinstance(item, kind):
            return item
    raise AssertionError(f"no {kind.__name__}")


def test_records_broken_off_go_on_where_they_were_and_come_once(board, pump):
    whole = pump.records()
    sequences = [read_record(whole[at : at + 256], 0).sequence for at in range(0, len(whole), 256)]
    assert sequences[: NOTES + 1] == list(range(1, NOTES + 2))
    said = []

    def unplug(text):
        said.append(text)
        if (
            text.startswith("20 pages")
            and "waits" not in text
            and not any("waits" in t for t in said)
        ):
            board.operate("unplug")
            board.operate("plug")

    again = pump.records(say=unplug)
    assert any("waits to go on" in text for text in said)
    assert again[: len(whole)] == whole
    behind = pump.records(first=NOTES)
    assert again.endswith(behind[: len(again) - (NOTES - 1) * PAGE_BYTES])
    board.operate("unplug")
    with pytest.raises((BrokenOffError, LinkError)):
        pump.records(patience_s=0.3)


def test_stop_stops_what_moves_and_changes_nothing_at_rest(board, idle):
    assert idle.stop(10.0) is False
    assert begin(board, idle).run_closed
    with pytest.raises(LinkError, match="it answers at rest"):
        idle.settings(0.5)
    assert idle.stop(10.0) is True
    state = until(idle, lambda state: not state.moves)
    assert (state.name, state.reason) == ("stopped", "STOP pressed by the operator")
    assert idle.stop(10.0) is False
    board.operate("await still 20")


def test_a_unit_is_set_by_who_has_the_key_and_holds_after_the_restart(board, idle):
    before = idle.settings()
    other = (UNIT[0], 40_000, 1_000_000, *UNIT[3:])
    with pytest.raises(LinkError, match="the key is not this pump's"):
        idle.set_unit(other, bytes(32), LIMIT_S)
    for values, said in (
        ((0, *other[1:]), "mode: 0, allowed 1 to 6; nothing"),
        ((1, 2), "2 values"),
    ):
        with pytest.raises(LinkError, match=said):
            idle.set_unit(values, PUBLIC_KEY, LIMIT_S)
    with pytest.raises(LinkError, match="key: 3 bytes"):
        idle.set_unit(other, b"key", LIMIT_S)
    assert idle.settings().boot == before.boot
    with idle.subscribe(most=1) as changes:
        now = idle.set_unit(other, PUBLIC_KEY, LIMIT_S)
        assert (now.unit, now.boot) == (other, before.boot + 1)
        assert first(changes, LinkBack)
    assert now.volume_nl(1000) == pytest.approx(103_206, rel=1e-3)
    assert idle.hello(20.0).words == "passed"
    prove(board, idle)
    with pytest.raises(LinkError, match="it is not idle"):
        idle.set_unit(UNIT, PUBLIC_KEY, LIMIT_S)
    assert idle.settings().unit == other


def test_motion_breaks_records_off_and_at_rest_they_go_on(board, idle):
    prove(board, idle)
    said = []

    def hold_run(text):
        said.append(text)
        if text == "20 pages" and said.count(text) == 1:
            board.operate("press RUN")
        elif "waits to go on" in text:
            board.operate("release RUN")

    whole = idle.records(say=hold_run)
    assert any("the plunger moves; waits to go on" in text for text in said)
    numbers = [read_record(whole[at : at + 256], 0).sequence for at in range(0, len(whole), 256)]
    assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > NOTES
    board.operate("press STOP")
    until(idle, lambda state: state.name == "stopped" and state.stop_pressed)
