"""Requirements on host events as people read them: levels and runs by name, no paths, no jargon."""

import pytest

from manostat_tools.guide.progress import Armed, done, given
from manostat_tools.session.fold import fold
from manostat_tools.session.model import RunKind
from manostat_tools.session.told import LINK_LOST, is_setting, pump_taken, without_paths

from .written import closed, event, found, opened, planned, ran, responded

LOST = "not all of the run was seen over the link: "
PORT = "/run/user/0/manostat/slot-1/port: unplugged while it was listened to"
BEFORE = [opened(), planned(1, "L3-4"), planned(2, "L4-5"), ran(1, 11), ran(2, 52)]


def events(*texts):
    return [one.text for one in fold("a", [*BEFORE, *map(event, texts)]).events]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (Armed(2, RunKind.INJECT, 13).text, "the pump was set for L4-5: inject"),
        (Armed(None, RunKind.COMPLY, 13).text, "the pump was set for no level: comply"),
        (Armed(2, RunKind.INJECT, 13, "4d" * 8).text, "the pump was set for L4-5: inject"),
        (pump_taken("4d2d303138000000", "production image ab; before it M-017"),
         "another pump from here on: M-018, production image ab; before it M-017"),
        (done(2), "L4-5 is done"),
        (given(1, {"nrs": "7"}), "L3-4, answered before the program ended: nrs 7"),
        ("run of record 52, not derived: too short", "L4-5, run 1, not derived: too short"),
        ("slept badly", "slept badly"),
    ],
)  # fmt: skip
def test_what_the_guide_writes_for_itself_is_read_with_levels_and_runs_by_name(written, read):
    assert events(written) == [read]


def test_a_setting_is_known_as_one_and_nothing_else_is():
    assert is_setting(Armed(None, RunKind.PRIME, 0).text) and is_setting(Armed(3, "sham", 7).text)
    assert not is_setting("set for level 2") and not is_setting(done(2))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (LOST + PORT, LOST + LINK_LOST),
        (f"{LOST}{PORT}; the pump's trace of the run is not there",
         f"{LOST}{LINK_LOST}; the pump's trace of the run is not there"),
        (f"{LOST}slot-1: says nothing; a self test, or a program that ended; {PORT}",
         LOST + LINK_LOST),
        (f"{LOST}/dev/ttyACM0: [Errno 5] Input/output error", LOST + LINK_LOST),
        ("stored at /home/vega/x y", "stored at (a path of the host) y"),
        ("0.05 mL/s at 8/10", "0.05 mL/s at 8/10"),
    ],
)  # fmt: skip
def test_no_path_of_the_host_is_read(written, read):
    assert without_paths(written) == read


def test_why_nothing_was_derived_is_with_the_run_and_not_with_another():
    said = f"run of record 52, not derived: {LOST}{PORT}"
    session = fold("a", [*BEFORE, event(said), responded(2), found(2), closed()])
    assert session.levels[1].runs[0].not_derived == (LOST + LINK_LOST,)
    assert session.levels[0].runs[0].not_derived == ()
