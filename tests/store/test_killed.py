"""Requirements on durability: killed or interrupted at any operation on files, a store loses at
most the entry that was being written, stays sound and takes the next.

The process is killed before each write, in the middle of it, before each sync, truncation and
deletion. Power that fails and takes what the disk had not kept yet is not tried.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from manostat_tools.boards import REPOSITORY
from manostat_tools.store.imports import import_pull
from manostat_tools.store.store import Store

from ..session.written import START
from .pumps import answer_to_j, later, sooner

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def library(memory):
    """killing.c as a library."""
    made = memory / "killing.so"
    compiler = shutil.which("gcc")
    assert compiler, "gcc is needed, as for the images"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", made, HERE / "killing.c", "-ldl"]
    subprocess.run(command, check=True)
    return made


def ends(library, store, pulled, what, signal_number):
    path = os.pathsep.join(str(REPOSITORY / each) for each in ("firmware", "sim", "host_tools"))
    done = subprocess.run(
        [sys.executable, HERE / "killed.py", store, pulled, what, str(int(signal_number))],
        env=os.environ | {"LD_PRELOAD": str(library), "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def assert_nothing_older_is_lost(found):
    assert len(found) >= 8, "operations of one entry"
    for each in found:
        assert each["wrong"] == []
        assert each["after"] in (each["before"], each["before"] + 1)
    kept = [each["after"] for each in found]
    assert kept == sorted(kept), "once it is there, it stays"
    assert kept[0] == found[0]["before"]


BOTH = pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["kill", "ctrl-c"])


@pytest.mark.req("L-03")
@BOTH
def test_at_most_the_entry_being_written_is_lost(library, full, folder, how):
    store = folder / "base.sqlite"
    shutil.copy(full, store)
    assert_nothing_older_is_lost(ends(library, store, store, "append", how))


@pytest.mark.req("L-03")
@BOTH
def test_a_pull_is_stored_whole_or_not_at_all(library, folder, how):
    store, pulled = folder / "base.sqlite", folder / "answer"
    with Store.create(store, START) as made:
        import_pull(made, sooner(), START)
    pulled.write_bytes(answer_to_j(later()))
    assert_nothing_older_is_lost(ends(library, store, pulled, "pull", how))


@pytest.mark.req("L-03")
def test_a_new_store_is_there_whole_or_not_at_all(library, full, folder):
    store = folder / "base.sqlite"
    shutil.copy(full, store)
    found = ends(library, store, store, "create", signal.SIGKILL)
    assert len(found) >= 8
    assert [each["wrong"] for each in found] == [[]] * len(found)
