"""`manostat campaign`: the same rows whoever makes them, and however often that is interrupted."""

import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from manostat_sim.campaign.kernel import run_many
from manostat_tools.boards import REPOSITORY
from manostat_tools.campaign import columns, crews, run, whole
from manostat_tools.campaign.block import ForeignWorkerError, Made, Order, make_block
from manostat_tools.campaign.folder import ABOUT
from manostat_tools.campaign.identity import identity_of
from manostat_tools.campaign.one import One
from manostat_tools.campaign.sampling import Sampler
from manostat_tools.cli import main
from manostat_tools.refusal import RefusedError

from .mixes import short

RUNS, BLOCK, SEED = 500, 64, 3
MIX = short()


class Silent:
    """Watches, and acts at each block: `at_first` once, at the first."""

    def __init__(self, at_first: Callable[[], object] = lambda: None) -> None:
        self.made: list[Made] = []
        self.losses = 0
        self._at_first = at_first

    def kept(self, made: Made) -> None:
        self.made.append(made)
        if len(self.made) == 1:
            self._at_first()

    def waits(self) -> None:
        pass

    def lost(self) -> None:
        self.losses += 1


def wanted(folder: Path, block_runs: int = BLOCK, **others) -> whole.Wanted:
    return whole.Wanted(MIX, SEED, RUNS, block_runs, folder, **others)


def make(asked: whole.Wanted, watcher: run.Watcher | None = None) -> run.Measured:
    return run.run(whole.open_folder(asked), asked.crew, watcher or Silent())


def rows(folder: Path) -> pa.Table:
    files = sorted(folder.glob("*.parquet"))
    return pa.concat_tables([pq.read_table(file).replace_schema_metadata() for file in files])


def bits(folder: Path) -> tuple[bytes, ...]:
    return tuple(one.tobytes() for one in columns.arrays(rows(folder)))


