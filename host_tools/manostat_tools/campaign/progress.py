"""How far a campaign is: a bar on a terminal, plain lines elsewhere."""

import math
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from manostat_tools.campaign.block import Made

_SAY_EVERY_S = 15.0
_MINUTE_S, _HOUR_S = 60.0, 3600.0


class Rate:
    """Runs and ticks a second since the first block could begin, and what is left of `runs`."""

    def __init__(self, runs: int, done: int) -> None:
        self.runs = runs
        self.done = done
        self.made = 0
        self.ticks = 0
        self._begin_s = time.monotonic()

    def add(self, made: Made) -> None:
        """A block is kept."""
        self.done += made.count
        self.made += made.count
        self.ticks += made.ticks

    def __str__(self) -> str:
        seconds = max(time.monotonic() - self._begin_s, 1e-9)
        if not self.made:
            return "starting the workers"
        left_s = seconds * (self.runs - self.done) / self.made
        return (
            f"{self.made / seconds:.0f} runs/s, {self.ticks / seconds / 1e6:.1f} Mticks/s, "
            f"{duration(left_s)} left"
        )


def duration(seconds: float) -> str:
    """As people say it: 12 s, 3 min, 1.5 h."""
    if seconds < _MINUTE_S:
        return f"{seconds:.0f} s"
    if seconds < _HOUR_S:
        return f"{seconds / _MINUTE_S:.0f} min"
    return f"{seconds / _HOUR_S:.1f} h"


class PlainLines:
    """A line for the first block, one every quarter of a minute, and one at the end."""

    def __init__(self, rate: Rate, out: TextIO) -> None:
        self._rate = rate
        self._out = out
        self._said_s = -math.inf

    def kept(self, made: Made) -> None:
        """A block is kept."""
        self._rate.add(made)
        now_s = time.monotonic()
        if now_s - self._said_s >= _SAY_EVERY_S or self._rate.done == self._rate.runs:
            self._said_s = now_s
            print(f"{self._rate.done} of {self._rate.runs} runs, {self._rate}", file=self._out)
            self._out.flush()

    def waits(self) -> None:
        """Nothing to say."""

    def lost(self) -> None:
        """A worker is gone."""
        print("a worker was lost: its blocks are made again", file=self._out, flush=True)


class Bar:
    """A bar with rate and time left."""

    def __init__(self, rate: Rate, progress: Progress) -> None:
        self._rate = rate
        self._progress = progress
        self._task = progress.add_task("runs", total=rate.runs, completed=rate.done, rate=str(rate))

    def kept(self, made: Made) -> None:
        """A block is kept."""
        self._rate.add(made)
        self.waits()

    def waits(self) -> None:
        """Time has passed."""
        self._progress.update(self._task, completed=self._rate.done, rate=str(self._rate))

    def lost(self) -> None:
        """A worker is gone."""
        self._progress.console.print("a worker was lost: its blocks are made again")


@contextmanager
def shown(runs: int, done: int) -> Iterator[PlainLines | Bar]:
    """What tells how far it is, for as long as this is entered."""
    rate, console = Rate(runs, done), Console()
    if not sys.stdout.isatty() or console.is_dumb_terminal:
        yield PlainLines(rate, sys.stdout)
        return
    columns = (
        TextColumn("runs"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
    )
    with Progress(*columns, console=console) as progress:
        yield Bar(rate, progress)
