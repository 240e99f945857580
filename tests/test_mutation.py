"""Requirements on the mutation of the core: what is changed, what is noticed, what is kept."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("cosmic_ray")

from manostat_tools.mutation.child import KILLED, PASSED, TIMED_OUT, Answer, Order, ask
from manostat_tools.mutation.mutants import Mutant, mutants_of
from manostat_tools.mutation.report import Judged, evidence, explained, percent, row
from manostat_tools.mutation.store import Store

LIMIT = '''"""Text."""

_MOST = 7


def clipped(value):
    """More text."""
    if value > _MOST:
        return _MOST
    return value
'''
TESTS = """from manostat.core.limit import clipped


def test_clipped():
    while clipped(3) != 3:
        pass
    assert clipped(9) == 7


def test_slow():
    assert sum(range(300_000))
"""
FILES = ["tests/core/test_limit.py"]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("firmware/manostat/core", "tests/core"):
        (tmp_path / folder).mkdir(parents=True)
    for folder in ("firmware/manostat", "firmware/manostat/core"):
        (tmp_path / folder / "__init__.py").touch()
    (tmp_path / "firmware/manostat/core/limit.py").write_text(LIMIT)
    (tmp_path / FILES[0]).write_text(TESTS)
    project = '[tool.pytest.ini_options]\npythonpath = ["firmware"]\n'
    (tmp_path / "pyproject.toml").write_text(project)
    return tmp_path


def answer_to(tree: Path, before: str, after: str) -> Answer:
    assert before in LIMIT
    return ask(tree, "manostat.core.limit", LIMIT.replace(before, after), Order(FILES))


def change(mutants: list[Mutant], after: str) -> Mutant:
    return next(mutant for mutant in mutants if mutant.after == after)


def test_numbers_of_the_module_comparisons_and_whole_statements_are_changed():
    mutants = mutants_of("limit.py", LIMIT)
    changes = {mutant.after for mutant in mutants}
    assert {"_MOST = 8", "_MOST = 6", "if value >= _MOST:", "pass"} <= changes
    assert change(mutants, "if value >= _MOST:").function == "clipped"
    assert not any("is" in mutant.after.split() for mutant in mutants), "to integers it is =="
    assert len({mutant.source for mutant in mutants}) == len(mutants)


def test_the_name_of_a_mutant_does_not_depend_on_its_line():
    mutants = mutants_of("limit.py", LIMIT)
    moved = mutants_of("limit.py", LIMIT.replace("_MOST = 7", "# why\n\n_MOST = 7"))
    assert [mutant.id for mutant in moved] == [mutant.id for mutant in mutants]
    assert len({mutant.id for mutant in mutants}) == len(mutants)


def test_a_mutant_lives_unless_a_test_fails_or_takes_too_long(tree):
    assert answer_to(tree, "value > _MOST", "value >= _MOST").verdict == PASSED
    killed = answer_to(tree, "_MOST = 7", "_MOST = 8")
    assert (killed.verdict, killed.test) == (KILLED, "tests/core/test_limit.py::test_clipped")
    assert answer_to(tree, "_MOST = 7", "raise ImportError").verdict == KILLED
    assert answer_to(tree, "return value", "return 4").verdict == TIMED_OUT
    assert (tree / "firmware/manostat/core/limit.py").read_text() == LIMIT


def test_without_a_mutant_every_test_is_run_and_timed(tree):
    (tree / FILES[0]).write_text(TESTS + "\n\ndef test_wrong():\n    assert clipped(9) == 9\n")
    answer = ask(tree, "manostat.core.limit", None, Order(FILES, all_of_them=True))
    assert answer.failed == [f"{FILES[0]}::test_wrong"]
    assert answer.cpu_s[f"{FILES[0]}::test_slow"] > answer.cpu_s[f"{FILES[0]}::test_clipped"]


def test_a_verdict_holds_while_the_texts_it_rests_on_are_the_same(tree):
    mutants = mutants_of("limit.py", LIMIT)
    alive, dead = change(mutants, "if value >= _MOST:"), change(mutants, "_MOST = 8")
    store = Store(tree / "kept", tree)
    store.keep(alive, LIMIT, FILES, PASSED, "")
    store.keep(dead, LIMIT, FILES, KILLED, "tests/core/test_limit.py::test_clipped")

    def known(source: str = LIMIT) -> list[bool]:
        again = Store(tree / "kept", tree)
        return [again.still(mutant, source, FILES) is not None for mutant in (alive, dead)]

    assert known() == [True, True]
    assert known(LIMIT + "\n") == [False, False]
    (tree / FILES[0]).write_text(TESTS + "\n\ndef test_new():\n    pass\n")
    assert known() == [False, True], "a new test may kill a survivor"
    (tree / FILES[0]).write_text(TESTS.replace("clipped(3)", "clipped(4)"))
    assert known() == [False, False]
    assert Store(tree / "kept", tree).killer(dead) == "tests/core/test_limit.py::test_clipped"


def test_survivors_need_a_reason_and_five_in_a_hundred_are_too_many(tmp_path):
    mutant = change(mutants_of("limit.py", LIMIT), "if value >= _MOST:")
    document = tmp_path / "mutation.md"
    document.write_text(row(mutant) + "\n")
    assert explained(document) == {}
    document.write_text(row(mutant, "both give 7") + "\n")
    assert explained(document) == {mutant.id: "both give 7"}

    judged = [Judged(replace(mutant, id=str(i)), PASSED if i < 51 else KILLED) for i in range(1000)]
    assert percent(judged) == 94.9
    verdicts = [line["verdict"] for line in evidence(judged, 95, 1, True)[:2]]
    assert verdicts == ["failed", "failed"], "of the whole, and of what is not explained"
    assert [line["verdict"] for line in evidence(judged[1:], 95, 0, True)[:2]] == [
        "failed",
        "passed",
    ]
    files = evidence(judged, 95, 1, True)[2:]
    assert {(line["verdict"], line["limit"]) for line in files} == {("passed", None)}
    assert {line["verdict"] for line in evidence(judged, 95, 0, False)} == {"not run"}
