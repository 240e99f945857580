"""What the operator sees, and is asked."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from math import ceil
from typing import TypeVar

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from manostat_sim.telemetry import TickFrame
from manostat_tools import words
from manostat_tools.guide.answers import Answers, WrongAnswerError
from manostat_tools.guide.follower import Do, RunFollower
from manostat_tools.guide.gauges import SLOWED, gauges, is_slowed, reason_line, state_line
from manostat_tools.guide.questions import Question

NOTICE = "not a certified medical device"
LOST = "link lost: the pump works on without it; what it records will be pulled"
BACK = "link back"
_EVERY_S = 0.2
_KEYS = "s: STOP    Ctrl-C: asks"
_KEYS_AT_REST = "Ctrl-C: ends the program; --resume goes on"
_WIDEST = 96
_FRAME = 4
"""Columns of a panel's edges."""

T = TypeVar("T")
Listener = Callable[[Do], None]


class Screen:
    """`listeners` are told what the operator is to do, in the caller's thread."""

    def __init__(self, console: Console, answers: Answers) -> None:
        self.console = console
        self.answers = answers
        self.listeners: list[Listener] = []
        self.flags: tuple[str, ...] = ()
        self.hints: Mapping[Do, str] = {}
        self.why_lost: Callable[[], str] = str
        """Of the link, in words."""
        self._said: Do | None = None
        self._was_lost = False

    def head(self, text: str) -> None:
        """A new step, with what must stand everywhere."""
        title = Text(f" {text} ", style="bold")
        self.console.print()
        self.console.rule(title, align="left", characters="-")
        self.console.print(Text("   ".join((NOTICE, *self.flags)), style="dim"))

    def say(self, text: str, style: str = "") -> None:
        """One line, as it is."""
        self.console.print(Text(text, style=style))

    def warn(self, text: str) -> None:
        """What must not be overlooked."""
        self.console.print(Text(f"WARNING: {text}", style="bold yellow"))

    def table(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        """Names and values."""
        table = Table(title=title, title_justify="left", show_header=False, box=None)
        for name, value in rows:
            table.add_row(Text(name, style="dim"), Text(value))
        self.console.print(table)

    def ask(self, question: Question[T]) -> T:
        """The answer. WrongAnswerError for a script's; a person is told what is allowed, and asked
        again."""
        return question.value(self.said(question))

    def said(self, question: Question[T]) -> str:
        """The same as it was typed."""
        usual = f" [{question.usual}]" if question.usual else ""
        while True:
            self.console.print(Text(f"{question.text}{usual}: ", style="bold"), end="")
            said = self.answers.line(question.text)
            if not self.answers.is_person:
                self.console.print(Text(question.said(said)))
            try:
                question.value(said)
                return question.said(said)
            except ValueError as wrong:
                told = _first_line(wrong)
            if not self.answers.is_person:
                raise WrongAnswerError(f"{self.answers.where()}: {question.id}: {told}")
            self.say(told, "red")

    def tell(self, do: Do, again: bool = False) -> None:
        """What is to be done at the pump, once for each change."""
        if do is self._said and not again:
            return
        self._said = do
        if do is not Do.NOTHING:
            self.console.print(Text(f"=> {do.value}", style="bold cyan"))
        if hint := self.hints.get(do):
            self.console.print(Text(f"   emulated pump, in another terminal: {hint}", style="dim"))
        for listener in self.listeners:
            listener(do)

    def link(self, is_lost: bool) -> None:
        """Whether the link is there, once for each change."""
        if is_lost != self._was_lost:
            self._was_lost = is_lost
            self.say(LOST if is_lost else BACK, "bold red" if is_lost else "green")
            if is_lost and (why := self.why_lost()):
                self.say(f"   ({why})", "dim")

    @contextmanager
    def live(self, title: str, unit: Sequence[int], rest_s: float) -> Iterator["LiveView"]:
        """A view of the plunger's motion, and of `rest_s` seconds of the line after it."""
        view = LiveView(self, title, unit, rest_s)
        view.begin()
        try:
            yield view
        finally:
            view.end()


class LiveView:
    """At a terminal gauges that move; elsewhere one line for each change."""

    def __init__(
        self, screen: Screen, title: str, unit: Sequence[int], rest_s: float = 0.0
    ) -> None:
        self._screen = screen
        self._title = title
        self._unit = unit
        self._rest_s = rest_s
        self._was_slowed = False
        self._is_watching = False
        self.by_session = False
        """STOP was sent from here, and taken."""
        self._next_s = 0.0
        self._state = ""
        self._live: Live | None = None
        self._open = ExitStack()

    def begin(self) -> None:
        """Take keys, and at a terminal a part of the screen."""
        self._open.enter_context(self._screen.answers.keys())
        if self._screen.console.is_terminal:
            self._live = Live(console=self._screen.console, auto_refresh=False)
            self._open.enter_context(self._live)

    def update(self, follower: RunFollower) -> None:
        """Draw, at most five times a second, and say what has changed."""
        self._screen.link(follower.is_lost)
        if not follower.is_lost:
            self._screen.tell(follower.do)
        frame = follower.newest
        if frame is None:
            return
        if self._live is None:
            self._say_changes(follower, frame)
        now_s = time.monotonic()
        if self._live is not None and now_s >= self._next_s:
            self._next_s = now_s + _EVERY_S
            self._live.update(self.panel(follower), refresh=True)

    def _say_changes(self, follower: RunFollower, frame: TickFrame) -> None:
        state = state_line(frame, self.by_session)
        if state != self._state:
            self._screen.say(f"   {state}")
        self._state = state
        if is_slowed(frame, self._unit) and not self._was_slowed:
            self._was_slowed = True
            self._screen.say(f"   {SLOWED}, from here to the limit")
        if follower.ended and not self._is_watching and self._left_s(follower) > 0:
            self._is_watching = True
            self._screen.say(f"   {self._watching(follower)}")

    def _left_s(self, follower: RunFollower) -> int:
        return max(ceil(self._rest_s - follower.rest_us / 1e6), 0)

    def _watching(self, follower: RunFollower) -> str:
        return f"the line is watched: {self._left_s(follower)} s more"

    def _do(self, follower: RunFollower) -> str:
        if follower.is_lost:
            return ""
        if not follower.ended:
            return follower.do.value
        let_go = f"{Do.LET_GO.value}; " if follower.is_held else ""
        return let_go + self._watching(follower)

    def panel(self, follower: RunFollower) -> RenderableType:
        """All of it as it is now."""
        frame = follower.newest
        assert frame is not None
        in_motion = follower.moved and not follower.ended
        keys = Text(_KEYS if in_motion else _KEYS_AT_REST, style="dim")
        lost = Text(LOST, style="bold red") if follower.is_lost else keys
        width = min(self._width, _WIDEST)
        state = words.state(frame.state)
        rows = Group(
            _row(f"last heard: {state}" if follower.is_lost else state, "bold"),
            _row(reason_line(frame, self.by_session)),
            gauges(frame, self._unit, follower.steps_per_s(), width - _FRAME),
            _row(self._do(follower), "bold cyan"),
            lost,
        )
        notice = "   ".join((NOTICE, *self._screen.flags))
        return Panel(rows, title=self._title, subtitle=notice, width=width)

    @property
    def _width(self) -> int:
        return self._screen.console.width

    def end(self) -> None:
        """Leave the last picture where it is; a person can type lines again."""
        self._open.close()
        self._live = None


def _row(text: str, style: str = "") -> Text:
    """One row, whatever it holds."""
    return Text(text or " ", style=style, no_wrap=True, overflow="ellipsis")


def _first_line(wrong: ValueError) -> str:
    """Of pydantic's errors what was wrong, not where in the code."""
    errors = getattr(wrong, "errors", None)
    if callable(errors):
        first = errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return str(wrong).splitlines()[0]
