"""One block of a campaign: drawn, run and packed, wherever that is asked for.

A block is a function of its order alone. It goes back as bytes, so that whoever asked is the only
one who writes, and a worker needs no disk of theirs and leaves nothing behind when it is lost.
"""

import os
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from manostat_sim.campaign.kernel import run_many
from manostat_tools.campaign.columns import block_table
from manostat_tools.campaign.identity import Identity, differences, identity_of, machine
from manostat_tools.campaign.mix import Mix, read
from manostat_tools.campaign.sampling import Sampler

_COMPRESSION = "zstd"


class ForeignWorkerError(RuntimeError):
    """A worker has other sources or libraries than the one who asks: its rows would be others."""


@dataclass(frozen=True)
class Order:
    """Block `number`: runs `first` to `first + count - 1` of a campaign."""

    number: int
    first: int
    count: int
    mix_text: str
    identity: Identity


@dataclass(frozen=True)
class Made:
    """`content`: the block as a Parquet file. `seconds`, `cpu_s`: time on the wall and of the
    processor that it took; `peak_bytes`: the
    most memory that the worker `worker` has held so far."""

    number: int
    count: int
    ticks: int
    content: bytes
    seconds: float
    cpu_s: float
    worker: str
    peak_bytes: int


def make_block(order: Order) -> Made:
    """Make it. ForeignWorkerError when this process would not make the same rows."""
    begin_s, begin_cpu_s = time.monotonic(), time.process_time()
    identity = order.identity
    _check(identity, order.mix_text)
    sampler = _sampler(identity.mix, order.mix_text, identity.seed)
    parameters = sampler.parameters(order.first, order.count)
    draws = sampler.draws_of(order.first, parameters)
    outcomes = run_many(draws)
    table = block_table(order.first, draws, outcomes, parameters, _metadata(order))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression=_COMPRESSION)
    return Made(
        order.number,
        order.count,
        int(outcomes["ticks"].sum()),
        sink.getvalue().to_pybytes(),
        time.monotonic() - begin_s,
        time.process_time() - begin_cpu_s,
        f"{os.uname().nodename}:{os.getpid()}",
        peak_bytes(),
    )


def peak_bytes() -> int:
    """The most memory that this process has held so far, in bytes."""
    # Not getrusage: a new program counts the memory of the one that started it there.
    try:
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _metadata(order: Order) -> dict[str, Any]:
    return {
        "identity": order.identity.as_dict(),
        "mix_text": order.mix_text,
        "block": order.number,
        "machine": machine(),
    }


@lru_cache(maxsize=4)
def _check(identity: Identity, mix_text: str) -> None:
    mix = _mix(identity.mix, mix_text)
    mine = identity_of(mix, identity.seed, identity.runs, identity.block_runs)
    different = differences(mine.as_dict(), identity.as_dict())
    if different:
        raise ForeignWorkerError(f"worker {os.uname().nodename}: " + "; ".join(different))


@lru_cache(maxsize=4)
def _mix(name: str, text: str) -> Mix:
    return read(name, text, Path(f"{name}.toml"))


@lru_cache(maxsize=2)
def _sampler(name: str, text: str, seed: int) -> Sampler:
    return Sampler(_mix(name, text), seed)
