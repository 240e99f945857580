"""Who makes the blocks: processes of this machine, a local Dask cluster, or one far away.

No crew leaves a trace in the results: a block is a function of its order.
"""

import logging
import multiprocessing
import signal
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

from manostat_tools.campaign.block import Made, Order, make_block

_LATE_S = 5.0
_NO_WORKERS_S = 60.0


class Crew(Protocol):
    """`size`: blocks to ask for at a time.

    `collect` waits at most `timeout_s` and gives back orders that are over: with the block, or with
    None when the worker was lost, whose place is then filled. What the work itself raises it
    raises. `close` waits for no block.
    """

    @property
    def size(self) -> int: ...
    def ask(self, order: Order) -> None: ...
    def collect(self, timeout_s: float) -> Iterator[tuple[Order, Made | None]]: ...
    def close(self) -> None: ...


class Processes:
    """`size` processes of this machine, a pipe to each.

    Not `concurrent.futures`: there all share one pipe, and a process that is killed while it writes
    a block leaves half of one in it, for which the reader then waits for ever.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._waiting: deque[Order] = deque()
        self._busy: dict[Connection, tuple[BaseProcess, Order]] = {}
        self._idle = [self._new() for _ in range(size)]

    @property
    def size(self) -> int:
        """All of them."""
        return self._size

    def ask(self, order: Order) -> None:
        """Have a block made, as soon as somebody is free."""
        self._waiting.append(order)
        self._give()

    def collect(self, timeout_s: float) -> Iterator[tuple[Order, Made | None]]:
        """See `Crew`."""
        for ready in wait(list(self._busy), timeout_s):
            assert isinstance(ready, Connection)
            child, order = self._busy.pop(ready)
            try:
                made = ready.recv()
            except (EOFError, OSError):
                self._bury(child, ready)
                self._idle.append(self._new())
                made = None
            else:
                self._idle.append((child, ready))
            self._give()
            if isinstance(made, Exception):
                raise made
            yield order, made

    def close(self) -> None:
        """End all of them, in the middle of what they do."""
        everyone = [*self._idle, *((child, pipe) for pipe, (child, _) in self._busy.items())]
        for child, _ in everyone:
            child.terminate()
        for child, pipe in everyone:
            self._bury(child, pipe)
        self._idle, self._busy = [], {}

    def _give(self) -> None:
        while self._waiting and self._idle:
            child, pipe = self._idle.pop(0)
            try:
                pipe.send(self._waiting[0])
            except OSError:  # it died at rest: nothing is lost
                self._bury(child, pipe)
                self._idle.append(self._new())
                continue
            self._busy[pipe] = child, self._waiting.popleft()

    @staticmethod
    def _new() -> tuple[BaseProcess, Connection]:
        # Not forked: this process has threads, and a child would have their locks.
        context = multiprocessing.get_context("spawn")
        mine, its = context.Pipe()
        child = context.Process(target=serve, args=(its,), daemon=True)
        child.start()
        its.close()  # or its end would stay open when it is gone
        return child, mine

    @staticmethod
    def _bury(child: BaseProcess, pipe: Connection) -> None:
        pipe.close()
        child.join(_LATE_S)
        if child.is_alive():
            child.kill()
            child.join()


def serve(pipe: Connection) -> None:
    """Make what comes down the pipe, until nobody holds its other end."""
    # Ctrl-C reaches all processes of a terminal: these go without a word, the parent has one.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        while True:
            order = pipe.recv()
            try:
                answer: Made | Exception = make_block(order)
            except Exception as wrong:
                answer = wrong
            pipe.send(answer)
    except (EOFError, OSError):
        pass


class Cluster:
    """A Dask cluster: `size` processes of this machine, or what the scheduler at `address` has.

    OSError when nobody answers at `address`. A lost worker's blocks Dask gives to others; those
    that took several workers with them come back as lost.
    """

    def __init__(self, size: int = 0, address: str = "") -> None:
        from distributed import Client, LocalCluster

        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        self._orders: dict[Any, Order] = {}
        self._own: Any = None
        if not address:
            self._own = LocalCluster(
                n_workers=size,
                threads_per_worker=1,
                dashboard_address=None,
                memory_limit=0,
                preload=["manostat_tools.campaign.quiet_worker"],
                silence_logs=logging.CRITICAL,
            )
        self.client = Client(address or self._own)
        try:
            self.client.wait_for_workers(1, _NO_WORKERS_S)
        except TimeoutError:
            self.close()
            raise OSError(f"{address}: no worker came within {_NO_WORKERS_S:.0f} s") from None

    @property
    def size(self) -> int:
        """Two for each worker that is there now: none waits for its next block."""
        threads: dict[str, int] = self.client.nthreads()
        return 2 * max(1, sum(threads.values()))

    def ask(self, order: Order) -> None:
        """Have a block made."""
        self._orders[self.client.submit(make_block, order, pure=False)] = order

    def collect(self, timeout_s: float) -> Iterator[tuple[Order, Made | None]]:
        """See `Crew`."""
        from distributed import KilledWorker, wait
        from distributed.client import FutureCancelledError

        with suppress(TimeoutError, FutureCancelledError):
            wait(list(self._orders), timeout_s, return_when="FIRST_COMPLETED")
        for future in [one for one in self._orders if one.done()]:
            order = self._orders.pop(future)
            try:
                made = future.result()
            except (KilledWorker, FutureCancelledError):
                made = None
            yield order, made

    def close(self) -> None:
        """Let go of the cluster; end it when it is ours."""
        self._orders.clear()
        self.client.close()
        if self._own is not None:
            self._own.close()
