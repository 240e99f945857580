"""A booted board is cloned by forking."""

import os
import time

import pytest

from manostat_sim.emulator.forked import ForkedError, run_in_fork


def test_the_result_comes_back():
    assert run_in_fork(lambda: {"a": [1, 2, b"x" * 200_000]})["a"][2] == b"x" * 200_000


def test_the_child_changes_nothing_in_the_parent():
    seen = []
    run_in_fork(lambda: seen.append(1))
    assert seen == []


def test_an_exception_comes_back_with_its_traceback():
    def broken_case():
        raise KeyError("plunger")

    with pytest.raises(KeyError, match="plunger") as caught:
        run_in_fork(broken_case)
    assert "in broken_case" in caught.value.__notes__[0]


def test_an_exception_that_cannot_travel_is_told_in_words():
    class LocalError(Exception):
        pass

    def broken_case():
        raise LocalError("odd")

    with pytest.raises(ForkedError, match="LocalError: odd"):
        run_in_fork(broken_case)


def test_a_failed_assertion_is_a_failed_assertion():
    def wrong():
        raise AssertionError("one step too many")

    with pytest.raises(AssertionError, match="one step too many"):
        run_in_fork(wrong)


def test_a_child_that_dies_is_an_error():
    with pytest.raises(ForkedError, match="died"):
        run_in_fork(lambda: os._exit(3))


def test_a_child_that_takes_too_long_is_killed():
    begin_s = time.monotonic()
    with pytest.raises(ForkedError, match=r"0\.2 s"):
        run_in_fork(lambda: time.sleep(60), limit_s=0.2)
    assert time.monotonic() - begin_s < 10


@pytest.mark.pico
def test_a_booted_board_goes_on_alike_in_every_child(lab):
    board = lab()

    def case(number):
        return board.run(f"import time\nprint({number}, time.ticks_us())"), board.pico.now_ns

    first, again, other = (run_in_fork(lambda n=n: case(n)) for n in (1, 1, 2))
    assert first == again
    assert other[0][0].startswith("2 ")
    assert other[1] == first[1]
