"""What makes a campaign that campaign: hashes of all that its outcomes follow from."""

import platform
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import manostat.core
import manostat_sim
import manostat_tools
from manostat_sim.campaign import generated
from manostat_sim.campaign.kernel import flat
from manostat_tools.campaign.columns import SCHEMA_VERSION
from manostat_tools.campaign.mix import Mix
from manostat_tools.frozen import source_hash

_CORE = Path(manostat.core.__file__).parent
_SAMPLED_BY = (
    *(
        Path(manostat_tools.__file__).parent / "campaign" / name
        for name in (
            "distributions.py",
            "mix.py",
            "parts.py",
            "points.py",
            "ranges.py",
            "sampling.py",
        )
    ),
    *sorted((Path(manostat_sim.__file__).parent / "plant").glob("*.py")),
    *sorted((Path(manostat_sim.__file__).parent / "campaign").glob("*.py")),
)
_VERSIONS = ("numpy", "scipy", "numba", "llvmlite")
"""Of these a new one may draw or round otherwise."""


@dataclass(frozen=True)
class Identity:
    """Two campaigns of one identity have the same rows, to the bit, on one kind of machine.

    Hashes are SHA-256 in hex: of the mix's text, of the firmware's core, of the kernel's generated
    text, and of the sources that draw. `versions`: of libraries, as "name version".
    """

    schema_version: int
    mix: str
    mix_sha256: str
    seed: int
    runs: int
    block_runs: int
    firmware_sha256: str
    kernel_sha256: str
    sampling_sha256: str
    versions: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {"versions": list(self.versions)}


def identity_of(mix: Mix, seed: int, runs: int, block_runs: int) -> Identity:
    """Of a campaign made with the sources and libraries of this process."""
    return Identity(SCHEMA_VERSION, mix.name, mix.sha256, seed, runs, block_runs, *sources())


@cache
def sources() -> tuple[str, str, str, tuple[str, ...]]:
    """Hashes of core, kernel and sampling, and the versions, of this process."""
    core = {path.name: path.read_bytes() for path in _CORE.glob("*.py")}
    drawn_by = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in _SAMPLED_BY}
    kernel = sha256(generated.text_with_loops(flat()).encode()).hexdigest()
    versions = tuple(f"{name} {version(name)}" for name in _VERSIONS)
    return source_hash(core), kernel, source_hash(drawn_by), versions


def machine() -> str:
    """Which kind of machine this is: no outcome is known to depend on it, and none is promised."""
    return f"{platform.machine()}, {_processor()}, {platform.system()}, {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "processor unknown"
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else "processor unknown"


def differences(found: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """A line for each field of the two identities that is not the same."""
    return [
        f"{name}: {_short(found.get(name))}, this command's is {_short(wanted[name])}"
        for name in wanted
        if found.get(name) != wanted[name]
    ]


def _short(value: Any) -> str:
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return f"{text[:12]}..." if len(text) == 64 else text
