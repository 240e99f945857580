"""What is asked and told, without a terminal; and a motion with a pump that is made of ticks."""

import io

import pytest
from rich.console import Console

from manostat.core import codes
from manostat_tools.guide import questions as q
from manostat_tools.guide.answers import NoMoreAnswersError, Script, WrongAnswerError
from manostat_tools.guide.follower import Do
from manostat_tools.guide.motion import Motion
from manostat_tools.guide.screen import LOST, NOTICE, Screen
from manostat_tools.link.errors import LinkError
from manostat_tools.link.subscription import LinkBack, LinkLost, Subscription

from .ticks import RUN_HELD, Ticks

UNIT = (1, 50_000, 3_500_000, 344_738, 551_581, 0, 422_733, 4_096, 0)
RATE = q.Question("rate", "Rate", q.number(0, 1, "mL/s"), "0.05")


class Typist(Script):
    """A person whose answers, and keys, are known beforehand; Ctrl-C where a key is None."""

    is_person = True

    def __init__(self, lines=(), keys=()):
        super().__init__(lines, "typist")
        self._keys = list(keys)

    def key(self):
        key = self._keys.pop(0) if self._keys else ""
        if key is None:
            raise KeyboardInterrupt
        return key


def screen(answers, terminal=False):
    return Screen(Console(file=io.StringIO(), width=100, force_terminal=terminal), answers)


def said(of):
    return of.console.file.getvalue()


def test_a_person_is_told_what_is_allowed_and_asked_again():
    shown = screen(Typist(["fast", "2", "0.02"]))
    assert shown.ask(RATE) == 0.02
    assert said(shown).count("allowed 0 to 1 mL/s") == 2


def test_a_wrong_line_of_a_script_is_named_and_its_end_is_no_answer():
    shown = screen(Script(["# comment", "rate: 7"], "answers.txt"))
    with pytest.raises(WrongAnswerError, match=r"answers.txt, line 2: rate: 7: allowed"):
        shown.ask(RATE)
    with pytest.raises(NoMoreAnswersError, match="no answer to: Rate"):
        shown.ask(RATE)


def test_every_step_says_what_this_is_not_and_on_what_it_runs():
    shown = screen(Script([], ""))
    shown.flags = ("BENCH IMAGE",)
    shown.head("Priming")
    assert NOTICE in said(shown)
    assert "BENCH IMAGE" in said(shown)


def test_what_is_to_be_done_is_told_once_for_each_change():
    shown = screen(Script([], ""))
    heard = []
    shown.listeners.append(heard.append)
    shown.hints = {Do.HOLD_RUN: "manostat operate pump press RUN"}
    for do in (Do.PRESS_PAIN, Do.PRESS_PAIN, Do.HOLD_RUN, Do.HOLD_RUN, Do.NOTHING):
        shown.tell(do)
    shown.tell(Do.NOTHING, again=True)
    assert heard == [Do.PRESS_PAIN, Do.HOLD_RUN, Do.NOTHING, Do.NOTHING]
    assert said(shown).count("press RUN") == 1


class Pump:
    """`items` come at once, `after_stop` once STOP was sent."""

    connected = True

    def __init__(self, items, after_stop=()):
        self.ticks = Subscription(100_000)
        self.after_stop = after_stop
        self.stops = 0
        self._put(items)

    def _put(self, items):
        for item in items:
            self.ticks.put(item)

    def subscribe(self, _most):
        return self.ticks

    def stop(self):
        self.stops += 1
        self._put(self.after_stop)
        return True


class Talk:
    def __init__(self, pump):
        self.pump = pump


def watched(pump, answers, terminal=False, rest_s=0.0):
    shown = screen(answers, terminal)
    seen, began = Motion(Talk(pump), shown).watch("inject", UNIT, rest_s)
    return seen, began, said(shown)


def moving(ticks):
    return ticks(300, codes.READY) + ticks(300, codes.INJECTING, RUN_HELD, steps=9)


def stopped(ticks, reason):
    return ticks(600, codes.STOPPED, reason=reason, steps=9)


def test_nothing_is_sent_to_a_pump_that_is_watched():
    ticks = Ticks()
    pump = Pump(moving(ticks) + stopped(ticks, codes.PAIN))
    seen, began, told = watched(pump, Typist())
    assert pump.stops == 0
    assert began is not None
    assert len(seen.frames) >= 600
    assert "stopped (pain: the patient pressed the button)" in told


def test_the_key_s_stops():
    ticks = Ticks()
    items = moving(ticks)
    pump = Pump(items, stopped(ticks, codes.STOP))
    _, _, told = watched(pump, Typist(keys=["", "s"]))
    assert pump.stops == 1
    assert "STOP was sent: it has stopped" in told


@pytest.mark.parametrize("terminal", [False, True])
def test_ctrl_c_in_motion_asks_and_stops_only_if_that_is_the_answer(terminal):
    ticks = Ticks()
    items = moving(ticks)
    pump = Pump(items, stopped(ticks, codes.STOP))
    answers = Typist(["watch", "stop"], keys=["", None, "", None])
    _, _, told = watched(pump, answers, terminal)
    assert pump.stops == 1
    assert told.count("Ctrl-C: (s)top") == 2


def test_ctrl_c_in_motion_may_leave_and_the_pump_is_let_alone():
    pump = Pump(moving(Ticks()))
    with pytest.raises(KeyboardInterrupt):
        watched(pump, Typist(["quit"], keys=["", None]))
    assert pump.stops == 0


def test_a_stop_that_the_link_does_not_take_is_a_warning_to_use_the_button():
    ticks = Ticks()
    items = moving(ticks)

    class Deaf(Pump):
        def stop(self):
            super().stop()
            raise LinkError("press STOP at the pump")

    _, _, told = watched(Deaf(items, stopped(ticks, codes.STOP)), Typist(keys=["", "s"]))
    assert "WARNING: press STOP at the pump" in told


@pytest.mark.parametrize("terminal", [False, True])
def test_a_lost_link_is_shown_plainly_and_the_run_that_ended_meanwhile_has_ended(terminal):
    ticks = Ticks()
    items = [*moving(ticks), LinkLost("unplugged", 0.0)]
    ticks.skip(3000)
    items += [LinkBack(1.0), *stopped(ticks, codes.VOLUME)]
    seen, _, told = watched(Pump(items), Typist(), terminal)
    assert seen.lost == "unplugged"
    if not terminal:  # both come in one turn, and the picture is of its end
        assert "stopped (volume" in told


def test_the_link_is_told_once_for_each_change():
    shown = screen(Script([], ""))
    for is_lost in (False, True, True, False, False):
        shown.link(is_lost)
    assert said(shown).count(LOST) == 1
    assert said(shown).count("link back") == 1


def test_a_lost_link_says_why():
    shown = screen(Script([], ""))
    shown.why_lost = lambda: "pump: no tick for 1.5 s"
    shown.link(True)
    assert "(pump: no tick for 1.5 s)" in said(shown)
