"""The end of a session: nothing that the pump recorded until then stays without its answers."""

from manostat_tools.guide.flow import lead
from manostat_tools.guide.progress import NO_COMPLIANCE, NO_ZERO, PLANNED, done
from manostat_tools.session.model import Concordance
from manostat_tools.store.store import Store

from ..session import written as w
from .test_whose import Clinic, Led, resume
from .used_pump import UsedPump

PREPARED = (
    *(w.fitted(syringe=w.BD_10), w.event(PLANNED)),
    *(w.event(NO_ZERO), w.prepared(primed=False), w.event(NO_COMPLIANCE)),
)
ANSWERED = (w.responded(1, 0, Concordance.ABSENT), w.found(1), w.event(done(1)))


def test_an_injection_that_the_last_pull_brings_is_answered_before_the_end(tmp_path):
    answers = ["7", "concordant", "30", "", "", "3", "", "", "y"]
    with Store.create(tmp_path / "store", w.START) as store:
        clinic = Clinic(store)
        talk = clinic.open("s", UsedPump())
        for entry in PREPARED:
            talk.add(entry)
        clinic.set_for(talk)
        talk.pump.inject()
        resume(talk)
        for entry in ANSWERED:
            talk.add(entry)
        talk.pump.inject()
        led = Led(talk, *answers)
        assert lead(led.scene)
        session = talk.progress().session
    assert "the pump has recorded an injection since its level was done" in led.said
    (level,) = session.levels
    assert level.response.intensity == 7 and level.responses_of == (1, 2)
    assert session.closed_at is not None
