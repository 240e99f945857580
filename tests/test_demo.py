"""`manostat demo`: the whole run on the core bench, and what it says when things go otherwise."""

import io
import json
import re
import signal
import struct
from pathlib import Path

import pytest
from rich.console import Console

from manostat.core import codes
from manostat_sim.benches.core import CoreBench
from manostat_sim.scenarios import list_scenarios, scenario
from manostat_tools import words
from manostat_tools.demo import live, main
from manostat_tools.demo.benches import bench_unit
from manostat_tools.demo.command import INTERRUPTED, play
from manostat_tools.demo.curve import curve, nice_top
from manostat_tools.demo.pace import pace
from manostat_tools.demo.session import Session

READ_PA = 500
"""Six standard deviations of the sensor's noise and a tick of rising pressure."""
SAMPLE_NL = 620
"""What is delivered between two samples of the look-back, 10 ms, and one step."""


def bench(name: str = "concordant-10s") -> CoreBench:
    of = scenario(name)
    return CoreBench(of, bench_unit(of))


def saved(folder: Path, stem: str = "concordant-10s-core") -> dict:
    return json.loads((folder / f"{stem}.json").read_text())


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """(exit code, lines, folder, bench) of the default scenario."""
    folder, out, core = tmp_path_factory.mktemp("demo"), io.StringIO(), bench()
    code = play(core, 60.0, folder, out)
    return code, out.getvalue().splitlines(), folder, core


def test_recorded_pain_mark_is_the_plants_within_the_sensors_error(shown):
    code, _lines, folder, core = shown
    result, sensor = saved(folder), core.world.line_sensor
    recorded, measured = result["recorded"]["pain"]["points"], result["measured"]["pain"]["points"]
    assert code == 0
    assert [point["before_ms"] for point in recorded] == [0, 500, 1000, 2000, 3000]
    for said, true in zip(recorded, measured, strict=True):
        read_pa = true["pressure_pa"] * sensor.span + sensor.offset_pa
        assert said["pressure_pa"] == pytest.approx(read_pa, abs=READ_PA)
        assert said["volume_nl"] == pytest.approx(true["volume_nl"], abs=SAMPLE_NL)


def test_recorded_totals_are_the_plants(shown):
    _code, _lines, folder, core = shown
    result = saved(folder)
    recorded, measured = result["recorded"], result["measured"]
    assert recorded["reason"] == codes.PAIN
    assert recorded["steps"] == measured["steps"] == core.steps_made() > 1000
    assert recorded["delivered_nl"] == pytest.approx(measured["delivered_nl"], abs=10)
    band_pa = 10342  # total error band, 1 % of 150 psi
    for name in ("opening_pa", "peak_pa", "stop_pa"):
        assert recorded[name] == pytest.approx(measured[name], abs=band_pa)


def test_no_step_after_the_press_and_pressure_falls_after_the_stop(shown):
    _code, _lines, folder, core = shown
    measured = saved(folder)["measured"]
    press_us = measured["pain"]["press_s"] * 1e6
    assert measured["pain"]["steps_after_press"] == 0
    assert max(edge.at_us for edge in core.edges("STEP")) <= press_us
    assert measured["pain"]["began_before_ms"] == core.world.patient.reaction_s * 1e3
    assert measured["end_pa"] < measured["stop_pa"] - 6895


def test_measured_does_not_rest_on_what_the_pump_says(tmp_path, shown):
    core = bench()
    core.world.line_sensor.offset_pa -= 4000.0
    assert play(core, 60.0, tmp_path, io.StringIO()) == 0
    off, fair = saved(tmp_path), saved(shown[2])
    said_pa = off["recorded"]["peak_pa"] - fair["recorded"]["peak_pa"]
    true_pa = off["measured"]["peak_pa"] - fair["measured"]["peak_pa"]
    assert said_pa == pytest.approx(true_pa - 4000, abs=READ_PA)


