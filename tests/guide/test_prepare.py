"""The line before it is in a disc: opened to air for its zero, pressed against a stopcock, let out
into air. Pressure that is trapped in it never gets into a patient."""

from types import SimpleNamespace

import pytest

from manostat.core import codes
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.guide import compliance, prepare
from manostat_tools.guide.follower import Do, Seen
from manostat_tools.guide.hands import _AT_ONCE, _MOVES, Hands, hints
from manostat_tools.guide.level import run
from manostat_tools.guide.plan import zero_of
from manostat_tools.guide.scene import Scene
from manostat_tools.session.model import Preparation, RunKind

from ..session import written as w
from .ticks import Ticks

PSI_80 = 551_581


class Screen:
    """Answers by the name of their question; keeps what was told, asked and warned, in turn."""

    def __init__(self, **answers):
        self.given = answers
        self.turn = []
        self.texts = {}
        self.answers = SimpleNamespace(is_person=False)

    def ask(self, question):
        self.turn.append(question.id)
        self.texts[question.id] = question.text
        return question.value(self.given.get(question.id.replace("-", "_"), ""))

    def tell(self, do, again=False):
        self.turn.append(do)

    def warn(self, text):
        self.turn.append(f"WARNING {text}")

    def say(self, text, style=""):
        self.turn.append(text)

    def head(self, text):
        pass

    def table(self, title, rows):
        pass


class FakeScene(Scene):
    """Without pump and store: `pressed` is what comes of a run; `line_pa`: of the line later."""

    def __init__(self, screen, pressed=None, line_pa=0, readings=(0.0,), calibration=None):
        motion = SimpleNamespace(
            second_at_rest=lambda: list(readings),
            line_pa=lambda: line_pa,
            calibration=lambda: calibration,
        )
        talk = SimpleNamespace(event=screen.turn.append, is_set_for=lambda order: True)
        super().__init__(talk, screen, motion, load_board(BOARDS / "RPI_PICO").pump, 15.0)
        self.pressed = pressed
        self.added = []
        self.runs = ()

    session = SimpleNamespace(
        levels=[w.planned(1, "L4-5")],
        preparation=Preparation(zero_pa=0),
        syringe=w.BD_10,
    )

    @property
    def preparation(self):
        return self.session.preparation

    def add(self, entry):
        self.added.append(entry)
        self.screen.turn.append(type(entry).__name__)

    def level(self, order):
        return SimpleNamespace(
            **{"name": "L4-5", "role": "suspect", "preset": "lumbar"},
            **{"needle": None, "contrast": None, "runs": self.runs},
        )

    def run(self, order, dose, rest_s):
        self.screen.turn.append(f"run {dose.kind}")
        return self.pressed


def pressed_to(pressure_pa):
    frames = Ticks()(2, codes.STOPPED, steps=4000, pressure_pa=pressure_pa)
    return Seen(tuple(frames), "", None)


def test_the_line_is_opened_to_air_before_its_zero_is_taken():
    screen = Screen(at_height="y")
    prepare.zero(FakeScene(screen))
    assert screen.turn[:2] == [Do.OPEN_TO_AIR, "at-height"]
    assert "off the needle" in Do.OPEN_TO_AIR.value
    assert "n: no zero" in screen.texts["at-height"]


def test_a_line_with_pressure_in_it_gives_no_zero_and_the_way_out_is_told():
    with pytest.raises(ValueError, match="take the line off the needle") as refused:
        zero_of([438_000.0])
    assert "allowed -5 to 5 psi" in str(refused.value)
    assert "n takes no zero" in str(refused.value)
    screen = Screen(at_height="y")
    prepare.zero(FakeScene(screen, readings=(438_000.0,)))
    assert screen.turn[-1].startswith("WARNING 63.5 psi")


