"""Where the code names a requirement: file, line, and what it stands in."""

import re
from dataclasses import dataclass
from pathlib import Path

CODE = ("firmware", "host_tools", "boards", "docs/wiring.md")
"""What does the work: the simulator and the tests are not code that meets a requirement. Wiring is:
some requirements are met by a resistor."""
_NOT_CODE = ("host_tools/manostat_tools/trace",)
_SUFFIXES = (".py", ".c", ".h", ".cmake", ".json", ".csv", ".md")
_NAMED = re.compile(r"(?<![\w-])([A-Z]-[0-9]{2})(?![\w-])")
_DEFINES = re.compile(r"(\s*)(?:class|def)\s+(\w+)")


@dataclass(frozen=True)
class Place:
    """`file` is relative to the repository; `inside` the function or class around it, or ""."""

    file: str
    line: int
    inside: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def places(root: Path) -> dict[str, list[Place]]:
    """For each id that the code names, where, in the order of files and lines."""
    found: dict[str, list[Place]] = {}
    for file in _files(root):
        name = file.relative_to(root).as_posix()
        lines = file.read_text(encoding="utf-8").splitlines()
        for at, line in enumerate(lines):
            for named in dict.fromkeys(_NAMED.findall(line)):
                place = Place(name, at + 1, _around(lines, at) if file.suffix == ".py" else "")
                found.setdefault(named, []).append(place)
    return found


def _files(root: Path) -> list[Path]:
    files: list[Path] = []
    for start in CODE:
        path = root / start
        files += [path] if path.is_file() else sorted(path.rglob("*"))
    left_out = tuple(root / folder for folder in _NOT_CODE)
    return [
        file
        for file in files
        if file.suffix in _SUFFIXES
        and file.is_file()
        and not any(file.is_relative_to(folder) for folder in left_out)
    ]


def _around(lines: list[str], at: int) -> str:
    """`Class.method` around a line, from the indentation of what stands above it."""
    names: list[str] = []
    indent = len(lines[at]) - len(lines[at].lstrip())
    for line in reversed(lines[: at + 1]):
        defines = _DEFINES.match(line)
        if defines and (len(defines[1]) < indent or line is lines[at]):
            names.insert(0, defines[2])
            indent = len(defines[1])
        if indent == 0 and names:
            break
    return ".".join(names)
