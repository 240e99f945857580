"""Arguments of `manostat bench`, and the run from image to table."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from manostat_tools.bench.docs import figures_page
from manostat_tools.bench.figure import Figure, Measured
from manostat_tools.bench.figures import FIGURES, NAMES
from manostat_tools.boards import BOARDS, REPOSITORY, load_board

BOARD = "RPI_PICO"
_QUICK_SHARE = 0.1
_MINUTE_S = 60.0


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "bench",
        help="measure the figures on emulated pins",
        description="Measures the project's figures on the emulated pins and the plant's line "
        "pressure, prints them with their bars, and writes build/bench.json, or with --only or "
        "--quick build/bench-partial.json. Exit code 1 when a figure is over its bar. Emulated, "
        "no cache misses.",
    )
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", type=_name, help="these figures; see docs/figures.md"
    )
    parser.add_argument(
        "--jobs", type=_jobs, default=2, help="processes side by side (default %(default)s)"
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few phases and draws, for nobody to quote",
    )
    parser.add_argument(
        "--docs", action="store_true", help="write docs/figures.md too; not with --only or --quick"
    )
    parser.set_defaults(run=run)


def _name(text: str) -> str:
    if text not in NAMES:
        raise argparse.ArgumentTypeError(f"{text!r}: no such figure, only {', '.join(NAMES)}")
    return text


def _jobs(text: str) -> int:
    jobs = int(text) if text.isdecimal() else 0
    if not 1 <= jobs <= 64:
        raise argparse.ArgumentTypeError(f"{text!r}: allowed 1 to 64 processes")
    return jobs


def run(options: argparse.Namespace) -> int:
    """Measure: 0 all within their bars, 1 one is over, or wrong options."""
    if options.docs and (options.only or options.quick):
        print("--docs wants all figures in full: leave out --only and --quick", file=sys.stderr)
        return 1
    wanted = [figure for figure in FIGURES if not options.only or figure.name in options.only]
    return measure(wanted, options.jobs, options.quick, options.docs)


def measure(figures: Sequence[Figure], jobs: int, quick: bool, docs: bool) -> int:
    """Run the tasks of these figures, show and write them; exit code as of `run`."""
    from manostat_tools.bench import tasks, views
    from manostat_tools.bench.pool import JobError, run_jobs
    from manostat_tools.image import ensure_images

    names = {name for figure in figures for name in figure.tasks}
    chosen = [task for task in tasks.TASKS if task.name in names]
    seconds = sum(task.cost_s for task in chosen) / jobs * (_QUICK_SHARE if quick else 1.0)
    print(f"{len(figures)} figures, {_about(seconds)} on a quiet machine", flush=True)
    setup = tasks.Setup(
        load_board(BOARDS / BOARD),
        ensure_images(BOARD, say=True),
        tasks.QUICK if quick else tasks.FULL,
    )
    if any(task.forks for task in chosen):
        print("booting and arming one emulated board, all others are forked from it", flush=True)
        _ = setup.armed
    work = [partial(task.measure, setup) for task in chosen]
    titles = [task.name for task in chosen]
    results, console = views.Results(), Console()
    live = sys.stdout.isatty() and not console.is_dumb_terminal
    try:
        if live:
            with views.live_progress(console) as progress:
                run_jobs(work, jobs, views.LiveWatcher(titles, results, progress))
        else:
            run_jobs(work, jobs, views.PlainWatcher(titles, results, sys.stdout))
    except JobError as failed:
        print(f"not measured:\n{failed}", file=sys.stderr)
        return 1
    if live:
        views.show_table(figures, results.measured, console)
    else:
        views.show_lines(figures, results.measured, sys.stdout)
    _write(figures, results.measured, partial=quick or len(figures) < len(FIGURES))
    if docs:
        page = REPOSITORY / "docs" / "figures.md"
        page.write_text(figures_page(figures, results.measured), encoding="utf-8")
        print(f"wrote {page.relative_to(REPOSITORY)}")
    over = [one.name for one in figures if not one.passes(results.measured[one.name].value)]
    if over:
        print(f"over the bar: {', '.join(over)}")
    return 1 if over else 0


def _about(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return f"about {max(seconds, 5.0):.0f} s"
    return f"about {seconds / _MINUTE_S:.0f} minutes"


def _write(figures: Sequence[Figure], measured: Mapping[str, Measured], partial: bool) -> None:
    file: Path = REPOSITORY / "build" / ("bench-partial.json" if partial else "bench.json")
    file.parent.mkdir(exist_ok=True)
    values = {figure.name: round(measured[figure.name].value, 3) for figure in figures}
    file.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    print(f"wrote {file.relative_to(REPOSITORY)}")
