"""A small repository with requirements of its own, to run pytest in."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import doorstop
from doorstop import settings

_DOCUMENT = "settings:\n  digits: 2\n  itemformat: markdown\n  prefix: {}\n  sep: '-'\n"
_HAZARD = "harm: pain\ncauses: [haste]\noutside: care\nremains: little"
REQUIREMENT = """links: [H-01]
limits: [{of: steps after it, at: <=, number: 2, unit: steps}]
source: this test (P)
shown: [example]
status: built"""


class Project:
    """`required` requirements P-01, P-02, ..., each named by firmware/stop.py."""

    def __init__(self, root: Path, required: int = 1) -> None:
        self.root = root
        self.write("docs/requirements/h/.doorstop.yml", _DOCUMENT.format("H"))
        self.write("docs/requirements/p/.doorstop.yml", _DOCUMENT.format("P\n  parent: H"))
        self.item("h/H-01", _HAZARD)
        names = [f"P-{number:02d}" for number in range(1, required + 1)]
        for name in names:
            self.item(f"p/{name}", REQUIREMENT)
        self.review()
        self.code(*names)
        self.write("pyproject.toml", "[tool.pytest.ini_options]\ntestpaths = ['tests']\n")

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def item(self, name: str, fields: str) -> None:
        """An item of docs/requirements with these fields."""
        text = f"---\nlevel: 1.1\n{fields}\n---\n\n# Stops\n\nIt stops."
        self.write(f"docs/requirements/{name}.md", text)

    def review(self) -> None:
        """Let Doorstop take all items as they are for reviewed."""
        kept = settings.ADDREMOVE_FILES  # with git, which is not here
        settings.ADDREMOVE_FILES = False
        try:
            folder = str(self.root / "docs/requirements")
            items = [item for document in doorstop.build(folder, folder) for item in document]
            for item in items:
                item.review()
            for item in items:
                item.clear()
        finally:
            settings.ADDREMOVE_FILES = kept

    def code(self, *names: str) -> None:
        """Firmware that names these requirements, the first in its third line."""
        lines = "".join(f"        pass  # {name}\n" for name in names)
        self.write("firmware/stop.py", f"class Guard:\n    def stop(self):\n{lines}")

    def tests(self, text: str) -> None:
        self.write("tests/test_it.py", "import os\nimport pytest\n" + dedent(text))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run pytest with the plugin; its exit code and all that it said."""
        plugins = ("-p", "no:hypothesispytest", "-p", "manostat_tools.trace.plugin")
        command = [sys.executable, "-m", "pytest", *plugins, *arguments]
        environment = {**os.environ, "PYTEST_ADDOPTS": ""}
        for name in [name for name in environment if name.startswith("PYTEST_XDIST")]:
            del environment[name]
        done = subprocess.run(
            command, cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr
