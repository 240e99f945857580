"""Requirements on watched ticks: they are of the run that made them, or of none."""

import pytest

from manostat_tools.guide import scene as scenes
from manostat_tools.guide.follower import Seen
from manostat_tools.store.store import Store

from ..session import written as w
from .test_whose import Clinic, Led, runs_of
from .used_pump import UsedPump


@pytest.fixture
def talk(tmp_path):
    with Store.create(tmp_path / "store", w.START) as store:
        clinic = Clinic(store)
        made = clinic.open("a", UsedPump())
        clinic.set_for(made)
        yield made


def injected(talk):
    """What was seen of one more run."""
    before = len(talk.pump.bench.frames())
    talk.pump.inject()
    return Seen(tuple(talk.pump.bench.frames()[before:]), "", None)


@pytest.fixture
def collected(talk, monkeypatch):
    """Collects; what each run was derived from, and when it began."""

    def collect(seen, *answers):
        given = []

        def derived_of(watched, *_):
            given.append(watched)
            return (), ()

        monkeypatch.setattr(scenes, "derived_of", derived_of)
        talk.pull()
        Led(talk, *answers).scene.collect(seen, w.at(3))
        return given, [run.began_at for run in runs_of(talk)[-len(given) :]]

    return collect


def test_the_ticks_of_a_run_are_given_to_it_and_not_to_one_that_came_after_unseen(talk, collected):
    seen = injected(talk)
    injected(talk)
    assert collected(seen) == ([seen, None], [w.at(3), None])


def test_the_ticks_of_a_run_are_not_given_to_one_that_came_before_unseen(talk, collected):
    injected(talk)
    seen = injected(talk)
    assert collected(seen) == ([None, seen], [None, w.at(3)])


def test_ticks_that_may_be_of_two_levels_of_the_pump_are_given_to_neither(talk, collected):
    seen = injected(talk)
    talk.pump.begin_level()
    injected(talk)
    assert collected(seen, "y") == ([None, None], [None, None])


def test_ticks_of_a_run_that_is_not_there_are_given_to_no_other(talk, collected):
    injected(talk)
    collected(None)
    gone_on = injected(talk)
    talk.pump.begin_level()
    injected(talk)
    beyond = tuple(frame._replace(steps=frame.steps + 1000) for frame in gone_on.frames)
    assert collected(Seen(beyond, "", None), "y") == ([None, None], [None, None])


def test_ticks_across_two_levels_are_given_to_no_run(talk, collected):
    first = injected(talk)
    talk.pump.begin_level()
    both = Seen((*first.frames, *injected(talk).frames), "", None)
    assert collected(both, "y") == ([None, None], [None, None])
