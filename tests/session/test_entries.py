"""Requirements on what can be written down: in range, in UTC, complete, or refused by name."""

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from manostat_tools.session import entries as e

from .written import BD_10, C240, G22, at, closed, corrected, fitted, noted, planned, whole

ENTRY = TypeAdapter(e.SessionEntry)


@pytest.mark.req("L-05")
def test_every_entry_is_read_again_as_it_was_written():
    for entry in [*whole(), corrected(10, None), corrected(4, planned(2, "L5-S1"))]:
        assert ENTRY.validate_json(entry.model_dump_json()) == entry


def test_an_entry_cannot_be_changed():
    with pytest.raises(ValidationError):
        noted("calm").text = "upset"


@pytest.mark.parametrize(
    "wall",
    [
        datetime(2026, 11, 28, 9, 0),
        datetime(2026, 11, 28, 9, 0, tzinfo=timezone(timedelta(hours=1))),
    ],
    ids=["no zone", "another zone"],
)
def test_wall_time_is_utc_or_refused(wall):
    with pytest.raises(ValidationError):
        e.HostEvent(host_utc=wall, text="link lost")


def test_a_level_has_the_name_of_a_disc():
    with pytest.raises(ValidationError, match=r"level L5-6: allowed C2-3 to C7-T1"):
        planned(1, "L5-6")


@pytest.mark.parametrize(
    ("what", "said"),
    [({}, "nothing given"), ({"level": 1, "syringe": BD_10}, "syringe for level 1 alone")],
)
def test_equipment_says_something_and_the_syringe_is_of_the_session(what, said):
    with pytest.raises(ValidationError, match=said):
        fitted(**what)


def test_what_is_not_known_is_refused_by_name():
    for kind, field in (("rumour", "kind"), ("note", "mood")):
        data = noted("calm").model_dump(mode="json") | {"kind": kind, "mood": "good"}
        with pytest.raises(ValidationError, match=field if kind == "note" else kind):
            ENTRY.validate_python(data)


def test_a_correction_cannot_hold_another_correction():
    with pytest.raises(ValidationError):
        corrected(3, corrected(2, fitted(needle=G22, contrast=C240)))


def test_a_correction_says_what_was_wrong_who_says_so_and_why():
    for field in ("wrong", "by", "why"):
        with pytest.raises(ValidationError):
            corrected(3, closed(), **{field: ""})


def test_an_entry_keeps_its_time():
    assert noted("calm", minute=7).host_utc == at(7)