def content(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.parquet"))}


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    """The folder of the campaign, made by one process in peace."""
    folder = tmp_path_factory.mktemp("campaign") / "kept"
    make(wanted(folder))
    return folder


def test_its_rows_are_the_runs_of_the_kernel(kept):
    runs, draws, outcomes = columns.arrays(rows(kept))
    assert runs.tolist() == list(range(RUNS))
    assert draws.tobytes() == Sampler(MIX, SEED).draws(0, RUNS).tobytes()
    assert outcomes.tobytes() == run_many(draws).tobytes()
    assert len(set(draws["mode"])) == 5 and draws["fault_kind"].any()


def test_each_block_says_what_it_is_of(kept):
    found = columns.block_metadata(kept / "block-000002.parquet")
    assert found["block"] == 2 and found["mix_text"] == MIX.text
    identity = found["identity"]
    assert identity == identity_of(MIX, SEED, RUNS, BLOCK).as_dict()
    assert identity["schema_version"] == columns.SCHEMA_VERSION
    assert all(re.fullmatch("[0-9a-f]{64}", identity[name]) for name in identity if "sha" in name)
    assert json.loads((kept / ABOUT).read_text())["identity"] == identity


@pytest.mark.parametrize("size", [7, 200, 4096])
def test_rows_are_the_same_in_blocks_of_any_size(kept, tmp_path, size):
    make(wanted(tmp_path / "other", size))
    assert bits(tmp_path / "other") == bits(kept)


@pytest.mark.parametrize("crew", [{"jobs": 3}, {"workers": 2}], ids=str)
def test_files_are_the_same_whoever_makes_them(kept, tmp_path, crew):
    make(wanted(tmp_path / "other", **crew))
    assert content(tmp_path / "other") == content(kept)


def test_files_are_the_same_when_every_process_is_killed_at_the_first_block(kept, tmp_path):
    def kill() -> None:
        for child in multiprocessing.active_children():
            os.kill(child.pid, signal.SIGKILL)

    watcher = Silent(kill)
    measured = make(wanted(tmp_path / "other", jobs=2), watcher)
    # All but the first were made by others, or had been made already.
    assert len({made.worker for made in watcher.made}) >= 3
    assert measured.losses == watcher.losses
    assert content(tmp_path / "other") == content(kept)


def test_files_are_the_same_when_every_dask_worker_is_killed_at_the_first_block(kept, tmp_path):
    crew = crews.Cluster(2)
    killed: set[int] = set()

    def kill() -> None:
        killed.update(crew.client.run(os.getpid).values())
        for pid in killed:
            os.kill(pid, signal.SIGKILL)

    watcher = Silent(kill)
    asked = wanted(tmp_path / "other")
    run.run(whole.open_folder(asked), lambda: crew, watcher)
    # More blocks than were asked for at once: some were made by workers that came after.
    assert {int(made.worker.split(":")[1]) for made in watcher.made} - killed
    assert content(tmp_path / "other") == content(kept)


def test_ten_times_the_runs_take_no_more_memory(tmp_path):
    few, many = (
        make(replace(wanted(tmp_path / str(runs), 512, jobs=2), runs=runs)).peak_bytes
        for runs in (2_000, 20_000)
    )
    # 18 000 more rows are 13 MB in DRAW and OUTCOME: held, they would be seen.
    assert many < few + 8e6


def test_workers_that_are_always_lost_end_it_with_what_was_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(crews, "serve", _die)
    asked = wanted(tmp_path / "other")
    with pytest.raises(run.LostWorkersError, match="workers were lost 6 times"):
        make(asked)
    assert multiprocessing.active_children() == []


def _die(pipe: Connection) -> None:
    pipe.recv()
    os._exit(1)


def test_a_worker_with_other_sources_is_refused():
    identity = replace(identity_of(MIX, SEED, RUNS, BLOCK), firmware_sha256="0" * 64)
    with pytest.raises(ForeignWorkerError, match="firmware_sha256: "):
        make_block(Order(0, 0, BLOCK, MIX.text, identity))


def test_interrupted_it_keeps_what_is_whole_and_goes_on_from_there(
    kept, tmp_path, capsys, monkeypatch
):
    asked = wanted(tmp_path / "other")
    interrupted = Silent(lambda: signal.raise_signal(signal.SIGINT))
    monkeypatch.setattr(whole, "shown", lambda *_: _entered(interrupted))
    assert whole.run(asked, with_report=False) == 130
    assert "1 of 8 blocks" in capsys.readouterr().err
    assert len(content(asked.where)) == 1
    assert multiprocessing.active_children() == []
    monkeypatch.undo()
    (asked.where / "block-000005.parquet.part").write_bytes(b"half of one")
    assert whole.run(asked, with_report=False) == 0
    assert content(asked.where) == content(kept)
    assert sorted(path.name for path in asked.where.iterdir()) == [*content(kept), ABOUT]
    assert "8 of 8 blocks" not in capsys.readouterr().out
    assert whole.run(asked, with_report=False) == 0
    assert "8 of 8 blocks" in capsys.readouterr().out


class _entered:  # noqa: N801
    def __init__(self, watcher: run.Watcher) -> None:
        self.watcher = watcher

    def __enter__(self) -> run.Watcher:
        return self.watcher

    def __exit__(self, *_: object) -> None:
        pass


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


@pytest.mark.parametrize(
    ("name", "mine", "said"),
    [
        ("seed", {"seed": 4}, "of another campaign; seed: 3, this command's is 4"),
        ("mix", {"mix": short("latin-hypercube")}, "mix_sha256: "),
        ("size", {"block_runs": 65}, "block_runs: 64, this command's is 65"),
    ],
)
def test_a_folder_of_another_campaign_is_refused(kept, name, mine, said):
    before = content(kept)
    with pytest.raises(RefusedError) as refused:
        whole.open_folder(replace(wanted(kept), **mine))
    assert any(said in line for line in refused.value.problems)
    assert content(kept) == before


def test_a_folder_made_with_other_firmware_is_refused(kept, tmp_path):
    about = json.loads((kept / ABOUT).read_text())
    about["identity"]["firmware_sha256"] = "0" * 64
    (tmp_path / ABOUT).write_text(json.dumps(about))
    with pytest.raises(RefusedError, match=r"firmware_sha256: 000000000000\.\.\., this command's"):
        whole.open_folder(wanted(tmp_path))


def test_a_folder_of_something_else_and_a_broken_block_are_refused(kept, tmp_path):
    (tmp_path / "letter.txt").write_text("no campaign")
    with pytest.raises(RefusedError, match=f"no {ABOUT} in it"):
        whole.open_folder(wanted(tmp_path))
    (tmp_path / "letter.txt").unlink()
    (tmp_path / ABOUT).write_bytes((kept / ABOUT).read_bytes())
    (tmp_path / "block-000001.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(RefusedError, match=r"block-000001\.parquet: .*allowed a whole block"):
        whole.open_folder(wanted(tmp_path))


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
