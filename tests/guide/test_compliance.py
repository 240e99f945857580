"""The compliance of the line where the link was lost in its run: the pump's own trace tells it."""

from types import SimpleNamespace

import pytest

from manostat.core import codes
from manostat_sim.plant.plant import PATH_CLOSED
from manostat_tools.guide import compliance
from manostat_tools.guide.follower import Do, Seen
from manostat_tools.session.model import Preparation, Quantity, RunKind
from manostat_tools.store.imports import import_pull
from manostat_tools.store.reading import unassigned
from manostat_tools.store.store import Store

from ..book_bench import UNIT, BookBench, new_storage
from ..session.written import START
from .test_prepare import FakeScene, Screen


@pytest.fixture(scope="module")
def pressed():
    """The storage of a pump that pressed against a closed stopcock, and the frames of that."""
    bench = BookBench(new_storage(), (codes.COMPLY, *UNIT[1:]))
    bench.world.plant.path = PATH_CLOSED
    bench.power_on()
    bench.arm()
    bench.press("RUN")
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 30.0)
    bench.release("RUN")
    bench.advance(2.5)
    return bytes(bench.flash.memory), tuple(bench.frames())


@pytest.fixture
def scene(pressed, tmp_path):
    """In which the run was recorded, and nobody saw all of it; `seen` is set by the test."""
    with Store.create(tmp_path / "store.sqlite", START) as store:
        import_pull(store, pressed[0], START)
        (unit,) = {pull.unit for pull in store.pulls()}
        (run,) = unassigned(store, unit)
        assert run.kind is RunKind.COMPLY
        made = FakeScene(Screen(comply="y"))
        made.talk = SimpleNamespace(store=store, unit=unit, event=made.screen.turn.append)
        made.session = SimpleNamespace(**vars(FakeScene.session))
        made.recorded = Preparation(zero_pa=0, runs=(run,))
        yield made


def line_in(scene):
    return [entry.line_compliance for entry in scene.added if entry.line_compliance is not None]


def test_a_link_that_was_lost_in_the_run_needs_no_other_run(pressed, scene, monkeypatch):
    frames = pressed[1]
    scene.pressed = Seen(frames[: len(frames) // 2], "the link was lost", None)
    scene.run = record_when_run(scene)
    compliance.comply(scene)
    (line,) = line_in(scene)
    assert line.low <= 5.0 <= line.high, "uL/psi of the simulated line"
    assert not any("no compliance" in str(said) for said in scene.screen.turn)


def test_what_the_trace_tells_is_what_the_frames_tell(pressed, scene):
    scene.run = record_when_run(scene)
    scene.pressed = Seen(pressed[1], "", None)
    compliance.comply(scene)
    scene.pressed = Seen((), "the link was lost", None)
    scene.session.preparation = Preparation(zero_pa=0)
    compliance.comply(scene)
    seen, traced = line_in(scene)
    assert traced.value == pytest.approx(seen.value, rel=0.01)


def test_a_run_that_the_program_did_not_live_to_see_is_not_asked_for_again(scene):
    scene.session.preparation = scene.recorded
    compliance.comply(scene)
    assert isinstance(line_in(scene)[0], Quantity)
    assert "comply" not in scene.screen.turn and "run comply" not in scene.screen.turn


def test_what_that_run_has_trapped_is_let_out_first(scene):
    scene.session.preparation = scene.recorded
    scene.motion.line_pa = lambda: 551_581
    compliance.comply(scene)
    assert Do.OPEN_STOPCOCK in scene.screen.turn
    assert scene.screen.turn.index(Do.OPEN_STOPCOCK) < scene.screen.turn.index("Prepared")


def test_without_a_whole_trace_the_run_is_to_be_made_again(pressed, scene):
    scene.pressed = Seen(pressed[1][:200], "unplugged", None)
    compliance.comply(scene)
    assert line_in(scene) == []
    assert any("no compliance: not all of it was seen" in str(s) for s in scene.screen.turn)
    assert any("unplugged" in str(said) for said in scene.screen.turn)


def record_when_run(scene):
    """The run is of the session once it was made."""

    def run(order, dose, rest_s):
        scene.screen.turn.append(f"run {dose.kind}")
        scene.session.preparation = scene.recorded
        return scene.pressed

    return run
