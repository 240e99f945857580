"""Run with killing.c preloaded: writes to copies of a store, killed at each operation on files.

Arguments: a store, a file from a pump, what to do, the signal. Prints a line of JSON for each
operation at which it ended: the entries before and after, and what `verify` says.
"""

import ctypes
import json
import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from manostat_tools.session.entries import Noted
from manostat_tools.store.imports import import_pull
from manostat_tools.store.store import Store
from manostat_tools.store.verify import verify

NOW = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
LONGEST = 5000
INTERRUPTED = 3


def append(file, _):
    with Store.open(file) as store:
        store.append("other", Noted(host_utc=NOW, text="the last word" * 300))


def pull(file, pulled):
    data = pulled.read_bytes()
    with Store.open(file) as store:
        import_pull(store, data, NOW)


def create(file, _):
    Store.create(file.with_name("new.sqlite"), NOW).close()


def killed_at(nth, do, file, pulled, signal_number):
    """Whether it ended before it was done."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        ctypes.CDLL(None).arm(ctypes.c_long(nth), signal_number)
        try:
            do(file, pulled)
        except KeyboardInterrupt:
            os._exit(INTERRUPTED)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == INTERRUPTED


def main():
    original, pulled = Path(sys.argv[1]), Path(sys.argv[2])
    do, signal_number = globals()[sys.argv[3]], int(sys.argv[4])
    with Store.open(original) as store:
        before = len(store.entries())
    for nth in range(LONGEST):
        folder = original.parent / f"{sys.argv[3]}-{signal_number}-{nth}"
        folder.mkdir()
        file = folder / "store.sqlite"
        shutil.copy(original, file)
        if not killed_at(nth, do, file, pulled, signal_number):
            return
        new = folder / "new.sqlite"
        with Store.open(file) as store:
            after = len(store.entries())
        if not new.exists():
            do(file, pulled)
        wrong = [str(each) for each in verify(new if new.exists() else file).wrong]
        print(json.dumps({"before": before, "after": after, "wrong": wrong}), flush=True)
        shutil.rmtree(folder)


main()
