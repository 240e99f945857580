"""Requirements on `manostat breakings`: sound data, refusals, what is kept, what is written.

The hardware tests themselves are not run here: it takes an hour.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from manostat_tools import cli
from manostat_tools.boards import REPOSITORY
from manostat_tools.breakings import report
from manostat_tools.breakings.data import FILE, Breaking, Data, Edit, all_tests, choose, load
from manostat_tools.breakings.report import Outcome
from manostat_tools.breakings.run import Found, selection
from manostat_tools.breakings.store import Store
from manostat_tools.breakings.tree import Tree, check, lock, texts
from manostat_tools.refusal import RefusedError

GUARD = "firmware/manostat/core/guard.py"
LATE = Breaking("late is no fault", "core", (Edit(GUARD, "LATE = 4", "LATE = 9"),), ("test_a.py",))
FOUND = Found(failed=("hil_tests/test_a.py::test_late[core]",), passed=3, seconds=1.5)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small repository."""
    for name, text in {
        GUARD: "LATE = 4\nMISSES = 3\nMOST = 3\n",
        "boards/BOARD/board.json": "{}",
        "sim/bench.py": "",
        "hil_tests/conftest.py": "",
        "hil_tests/test_a.py": "def test_late(): pass\n\n\ndef test_never(): pass\n",
        "hil_tests/test_b.py": "def test_other(): pass\n",
        "hil_tests/test_soak.py": "def test_long(): pass\n",
        "pyproject.toml": "",
        "build/micropython/py/mpconfig.h": "",
    }.items():
        (tmp_path / "repository" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repository" / name).write_text(text)
    return tmp_path / "repository"


def refusal(root: Path, text: str) -> list[str]:
    (root / FILE).write_text(text)
    with pytest.raises(RefusedError) as refused:
        load(root)
    return refused.value.problems


def test_each_breaking_is_of_the_present_text_once_and_has_its_own_name():
    data = load()
    check(data.breakings)
    for one in data.breakings:
        for name, text in texts(one, REPOSITORY).items():
            assert text != (REPOSITORY / name).read_text(), one.name
            if name.endswith(".py"):
                compile(text, name, "exec")
    edits = [one.edits for one in data.breakings]
    assert len(set(edits)) == len(edits), "two breakings do the same"


@pytest.mark.parametrize(
    ("before", "times"), [("SOON = 4", "0 times"), ("= 3\n", "2 times")], ids=["none", "two"]
)
def test_a_breaking_that_does_not_match_is_refused_with_its_name_and_file(root, before, times):
    wrong = replace(LATE, edits=(Edit(GUARD, before, ""),))
    tree = Tree(root)
    with pytest.raises(RefusedError) as refused, tree.broken(wrong):
        pass
    (said,) = refused.value.problems
    assert GUARD in said and LATE.name in said and times in said
    with pytest.raises(RefusedError) as all_refused:
        check([LATE, wrong, replace(wrong, name="another")], root)
    assert len(all_refused.value.problems) == 2, "one run tells everything"


def test_a_second_edit_finds_what_the_first_has_left(root):
    edits = (Edit(GUARD, "LATE = 4\n", ""), Edit(GUARD, "MISSES = 3", "MISSES = 4"))
    assert texts(replace(LATE, edits=edits), root) == {GUARD: "MISSES = 4\nMOST = 3\n"}


def test_wrong_data_are_refused_as_a_whole(root):
    edit = f'[[breaking.edits]]\nfile = "{GUARD}"\nbefore = "a"\nafter = "b"\n'
    one = f'[[breaking]]\nname = "one"\nbench = "core"\n{edit}'
    other = f'[[breaking]]\nname = "other"\nbench = "vm"\nlimit = 3\ntests = ["test_no.py"]\n{edit}'
    unseen = '[unseen]\n"test_a.py::test_gone" = "why"\n'
    said = "\n".join(refusal(root, unseen + one + one + other + '[[breaking]]\nname = "empty"\n'))
    for word in ("'one', allowed each name once", "'vm'", "limit", "test_no", "test_gone", "none"):
        assert word in said


def test_what_is_broken_is_the_copy_and_only_meanwhile(root, tmp_path):
    tree = Tree(tmp_path / "tree", root)
    tree.refresh()
    compiled = tree.path / "firmware/manostat/core/__pycache__/guard.cpython-311.pyc"
    compiled.parent.mkdir()
    compiled.touch()
    with pytest.raises(KeyboardInterrupt), tree.broken(LATE):
        assert "LATE = 9" in (tree.path / GUARD).read_text()
        assert not compiled.exists(), "its time may be that of the second before"
        raise KeyboardInterrupt
    assert (tree.path / GUARD).read_text() == (root / GUARD).read_text()
    assert "LATE = 4" in (root / GUARD).read_text()


def test_two_runs_do_not_share_a_copy(tmp_path):
    with lock(tmp_path), pytest.raises(RefusedError, match="one manostat breakings at a time"):
        lock(tmp_path)
    lock(tmp_path).close()


def test_a_copy_follows_the_repository_and_keeps_what_was_compiled(root, tmp_path):
    tree = Tree(tmp_path / "tree", root)
    tree.refresh()
    untouched = (tree.path / GUARD).stat().st_mtime_ns
    (tree.path / "sim/left.py").touch()
    (tree.path / "sim/__pycache__").mkdir()
    (tree.path / "sim/__pycache__/bench.pyc").touch()
    (root / "sim/bench.py").write_text("NEW = 1\n")
    tree.refresh()
    assert (tree.path / "sim/bench.py").read_text() == "NEW = 1\n"
    assert not (tree.path / "sim/left.py").exists()
    assert (tree.path / "sim/__pycache__/bench.pyc").exists()
    assert (tree.path / GUARD).stat().st_mtime_ns == untouched
    assert (tree.path / "build/micropython").resolve() == root / "build/micropython"


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ("", True),
        (GUARD, False),
        ("boards/BOARD/board.json", False),
        ("sim/bench.py", False),
        ("hil_tests/conftest.py", False),
        ("hil_tests/test_a.py", False),
        ("hil_tests/test_b.py", True),
    ],
)
def test_what_was_found_is_used_until_firmware_bench_or_its_tests_change(
    root, tmp_path, changed, kept
):
    Store(tmp_path / "kept", root, Data((LATE,))).keep(LATE, FOUND)
    if changed:
        (root / changed).write_text((root / changed).read_text() + "\n# changed")
    found = Store(tmp_path / "kept", root, Data((LATE,))).still(LATE)
    assert found == (FOUND if kept else None)


