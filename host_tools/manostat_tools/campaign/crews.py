"""Who makes the blocks: processes of this machine, a local Dask cluster, or one far away.

Each is a `concurrent.futures` executor behind the same few methods. No crew sees another's order
of work in the results: a block is a function of its order.
"""

import logging
import multiprocessing
import os
import signal
import threading
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, Protocol

from manostat_tools.campaign.block import Made, Order, make_block


class Crew(Protocol):
    """`size`: blocks at a time. `submit`, or its future, fails with one of `losses` when a worker
    is gone, not when the work itself is wrong. `mend` then makes the crew whole, and says whether
    all else that was asked for is void. `close` waits for no block."""

    size: int
    losses: tuple[type[BaseException], ...]

    def submit(self, order: Order) -> "Future[Made]": ...
    def mend(self) -> bool: ...
    def close(self) -> None: ...


class Processes:
    """`size` processes of this machine."""

    losses: tuple[type[BaseException], ...] = (BrokenProcessPool, CancelledError)

    def __init__(self, size: int) -> None:
        self.size = size
        self._pool = self._new()

    def submit(self, order: Order) -> "Future[Made]":
        """The future of a block."""
        return self._pool.submit(make_block, order)

    def mend(self) -> bool:
        """Start afresh: a pool that has lost one process takes no more work."""
        self.close()
        self._pool = self._new()
        return True

    def close(self) -> None:
        """End all of them, in the middle of what they do."""
        children = list((getattr(self._pool, "_processes", None) or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.terminate()
        for child in children:
            child.join()

    def _new(self) -> ProcessPoolExecutor:
        # Not forked: this process has threads, and a child would have their locks.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.size, context, initializer=_live_with_parent)


class Cluster:
    """A Dask cluster: `size` processes of this machine, or what the scheduler at `address` has."""

    def __init__(self, size: int = 0, address: str = "") -> None:
        from distributed import Client, KilledWorker, LocalCluster

        self.losses: tuple[type[BaseException], ...] = (KilledWorker, CancelledError)
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self._own: Any = None
        if not address:
            self._own = LocalCluster(
                n_workers=size,
                threads_per_worker=1,
                dashboard_address=None,
                memory_limit=0,
                silence_logs=logging.CRITICAL,
            )
        self.client = Client(address or self._own)
        self.size = size or max(1, sum(self.client.nthreads().values()))
        self._executor: Executor = self.client.get_executor(pure=False)

    def submit(self, order: Order) -> "Future[Made]":
        """The future of a block; Dask asks another worker when one is lost."""
        return self._executor.submit(make_block, order)

    def mend(self) -> bool:
        """Nothing: Dask starts its own anew, and far ones are not ours."""
        return False

    def close(self) -> None:
        """Let go of the cluster; end it when it is ours."""
        self._executor.shutdown(wait=False)
        self.client.close()
        if self._own is not None:
            self._own.close()


def _live_with_parent() -> None:
    # Ctrl-C reaches all processes of a terminal: these go without a word, the parent has one.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(parent_sentinel: int) -> None:
    wait([parent_sentinel])
    os._exit(1)
