"""A session from its opening to its report, with a really emulated Pico on a pty: the link is
unplugged in the middle of an injection, the program ends in the middle of the session, and nothing
is lost or there twice."""

import pytest

from manostat_tools import __version__
from manostat_tools.guide.progress import progress_of
from manostat_tools.session.model import Concordance, Role, RunKind
from manostat_tools.store.reading import read_session
from manostat_tools.store.store import Store

from ..emulated_process import Emulated, manostat
from .led import in_turn, session

pytestmark = [pytest.mark.pico, pytest.mark.timeout(300)]

FIRST = """
operator: Dr Vega
patient: P-17
syringe: bd-10
needle: 22x152
contrast: 240 20
level: L3-4 control
level: L4-5 suspect
level:
at-height: y
prime: hand
comply: y
ready:
set: y
ready:
run: inject
change: y
rate:
volume: 0.12
above: 50
line: 80
set: y
nrs: 0
concordance: absent
"""
SECOND = """
lasted: -
quote:
pattern: cotton ball
dallas: 0
note:
next: done
run: inject
change: n
set: y
nrs: 8
concordance: concordant
lasted: 45
quote: That is <the> one
pattern: posterior
dallas: 4
note: slept badly
next: correct
nrs:
concordance:
lasted:
quote:
pattern:
dallas: 3
why: mistyped
next: done
session-note:
close: y
"""


@pytest.fixture(scope="module")
def board(run_dir):
    from manostat_tools.image import ensure_images

    process = Emulated("guided", "--image", str(ensure_images()))
    process.await_port()
    yield process
    process.end()


def test_a_session_loses_nothing_to_a_pulled_cable_and_a_program_that_ended(board, tmp_path):
    pulled, failed = in_turn(
        board,
        "await moving 120",  # against the stopcock
        "await still 60",
        "await moving 120",  # level 1
        "unplug",
        "await virtual:8 60",
        "plug",
    )
    done = session(board, tmp_path, "first", FIRST, "--emulated-hands", "control-disc")
    pulled.join()
    assert failed == []
    assert done.code == 130, done
    assert "link lost: the pump works on without it" in done.out
    assert "go on with: manostat session --resume" in done.err

    pressed, failed = in_turn(
        board,
        "await moving 120",  # level 2: it seeks, rests for its opening, goes on
        "await still 60",
        "await moving 60",
        "await virtual:1 60",
        "unplug",
        "await virtual:1 60",
        "plug",
        "await virtual:2 60",
        "press PAIN",
        "await virtual:0.3 60",
        "release PAIN",
    )
    again = ("--resume", "--emulated-hands", "concordant-10s")
    done = session(board, tmp_path, "second", SECOND, *again)
    pressed.join()
    assert failed == []
    assert done.code == 0, done
    assert "not a certified medical device   BENCH IMAGE   EMULATED PUMP" in done.out
    check_store(tmp_path / "store")
    check_report(tmp_path / "report", done.out)
    assert manostat("verify", "--store", str(tmp_path / "store")).code == 0


WHOLE = {"needle_resistance", "disc_pressure", "disc_above_opening", "disc_volume", "work"}


def check_store(file):
    with Store.open(file) as store:
        (name,) = store.sessions()
        told = read_session(store, name)
        texts = progress_of(name, store.session_entries(name)).texts
    assert (told.operator, told.patient_code, told.simulated) == ("Dr Vega", "P-17", True)
    assert told.closed_at is not None
    assert told.unit.bench_image
    assert told.unit.firmware == f"{__version__}, MicroPython 1.25.0; protocol 2"
    assert told.preparation.zero_at_disc_height
    assert told.preparation.pain_button_proven
    assert [run.kind for run in told.preparation.runs] == [RunKind.COMPLY]
    line = told.preparation.line_compliance
    assert line.low <= 5.0 <= line.high  # uL/psi of the simulated line
    control, suspect = told.levels
    assert (control.name, control.role) == ("L3-4", Role.CONTROL)
    assert (suspect.name, suspect.role) == ("L4-5", Role.SUSPECT)
    (unseen,) = control.runs  # recorded by the pump while nobody listened, and pulled once
    assert unseen.reason == "volume"
    assert 119_000 <= unseen.volume_nl <= 120_000
    assert unseen.opening_pa is not None
    assert unseen.trace is not None
    # Nobody has seen its stop: what is derived of it comes from the pump's own trace.
    assert {value.name for value in unseen.derived} >= WHOLE
    assert control.response.concordance is Concordance.ABSENT
    assert any("answered before the program ended" in text for text in texts)
    (seen,) = suspect.runs
    assert seen.reason == "pain"
    assert seen.prescription.zero_pa == told.preparation.zero_pa
    assert seen.trace is not None
    assert len(seen.marks) == 1
    assert {value.name for value in seen.derived} >= WHOLE
    assert suspect.response.quote == "That is <the> one"
    assert (suspect.finding.pattern, suspect.finding.dallas) == ("posterior", 3)
    assert len(told.corrections) == 1
    assert "dallas: 4, now 3" in told.corrections[0]
    assert suspect.notes == ("slept badly (Dr Vega)",)


def check_report(folder, said):
    assert f"report: {folder / 'report.pdf'}" in said
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    page = (folder / "report.html").read_text()
    for text in ("SIMULATED", "L3-4", "L4-5", "That is &lt;the&gt; one", "slept badly"):
        assert text in page
    assert "Derby 1999 [M]" in said
