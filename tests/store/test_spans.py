"""Requirements on what a closed session tells: the same for ever, whoever uses the pump next."""

import pytest

from manostat_tools import report
from manostat_tools.session import entries as e
from manostat_tools.session.model import UnitIdentity
from manostat_tools.store.imports import import_pull
from manostat_tools.store.reading import read_session, unassigned

from ..book_bench import BookBench, new_storage
from ..session.written import START, at, closed, corrected, event, noted, opened, planned
from .conftest import run_entry

UNIT = "11" * 8
IDENTITY = UnitIdentity(serial=UNIT, image_hash="ab" * 32, firmware="", bench_image=True)


class Clinic:
    """One pump, one store, one patient after the other."""

    def __init__(self, store):
        self.store = store
        self.flash = new_storage()
        self.bench = BookBench(self.flash)
        self.bench.power_on()
        self.bench.advance(0.5)

    def pull(self):
        return import_pull(self.store, bytes(self.flash.memory), START, UNIT)

    def open(self, name):
        self.pull()
        self.store.append(name, opened(unit=IDENTITY, patient_code=name))
        self.store.append(name, planned(1, "L4-5"))

    def set_anew(self):
        """As a setting does: the pump restarts, and the button is proven again."""
        self.bench.power_off()
        self.bench.power_on()
        self.bench.advance(0.2)

    def inject(self):
        self.bench.arm()
        self.bench.press("RUN")
        self.bench.advance(0.5)
        self.bench.hold("PAIN", 0.2)
        self.bench.release("RUN")
        self.bench.advance(0.5)
        self.bench.hold("STOP", 0.1)
        self.bench.advance(2.5)

    def collect(self, name):
        self.pull()
        for run in unassigned(self.store, UNIT):
            self.store.append(name, run_entry(1, run))

    def close(self, name):
        self.collect(name)
        self.store.append(name, closed())

    def session(self, name, restart=True):
        self.open(name)
        if restart:
            self.set_anew()
        self.inject()
        self.close(name)


def pump_events(store, name):
    return [one for one in read_session(store, name).events if one.origin == "pump"]


@pytest.fixture
def clinic(store):
    return Clinic(store)


@pytest.mark.parametrize("restart", [True, False], ids=["set anew", "held already"])
def test_a_closed_session_tells_the_same_after_another_patient(clinic, restart):
    clinic.session("first")
    before = read_session(clinic.store, "first")
    clinic.session("second", restart)
    assert read_session(clinic.store, "first") == before


def test_its_files_are_equal_byte_for_byte_after_another_patient_and_more_pulls(clinic, tmp_path):
    clinic.session("first")

    def files(folder):
        session = read_session(clinic.store, "first")
        report.write(session, lambda run: None, tmp_path / folder)
        found = sorted(path for path in (tmp_path / folder).rglob("*") if path.is_file())
        return {path.name: path.read_bytes() for path in found}

    before = files("before")
    clinic.session("second")
    clinic.inject()
    clinic.pull()
    assert files("after") == before


def test_what_the_pump_does_after_the_end_is_of_no_session(clinic):
    clinic.session("first")
    before = pump_events(clinic.store, "first")
    clinic.bench.hold("STOP", 0.1)
    clinic.bench.advance(2.5)
    clinic.pull()
    assert pump_events(clinic.store, "first") == before
    clinic.session("second")
    told = {(one.boot, one.at_ms) for one in pump_events(clinic.store, "second")}
    assert not told & {(one.boot, one.at_ms) for one in before}


def test_the_preparation_of_a_session_is_its_own(clinic):
    clinic.session("first")
    clinic.session("second")
    first = [one.boot for one in pump_events(clinic.store, "first")]
    second = [one.boot for one in pump_events(clinic.store, "second")]
    assert set(first) == {2} and set(second) == {3}
    texts = [one.text for one in pump_events(clinic.store, "second") if one.boot == 3]
    assert "after power" in texts[0]
    proof = next(at for at, text in enumerate(texts) if "PAIN pressed" in text)
    assert proof < next(at for at, text in enumerate(texts) if text.startswith("injecting"))


