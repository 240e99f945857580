"""Hands at an emulated pump: they do what the guide asks of an operator, for trials and tests.

They press the emulator's switches as `manostat operate` does. A real pump has no such hands: who
injects is a person.
"""

import threading
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from manostat_sim.emulated.client import OperateError, operate
from manostat_tools.devices.errors import DeviceError
from manostat_tools.guide.follower import Do

_VIRTUAL_LIMIT_S = 60

_MOVES: dict[Do, tuple[str, ...]] = {
    Do.ACKNOWLEDGE: (
        "release RUN",
        "await virtual:0.4",
        "press STOP",
        "await virtual:0.2",
        "release STOP",
    ),
    Do.HOLD_STOP: (
        "release RUN",
        "await virtual:0.3",
        "press STOP",
        "await virtual:3.3",
        "release STOP",
    ),
    Do.PRESS_PAIN: ("release RUN", "press PAIN", "await virtual:0.2", "release PAIN"),
    Do.HOLD_RUN: ("release RUN", "await virtual:0.3", "press RUN"),
    Do.GO_ON: ("release RUN", "await virtual:0.3", "press RUN"),
    Do.LET_GO_TO_GO_ON: ("release RUN", "await virtual:0.3", "press RUN"),
    Do.LET_GO: ("release RUN",),
    Do.OPEN_TO_AIR: ("fault detached", "await virtual:1"),
    Do.CLOSE_STOPCOCK: ("fault occlusion",),
    Do.OPEN_STOPCOCK: ("fault detached", "await virtual:1"),
    Do.INTO_AIR: ("fault detached",),
    Do.TO_THE_NEEDLE: ("mend detached",),
}
_AT_ONCE = (
    *(Do.OPEN_TO_AIR, Do.CLOSE_STOPCOCK, Do.OPEN_STOPCOCK),
    *(Do.INTO_AIR, Do.TO_THE_NEEDLE),
)


def hints(name: str) -> dict[Do, str]:
    """What a person types at another terminal to do the same."""

    def typed(*lines: str) -> str:
        return "; ".join(f"manostat operate {name} {line}" for line in lines)

    return {
        Do.ACKNOWLEDGE: typed("press STOP", "release STOP"),
        Do.HOLD_STOP: typed("press STOP", "await virtual:3.3 60", "release STOP"),
        Do.PRESS_PAIN: typed("press PAIN", "release PAIN"),
        Do.HOLD_RUN: typed("press RUN"),
        Do.GO_ON: typed("release RUN", "press RUN"),
        Do.LET_GO_TO_GO_ON: typed("release RUN", "press RUN"),
        Do.LET_GO: typed("release RUN"),
        Do.OPEN_TO_AIR: typed("fault detached"),
        Do.CLOSE_STOPCOCK: typed("fault occlusion"),
        Do.OPEN_STOPCOCK: typed("fault detached"),
        Do.INTO_AIR: typed("fault detached"),
        Do.TO_THE_NEEDLE: typed("mend detached"),
    }


class Hands:
    """`name`: of the emulated board. `scenarios`: discs that are met one after the other, each when
    the next level is begun; none: the one that is there. A thread of its own presses."""

    def __init__(
        self, name: str, scenarios: Sequence[str] = (), say: Callable[[str], None] = lambda _: None
    ) -> None:
        self._name = name
        self._scenarios = list(scenarios)
        self._say = say
        self._asked: SimpleQueue[Do | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="emulated hands", daemon=True)
        self._thread.start()

    def hear(self, do: Do) -> None:
        """For `Screen.listeners`: stopcocks are turned before it returns, buttons pressed soon."""
        if do in _AT_ONCE:
            self._do(do)
        elif do in _MOVES:
            self._asked.put(do)

    @property
    def left(self) -> list[str]:
        """Scenarios that were not met yet."""
        return list(self._scenarios)

    def meet_next(self) -> None:
        """Another disc and patient lies on the table from now on. DeviceError if not: nothing is
        injected into another disc than the one that was asked for."""
        if not self._scenarios:
            return
        try:
            operate(self._name, f"meet {self._scenarios[0]}")
        except OperateError as problem:
            raise DeviceError(f"--emulated-hands: {problem}") from None
        self._scenarios.pop(0)

    def close(self) -> None:
        """Let go of everything."""
        self._asked.put(None)
        self._thread.join(_VIRTUAL_LIMIT_S)

    def _run(self) -> None:
        while (do := self._asked.get()) is not None:
            self._do(do)

    def _do(self, do: Do) -> None:
        for line in _MOVES[do]:
            self._operate(f"{line} {_VIRTUAL_LIMIT_S}" if line.startswith("await") else line)

    def _operate(self, line: str) -> None:
        try:
            operate(self._name, line)
        except OperateError as problem:
            self._say(str(problem))
