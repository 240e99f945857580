"""Pressure in the line is relieved before a needle is moved or joined: an occluded line holds some
0.4 mL at 80 psi, which enter the disc at once."""

from types import SimpleNamespace

import pytest

from manostat_tools.guide.follower import Do
from manostat_tools.guide.level import next_of, run

from ..session import written as w
from .test_prepare import PSI_80, FakeScene, Screen, pressed_to


def warned(scene):
    return [str(said) for said in scene.screen.turn if str(said).startswith("WARNING")]


def test_the_line_is_let_out_before_it_is_joined_to_the_next_needle():
    scene = FakeScene(Screen(run="inject"), line_pa=PSI_80)
    run(scene, 1)
    turn = scene.screen.turn
    assert turn.index(Do.OPEN_STOPCOCK) < turn.index(Do.TO_THE_NEEDLE) < turn.index("run inject")
    (said,) = warned(scene)
    assert "80.0 psi" in said and "enter the next disc at once" in said
    assert "before the needle is moved let it fall, or relieve it" in said


def test_a_person_is_asked_until_the_pressure_has_gone():
    scene = FakeScene(Screen(run="inject"))
    scene.screen.answers.is_person = True
    left = [PSI_80, PSI_80 // 2, 5_000]
    scene.motion.line_pa = lambda: left.pop(0)
    run(scene, 1)
    assert scene.screen.turn.count("ready") == 2 and len(warned(scene)) == 2
    assert scene.screen.turn[-2:] == [Do.TO_THE_NEEDLE, "run inject"]


def test_a_line_without_pressure_is_joined_without_a_word():
    scene = FakeScene(Screen(run="inject"), line_pa=5_000)
    run(scene, 1)
    assert warned(scene) == [] and Do.OPEN_STOPCOCK not in scene.screen.turn


def test_a_further_run_of_a_level_leaves_the_line_on_its_needle():
    """Its disc has pressure of its own."""
    scene = FakeScene(Screen(run="inject"), line_pa=100_000)
    scene.runs = (w.run(),)
    run(scene, 1)
    assert Do.OPEN_STOPCOCK not in scene.screen.turn
    assert any(
        "14.5 psi" in said and "before the needle is moved" in said for said in warned(scene)
    )


HELD = ({"fault": "occlusion", "reason": "fault"}, {"reason": "line limit"})
FREE = ({"reason": "pain"}, {"reason": "fault", "fault": "detached"})


@pytest.mark.parametrize(
    ("ended", "is_held"), [(one, True) for one in HELD] + [(one, False) for one in FREE]
)
def test_after_an_occlusion_or_a_line_limit_it_is_said_what_the_line_holds(ended, is_held):
    def began(order, dose, rest_s):
        scene.runs, scene.motion.line_pa = (w.run(**ended),), lambda: PSI_80
        return pressed_to(PSI_80)

    scene = FakeScene(Screen(run="inject"))
    scene.run = began
    run(scene, 1)
    said = [one for one in warned(scene) if "enters the disc at once where the needle" in one]
    assert len(said) == is_held


def test_so_it_is_after_a_level_that_was_gone_on_with():
    scene = FakeScene(Screen(next="go-on"), line_pa=PSI_80)
    scene.motion.acknowledge = lambda: None
    scene.motion.held = lambda: (1,) * 9
    scene.follow = lambda unit, rest_s: None
    scene.runs = (w.run(reason="line limit"),)
    scene.session = SimpleNamespace(**vars(FakeScene.session))
    next_of(scene, 1)
    assert len(warned(scene)) == 1
