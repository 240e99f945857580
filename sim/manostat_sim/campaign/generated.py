"""Generated text to compiled code, kept on disk for the next time."""

import hashlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from manostat_sim.campaign.flatten import Flat

CACHE_VARIABLE = "MANOSTAT_CAMPAIGN_CACHE"
_REPOSITORY = Path(__file__).resolve().parents[3]
_LOOP = '''

def run_all({records}):
    """Make the run of each record, one after the other."""
    for number in range(len({records})):
        {run}({records}[number])


def tick_all({records}):
    """Make one tick of each record."""
    for number in range(len({records})):
        {tick}({records}[number])
'''


def cache_folder() -> Path:
    """Where generated modules and their machine code lie: build/ of a source tree, else the user's
    cache. The variable CACHE_VARIABLE names another place."""
    given = os.environ.get(CACHE_VARIABLE)
    if given:
        return Path(given)
    if (_REPOSITORY / "pyproject.toml").exists():
        return _REPOSITORY / "build" / "campaign"
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "manostat" / "campaign"


def text_with_loops(flat: Flat) -> str:
    """The module's text with the loops over an array of records below."""
    entries = flat.entries
    return flat.text + _LOOP.format(records="records", run=entries["run"], tick=entries["tick"])


def stored(text: str, folder: Path | None = None) -> Path:
    """The file that holds this text: its name is the hash of it, so that numba's own cache, which
    goes by the file, never answers for another text."""
    folder = folder or cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    name = f"kernel_{hashlib.sha256(text.encode()).hexdigest()[:20]}"
    path = folder / f"{name}.py"
    if not path.exists():
        part = folder / f"{name}.{os.getpid()}.part"
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    return path


def loaded(path: Path) -> ModuleType:
    """The module in that file, not compiled."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # numba finds a module's functions again through sys.modules when it reads its cache.
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def compiled(module: ModuleType, names: tuple[str, ...]) -> tuple[Any, Any]:
    """`run_all` and `tick_all` as machine code; `names` are the functions below them.

    All is written into the loop itself: calls between functions of a few lines cost as much as they
    do, and only then does the compiler see which fields nothing else touches. No fast math.
    """
    import numba

    for name in names:
        inlined = numba.njit(error_model="numpy", forceinline=True)
        setattr(module, name, inlined(getattr(module, name)))
    loop = numba.njit(error_model="numpy", nogil=True, cache=True)
    return loop(module.run_all), loop(module.tick_all)
