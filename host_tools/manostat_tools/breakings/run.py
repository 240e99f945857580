"""One run of pytest in the copy, in a process of its own with a limit of time."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from manostat_tools.breakings import witness
from manostat_tools.breakings.data import TESTS, Breaking, Data

_TEST_S = {"core": 60, "pico": 400}
_BENCH = {"core": "not vm and not pico", "pico": "pico"}
_LAST_BYTES = 400


@dataclass(frozen=True)
class Found:
    """Ids of tests, and how long it took. `ended` says what was wrong if the run has no end."""

    failed: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    passed: int = 0
    seconds: float = 0.0
    ended: str = ""


def selection(breaking: Breaking, data: Data) -> list[str]:
    """Arguments for pytest: the tests that should notice `breaking`."""
    files = [f"{TESTS}/{name}" for name in breaking.tests] or [str(TESTS)]
    words = [_BENCH[breaking.bench]]
    if breaking.only:
        words.append(f"({breaking.only})")
    if not breaking.slow:
        words += [f"not {name}" for name in data.slow]
    ignored = [f"--ignore={TESTS}/{name}" for name in data.left_out]
    mark = "long" if breaking.long else "not long"
    return [*files, "-k", " and ".join(words), "-m", mark, *ignored]


def run(tree: Path, tests: Sequence[str], bench: str, limit_s: float) -> Found:
    """Run `tests`, which are arguments for pytest, in `tree`; killed after `limit_s`."""
    said, output = tree.parent / "witness.jsonl", tree.parent / "pytest.log"
    said.unlink(missing_ok=True)
    paths = os.pathsep.join(str(tree / part) for part in ("host_tools", "sim", "firmware"))
    env = dict(os.environ, PYTHONPATH=paths)
    env[witness.FILE] = str(said)
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-p", witness.__name__]
    command += ["-p", "no:cacheprovider", "-p", "no:xdist", f"--timeout={_TEST_S[bench]}"]
    began_s = time.monotonic()
    with output.open("w") as log:
        process = subprocess.Popen(
            [*command, f"--rootdir={tree}", *tests],
            cwd=tree,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
        )
        try:
            code: int | None = process.wait(limit_s)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)  # the board's forks too
                process.wait()
    lines = said.read_text(encoding="utf-8").splitlines() if said.exists() else []
    told = [json.loads(line) for line in lines if line.endswith("}")]
    failed, errors, passed = (
        tuple(line[kind] for line in told if kind in line) for kind in ("failed", "error", "passed")
    )
    ended = "" if code in (0, 1) else f"pytest ended with {code}: {_last(output)}"
    if code is None:
        ended = f"cut off after {limit_s:.0f} s"
    return Found(failed, errors, len(passed), round(time.monotonic() - began_s, 1), ended)


def _last(output: Path) -> str:
    return " ".join(output.read_text(errors="replace")[-_LAST_BYTES:].split())
