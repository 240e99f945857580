"""A campaign has the same rows whoever makes them, and however often that is interrupted."""

import multiprocessing
import os
import signal
from dataclasses import replace
from multiprocessing.connection import Connection

import pytest

from manostat_sim.campaign.kernel import run_many
from manostat_tools.campaign import columns, crews, run, whole
from manostat_tools.campaign.block import ForeignWorkerError, Order, make_block
from manostat_tools.campaign.folder import ABOUT
from manostat_tools.campaign.identity import identity_of
from manostat_tools.campaign.sampling import Sampler

from .campaigns import BLOCK, MIX, RUNS, SEED, Silent, bits, content, make, rows, wanted


def test_its_rows_are_the_runs_of_the_kernel(kept):
    runs, draws, outcomes = columns.arrays(rows(kept))
    assert runs.tolist() == list(range(RUNS))
    assert draws.tobytes() == Sampler(MIX, SEED).draws(0, RUNS).tobytes()
    assert outcomes.tobytes() == run_many(draws).tobytes()
    assert len(set(draws["mode"])) == 5 and draws["fault_kind"].any()


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
    assert len(set(watcher.workers)) >= 3
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
    assert {int(worker.split(":")[1]) for worker in watcher.workers} - killed
    assert content(tmp_path / "other") == content(kept)


def test_ten_times_the_runs_take_no_more_memory(tmp_path):
    few, many = (
        make(replace(wanted(tmp_path / str(runs), 512, jobs=2), runs=runs)).peak_bytes
        for runs in (2_000, 20_000)
    )
    # 18 000 more rows are 13 MB in DRAW and OUTCOME and 5 MB in files: held, they would be seen.
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
