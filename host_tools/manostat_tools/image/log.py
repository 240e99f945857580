"""Runs the tools: everything they say goes to one log, what they are doing to a progress bar."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from manostat_tools.image.errors import ImageError

_LAST_LINES = 20
_PERCENT = re.compile(r"^\[ *(\d+)%\]")  # as cmake's makefiles print it


class Log:
    """One build: its log file, and a bar (or, with no terminal, one line a phase)."""

    def __init__(self, path: Path, say: bool = True) -> None:
        self.path = path
        self._console = Console(file=sys.stderr, highlight=False, quiet=not say)
        self._progress = Progress(
            TextColumn("{task.description:<34}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._file: IO[str] | None = None
        self._mode = "w"

    def say(self, text: str) -> None:
        """One line for the person who waits."""
        self._console.print(text)

    @contextmanager
    def open(self) -> Iterator[None]:
        """The log file starts anew with the first image; the bar lives as long as this context."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open(self._mode, encoding="utf-8") as self._file, self._progress:
            self._mode = "a"
            yield

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """A named step of the build, with its time."""
        start = time.monotonic()
        self._task = self._progress.add_task(name, total=100)
        yield
        self._progress.update(self._task, completed=100)
        self._progress.stop_task(self._task)
        if not self._console.is_terminal:
            self.say(f"{name}: {time.monotonic() - start:.1f} s")

    def run(
        self,
        command: Sequence[str | Path],
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        """Run `command` to its end.

        Raises ImageError with the last lines and the place of the log when it fails. Ctrl-C ends
        the command and all it started before it goes on upwards.
        """
        assert self._file is not None, "run within open()"
        words = [str(word) for word in command]
        print("$", *words, file=self._file, flush=True)
        last: list[str] = []
        try:
            process = subprocess.Popen(
                words,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except FileNotFoundError:
            raise ImageError(f"{words[0]} is not installed") from None
        assert process.stdout is not None
        try:
            for line in process.stdout:
                self._file.write(line)
                last = [*last, line.rstrip()][-_LAST_LINES:]
                self._show(line)
            status = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            raise
        if status:
            self._file.flush()
            said = "\n".join(last)
            raise ImageError(f"{said}\n{words[0]} failed ({status}); whole output: {self.path}")

    def _show(self, line: str) -> None:
        match = _PERCENT.match(line)
        if match and self._task is not None:
            self._progress.update(self._task, completed=int(match[1]))
