"""Requirements on what a chain alone cannot show, and what does: a noted hash, the pump's own pages
and its seals."""

import shutil

import pytest

from manostat_tools.journal.seals import name_of
from manostat_tools.session.model import PainMark
from manostat_tools.store.chain import START as BEFORE_ALL
from manostat_tools.store.chain import body_of, link
from manostat_tools.store.imports import import_pull
from manostat_tools.store.store import Store

from ..session.written import START, corrected
from .conftest import run_entry
from .pumps import KEY, OTHER_KEY, later
from .spoiling import said, spoil


def written_anew(full, file, change=lambda entries: entries):
    """A forger's store: all hashes right, its end cut off or its text changed."""
    with Store.open(full) as store:
        envelopes = change([written.envelope for written in store.entries()])
    shutil.copy(full, file)

    def rewrite(raw):
        raw.execute("DELETE FROM entries")
        raw.execute("DELETE FROM sqlite_sequence")
        before = BEFORE_ALL
        for sequence, envelope in enumerate(envelopes, 1):
            body = body_of(envelope)
            before = link(before, body)
            raw.execute("INSERT INTO entries (sequence, body, hash) VALUES (?, ?, ?)",
                        [sequence, body.decode(), before])  # fmt: skip

    spoil(file, rewrite)


@pytest.mark.req("L-05")
def test_a_store_written_anew_is_found_by_a_hash_that_was_noted(full, folder):
    file = folder / "forged.sqlite"
    written_anew(full, file, lambda envelopes: envelopes[:-1])
    noted_head = Store.open(full).head().hex()
    assert said(file) == []
    assert said(file, head=noted_head)[0].startswith("chain: no entry has the hash")
    with Store.open(full) as store:
        for written in store.entries():
            assert said(full, head=written.hash.hex()) == []


@pytest.mark.req("L-05")
def test_a_run_that_is_not_what_the_pump_recorded_is_found_though_all_hashes_fit(full, folder):
    def less_pressure(envelopes):
        changed = []
        for envelope in envelopes:
            entry = envelope.entry
            if entry.kind == "run" and entry.run.peak_pa:
                run = entry.run.model_copy(update={"peak_pa": 1})
                entry = entry.model_copy(update={"run": run})
            changed.append(envelope.model_copy(update={"entry": entry}))
        return changed

    file = folder / "forged.sqlite"
    written_anew(full, file, less_pressure)
    lines = said(file)
    assert len(lines) == 2
    assert lines[0].startswith("session true, entry 3 (run): is not what record 5 of the pump says")


@pytest.mark.req("L-05")
def test_a_press_that_a_correction_adds_and_the_pump_never_told_is_found(full, folder):
    def one_more_press(envelopes):
        (first, *_) = [one for one in envelopes if one.entry.kind == "run"]
        (*_, last) = [one for one in envelopes if one.session == first.session]
        run = first.entry.run
        press = PainMark(at_ms=5, moving=True, points=())
        more = run_entry(1, run.model_copy(update={"marks": (*run.marks, press)}))
        entry = corrected(first.number, more)
        return [*envelopes, last.model_copy(update={"entry": entry, "number": last.number + 1})]

    file = folder / "forged.sqlite"
    written_anew(full, file, one_more_press)
    (line,) = said(file)
    assert "(correction): is not what record 5 of the pump says" in line


@pytest.mark.req("L-05")
def test_a_run_that_names_no_record_of_a_pump_is_found(full, folder):
    def made_up(envelopes):
        (*_, last) = [one for one in envelopes if one.entry.kind == "run"]
        entry = run_entry(1, last.entry.run.model_copy(update={"source": None}))
        return [*envelopes, last.model_copy(update={"entry": entry, "number": last.number + 1})]

    file = folder / "forged.sqlite"
    written_anew(full, file, made_up)
    (line,) = said(file)
    assert line.endswith("(run): names no record of a pump")


@pytest.mark.req("L-05")
@pytest.mark.parametrize("how", ["a press", "another record", "a forged outcome", "none of it"])
def test_what_a_session_adds_to_a_run_or_puts_in_its_place_is_what_the_pump_told(full, folder, how):
    def change(envelopes):
        (at,) = [n for n, one in enumerate(envelopes) if one.number == 3 and one.session == "true"]
        runs = [one.entry for one in envelopes if one.session == "true" and one.number >= 3]
        entry, lost = runs[0], next(one for one in runs if one.run.uncertain)
        source = entry.run.source
        (mark,) = entry.run.marks
        changed = {
            "a press": {"marks": (mark.model_copy(update={"at_ms": 1}), mark)},
            "another record": {
                "source": source.model_copy(update={"record_hash": lost.run.source.record_hash})
            },
        }.get(how, {})
        run = entry.run.model_copy(update=changed)
        envelopes[at] = envelopes[at].model_copy(
            update={"entry": entry.model_copy(update={"run": run})}
        )
        if how == "a forged outcome":
            known = {"uncertain": False, "reason": "pain", "peak_pa": 1, "volume_nl": 1}
            of = lost.run.source.model_copy(update={"sequence": lost.run.source.sequence + 1})
            told = lost.run.model_copy(update={**known, "source": of})
            forged = lost.model_copy(update={"run": told})
            number = max(one.number for one in envelopes if one.session == "true") + 1
            correction = corrected(3 + runs.index(lost), forged)
            last = envelopes[at].model_copy(update={"number": number, "entry": correction})
            envelopes.append(last)
        return envelopes

    file = folder / "forged.sqlite"
    written_anew(full, file, change)
    lines = said(file)
    assert (len(lines) == 0) == (how == "none of it")
    assert all(line.startswith("session true") for line in lines)


@pytest.mark.req("L-05")
def test_a_key_that_is_not_the_pumps_is_said(full):
    (line,) = said(full, key=OTHER_KEY)
    assert line.endswith("no stored pump is sealed with it")


@pytest.mark.req("L-05")
def test_a_pump_whose_seals_do_not_fit_is_found(store):
    """Named as the pump whose key is known, sealed with another."""
    import_pull(store, later(key=OTHER_KEY), START, name_of(KEY))
    lines = said(store.file, key=KEY)
    assert any("is of another key than the one given" in line for line in lines)
    assert said(store.file) == []
