"""Requirements on records with numbers that no pump writes, in pages that are sound: said, never a
traceback, and nothing else is lost for them."""

import pytest

from manostat_tools.store.imports import import_pull
from manostat_tools.store.listing import store_lines
from manostat_tools.store.reading import unassigned

from ..handmade_journal import BOOT, chained, intent, outcome
from ..session.written import START
from .spoiling import said

UNIT = "4d2d303137000000"

ODD = {
    "mode": ([intent(mode=7), outcome(mode=7)], 3, "mode 7: allowed 1 to 6"),
    "delivered": ([intent(), outcome(delivered_nl=-5)], 3, "volume_nl -5: "),
    "peak": ([intent(), outcome(peak_pa=3_000_000)], 3, "peak_pa 3000000: "),
    "steps": ([intent(nl_den=0), BOOT], 2, "nl_den 0: allowed 1 or more"),
    "reserved": ([intent(reserved_steps=1_100_000), BOOT], 2, "volume_nl 113526850: "),
}


@pytest.mark.req("L-05")
@pytest.mark.parametrize("odd", ODD)
def test_a_run_of_numbers_that_no_pump_writes_is_said_and_hides_no_other(store, odd):
    records, number, reason = ODD[odd]
    pages = chained(BOOT, *records, intent(), outcome(peak_pa=345_678))
    line = f"run of record {number} cannot be read: {reason}"
    outcome_of_import = import_pull(store, b"".join(pages), START, UNIT)
    assert not outcome_of_import.is_sound
    assert any(line in finding for finding in outcome_of_import.findings)
    assert [run.peak_pa for run in unassigned(store, UNIT)] == [345_678]
    assert any(line in each for each in store_lines(store))
    (broken,) = said(store.file)
    assert broken.startswith(f"unit M-017: {line}")
