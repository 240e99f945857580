"""Pump and store of a session: nothing is pulled, or written down, twice or for another session."""

from types import SimpleNamespace

import pytest

from manostat_tools.guide.progress import Armed
from manostat_tools.guide.talk import Talk, retried
from manostat_tools.journal.page import PAGE_BYTES, read_record
from manostat_tools.journal.seals import name_of
from manostat_tools.link import BrokenOffError, LinkError
from manostat_tools.session import entries as e
from manostat_tools.session.model import RunKind
from manostat_tools.store.imports import import_pull
from manostat_tools.store.store import Store

from ..session import written as w
from ..store.pumps import KEY, answer_to_j, answer_to_r, later, sooner

UNIT = name_of(KEY)


class Pump:
    """Answers `J` and `R` from a storage; `breaks`: `J` after so many pages, once."""

    connected = True

    def __init__(self):
        self.holds = sooner()
        self.asked = []
        self.asked_traces = []
        self.breaks = None
        self.set = []

    def records(self, first, _patience_s, _say):
        self.asked.append(first)
        pages = pages_from(answer_to_j(self.holds), first)
        if self.breaks is not None:
            many, self.breaks = self.breaks, None
            raise BrokenOffError("unplugged", b"".join(pages[:many]))
        return b"".join(pages)

    def settings(self, _patience_s):
        return SimpleNamespace(unit=self.set[-1] if self.set else None)

    def set_unit(self, values, _key, _limit_s):
        self.set.append(tuple(values))

    def traces(self, first, _patience_s, _say):
        self.asked_traces.append(first)
        return b"".join(pages_from(answer_to_r(self.holds), first))


def pages_from(data, first):
    pages = [data[at : at + PAGE_BYTES] for at in range(0, len(data), PAGE_BYTES)]
    return [page for page in pages if read_record(page, 0).sequence >= first]


@pytest.fixture
def talk(tmp_path):
    with Store.create(tmp_path / "store", w.START) as store:
        made = Talk(store, "s", Pump(), UNIT, KEY)
        for entry in (w.opened(), w.planned(1, "L4-5"), w.planned(2, "L3-4")):
            made.add(entry)
        yield made


def write_down(talk):
    """All of them: these pumps keep no record of a setting."""
    runs = [(claim.run, claim.order) for claim in talk.claims()]
    for run, order in runs:
        talk.add(e.RunDone(host_utc=w.START, level=order, run=run))
    return runs


def test_each_pull_asks_from_the_newest_record_on_and_each_run_is_written_down_once(talk):
    talk.arm(1, RunKind.INJECT)
    talk.pull()
    (first,) = write_down(talk)
    assert first[1] == 1
    assert first[0].reason == "pain"
    newest = talk.newest_record()
    talk.pull()
    assert write_down(talk) == []
    talk.arm(2, RunKind.INJECT)
    talk.pump.holds = later()
    talk.pull()
    uncertain, second = write_down(talk)
    assert (uncertain[0].uncertain, second[0].uncertain) == (True, False)
    assert (uncertain[1], second[1]) == (2, 2)
    assert talk.pump.asked == [0, newest, newest]
    first_traces, *later_traces = talk.pump.asked_traces
    assert first_traces == 0 and min(later_traces) > 0, "no page of a trace comes twice"
    assert first[0].trace is not None
    assert write_down(talk) == []


def test_what_the_pump_did_before_anything_was_set_is_of_no_session(talk):
    talk.pull()
    assert talk.claims() == []
    talk.arm(1, RunKind.INJECT)
    assert talk.claims() == []
    assert Armed(1, RunKind.INJECT, talk.newest_record(), UNIT).text in talk.progress().texts


def test_half_a_pull_is_kept_and_the_rest_comes_when_the_link_is_back(talk):
    talk.arm(1, RunKind.INJECT)
    talk.pump.breaks = 2
    talk.pump.connected = False
    told = []

    def lost(is_lost):
        told.append((is_lost, talk.newest_record()))
        talk.pump.connected = True

    retried(talk.pump, talk.pull, lost)
    assert told == [(True, 2), (False, 2)]
    assert talk.pump.asked == [0, 2]
    assert len(write_down(talk)) == 1


def test_the_patient_hears_the_pump_restart_before_each_run_alike_sham_or_not(talk):
    injected, sham = (1, 50_000, 3_500_000), (5, 50_000, 3_500_000)
    runs = [injected, injected, sham, injected, sham, sham]
    for values in runs:
        talk.set_unit(values)
    assert talk.pump.set == runs, "each is set, and so restarts the pump, also where it holds"


def test_what_fails_with_the_link_there_is_not_tried_for_ever(talk):
    talk.pump.breaks = 0
    with pytest.raises(LinkError, match="unplugged"):
        retried(talk.pump, talk.pull, lambda _: None)


def test_what_the_pump_told_late_is_added_once_and_what_was_derived_stays(talk):
    talk.arm(1, RunKind.INJECT)
    talk.pull_journal()
    ((run, order),) = [(claim.run, claim.order) for claim in talk.claims()]
    assert run.trace is None, "it was asked for before it was stored"
    derived = run.model_copy(update={"derived": (w.COMPLIANCE,), "began_at": w.START})
    talk.add(e.RunDone(host_utc=w.START, level=order, run=derived))
    assert talk.add_late() == 0
    import_pull(talk.store, sooner(), w.START, UNIT)  # with the pages of the trace
    assert talk.add_late() == 1
    assert talk.add_late() == 0
    (whole,) = talk.progress().session.levels[0].runs
    assert whole.trace is not None
    assert (whole.derived, whole.began_at) == ((w.COMPLIANCE,), w.START)