def test_plain_output_tells_events_seconds_and_record_without_escape_codes(shown):
    _code, lines, folder, _core = shown
    text = "\n".join(lines)
    assert "\x1b" not in text
    for said in (
        "power on",
        "pain button proven: ready, waits for RUN",
        "RUN held: seeking the opening pressure",
        "line settling at rest",
        "the patient presses PAIN",
        "pain pressed: stopped, no step after the press",
        "STOP acknowledges",
        "recorded by the pump:",
        "measured on the plant:",
        words.NOTICE,
        str(folder / "concordant-10s-core.png"),
    ):
        assert said in text
    assert re.search(r"opening pressure \d+\.\d psi \(\d+ kPa\): injecting", text)
    seconds = [line for line in lines if re.match(r" +\d+\.\d{3} s .* psi .* mL; \w+$", line)]
    assert len(seconds) == int(saved(folder)["virtual_s"])
    report = lines[next(n for n, line in enumerate(lines) if line.startswith("Level record")) :]
    assert all(len(line) <= 80 for line in report if str(folder) not in line)


def test_picture_is_a_small_png(shown):
    data = (shown[2] / "concordant-10s-core.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (900, 720)
    assert 20_000 < len(data) < 200_000


class CtrlCAt(io.StringIO):
    """Presses Ctrl-C once, when a line begins with `at`."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self._at = at

    def write(self, text: str) -> int:
        if self._at and text.startswith(self._at):
            self._at = ""
            signal.raise_signal(signal.SIGINT)
        return super().write(text)


def test_ctrl_c_stops_the_pump_and_still_gives_record_and_picture(tmp_path):
    core, out = bench("dallas-0"), CtrlCAt("   8.000 s")
    before = signal.getsignal(signal.SIGINT)
    assert play(core, 60.0, tmp_path, out) == INTERRUPTED == 130
    assert signal.getsignal(signal.SIGINT) is before
    result = saved(tmp_path, "dallas-0-core")
    assert result["interrupted"] and result["recorded"]["reason"] == codes.STOP
    assert result["recorded"]["steps"] == core.steps_made() > 500
    assert 8.0e6 <= core.now_us < 8.5e6
    assert max(edge.at_us for edge in core.edges("STEP")) < 8.01e6
    assert "stopped by you (Ctrl-C): STOP pressed" in out.getvalue()
    assert (tmp_path / "dallas-0-core.png").is_file()


def test_ctrl_c_before_anything_moved_says_so(tmp_path):
    core, out = bench(), CtrlCAt("   0.600 s  PAIN")
    assert play(core, 60.0, tmp_path, out) == INTERRUPTED
    assert core.steps_made() == 0
    assert "nothing was injected" in out.getvalue()
    assert saved(tmp_path)["recorded"] is None


def test_time_limit_presses_stop(tmp_path):
    core, out = bench("dallas-0"), io.StringIO()
    assert play(core, 2.0, tmp_path, out) == 0
    assert "time limit of 2 s reached: STOP pressed" in out.getvalue()
    assert saved(tmp_path, "dallas-0-core")["recorded"]["reason"] == codes.STOP


def test_a_pump_that_does_not_arm_ends_with_code_1(tmp_path):
    core, out = bench(), io.StringIO()
    core.cut("3v3-stop")
    assert play(core, 60.0, tmp_path, out) == 1
    assert core.steps_made() == 0
    assert "the pump refuses to arm" in out.getvalue()


def test_a_bench_that_ends_by_itself_still_gives_a_report(tmp_path, monkeypatch):
    core, out = bench("dallas-0"), io.StringIO()
    decide = core._decide

    def dies(inputs):
        if core.now_us > 3e6:
            raise RuntimeError("gone")
        return decide(inputs)

    monkeypatch.setattr(core, "_decide", dies)
    assert play(core, 60.0, tmp_path, out) == 1
    assert "the bench ended: gone" in out.getvalue()
    assert saved(tmp_path, "dallas-0-core")["measured"]["steps"] == core.steps_made()


def test_unknown_scenario_lists_the_names(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--scenario", "nonsense"])
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "nonsense" in said
    assert all(of.name in said for of in list_scenarios())


@pytest.mark.parametrize("wrong", [["--bench", "rp2350"], ["--seconds", "0"], ["--seconds", "x"]])
def test_wrong_argument_says_what_is_right(wrong, capsys):
    with pytest.raises(SystemExit) as ended:
        main(wrong)
    assert ended.value.code == 2
    assert re.search(r"pico.*core.*vm|allowed 0\.1 to 3600 s", capsys.readouterr().err)


def test_list_names_every_scenario(capsys):
    assert main(["--list"]) == 0
    said = capsys.readouterr().out
    assert all(of.name in said and of.summary in said for of in list_scenarios())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_live_view_shows_everything_that_matters(size):
    width, height = size
    console = Console(
        file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None
    )
    core = bench("impossible-needle")
    view = live.LiveView(console)
    session = Session(core, 6.0, lambda _session: None)
    session.run()
    console.print(view.screen(session), end="")
    lines = console.file.getvalue().splitlines()
    assert len(lines) == height and all(len(line) <= width for line in lines)
    text = "\n".join(lines)
    for said in (
        words.NOTICE,
        "impossible-needle, core bench",
        "psi",
        "kPa",
        "mL",
        "Ctrl-C stops",
        "of 3.500 mL",
        "limit 80 psi",
        "limit 50 psi",
        "STOP acknowledges",
        "virtual",
    ):
        assert said in text
    assert "…" not in text
    assert re.search(r"│ +0 +[\d.]+ +[\d.]+ mL │", text)


def test_live_view_draws_at_most_ten_times_a_wall_second(monkeypatch):
    now_s = 0.0
    monkeypatch.setattr(live.time, "monotonic", lambda: now_s)
    view, drawn = live.LiveView(Console(file=io.StringIO())), []
    monkeypatch.setattr(view, "_draw", drawn.append)
    for _ in range(1000):
        now_s += 0.005
        view.update(None)
    assert 40 <= len(drawn) <= 50


def test_curve_keeps_its_size_and_names_its_axes():
    lines = curve([0.0, 0.2, 0.45], [0.0, 10.0, 31.0], 40, 10, least_x=0.1, least_y=20.0)
    assert len(lines) == 10 and all(len(line) == 40 for line in lines[:-1])
    assert lines[0].startswith("  40") and lines[-1].endswith("0.5 mL")
    assert nice_top(0.45) == pytest.approx(0.5) and nice_top(10.0) == 10.0


def test_pace_says_when_it_is_emulated():
    assert pace("pico", 2.0, 16.0).endswith("emulated, 8.0 times slower than real")
    assert pace("core", 30.0, 3.0).endswith(": 10.0 times faster than real")


def test_every_code_has_words():
    source = Path(codes.__file__).read_text()
    tables = {
        "IDLE": words.STATES,
        "NO_REASON": words.REASONS,
        "NO_FAULT": words.FAULTS,
        "OPENING_NONE": words.OPENINGS,
        "INJECT": words.MODES,
    }
    for block in source.split("\n\n"):
        names = re.findall(r"^([A-Z_]+) = const", block, re.M)
        if names and names[0] in tables:
            told = set(names) - {"FAULT_CODES", "HELD", "LOCKED"}  # a count, and alarms
            assert set(tables.pop(names[0])) == {getattr(codes, name) for name in told}
    assert not tables
    assert words.STATE_NAMES.keys() == words.STATES.keys()
    assert words.reason(codes.FAULT, codes.LATE) == "fault: " + words.FAULTS[codes.LATE]
    assert "99" in words.reason(99)


def test_pressures_are_psi_with_kpa_and_never_minus_zero():
    assert words.pressure(344738) == "50.0 psi (345 kPa)"
    assert words.pressure(-20) == "0.0 psi (0 kPa)"
    assert words.volume(512_400) == "0.512 mL"
