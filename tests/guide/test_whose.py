"""Whose a run is: of the level that the pump was set for, and of no other patient and no other
pump. True journals."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from manostat_tools.devices.errors import DeviceError
from manostat_tools.guide.answers import Script
from manostat_tools.guide.flow import recover
from manostat_tools.guide.follower import Seen
from manostat_tools.guide.level import next_of
from manostat_tools.guide.resumed import late
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.screen import Screen
from manostat_tools.guide.talk import Talk
from manostat_tools.session.model import RunKind
from manostat_tools.store.imports import import_pull
from manostat_tools.store.store import Store

from ..book_bench import UNIT as VALUES
from ..session import written as w
from .used_pump import UsedPump

UNIT, OTHER = "4d2d303137000000", "4d2d303138000000"


class Clinic:
    """One store; sessions on their pumps by name."""

    def __init__(self, store):
        self.store = store

    def open(self, name, pump, unit=UNIT):
        talk = Talk(self.store, name, pump, unit, bytes(32))
        talk.pull()
        identity = w.UNIT.model_copy(update={"serial": unit})
        talk.add(w.opened(patient_code=f"P-{name}", unit=identity))
        talk.add(w.planned(1, "L4-5"))
        return talk

    def set_for(self, talk, order=1, kind=RunKind.INJECT):
        """As `Motion.set_for`."""
        talk.pump.begin_level()
        talk.pull_journal()
        talk.set_unit(VALUES)
        talk.arm(order, kind)


class Led:
    """The rest of a session at a terminal."""

    def __init__(self, talk, *answers, under_way=None):
        self.out = io.StringIO()
        screen = Screen(Console(file=self.out, width=400), Script(answers, "answers"))
        motion = SimpleNamespace(
            pull=talk.pull, await_trace=lambda: None, under_way=lambda: under_way
        )
        self.scene = Scene(talk, screen, motion, None, 15.0)

    @property
    def said(self):
        return self.out.getvalue()


@pytest.fixture
def clinic(tmp_path):
    with Store.create(tmp_path / "store", w.START) as store:
        yield Clinic(store)


@pytest.fixture
def pump():
    return UsedPump()


def runs_of(talk):
    return talk.progress().session.levels[0].runs


def resume(talk, *answers):
    led = Led(talk, *answers)
    recover(led.scene)
    return led


def test_what_was_set_and_run_while_no_program_listened_is_of_its_level(clinic, pump):
    talk = clinic.open("a", pump)
    clinic.set_for(talk)
    pump.inject()
    resume(talk)
    (run,) = runs_of(talk)
    assert run.reason == "pain"


def test_a_pump_that_lost_power_in_a_level_goes_on_with_it(clinic, pump):
    talk = clinic.open("a", pump)
    clinic.set_for(talk)
    pump.inject()
    pump.restart()
    pump.inject()
    resume(talk)
    first, second = runs_of(talk)
    assert first.source.boot < second.source.boot
    assert first.source.level == second.source.level


def test_the_runs_of_another_session_stay_its_own(clinic, pump):
    first = clinic.open("a", pump)
    clinic.set_for(first)
    second = clinic.open("b", pump)
    clinic.set_for(second)
    pump.inject()
    assert "recovered" not in resume(first).said
    assert runs_of(first) == ()
    resume(second)
    assert len(runs_of(second)) == 1


def test_what_was_run_before_another_session_set_the_pump_is_still_of_the_first(clinic, pump):
    first = clinic.open("a", pump)
    clinic.set_for(first)
    pump.inject()
    second = clinic.open("b", pump)
    clinic.set_for(second)
    pump.inject()
    resume(first)
    resume(second)
    assert [len(runs_of(talk)) for talk in (first, second)] == [1, 1]
    assert runs_of(first)[0].source.sequence < runs_of(second)[0].source.sequence


def test_the_runs_of_a_pump_that_was_never_set_are_of_nobody(clinic, pump):
    talk = clinic.open("a", pump)
    clinic.set_for(talk)
    other = UsedPump()
    other.begin_level()
    other.inject()
    wrong = Talk(clinic.store, "a", other, OTHER, bytes(32))
    resume(wrong)
    assert runs_of(talk) == ()


def test_a_level_begun_at_the_pump_without_a_host_is_taken_only_by_the_operators_word(clinic, pump):
    talk = clinic.open("a", pump)
    clinic.set_for(talk)
    pump.inject()
    resume(talk)
    pump.begin_level()
    pump.inject()  # perhaps the next patient
    led = resume(talk, "")
    assert "of level 3 of the pump, which was not set for L4-5 of patient P-a" in led.said
    assert len(runs_of(talk)) == 1, "not without a word"
    assert resume(talk).said.count("WARNING") == 0, "it is asked once"
    pump.begin_level()
    pump.inject()
    resume(talk, "y")
    assert [run.source.level for run in runs_of(talk)] == [2, 4]
    pump.inject()
    resume(talk)
    assert [run.source.level for run in runs_of(talk)] == [2, 4, 4], "within a level that it has"


def test_a_level_begun_anew_before_its_run_counts_where_the_run_was_seen(clinic, pump):
    talk = clinic.open("a", pump)
    clinic.set_for(talk)
    pump.begin_level()
    pump.inject()
    talk.pull()
    seen = Seen(tuple(pump.bench.frames()), "", None)
    led = Led(talk)
    led.scene._derive = lambda run, *_: (run, ())
    led.scene.collect(seen, None)
    assert len(runs_of(talk)) == 1


def test_a_level_that_somebody_began_unseen_is_not_gone_on_with_unasked(clinic, pump):
    talk = clinic.open("a", pump)
    clinic.set_for(talk)
    pump.begin_level()
    pump.inject()
    resume(talk, "n")
    pump.inject()
    talk.pull()
    Led(talk, "n").scene.collect(Seen(tuple(pump.bench.frames()), "", None), None)
    assert runs_of(talk) == ()


def test_a_closed_session_takes_late_runs_of_its_own_level_alone(clinic, pump):
    talk = clinic.open("a", pump)
    clinic.set_for(talk)
    pump.inject()
    resume(talk)
    talk.add(w.closed())
    pump.inject()
    pump.begin_level()
    pump.inject()
    led = Led(talk, "y")
    late(led.scene, has_records=True)
    assert [run.source.level for run in runs_of(talk)] == [2, 2]
    assert "of patient P-a: it is not added" in led.said


def test_a_run_under_way_that_another_session_set_is_not_followed(clinic, pump):
    first = clinic.open("a", pump)
    clinic.set_for(first)
    clinic.set_for(clinic.open("b", pump))
    with pytest.raises(DeviceError, match="that this session did not set"):
        recover(Led(first, under_way=VALUES).scene)


def test_a_level_is_not_gone_on_with_once_the_pump_was_set_for_something_else(clinic, pump):
    first = clinic.open("a", pump)
    clinic.set_for(first)
    pump.inject()
    resume(first)
    clinic.set_for(clinic.open("b", pump))
    led = Led(first, "go-on")
    next_of(led.scene, 1)
    assert "set for something else since: allowed again, as a new level" in led.said


def test_what_was_set_for_no_level_is_of_the_session_alone(clinic, pump):
    talk = clinic.open("a", pump)
    clinic.set_for(talk, None, RunKind.PRIME)
    pump.inject()
    resume(talk)
    assert (runs_of(talk), len(talk.progress().session.preparation.runs)) == ((), 1)


def test_a_run_that_was_struck_out_does_not_come_back(clinic, pump):
    talk = clinic.open("a", pump)
    clinic.set_for(talk)
    pump.inject()
    talk.pull_journal()
    Led(talk).scene.collect(None, None)
    (number,) = [
        number
        for number, entry in enumerate(talk.store.session_entries("a"), 1)
        if entry.kind == "run"
    ]
    talk.add(w.corrected(number, None, wrong="another patient's injection"))
    import_pull(clinic.store, bytes(pump.flash.memory), w.START, UNIT)  # its trace comes later
    assert talk.claims() == []
    assert talk.add_late() == 0
    resume(talk)
    assert runs_of(talk) == ()