def test_a_session_that_was_left_open_tells_nothing_of_the_next_patient(clinic):
    clinic.open("left")
    clinic.inject()
    clinic.collect("left")
    before = pump_events(clinic.store, "left")
    assert before
    clinic.session("second")
    assert pump_events(clinic.store, "left") == before


def test_a_session_that_goes_on_after_another_has_the_pump_again_from_its_next_setting(clinic):
    clinic.open("left")
    clinic.session("second")
    clinic.pull()
    clinic.store.append("left", event("set for level 1: inject, after record 9 of the pump"))
    clinic.inject()
    clinic.close("left")
    second = {(one.boot, one.at_ms) for one in pump_events(clinic.store, "second")}
    mine = {(one.boot, one.at_ms) for one in pump_events(clinic.store, "left")}
    assert any(one.text.startswith("seeking") for one in pump_events(clinic.store, "left"))
    assert not mine & second


def test_a_session_that_went_on_with_another_pump_has_that_pump_from_its_setting(clinic):
    elsewhere = UnitIdentity(serial="22" * 8, image_hash="ab" * 32, firmware="", bench_image=True)
    clinic.store.append("moved", opened(unit=elsewhere))
    clinic.store.append("moved", planned(1, "L4-5"))
    clinic.inject()  # of nobody
    clinic.pull()
    assert pump_events(clinic.store, "moved") == []
    said = f"set for level 1: inject, after record 9 of the pump {UNIT}"
    clinic.store.append("moved", event(said))
    clinic.set_anew()
    clinic.inject()
    clinic.pull()
    clinic.store.append("moved", run_entry(1, unassigned(clinic.store, UNIT)[-1]))
    boot, *others = [one.text for one in pump_events(clinic.store, "moved")]
    assert boot.startswith("after power-on")
    assert others.count("ready; RUN closed") == 1


def test_a_late_run_adds_its_own_events_and_a_note_adds_none(clinic):
    clinic.open("first")
    clinic.store.append("first", closed())
    clinic.inject()
    clinic.pull()
    clinic.store.append("first", noted("called back"))
    assert pump_events(clinic.store, "first") == []
    (run,) = unassigned(clinic.store, UNIT)
    clinic.store.append("first", run_entry(1, run))
    told = pump_events(clinic.store, "first")
    assert any("reason: pain" in one.text for one in told)
    clinic.session("second", restart=False)
    assert pump_events(clinic.store, "first") == told


def test_a_correction_after_the_end_brings_no_events_of_what_came_after_it(clinic):
    clinic.session("first")
    before = pump_events(clinic.store, "first")
    clinic.bench.hold("PAIN", 0.2)
    clinic.bench.advance(2.5)
    clinic.pull()
    entries = clinic.store.session_entries("first")
    number, entry = next(one for one in enumerate(entries, 1) if one[1].kind == "run")
    late = entry.model_copy(update={"run": entry.run.model_copy(update={"began_at": at(5)})})
    clinic.store.append("first", corrected(number, late))
    assert read_session(clinic.store, "first").corrections
    assert pump_events(clinic.store, "first") == before


def test_of_a_pump_that_was_not_known_at_the_opening_only_the_runs_are_told(clinic):
    clinic.inject()
    clinic.store.append("first", opened(unit=IDENTITY))
    clinic.store.append("first", planned(1, "L4-5"))
    clinic.inject()
    clinic.pull()
    late = unassigned(clinic.store, UNIT)[-1]
    clinic.store.append("first", e.RunDone(host_utc=at(9), level=1, run=late))
    clinic.store.append("first", closed())
    told = pump_events(clinic.store, "first")
    assert told and not any("after power" in one.text for one in told)