def test_a_breaking_that_was_changed_is_run_again_and_a_line_cut_short_is_left_out(root, tmp_path):
    store = Store(tmp_path, root, Data((LATE,)))
    store.keep(LATE, FOUND)
    store.keep_sound("hil_tests/test_a.py::test_late[core]", False)
    with store.file.open("a") as lines:
        lines.write('{"key": "cut sh')
    again = Store(tmp_path, root, Data((LATE,)))
    assert again.still(LATE) == FOUND
    assert again.still(replace(LATE, edits=(Edit(GUARD, "LATE = 4", "LATE = 5"),))) is None
    assert again.still(replace(LATE, only="late")) is None
    assert again.sound("hil_tests/test_a.py::test_late[core]") is False
    assert again.sound("hil_tests/test_b.py::test_other[core]") is None


def test_the_tests_of_a_breaking_are_those_of_its_bench():
    data = Data((), slow=("stiff",), left_out={"test_soak.py": "why"})
    soak = "--ignore=hil_tests/test_soak.py"
    assert selection(replace(LATE, tests=()), data) == [
        *("hil_tests", "-k", "not vm and not pico and not stiff", "-m", "not long", soak)
    ]
    pico = Breaking("x", "pico", LATE.edits, ("test_a.py",), only="a or b", slow=True, long=True)
    assert selection(pico, data) == [
        *("hil_tests/test_a.py", "-k", "pico and (a or b)", "-m", "long", soak)
    ]


def test_what_nobody_notices_and_what_never_fails_must_be_explained(root):
    data = Data((LATE,), left_out={"test_soak.py": "why"})
    tests = all_tests(root, data.left_out)
    late, never, other = "test_a.py::test_late", "test_a.py::test_never", "test_b.py::test_other"
    assert tests == [late, never, other]
    missed = Outcome(replace(LATE, name="missed"), ())
    outcomes = [Outcome(LATE, (late, other)), missed]
    assert report.complaints(outcomes, data, tests, []) == [
        *("noticed by no test: missed", f"never seen to fail: {never}")
    ]
    assert report.complaints(outcomes[:1], data, [], [other]) == [
        f"fails on whole firmware, so it shows nothing: {other}"
    ]
    explained = [outcomes[0], Outcome(replace(missed.breaking, unnoticed="why"), ())]
    assert report.complaints(explained, replace(data, unseen={never: "why"}), tests, []) == []
    known = [Outcome(replace(LATE, unnoticed="why"), (late,))]
    assert len(report.outdated(known, replace(data, unseen={late: "why"}))) == 2


def test_the_document_is_made_from_what_was_found(root):
    bench = Breaking(
        "no second pole", "core", (Edit("sim/bench.py", "", "x"),), unnoticed="because"
    )
    never = "test_a.py::test_never"
    data = Data((LATE, bench), left_out={"test_soak.py": "too long"}, unseen={never: "it is so"})
    outcomes = [
        Outcome(LATE, ("test_a.py::test_late", "test_b.py::test_other")),
        Outcome(bench, ()),
    ]
    text = report.document(outcomes, data, all_tests(root, data.left_out))
    for line in (
        "- `test_soak.py`: too long",
        "**2 of 3 tests were seen to fail.** Not seen:",
        f"- `{never}`: it is so",
        "- no second pole: because",
        "| late is no fault | `guard.py` | 2: `test_late`, `test_other` |",
        "| no second pole | the bench | 0 |",
    ):
        assert line in text.splitlines()
    assert "2 deliberate breakings" in text


def test_the_command_says_what_there_is_and_writes_no_document_of_a_part(capsys):
    assert cli.main(["breakings", "--list", "--bench", "pico"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed and all(line.startswith("pico ") for line in listed)
    assert cli.main(["breakings", "--docs", "--bench", "core"]) == 2
    assert cli.main(["breakings", "no such name"]) == 2
    assert "--list" in capsys.readouterr().err


def test_a_whole_name_means_itself_and_a_part_all_that_have_it():
    longer = replace(LATE, name="late is no fault at rest")
    data = Data((LATE, longer))
    assert choose(data, [LATE.name], None) == [LATE]
    assert choose(data, ["no fault"], None) == [LATE, longer]
    assert choose(data, [], "pico") == []
