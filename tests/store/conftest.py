"""Stores in memory-backed folders where there are some: a disk makes every commit slow."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from manostat_tools.store.imports import import_pull
from manostat_tools.store.reading import unassigned
from manostat_tools.store.store import Store

from ..session.written import START, opened, planned, whole
from . import pumps


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key that another test has kept: what `verify` says of a pump depends on it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def memory():
    """A folder that goes away."""
    shm = Path("/dev/shm")
    root = shm if shm.is_dir() and os.access(shm, os.W_OK) else None
    folder = Path(tempfile.mkdtemp(dir=root))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def folder(memory):
    """An empty folder for one test."""
    return Path(tempfile.mkdtemp(dir=memory))


@pytest.fixture
def store(folder):
    """A new store."""
    with Store.create(folder / "store.sqlite", START) as made:
        yield made


@pytest.fixture(scope="session")
def full(memory):
    """A closed file with a session of a true run, one of made-up runs, and a pump's journal."""
    file = memory / "full.sqlite"
    with Store.create(file, START) as made:
        import_pull(made, pumps.later(), START)
        (unit,) = {pull.unit for pull in made.pulls()}
        for entry in (opened(), planned(1, "L4-5")):
            made.append("true", entry)
        for run in unassigned(made, unit):
            made.append("true", run_entry(1, run))
        for entry in whole():
            if entry.kind != "run":
                made.append("other", entry)
    return file


def run_entry(level, run):
    from manostat_tools.session.entries import RunDone

    return RunDone(host_utc=START, level=level, run=run)


@pytest.fixture
def copy(full, folder):
    """A copy of `full` to spoil."""
    file = folder / "copy.sqlite"
    shutil.copy(full, file)
    return file
