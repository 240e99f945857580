"""Requirements on the needle of a derived value: it is that with which the run was made."""

import pytest

from manostat_tools.guide import level as steps
from manostat_tools.guide import scene as scenes
from manostat_tools.journal.page import PAGE_BYTES, read_record
from manostat_tools.store.imports import import_pull
from manostat_tools.store.store import Store

from ..session import written as w
from .test_whose import UNIT, Clinic, Led, resume, runs_of
from .used_pump import UsedPump


@pytest.fixture
def clinic(tmp_path):
    with Store.create(tmp_path / "store", w.START) as store:
        yield Clinic(store)


@pytest.fixture
def needles(monkeypatch):
    """With which needle each run was derived, in turn."""
    found = []

    def derived_of(_seen, _traced, _ratio, _preparation, needle, _contrast):
        found.append(needle)
        return (), ()

    monkeypatch.setattr(scenes, "derived_of", derived_of)
    return found


def begun(clinic, pump):
    talk = clinic.open("a", pump)
    talk.add(w.fitted(syringe=w.BD_10, needle=w.G25, contrast=w.C240))
    clinic.set_for(talk)
    pump.inject()
    return talk


def test_what_the_pump_ran_before_another_needle_was_fitted_has_the_old_one(clinic, needles):
    talk = begun(clinic, UsedPump())
    steps.run(Led(talk, "fit", "22x152", "300").scene, 1)
    talk.pump.inject()
    resume(talk)
    level = talk.progress().session.levels[0]
    assert [str(needle) for needle in needles] == ["25 G x 89 mm", "22 G x 152 mm"]
    assert list(level.needles) == needles


def test_a_run_that_is_found_late_between_two_of_the_old_needle_has_the_old_one(clinic, needles):
    pump = UsedPump()
    talk = begun(clinic, pump)
    before = len(pump.records(0, 0, 0)) // PAGE_BYTES
    pump.inject()
    lost = range(before, len(pump.records(0, 0, 0)) // PAGE_BYTES)
    pump.inject()
    pages = pump.records(0, 0, 0)
    pages = [pages[at : at + PAGE_BYTES] for at in range(0, len(pages), PAGE_BYTES)]
    missing = {read_record(pages[at], 0).sequence for at in lost}
    sound = [page for page in pages if read_record(page, 0).sequence not in missing]
    import_pull(talk.store, b"".join(sound), w.START, UNIT)
    led = Led(talk)
    led.scene.collect(None, None)
    talk.add(w.fitted(level=1, needle=w.G22))
    import_pull(talk.store, b"".join(pages), w.START, UNIT)
    led.scene.collect(None, None)
    assert len(runs_of(talk)) == 3
    assert needles == [w.G25] * 3
