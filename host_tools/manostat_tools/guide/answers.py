"""Where answers come from: a person at a terminal, or a script with one answer a line."""

import os
import select
import sys
import termios
import tty
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class NoMoreAnswersError(Exception):
    """The script has ended before the session: it goes on with --resume."""


class WrongAnswerError(ValueError):
    """A line of a script that is no answer to its question; the message names the line."""


class Answers(Protocol):
    """`is_person`: a wrong answer may be given again."""

    is_person: bool

    def line(self, prompt: str) -> str:
        """The next answer."""
        ...

    def where(self) -> str:
        """Of the newest answer, for messages."""
        ...

    def keys(self) -> AbstractContextManager[None]:
        """While this is entered, single keys can be read with `key`."""
        ...

    def key(self) -> str:
        """A key that was pressed, "" if none."""
        ...


class Script:
    """Lines of a file or a pipe; empty ones are answers too, those that begin with # are not."""

    is_person = False

    def __init__(self, lines: Iterable[str], name: str) -> None:
        self._lines = iter(enumerate(lines, 1))
        self._name = name
        self._number = 0

    def line(self, prompt: str) -> str:
        """NoMoreAnswersError at the end."""
        for number, line in self._lines:
            self._number = number
            if not line.startswith("#"):
                return line.strip()
        raise NoMoreAnswersError(f"{self._name} has no answer to: {prompt}")

    def where(self) -> str:
        """File and line."""
        return f"{self._name}, line {self._number}"

    @contextmanager
    def keys(self) -> Iterator[None]:
        """A script presses no keys."""
        yield

    def key(self) -> str:
        """None."""
        return ""


class Person:
    """At a terminal."""

    is_person = True

    def line(self, prompt: str) -> str:
        """NoMoreAnswersError on Ctrl-D."""
        try:
            return input()
        except EOFError:
            raise NoMoreAnswersError("the terminal was closed (Ctrl-D)") from None

    def where(self) -> str:
        """Nothing to be named."""
        return ""

    @contextmanager
    def keys(self) -> Iterator[None]:
        """The terminal gives each key at once and shows none; Ctrl-C still interrupts."""
        before = termios.tcgetattr(sys.stdin)
        tty.setcbreak(sys.stdin)
        try:
            yield
        finally:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)

    def key(self) -> str:
        """Without waiting."""
        ready, _, _ = select.select([sys.stdin], [], [], 0)
        return os.read(sys.stdin.fileno(), 1).decode("utf-8", "replace") if ready else ""
