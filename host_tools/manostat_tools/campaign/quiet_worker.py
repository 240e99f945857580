"""Loaded by each worker of a local Dask cluster: Ctrl-C is for the one who started it."""

import signal
from typing import Any


def dask_setup(_worker: Any) -> None:
    """Called by Dask: without it each worker answers Ctrl-C in a terminal with a traceback."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
