"""A session stays with its pump: another one only where it is asked for by number, and never one
of another sort."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from manostat_tools.devices.errors import DeviceError
from manostat_tools.guide.answers import Script
from manostat_tools.guide.pumps import Attached, go_on, has_records_for, sort
from manostat_tools.guide.resumed import whose
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.screen import Screen
from manostat_tools.guide.talk import Talk
from manostat_tools.session.model import RunKind
from manostat_tools.store.reading import read_session
from manostat_tools.store.store import Store

from ..book_bench import UNIT as VALUES
from ..session import written as w
from .used_pump import UsedPump

OWN, OTHER = "4d2d303137000000", "4d2d303138000000"
HELLO = SimpleNamespace(bench=False, image="a8ea607fb29f9364")


@pytest.fixture
def opened(tmp_path):
    with Store.create(tmp_path / "store", w.START) as store:

        def open_(emulated=False, simulated=False, says=True):
            talk = Talk(store, "s", UsedPump(), OWN, bytes(32))
            identity = w.UNIT.model_copy(update={"serial": OWN, "bench_image": False})
            talk.add(w.opened(unit=identity, simulated=simulated))
            if says:
                talk.event(sort(emulated))
            talk.add(w.planned(1, "L4-5"))
            talk.add(w.prepared(zero_pa=30_000, zero_at_disc_height=True))
            return talk

        yield open_


def scene_on(talk, unit, *answers):
    out = io.StringIO()
    motion = SimpleNamespace(under_way=lambda: None)
    screen = Screen(Console(file=out, width=300), Script(answers, "answers"))
    there = Talk(talk.store, "s", UsedPump(), unit, bytes(32))
    scene = Scene(there, screen, motion, None, 15.0)
    scene.said = out.getvalue
    return scene


def there(unit=OWN, emulated=False, bench=False):
    hello = SimpleNamespace(bench=bench, image=HELLO.image)
    return Attached(unit, hello, emulated)


def test_its_own_pump_goes_on_without_a_word(opened):
    scene = scene_on(opened(), OWN)
    go_on(scene, there())
    assert scene.said() == ""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"emulated": True, "simulated": True}, "opened on an emulated pump .* is a real pump"),
        ({"emulated": False}, "opened on a real pump .* is an emulated pump"),
        ({"emulated": False, "simulated": True}, "opened on a real pump .* is an emulated pump"),
    ],
)
def test_emulated_and_real_pumps_are_never_in_one_session(opened, said, why):
    talk = opened(**said)
    scene = scene_on(talk, OWN, "y")
    with pytest.raises(DeviceError, match=why):
        go_on(scene, there(emulated=not said["emulated"]))
    go_on(scene, there(emulated=said["emulated"]))


def test_a_simulated_session_that_does_not_say_its_sort_of_pump_meets_no_real_one(opened):
    talk = opened(simulated=True, says=False)
    with pytest.raises(DeviceError, match="opened on an emulated pump"):
        go_on(scene_on(talk, OWN, "y"), there())


def test_a_bench_image_is_not_mixed_with_a_production_image(opened):
    with pytest.raises(DeviceError, match="allowed a real pump with a production image"):
        go_on(scene_on(opened(), OWN, "y"), there(bench=True))


@pytest.mark.parametrize("answer", ["", "n"])
def test_another_pump_is_taken_only_if_it_is_asked_for(opened, answer):
    scene = scene_on(opened(), OTHER, answer)
    with pytest.raises(DeviceError, match="allowed pump M-017; pump M-018 is not it"):
        go_on(scene, there(OTHER))
    assert "Go on with pump M-018 instead of pump M-017? [n]" in scene.said()


def test_of_another_pump_only_what_comes_after_its_setting_counts(opened):
    talk = opened()
    scene = scene_on(talk, OTHER, "y")
    other = scene.talk
    other.pump.inject()  # of somebody else
    go_on(scene, there(OTHER))
    other.pull()
    assert other.claims() == []
    assert scene.zero_pa == 0, "that of the sensor of M-017 goes into no other pump"
    other.pump.begin_level()
    other.pull_journal()
    other.set_unit(VALUES)
    other.arm(1, RunKind.INJECT)
    other.pump.inject()
    other.pull()
    (claim,) = other.claims()
    assert (claim.source.serial, claim.order, claim.is_certain) == (OTHER, 1, True)
    events = [event.text for event in read_session(talk.store, "s").events]
    assert (
        "another pump from here on: M-018, production image a8ea607fb29f9364; before it M-017"
        in events
    )
    go_on(scene, there(OTHER))  # it is not asked again
    with pytest.raises(DeviceError, match="allowed pump M-018; pump M-017 is not it"):
        go_on(scene_on(talk, OWN, "n"), there(OWN))


def test_another_pump_that_moves_is_not_taken(opened):
    scene = scene_on(opened(), OTHER, "y")
    scene.motion.under_way = lambda: VALUES
    with pytest.raises(DeviceError, match="M-018: a run is under way"):
        go_on(scene, there(OTHER))


def test_a_closed_session_reads_no_pump_that_it_never_had(opened):
    talk = opened()
    talk.add(w.closed())
    assert has_records_for(scene_on(talk, OWN), there())
    scene = scene_on(talk, OTHER)
    assert not has_records_for(scene, there(OTHER))
    assert (
        "this session had pump M-017" in scene.said() and "nothing of it is added" in scene.said()
    )


def test_who_goes_on_with_a_session_is_told_whose_it_is(opened):
    session = opened(simulated=True).progress().session
    assert whose(session) == (
        "patient P-17, operator Dr Vega, opened 2026-11-28 09:00 UTC; SIMULATED, into a plant"
    )
