"""What was found before, one line of JSON a run, so that the long thing can be interrupted."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from manostat_tools.breakings.data import FILE, TESTS, Breaking, Data
from manostat_tools.breakings.run import Found, selection

_RESTS_ON = ("firmware", "boards", "sim")


class Store:
    """Findings in `folder`; each holds while the texts in `tree` that it rests on are the same:
    the firmware, the boards, the simulator, the breaking itself and the tests that it ran."""

    def __init__(self, folder: Path, tree: Path, data: Data) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.data = data
        self.tree = tree
        self.file = folder / "found.jsonl"
        self.common = _digest([p for part in _RESTS_ON for p in _texts(tree / part)], tree)
        self.known: dict[str, Found] = {}
        if self.file.exists():
            for line in self.file.read_text(encoding="utf-8").splitlines():
                if line.endswith("}"):  # a run may have been cut short
                    read = json.loads(line)
                    key = read.pop("key")
                    read |= {kind: tuple(read[kind]) for kind in ("failed", "errors")}
                    self.known[key] = Found(**read)

    def still(self, breaking: Breaking) -> Found | None:
        """What was found, if it still holds."""
        return self.known.get(self._key(breaking))

    def keep(self, breaking: Breaking, found: Found) -> None:
        """Remember what was found."""
        self._write(self._key(breaking), found)

    def sound(self, test: str) -> bool | None:
        """Whether this test, with its parameters, passes on whole firmware; None: not known."""
        found = self.known.get(self._sound_key(test))
        return None if found is None else not found.failed

    def keep_sound(self, test: str, sound: bool) -> None:
        """Remember whether it passes on whole firmware."""
        self._write(self._sound_key(test), Found(failed=() if sound else (test,)))

    def _write(self, key: str, found: Found) -> None:
        self.known[key] = found
        with self.file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"key": key, **asdict(found)}) + "\n")

    def _key(self, breaking: Breaking) -> str:
        edits = [text for edit in breaking.edits for text in (edit.file, edit.before, edit.after)]
        words = [breaking.name, breaking.bench, *edits, *selection(breaking, self.data)]
        return self._of(words, breaking.tests)

    def _sound_key(self, test: str) -> str:
        return self._of(["whole", test], (test.split("::")[0].split("/")[-1],))

    def _of(self, words: list[str], tests: tuple[str, ...]) -> str:
        files = [
            path
            for path in _texts(self.tree / TESTS)
            if path.name != FILE.name
            and (path.name[:5] != "test_" or not tests or path.name in tests)
        ]
        text = "\0".join([self.common, _digest(files, self.tree), *words])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _texts(folder: Path) -> list[Path]:
    return [p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts]


def _digest(files: list[Path], root: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()
