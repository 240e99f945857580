"""Requirements on runs that are written down: each is what the pump's stored pages tell."""

import pytest

from manostat_tools.session.model import PainMark
from manostat_tools.store.errors import StoreError
from manostat_tools.store.imports import import_pull
from manostat_tools.store.reading import unassigned
from manostat_tools.store.units import units_of
from manostat_tools.store.verify import verify

from ..session.written import COMPLIANCE, START, corrected, opened, planned
from .conftest import run_entry
from .pumps import sooner


def session_of_a_true_run(store):
    import_pull(store, sooner(), START)
    (unit,) = units_of(store)
    (run,) = unassigned(store, unit)
    for entry in (opened(), planned(1, "L4-5"), run_entry(1, run)):
        store.append("a", entry)
    return run


MARK = PainMark(at_ms=5, moving=True, points=())


@pytest.mark.req("L-05")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"peak_pa": 1}, "is not what record 5 of the pump says"),
        ({"marks": (MARK,)}, "is not what record 5 of the pump says"),
        ({"source": None}, "names no record of a pump"),
    ],
)
def test_a_run_that_the_pump_did_not_tell_is_refused_as_it_is_and_as_a_correction(
    store, change, said
):
    run = session_of_a_true_run(store)
    made_up = run_entry(1, run.model_copy(update=change))
    for entry in (made_up, corrected(3, made_up)):
        with pytest.raises(StoreError, match=said):
            store.append("a", entry)


@pytest.mark.req("L-05")
def test_no_stored_blob_but_its_own_trace_is_taken_for_the_trace_of_a_run(store):
    run = session_of_a_true_run(store)
    assert run.trace is not None
    page = run_entry(1, run.model_copy(update={"trace": run.source.record_hash}))
    with pytest.raises(StoreError, match="is not what record 5 of the pump says"):
        store.append("a", page)


def test_what_a_host_derives_from_a_run_is_no_contradiction_of_the_pump(store):
    run = session_of_a_true_run(store)
    derived = run.model_copy(update={"derived": (COMPLIANCE,), "began_at": START, "number": 7})
    store.append("a", corrected(3, run_entry(1, derived)))
    assert verify(store.file).is_sound
