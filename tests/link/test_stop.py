"""Requirements on STOP of a host: it is sent until the plunger rests, whatever came on the way."""

from types import SimpleNamespace

import pytest

from manostat.core import codes
from manostat_sim import wire
from manostat_sim.telemetry import AT_REST, STOPPED, Answer, TickFrame
from manostat_tools.link import LinkError, State
from manostat_tools.link.frames import Frames
from manostat_tools.link.requests import Requests
from manostat_tools.link.stop import stop

IDLE = TickFrame(*(0,) * len(TickFrame._fields))
MOVES = IDLE._replace(state=codes.INJECTING)
HAS_STOPPED = IDLE._replace(state=codes.STOPPED)
WAS_AT_REST = Answer(255, wire.STOP_KIND, AT_REST)
IT_STOPPED = Answer(255, wire.STOP_KIND, STOPPED)


class Board:
    """An owner of a port, and the pump behind it: it says the next of `replies` to each STOP."""

    def __init__(self, newest, *replies):
        self.place = SimpleNamespace(name="board")
        self.newest = State(newest, 0.0)
        self.connected, self.closed = True, False
        self.stops = 0
        self._replies = list(replies)
        self._listener = None

    def listen(self, listener):
        self._listener = listener

    def leave(self, listener):
        self._listener = None

    def send(self, frame, first=False):
        assert frame == wire.STOP and first
        self.stops += 1
        for heard in self._replies.pop(0) if self._replies else []:
            self._listener(heard)


def stopped(board, limit_s=1.0):
    return stop(board, Requests(board), limit_s)


def test_a_pump_that_begins_to_move_as_it_says_it_was_at_rest_is_sent_stop_again():
    board = Board(IDLE, [IDLE, WAS_AT_REST, MOVES], [MOVES, HAS_STOPPED, IT_STOPPED])
    assert stopped(board) is True
    assert board.stops == 2


def test_at_rest_is_no_stop_of_a_pump_that_moves():
    board = Board(MOVES, [MOVES, WAS_AT_REST, MOVES], [MOVES, WAS_AT_REST])
    with pytest.raises(LinkError, match=r"nothing shows within 0.2 s of STOP.*press STOP"):
        stopped(board, 0.2)
    assert board.stops >= 3


def test_an_answer_with_no_tick_behind_it_shows_nothing_yet():
    board = Board(IDLE, [WAS_AT_REST], [IDLE])
    assert stopped(board) is False
    assert board.stops == 2


def test_a_pump_at_rest_that_stays_there_is_told_from_one_that_stopped():
    assert stopped(Board(IDLE, [IDLE, WAS_AT_REST, IDLE])) is False
    assert stopped(Board(MOVES, [MOVES, WAS_AT_REST, IDLE])) is False, "RUN was let go of before"
    assert stopped(Board(MOVES, [MOVES, IT_STOPPED])) is True
    assert stopped(Board(IDLE, [IT_STOPPED])) is True, "a start that waited is called off"


def test_answers_and_ticks_of_one_piece_keep_the_order_in_which_they_were_sent():
    at_rest = wire.frame(bytes([1]).ljust(26, b"\0"))
    answer = wire.frame(bytes([4, 255, wire.STOP_KIND, AT_REST]).ljust(26, b"\0"))
    assert Frames().cut(at_rest + answer + at_rest) == [IDLE, WAS_AT_REST, IDLE]
