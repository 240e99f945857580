"""What the runs came to: what is not noticed, which tests never fail, and docs/breakings.md."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from manostat_tools.breakings.data import TESTS, Breaking, Data

_NAMED = 2
_WIDTH = 100

_INTRODUCTION = """# That the hardware tests can fail

Made by `manostat breakings --docs` (`make breakings ARGS=--docs`) from what was found for
`hil_tests/breakings.toml`: {count} deliberate breakings, one at a time, in a copy of the tree.
Each is a small change of the text of the firmware, a few of the bench or of a test where the test
is about those. Breakings of the core ran the tests on `core` (of `test_injection.py`'s slow ones
only where they matter), the others the files that matter on `pico`: so a number is the least that
notice. A test counts as one whatever its parameters and bench; only its own failure counts, never
that of a fixture, and only if it passes on the firmware as it is.
"""


@dataclass(frozen=True)
class Outcome:
    """`noticed`: the tests that failed, such as "test_stops.py::test_..."; `ended`: why the run
    has no end, if it has none."""

    breaking: Breaking
    noticed: tuple[str, ...]
    ended: str = ""


def test_of(node: str) -> str:
    """A test's name without its folder, parameters and bench."""
    return node.split("[")[0].removeprefix(f"{TESTS}/")


def unnoticed(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those that no test noticed, with or without a reason."""
    return [one for one in outcomes if not one.noticed]


def unseen(outcomes: Sequence[Outcome], tests: Sequence[str]) -> list[str]:
    """Tests that failed in no run."""
    seen = {test for one in outcomes for test in one.noticed}
    return [test for test in tests if test not in seen]


def complaints(
    outcomes: Sequence[Outcome], data: Data, tests: Sequence[str], unsound: Sequence[str]
) -> list[str]:
    """What is wrong, a line each. `tests`, all that should be seen, is empty if not all ran."""
    said = [f"fails on whole firmware, so it shows nothing: {test}" for test in unsound]
    for one in outcomes:
        if one.noticed or one.breaking.unnoticed:
            continue
        said.append(f"noticed by no test: {one.breaking.name}" + (one.ended and f": {one.ended}"))
    never = unseen(outcomes, tests)
    return said + [f"never seen to fail: {test}" for test in never if test not in data.unseen]


def outdated(outcomes: Sequence[Outcome], data: Data) -> list[str]:
    """Reasons in the data that are needed no more, a line each."""
    seen = {test for one in outcomes for test in one.noticed}
    said = [
        f"noticed after all, `unnoticed` can go: {one.breaking.name}"
        for one in outcomes
        if one.noticed and one.breaking.unnoticed
    ]
    return said + [
        f"seen to fail, it need not be in `unseen`: {t}" for t in data.unseen if t in seen
    ]


def document(outcomes: Sequence[Outcome], data: Data, tests: Sequence[str]) -> str:
    """The text of docs/breakings.md."""
    never = unseen(outcomes, tests)
    parts = [_INTRODUCTION.format(count=len(outcomes))]
    if data.left_out:
        parts.append("Left out:\n")
        parts.append(_items([(f"`{name}`", why) for name, why in data.left_out.items()]))
    whole = f"**{len(tests) - len(never)} of {len(tests)} tests were seen to fail.**"
    parts.append(f"{whole} Not seen:\n" if never else f"{whole}\n")
    if never:
        parts.append(_items([(f"`{test}`", data.unseen.get(test, "")) for test in never]))
    if missed := unnoticed(outcomes):
        parts.append("Noticed by none of them:\n")
        parts.append(_items([(one.breaking.name, one.breaking.unnoticed) for one in missed]))
    rows = ["| Breaking | In | Tests that notice |", "|---|---|---|", *map(_row, outcomes)]
    return "\n".join([*parts, *rows]) + "\n"


def place(breaking: Breaking) -> str:
    """Which files a breaking is in, in short."""
    names: list[str] = []
    for edit in breaking.edits:
        path = Path(edit.file)
        name = path.name if "core" in path.parts else edit.file.removeprefix("firmware/")
        name = f"`{name.removeprefix('manostat/')}`"
        name = {"sim": "the bench", "hil_tests": "the tests"}.get(path.parts[0], name)
        if name not in names:
            names.append(name)
    return ", ".join(names)


def _row(one: Outcome) -> str:
    notice = str(len(one.noticed))
    if 0 < len(one.noticed) <= _NAMED:
        notice += ": " + ", ".join(f"`{test.split('::')[-1]}`" for test in one.noticed)
    return f"| {one.breaking.name} | {place(one.breaking)} | {notice} |"


def _items(rows: Sequence[tuple[str, str]]) -> str:
    lines = []
    for name, why in rows:
        text = f"- {name}: {why}" if why else f"- {name}"
        lines.append(textwrap.fill(text, _WIDTH, subsequent_indent="  ", break_long_words=False))
    return "\n".join(lines) + "\n"
