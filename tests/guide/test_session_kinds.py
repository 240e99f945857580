"""Priming by the pump, a sham, an injection that goes on after STOP, and step and hold: each led by
the guide, with a really emulated Pico on a pty."""

import pytest

from manostat_tools.session.model import RunKind
from manostat_tools.store.reading import read_session
from manostat_tools.store.store import Store

from ..emulated_process import Emulated
from .led import in_turn, session

pytestmark = [pytest.mark.pico, pytest.mark.timeout(300)]

ANSWERS = """
operator: Dr Vega
patient: P-18
syringe: bd-10
needle: 22x152
contrast: 240 20
level: L4-5 suspect
level:
at-height: y
prime: pump
prime-volume: 0.1
ready:
set: y
comply: n
run: sham
change: y
rate:
volume: 0.05
above: 50
line: 80
set: y
sham-note: nothing
run: inject
change: y
rate:
volume: 0.3
above: 50
line: 80
set: y
nrs: 2
concordance: discordant
lasted: -
quote:
pattern:
dallas: -
note:
next: go-on
nrs: 3
concordance: discordant
lasted: -
quote:
pattern:
dallas: -
note:
next: again
run: step
step-volume: 0.03
change: y
rate:
volume: 0.06
above: 50
line: 80
set: y
nrs: 1
concordance: discordant
lasted: -
quote:
pattern:
dallas: -
note:
next: done
session-note:
close: y
"""


@pytest.fixture
def board(run_dir):
    from manostat_tools.image import ensure_images

    process = Emulated("kinds", "--image", str(ensure_images()))
    process.await_port()
    yield process
    process.end()


def test_every_kind_of_run_is_led_and_recorded(board, tmp_path):
    stopped, failed = in_turn(
        board,
        "await moving 120",  # into air
        "await still 60",
        "await moving 120",  # it seeks the opening, rests, goes on
        "await still 60",
        "await moving 60",
        "await virtual:0.3 60",
        "press STOP",
        "await virtual:0.2 60",
        "release STOP",
    )
    done = session(board, tmp_path, "answers", ANSWERS, "--emulated-hands", "control-disc")
    stopped.join()
    assert failed == []
    assert done.code == 0, done
    with Store.open(tmp_path / "store") as store:
        told = read_session(store, store.sessions()[0])
    assert told.preparation.primed
    (primed,) = told.preparation.runs
    assert (primed.kind, primed.reason) == (RunKind.PRIME, "volume")
    assert 99_000 <= primed.volume_nl <= 100_000
    (level,) = told.levels
    sham, first, rest, stepped = level.runs
    assert (sham.kind, sham.volume_nl) == (RunKind.SHAM, 0)
    assert level.notes[0].startswith("sham: nothing")
    assert (first.kind, first.reason) == (RunKind.INJECT, "STOP")
    assert (rest.kind, rest.reason) == (RunKind.INJECT, "volume")
    assert first.volume_nl < rest.volume_nl, "within the volume of its level"
    assert 299_000 <= rest.volume_nl <= 300_000
    assert (stepped.kind, stepped.reason) == (RunKind.STEP, "volume")
    # Steps round a volume down: what is left of it may be a last press of its own.
    assert [29_900 <= one.volume_nl <= 30_000 for one in stepped.plateaus[:2]] == [True, False]
    assert 59_800 <= stepped.plateaus[1].volume_nl <= 60_000
