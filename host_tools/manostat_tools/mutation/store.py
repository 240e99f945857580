"""What was found before, one line of JSON for each mutant, so that a run can be interrupted."""

import ast
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from manostat_tools.mutation.child import PASSED
from manostat_tools.mutation.mutants import Mutant, mutants_of


@dataclass(frozen=True)
class Verdict:
    """`file` and `tests` are digests of the texts that the verdict rests on."""

    id: str
    verdict: str
    test: str
    file: str
    tests: str


def digest(*texts: str) -> str:
    """Of some texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


class Store:
    """Verdicts in `folder`. Those of a killed mutant hold while its file and the test that killed
    it have the same text; those of a survivor while no test that it met has changed."""

    def __init__(self, folder: Path, tree: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.tree = tree
        self.file = folder / "verdicts.jsonl"
        self.known: dict[str, Verdict] = {}
        self.functions: dict[str, dict[str, str]] = {}
        if self.file.exists():
            for line in self.file.read_text().splitlines():
                if line.endswith("}"):  # a run may have been cut short
                    verdict = Verdict(**json.loads(line))
                    self.known[verdict.id] = verdict

    def mutants(self, file: str, source: str) -> list[Mutant]:
        """`mutants_of`, made once for each text."""
        cached = self.folder / f"{file}-{digest(source)}.json"
        if not cached.exists():
            found = [asdict(mutant) for mutant in mutants_of(file, source)]
            cached.write_text(json.dumps(found))
        return [Mutant(**mutant) for mutant in json.loads(cached.read_text())]

    def killer(self, mutant: Mutant) -> str:
        """The test that killed it last, or none."""
        verdict = self.known.get(mutant.id)
        return verdict.test if verdict is not None else ""

    def still(self, mutant: Mutant, source: str, files: Sequence[str]) -> Verdict | None:
        """The verdict of before, if it still holds."""
        verdict = self.known.get(mutant.id)
        if verdict is None or verdict.file != digest(source):
            return None
        return verdict if verdict.tests == self._tests(verdict, files) else None

    def keep(
        self, mutant: Mutant, source: str, files: Sequence[str], verdict: str, test: str
    ) -> Verdict:
        """Remember a verdict."""
        found = Verdict(mutant.id, verdict, test, digest(source), "")
        found = Verdict(**{**asdict(found), "tests": self._tests(found, files)})
        self.known[mutant.id] = found
        with self.file.open("a") as lines:
            lines.write(json.dumps(asdict(found)) + "\n")
        return found

    def _tests(self, verdict: Verdict, files: Sequence[str]) -> str:
        if verdict.verdict != PASSED and verdict.test:
            return digest(self._text(verdict.test))
        if verdict.verdict != PASSED:
            return ""  # not even imported
        folder = self.tree / "tests/core"
        helpers = [path for path in sorted(folder.glob("*.py")) if path.stem[:5] != "test_"]
        return digest(*[path.read_text() for path in (*helpers, *[self.tree / f for f in files])])

    def _text(self, test: str) -> str:
        """The text of a test function, its marks included."""
        file, _, name = test.partition("::")
        if file not in self.functions:
            path = self.tree / file
            source = path.read_text() if path.exists() else ""
            lines = source.splitlines()
            self.functions[file] = {
                node.name: "\n".join(
                    lines[min([node.lineno, *[d.lineno for d in node.decorator_list]]) - 1 : last]
                )
                for node in ast.walk(ast.parse(source))
                if isinstance(node, ast.FunctionDef) and (last := node.end_lineno)
            }
        return self.functions[file].get(name.split("[")[0].rsplit("::", 1)[-1], "")
