"""Breadth first through all that the letters can reach, so that each path found is a shortest."""

import time
from array import array
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from manostat_sim.exhaustion.invariants import Broken
from manostat_sim.exhaustion.letters import Letter, alphabet
from manostat_sim.exhaustion.subject import STEPS, Kept, Subject
from manostat_sim.exhaustion.times import SHORT, Times

ROOTS = (
    ("switched on", 0, 0),
    ("taken up after 2 steps", 2, 0),
    ("taken up spent", STEPS, 0),
    ("taken up locked", 2, 1),
)
"""Where all begins: name, steps and lock-out of the level that is taken up."""
_NO_PARENT = -1
Progress = Callable[[int, int, int], None]


@dataclass
class Finding:
    """An invariant that does not hold, and the shortest path to it: a root, then letters."""

    invariant: str
    what: str
    path: list[str]


@dataclass
class Explored:
    """What was found.

    `waiting`: states that were reached and not gone on from: 0 if all was explored. `depth`: of
    the farthest state, in letters. `parts`: abstract states of each part. `ends`: transitions by
    state, reason and fault of the injector after them. `grants`: transitions ending with a grant.
    """

    mode: int
    letters: tuple[Letter, ...]
    states: int = 0
    transitions: int = 0
    ticks: int = 0
    seconds: float = 0.0
    depth: int = 0
    waiting: int = 0
    grants: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    ends: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    parents: "array[int]" = field(default_factory=lambda: array("l"))
    by: "array[int]" = field(default_factory=lambda: array("h"))
    """The letter, or the root, that led to each state."""

    def path(self, state: int) -> list[int]:
        """Numbers of the root and of the letters that lead to a state."""
        path = [self.by[state]]
        while (state := self.parents[state]) != _NO_PARENT:
            path.append(self.by[state])
        return path[::-1]

    def names(self, path: list[int]) -> list[str]:
        """A path in words."""
        return [ROOTS[path[0]][0]] + [self.letters[number].name for number in path[1:]]


def explore(
    mode: int,
    times: Times = SHORT,
    *,
    letters: tuple[Letter, ...] | None = None,
    verdict: int = 0,
    most_states: int = 1_000_000,
    stop_at_first: bool = False,
    progress: Progress | None = None,
) -> Explored:
    """All that is reached from `ROOTS` with `mode`, 0 for a pump without prescription.

    Goes on from at most `most_states`, the nearest ones. Findings: the first for each invariant.
    `verdict`: of the self test. `progress(states, transitions, waiting)` now and then.
    """
    with times.in_force():
        search = _Search(mode, times, verdict, letters or alphabet(times))
        return search.run(most_states, stop_at_first, progress)


def begin(subject: Subject, root: int) -> None:
    """Put a new subject into one of `ROOTS`."""
    _, steps, locked = ROOTS[root]
    if steps:
        subject.resume(steps, locked)


class _Search:
    def __init__(self, mode: int, times: Times, verdict: int, letters: tuple[Letter, ...]) -> None:
        self.subject = Subject(mode, times, verdict)
        self.found = Explored(mode, letters)
        self.known: dict[tuple[int, ...], int] = {}
        self.depths = array("h")
        self.waiting: deque[tuple[int, Kept]] = deque()

    def run(self, most_states: int, stop_at_first: bool, progress: Progress | None) -> Explored:
        found, subject, began_s = self.found, self.subject, time.process_time()
        fresh = subject.keep()
        for root in range(len(ROOTS)):
            subject.bring_back(fresh)
            begin(subject, root)
            self._reach(_NO_PARENT, root)
        done = 0
        while self.waiting and done < most_states:
            self._go_on_from(*self.waiting.popleft())
            done += 1
            if stop_at_first and found.findings:
                break
            if progress and done % 100 == 0:
                progress(len(self.known), found.transitions, len(self.waiting))
        found.states = len(self.known)
        found.depth = max(self.depths)
        found.ticks = subject.ticks
        found.seconds = time.process_time() - began_s
        found.waiting = len(self.waiting)
        found.parts = subject.abstraction.counts()
        return found

    def _go_on_from(self, at: int, kept: Kept) -> None:
        found, subject = self.found, self.subject
        injector = subject.pump.injector
        for number, letter in enumerate(found.letters):
            subject.bring_back(kept)
            if letter.only is not None and not letter.only(subject.pump):
                continue
            found.transitions += 1
            try:
                subject.run(letter)
            except Broken as broken:
                self._note(broken, at, number)
                continue
            found.ends[injector.state, injector.reason, injector.fault] += 1
            found.grants += injector.grant > 0
            self._reach(at, number)

    def _reach(self, parent: int, by: int) -> None:
        key = self.subject.abstraction.key()
        if key in self.known:
            return
        at = self.known[key] = len(self.known)
        self.found.parents.append(parent)
        self.found.by.append(by)
        self.depths.append(0 if parent == _NO_PARENT else self.depths[parent] + 1)
        self.waiting.append((at, self.subject.keep()))

    def _note(self, broken: Broken, at: int, letter: int) -> None:
        found = self.found
        if all(finding.invariant != broken.invariant for finding in found.findings):
            path = found.names([*found.path(at), letter])
            found.findings.append(Finding(broken.invariant, str(broken), path))
