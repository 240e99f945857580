"""Progress and table, for a terminal and for everything else."""

from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from manostat_tools.bench.figure import Figure, Measured, worse


class Results:
    """Merges what the tasks bring: a figure that several measure is the worst of them."""

    def __init__(self) -> None:
        self.measured: dict[str, Measured] = {}

    def add(self, found: Mapping[str, Measured]) -> None:
        for name, value in found.items():
            old = self.measured.get(name)
            self.measured[name] = value if old is None else worse(old, value)


class PlainWatcher:
    """One line for each task that ends."""

    def __init__(self, names: Sequence[str], results: Results, out: TextIO) -> None:
        self._names = names
        self._results = results
        self._out = out
        self._done = 0

    def began(self, job: int) -> None:
        """Nothing to show yet."""

    def at(self, job: int, share: float) -> None:
        """Nothing to show yet."""

    def ended(self, job: int, result: Any, seconds: float) -> None:
        self._results.add(result)
        self._done += 1
        name, of = self._names[job], len(self._names)
        print(f"[{self._done}/{of}] {name}: {seconds:.0f} s", file=self._out, flush=True)


class LiveWatcher:
    """A bar for each task that runs."""

    def __init__(self, names: Sequence[str], results: Results, progress: Progress) -> None:
        self._names = names
        self._results = results
        self._progress = progress
        self._bars: dict[int, TaskID] = {}

    def began(self, job: int) -> None:
        self._bars[job] = self._progress.add_task(self._names[job], total=1.0)

    def at(self, job: int, share: float) -> None:
        self._progress.update(self._bars[job], completed=share)

    def ended(self, job: int, result: Any, seconds: float) -> None:
        self._results.add(result)
        self._progress.update(self._bars[job], completed=1.0)


def live_progress(console: Console) -> Progress:
    """The bars of a LiveWatcher; a context manager."""
    return Progress(
        TextColumn("{task.description:<18}"), BarColumn(), TimeElapsedColumn(), console=console
    )


def number(value: float) -> str:
    """Three digits behind the point for the small, none for the large."""
    if value == round(value):
        return f"{value:.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"


def verdict(figure: Figure, measured: Measured) -> str:
    """ "ok", "OVER", or "-" for a figure without a bar."""
    if figure.bar is None:
        return "-"
    return "ok" if figure.passes(measured.value) else "OVER"


def bar(figure: Figure) -> str:
    """Its bar for a table, empty without one."""
    if figure.bar is None:
        return ""
    return f"at least {number(figure.bar)}" if figure.at_least else number(figure.bar)


def show_table(
    figures: Sequence[Figure], measured: Mapping[str, Measured], console: Console
) -> None:
    """All figures that were measured, in their own order."""
    table = Table(title="measured on emulated pins and plant; emulated, no cache misses")
    for heading in ("name", "value", "mean", "unit", "bar", "", "how measured"):
        table.add_column(
            heading,
            justify="right" if heading in ("value", "mean", "bar") else "left",
            no_wrap=heading == "name",
        )
    for figure in figures:
        value = measured[figure.name]
        said = verdict(figure, value)
        table.add_row(
            figure.name,
            number(value.value),
            "" if value.mean is None else number(value.mean),
            figure.unit,
            bar(figure),
            f"[red]{said}[/red]" if said == "OVER" else said,
            figure.how,
        )
    console.print(table)


def show_lines(figures: Sequence[Figure], measured: Mapping[str, Measured], out: TextIO) -> None:
    """The same without a terminal: one line a figure."""
    for figure in figures:
        value = measured[figure.name]
        said = f"bar {bar(figure)}" if bar(figure) else "no bar"
        mean = "" if value.mean is None else f", mean {number(value.mean)}"
        print(
            f"{figure.name:<32} {number(value.value):>8} {figure.unit:<7} "
            f"{verdict(figure, value):<4} ({said}{mean}) {figure.how}",
            file=out,
        )
