"""Runs functions in forked children, a few at a time."""

import multiprocessing
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from manostat_sim.measure.injection import Progress

_LOOK_EVERY_S = 0.2


class Watcher(Protocol):
    """Told how things go, by the number of the job."""

    def began(self, job: int) -> None: ...
    def at(self, job: int, share: float) -> None: ...
    def ended(self, job: int, result: Any, seconds: float) -> None: ...


class JobError(RuntimeError):
    """A job raised or died; the message carries its traceback."""


def run_jobs(jobs: Sequence[Callable[[Progress], Any]], workers: int, watcher: Watcher) -> None:
    """Each job once, in order, at most `workers` at a time; results go to the watcher.

    Raises JobError for the first that fails, after ending the others.
    """
    context = multiprocessing.get_context("fork")  # a job begins with what this process has built
    shares = context.RawArray("d", len(jobs))
    running: dict[Connection, tuple[int, BaseProcess, float]] = {}
    waiting = list(enumerate(jobs))
    try:
        while running or waiting:
            while waiting and len(running) < workers:
                number, job = waiting.pop(0)
                reader, writer = context.Pipe(duplex=False)
                child: BaseProcess = context.Process(
                    target=_run, args=(job, number, shares, writer)
                )
                watcher.began(number)
                child.start()
                writer.close()
                running[reader] = number, child, time.monotonic()
            for ready in wait(list(running), _LOOK_EVERY_S):
                assert isinstance(ready, Connection)
                number, done, begun_s = running[ready]
                watcher.ended(number, _result(ready, done), time.monotonic() - begun_s)
                del running[ready]
            for number, _child, _begun_s in running.values():
                watcher.at(number, shares[number])
    finally:
        for _number, left, _begun_s in running.values():
            left.terminate()
            left.join()


def _run(job: Callable[[Progress], Any], number: int, shares: Any, writer: Connection) -> None:
    def progress(share: float) -> None:
        shares[number] = share

    try:
        writer.send((True, job(progress)))
    except KeyboardInterrupt:
        pass  # the one who started this says what there is to say
    except BaseException:
        writer.send((False, traceback.format_exc()))


def _result(reader: Connection, child: BaseProcess) -> Any:
    try:
        succeeded, value = reader.recv()
    except EOFError:
        child.join()
        raise JobError(f"a job died with code {child.exitcode}") from None
    child.join()
    if not succeeded:
        raise JobError(value)
    return value
