"""The end of a session: nothing that the pump recorded until then stays without its answers."""

from types import SimpleNamespace

from manostat_tools.guide.flow import lead
from manostat_tools.guide.progress import NO_COMPLIANCE, NO_ZERO, PLANNED, done
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.talk import Talk
from manostat_tools.session.fold import fold
from manostat_tools.session.model import Concordance
from manostat_tools.store.imports import import_pull
from manostat_tools.store.reading import unassigned
from manostat_tools.store.store import Store

from ..session import written as w
from ..store.conftest import run_entry
from ..store.pumps import gone_on
from .test_answered import Typed

BEGUN = (
    *(w.opened(), w.fitted(syringe=w.BD_10), w.planned(1, "L4-5"), w.event(PLANNED)),
    *(w.event(NO_ZERO), w.prepared(primed=False), w.event(NO_COMPLIANCE)),
)
ANSWERED = (w.responded(1, 0, Concordance.ABSENT), w.found(1), w.event(done(1)))
UNIT = "2" * 16


class Screen(Typed):
    def say(self, text, _style=""):
        super().say(text)


class LateScene(Scene):
    """The last pull brings an injection of level 1."""

    def collect(self, _seen, _began):
        for run in unassigned(self.talk.store, UNIT):
            self.add(run_entry(1, run))
        return []


def test_an_injection_that_the_last_pull_brings_is_answered_before_the_end(tmp_path):
    answers = ["7", "concordant", "30", "", "", "3", "", "", "y"]
    with Store.create(tmp_path / "store", w.START) as store:
        import_pull(store, gone_on(), w.START, UNIT)
        first, _ = unassigned(store, UNIT)
        talk = Talk(store, "s", SimpleNamespace(), UNIT, bytes(32))
        for entry in (*BEGUN, run_entry(1, first), *ANSWERED):
            talk.add(entry)
        screen = Screen(answers, KeyboardInterrupt)
        scene = LateScene(talk, screen, SimpleNamespace(pull=lambda: None), None, 0.0)
        assert lead(scene)
        session = fold("s", store.session_entries("s"))
    assert "the pump has recorded an injection since its level was done" in screen.told
    assert screen.asked[-3:] == ["note", "session-note", "close"]
    (level,) = session.levels
    assert level.response.intensity == 7 and level.responses_of == (1, 2)
    assert session.closed_at is not None
