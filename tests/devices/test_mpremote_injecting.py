"""The real mpremote at a pump that injects finds no prompt, and the injection does not notice."""

import json
import subprocess
import sys
import time

import pytest

from manostat.core import codes
from manostat_tools.journal.page import PAGE_BYTES, read_record
from manostat_tools.journal.payloads import COMMAND, EVENTS, OUTCOME, fields_of
from manostat_tools.link import connect

from .conftest import PORT_S

pytestmark = pytest.mark.pico

TRIES_S = 4.0


def status(board) -> dict:
    told: dict = json.loads(board.operate("status"))
    return told


def try_for(board, seconds: float) -> tuple[int | None, str]:
    """What mpremote came to; None: it still tried, and was ended as by Ctrl-C."""
    words = ["-m", "mpremote", "connect", board.board.path, "exec", "print('prompt')"]
    tried = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        said, _ = tried.communicate(timeout=seconds)
        return tried.returncode, said
    except subprocess.TimeoutExpired:
        tried.terminate()
        said, _ = tried.communicate(timeout=10)
        return None, said


@pytest.mark.req("S-01")
def test_mpremote_finds_no_prompt_and_disturbs_no_injection(pump, figure):
    pump.operate("press PAIN")
    pump.operate("await virtual:0.1 60")
    pump.operate("release PAIN")
    pump.operate("await virtual:0.2 60")
    pump.operate("press RUN")
    pump.operate(f"await moving {PORT_S:g}")
    before = status(pump)
    begun_s = time.monotonic()
    code, said = try_for(pump, TRIES_S)
    took_s = time.monotonic() - begun_s
    after = status(pump)
    assert code != 0 and "prompt" not in said, said
    assert took_s >= 1 and after["virtual_s"] > before["virtual_s"] + 0.5
    assert after["line_pa"] > before["line_pa"], "it tried while the plunger moved"
    pump.operate(f"await moving {PORT_S:g}")
    pump.operate("press PAIN")
    pump.operate("await still 60")
    for switch in ("PAIN", "RUN"):
        pump.operate(f"release {switch}")
    with connect(pump.name, limit_s=PORT_S) as link:
        pump.operate("await virtual:0.5 60")
        pages = link.records()
    starts = range(0, len(pages), PAGE_BYTES)
    kept = [read_record(pages[at : at + PAGE_BYTES], at) for at in starts]
    outcome = fields_of([record for record in kept if record.kind == OUTCOME][-1])
    assert outcome["reason"] == codes.PAIN, "nothing but the button has stopped it"
    of = "late ticks, mpremote at the port"
    figure("S-01", outcome["late_ticks"], 0, "ticks", "=", of=of, also=True)
    assert outcome["late_ticks"] == 0
    events = [
        event for record in kept if record.kind == EVENTS for event in fields_of(record)["events"]
    ]
    assert any(event["what"] == COMMAND and event["a"] == 0 for event in events), "it is on record"