def test_the_line_is_off_the_needle_before_its_compliance_and_let_out_into_air_after():
    screen = Screen(comply="y")
    compliance.comply(FakeScene(screen, pressed_to(PSI_80)))
    closed, pressed = screen.turn.index(Do.CLOSE_STOPCOCK), screen.turn.index("run comply")
    warned = next(i for i, said in enumerate(screen.turn) if "trapped" in str(said))
    opened = screen.turn.index(Do.OPEN_STOPCOCK)
    assert closed < pressed < warned < opened
    assert "off the needle" in screen.texts["comply"]
    assert "off the needle" in Do.CLOSE_STOPCOCK.value
    assert "into air" in Do.OPEN_STOPCOCK.value
    assert "0.413 mL" in screen.turn[warned]
    assert "80.0 psi" in screen.turn[warned]
    assert "would enter a disc at once" in screen.turn[warned]


def test_a_line_that_was_not_let_out_is_warned_of():
    screen = Screen(comply="y")
    compliance.comply(FakeScene(screen, pressed_to(PSI_80), line_pa=PSI_80))
    assert any("the line still has 80.0 psi" in str(said) for said in screen.turn)
    screen = Screen(comply="y")
    compliance.comply(FakeScene(screen, pressed_to(PSI_80), line_pa=5_000))
    assert not any("still has" in str(said) for said in screen.turn)


@pytest.mark.parametrize(("how", "joined"), [("inject", True), ("sham", True), ("skip", False)])
def test_the_line_is_joined_to_the_needle_of_a_level_once_it_is_without_pressure(how, joined):
    screen = Screen(run=how, sham_note="")
    run(FakeScene(screen), 1)
    assert (Do.TO_THE_NEEDLE in screen.turn) is joined
    assert "without air and pressure" in Do.TO_THE_NEEDLE.value
    if joined:
        assert screen.turn.index(Do.TO_THE_NEEDLE) < screen.turn.index(f"run {RunKind(how)}")


def test_the_line_stays_in_air_after_priming_until_a_level_wants_it():
    screen = Screen(prime="pump", prime_volume="0.5")
    prepare.prime(FakeScene(screen, pressed_to(0)))
    assert Do.INTO_AIR in screen.turn
    assert Do.TO_THE_NEEDLE not in screen.turn


def test_emulated_hands_open_the_line_to_air_before_the_guide_goes_on(monkeypatch):
    done = []
    monkeypatch.setattr("manostat_tools.guide.hands.operate", lambda name, line: done.append(line))
    hands = Hands("pump")
    for do in (Do.OPEN_TO_AIR, Do.OPEN_STOPCOCK, Do.TO_THE_NEEDLE):
        hands.hear(do)
    hands.close()
    assert done.count("fault detached") == 2, "neither leads into a disc"
    assert sum(line.startswith("await virtual:") for line in done) == 2, "it takes a moment"
    assert done[-1] == "mend detached"
    assert {Do.OPEN_TO_AIR, Do.OPEN_STOPCOCK} <= set(_AT_ONCE)
    assert set(hints("pump")) == set(_MOVES)


@pytest.mark.parametrize("how", ["pump", "hand", "not"])
def test_by_whom_the_line_was_primed_is_kept(how):
    screen = Screen(prime=how, prime_volume="0.5")
    prepare.prime(FakeScene(screen, pressed_to(0)))
    assert any(how in str(said) and "primed" in str(said) for said in screen.turn)
    assert any("holds air" in str(said) for said in screen.turn) is (how == "not")


def test_nothing_is_called_primed_by_an_empty_answer():
    screen = Screen()
    prepare.prime(FakeScene(screen))
    assert "the line was not primed" in screen.turn


def test_pressure_that_an_unfinished_run_has_left_is_let_out_before_the_line_is_shut_again():
    screen = Screen(comply="y")
    compliance.comply(FakeScene(screen, pressed_to(PSI_80), line_pa=PSI_80))
    assert screen.turn.index(Do.OPEN_STOPCOCK) < screen.turn.index(Do.CLOSE_STOPCOCK)
