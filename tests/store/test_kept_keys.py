"""Requirements on `verify` where this host keeps a pump's key: nobody else's records pass."""

import pytest

from manostat_tools.journal import payloads
from manostat_tools.journal.seals import PUBLIC_KEY
from manostat_tools.store.imports import import_pull
from manostat_tools.store.verify import verify
from manostat_tools.store.verify_command import _kept
from manostat_tools.units import keys

from ..handmade_journal import BOOT, SEAL, chained, intent, outcome, trace
from ..session.written import START

KEY, OLDER, THEIRS = bytes(range(1, 33)), bytes(range(2, 34)), b"a key of whoever forges, 32 byte"
M_017 = "4d2d303137000000"
RUN = intent(), outcome(peak_pa=500_000)
FORGED = intent(), outcome(peak_pa=1000)


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def keep(key, serial="M-017"):
    keys.keep(serial, key)
    keys.make_current(serial, keys.name_of(key))


def verified(store, pages, unit=M_017):
    """What is said of the pump, and what is wrong with it."""
    import_pull(store, b"".join(pages), START, unit)
    verdict = verify(store.file, keys=_kept)
    (told,) = verdict.units
    return told, [str(wrong) for wrong in verdict.wrong]


@pytest.mark.req("L-05")
def test_records_behind_the_true_ones_that_another_key_seals_are_found(store):
    keep(KEY)
    true = chained(BOOT, *RUN, SEAL, key=KEY)
    forged = chained(*FORGED, SEAL, key=THEIRS, behind=true[-1], first=5)
    told, wrong = verified(store, true + forged)
    assert "1 seals fit the key that this host keeps and vouch for records 1 to 3" in told
    assert any("no seal of the key given follows 1 outcomes" in line for line in wrong)
    assert any("seal 7 is of another key" in line for line in wrong)


@pytest.mark.req("L-05")
@pytest.mark.parametrize("current", [True, False], ids=["confirmed", "kept"])
@pytest.mark.parametrize("sealed", [THEIRS, PUBLIC_KEY, None], ids=["theirs", "public", "unsealed"])
def test_a_journal_that_no_key_of_its_pump_fits_is_found(store, sealed, current):
    keep(KEY) if current else keys.keep("M-017", KEY)
    records = (BOOT, *FORGED, SEAL) if sealed else (BOOT, *FORGED)
    told, wrong = verified(store, chained(*records, key=sealed))
    assert "no seal fits the key that this host keeps" in told
    assert any("no seal of the key given follows 1 outcomes" in line for line in wrong)


def test_where_nothing_was_to_be_sealed_yet_nothing_is_wrong(store):
    keep(KEY)
    told, wrong = verified(store, chained(BOOT, intent()))
    assert "no seal fits the key that this host keeps" in told and wrong == []


def test_a_newer_key_of_the_same_pump_vouches_for_what_an_older_one_sealed(store):
    keep(OLDER)
    keep(KEY)
    older = chained(BOOT, *RUN, SEAL, key=OLDER)
    newer = chained(BOOT, *RUN, SEAL, key=KEY, behind=older[-1], first=5)
    told, wrong = verified(store, older + newer)
    assert "vouch for records 1 to 7" in told and wrong == []


def test_an_older_key_is_taken_where_it_alone_sealed_anything_yet(store):
    keep(OLDER)
    keep(KEY)
    told, wrong = verified(store, chained(BOOT, *RUN, SEAL, key=OLDER))
    assert "vouch for records 1 to 3" in told and wrong == []


def test_a_pump_that_is_called_by_its_key_is_checked_with_it_whichever_unit_has_it(store):
    keep(KEY)
    told, wrong = verified(store, chained(BOOT, *RUN, SEAL, key=KEY), unit=None)
    assert told.startswith(f"unit {keys.name_of(KEY)}: ") and wrong == []
    assert "1 seals fit the key that this host keeps and vouch for records 1 to 3" in told


@pytest.mark.req("L-05")
def test_a_pump_that_is_called_by_its_key_has_no_records_of_another(store):
    keep(KEY)
    told, wrong = verified(store, chained(BOOT, *FORGED, SEAL, key=THEIRS), keys.name_of(KEY))
    assert "no seal fits the key that this host keeps" in told and len(wrong) == 2


def test_of_a_pump_without_a_number_no_key_is_taken_that_nothing_names(store):
    keep(OLDER)
    told, wrong = verified(store, chained(BOOT, *RUN, SEAL, key=KEY), unit=None)
    assert "1 seals of a key that this host does not keep" in told and wrong == []


@pytest.mark.req("L-05")
def test_a_trace_that_was_not_pulled_does_not_hide_that_nothing_is_sealed_from_there_on(store):
    keep(KEY)
    true = chained(BOOT, *RUN, SEAL, key=KEY)
    forged = chained(trace(b"", 1, 1), *FORGED, BOOT, behind=true[-1], first=5)
    _, wrong = verified(store, true + forged)
    assert any("no seal of the key given follows 2 outcomes or traces" in line for line in wrong)


@pytest.mark.parametrize("absent", [2, 3, 4])
def test_a_record_that_was_not_pulled_is_no_break_also_where_a_seal_is_over_it(store, absent):
    keep(KEY)
    pages = chained(BOOT, *RUN, SEAL, *RUN, SEAL, key=KEY)
    told, wrong = verified(store, pages[: absent - 1] + pages[absent:])
    assert f"NOT WHOLE: records {absent} to {absent} were not pulled" in told
    assert "vouch for none: not whole" in told and wrong == []
    told, wrong = verified(store, pages)
    assert "vouch for records 1 to 6" in told and wrong == []


@pytest.mark.req("L-05")
def test_a_seal_before_all_records_is_found(store):
    keep(KEY)
    mac = bytes.fromhex(keys.name_of(KEY)) + bytes(32)
    _, wrong = verified(store, chained((payloads.SEAL, mac), BOOT))
    assert any("seal 1: the record that it is over is not there" in line for line in wrong)
