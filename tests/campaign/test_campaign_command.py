"""`manostat campaign` as people meet it: Ctrl-C, one run alone, wrong arguments."""

import os
import re
import signal
import subprocess
import sys

import pytest

from manostat_tools.boards import REPOSITORY
from manostat_tools.campaign import columns
from manostat_tools.campaign.one import One
from manostat_tools.cli import main

from .campaigns import MIX, SEED, content, rows


def test_ctrl_c_in_a_terminal_ends_all_processes_with_one_message(tmp_path):
    folder = tmp_path / "other"
    mix = tmp_path / "short.toml"
    mix.write_text(MIX.text, encoding="utf-8")
    command = [sys.executable, "-m", "manostat_tools.cli", "campaign", str(mix), "--no-report"]
    command += ["--runs", "10000000", "--block-runs", "64", "--jobs", "2", "--folder", str(folder)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        for line in child.stdout:
            if "runs/s" in line:
                break
        os.killpg(child.pid, signal.SIGINT)
        assert child.wait(60) == 130
        said = child.stderr.read().strip()  # to its end: until no process has it open
    assert re.fullmatch(r"stopped: \d+ of 156250 blocks are in .*; the same command goes on", said)
    assert content(folder) and not list(folder.glob("*.part"))


def test_a_run_alone_is_the_one_of_the_campaign(kept):
    _, draws, outcomes = columns.arrays(rows(kept))
    for index in (0, 63, 64, 499):
        one = One(MIX, SEED, index)
        assert one.draws[0].tobytes() == draws[index].tobytes()
        assert one.outcomes[0].tobytes() == outcomes[index].tobytes()


def test_repeat_prints_the_outcome_and_traces_every_tick(kept, tmp_path, capsys):
    mix = tmp_path / "short.toml"
    mix.write_text(MIX.text, encoding="utf-8")
    trace = tmp_path / "ticks.csv"
    assert main(["campaign", str(mix), "--repeat", "3/77", "--trace", str(trace)]) == 0
    said = capsys.readouterr().out
    row = rows(kept).slice(77, 1).to_pylist()[0]
    for name in ("out_ticks", "out_digest", "draw_disc_opening_pa"):
        assert re.search(rf"^{name} +{re.escape(str(row[name]))}", said, re.M), name
    lines = trace.read_text().splitlines()
    assert len(lines) == row["out_ticks"] + 1
    assert lines[0].startswith("tick_us,state,reason")
    last = dict(zip(lines[0].split(","), lines[-1].split(","), strict=True))
    assert int(last["steps"]) == row["out_steps"]
    assert float(last["disc_nl"]) == row["out_disc_nl"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--runs", "0"], "argument --runs: '0': allowed 1 to 1073741824"),
        (["--seed", "-1"], "argument --seed"),
        (["--repeat", "7"], "argument --repeat: '7': allowed SEED/INDEX"),
        (["--scheduler", "here"], "'here': allowed tcp://HOST:PORT"),
        (["--trace", "x.csv"], "--trace: allowed with --repeat SEED/INDEX only"),
        (["--jobs", "2", "--workers", "2"], "not allowed with"),
    ],
)
def test_wrong_arguments_are_refused_with_value_and_range(arguments, said, capsys):
    try:
        code = main(["campaign", *arguments])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert said in capsys.readouterr().err


def test_the_list_says_where_each_number_is_from(capsys):
    assert main(["campaign", "--list"]) == 0
    said = capsys.readouterr().out
    assert "elastance_psi_ml, psi/mL (H: automated pressure-controlled injection" in said
    assert "grade dallas-0: lognormal mean 43, sd 9.6" in said
    assert "grade cervical: lognormal mean 150, sd 25 (E: 100-200 psi/mL, nobody has" in said
