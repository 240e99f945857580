"""The MicroPython source tree: assembled from Debian's signed packages, or a ready one."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from manostat_tools.image.apt_sources import own_archive
from manostat_tools.image.errors import ImageError
from manostat_tools.image.log import Log

SUITE = "trixie"
"""The Debian release whose packages carry MicroPython 1.25.0 and all that an RP2040 build needs."""
SOURCES = ("micropython", "mbedtls")
BINARIES = ("pico-sdk-source", "tinyusb-source")
ENVIRONMENT = "MICROPYTHON_DIR"

_WITHOUT_APT = (
    "Get MicroPython 1.25 with its submodules (make -C ports/rp2 BOARD=RPI_PICO submodules) and "
    f"run: manostat image --micropython DIR (or set {ENVIRONMENT})"
)


class Tree:
    """A source tree at `path`; `identity` changes when what is built from it may change."""

    def __init__(self, path: Path, identity: str, own: bool) -> None:
        self.path = path
        self.identity = identity
        self.own = own

    @property
    def version(self) -> str:
        """Such as 1.25.0, from py/mpconfig.h."""
        text = (self.path / "py" / "mpconfig.h").read_text(encoding="utf-8")
        names = ("MAJOR", "MINOR", "MICRO")
        found = (re.search(rf"#define MICROPY_VERSION_{name} (\d+)", text) for name in names)
        return ".".join(match[1] if match else "0" for match in found)


def given(folder: Path) -> Tree:
    """The ready tree in `folder`. Raises ImageError, saying what it lacks, if it is none."""
    path = folder.expanduser().resolve()
    for part, hint in (
        ("ports/rp2/CMakeLists.txt", "not a MicroPython source tree"),
        ("lib/pico-sdk/pico_sdk_init.cmake", "its submodules are not there"),
        ("lib/tinyusb/src/tusb.c", "its submodules are not there"),
    ):
        if not (path / part).is_file():
            raise ImageError(f"{folder}: no {part}: {hint}. {_WITHOUT_APT}")
    return Tree(path, f"{path} {_state(path)}", own=False)


def assembled(build: Path) -> Tree | None:
    """The tree made earlier from Debian's packages, if there is one."""
    path = build / "micropython"
    versions = path / "debian-versions.json"
    if not versions.is_file():
        return None
    return Tree(path, versions.read_text(encoding="utf-8"), own=True)


def assemble(build: Path, log: Log) -> Tree:
    """Download, verify and unpack Debian's packages into build/micropython.

    apt verifies the release's signature with Debian's keyring and every file by its hash. Raises
    ImageError, saying what to do, where there is no apt or no Debian.
    """
    if shutil.which("apt-get") is None:
        raise ImageError(f"there is no apt here to get MicroPython's sources with. {_WITHOUT_APT}")
    try:
        archive = own_archive()
    except ImageError as reason:
        raise ImageError(f"{reason}. {_WITHOUT_APT}") from None
    apt = (build / "apt").resolve()
    options = _apt_folders(apt, archive.uri, archive.keyring)
    work = apt / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with log.phase(f"package lists of Debian {SUITE}"):
        log.run(["apt-get", *options, "update"])
    with log.phase("signed sources"):
        log.run(["apt-get", *options, "--download-only", "--only-source", "source", *SOURCES], work)
        log.run(["apt-get", *options, "download", *BINARIES], work)
    with log.phase("unpacking"):
        tree = _unpack(work, log)
    path = build / "micropython"
    shutil.rmtree(path, ignore_errors=True)
    tree.rename(path)
    shutil.rmtree(work)
    done = assembled(build)
    assert done is not None
    return done


def _apt_folders(apt: Path, uri: str, keyring: str) -> list[str]:
    """Options for a set of apt directories of our own: the machine's are left alone."""
    for folder in ("sources.list.d", "lists/partial", "cache/archives/partial"):
        (apt / folder).mkdir(parents=True, exist_ok=True)
    (apt / "sources.list.d" / "debian.sources").write_text(
        f"Types: deb deb-src\nURIs: {uri}\nSuites: {SUITE}\nComponents: main\n"
        f"Signed-By: {keyring}\n",
        encoding="utf-8",
    )
    settings = {
        "Dir::Etc::SourceList": "/dev/null",
        "Dir::Etc::SourceParts": apt / "sources.list.d",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State::Lists": apt / "lists",
        "Dir::Cache": apt / "cache",
        "Acquire::Languages": "none",
    }
    if os.geteuid() == 0:
        settings["APT::Sandbox::User"] = "root"  # _apt may not write into this folder
    return [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]


def _unpack(work: Path, log: Log) -> Path:
    """One tree with the SDK, tinyusb and mbedtls at the places where the rp2 port looks."""
    versions = {}
    for name in SOURCES:
        (control,) = work.glob(f"{name}_*.dsc")
        versions[name] = control.stem.split("_", 1)[1]
        log.run(["dpkg-source", "--extract", control.name, name], work)
    for name in BINARIES:
        (package,) = work.glob(f"{name}_*.deb")
        versions[name] = package.stem.split("_")[1]
        log.run(["dpkg-deb", "--extract", package.name, name], work)
    tree = work / "micropython"
    for source, place in (
        (work / "pico-sdk-source/usr/src/pico-sdk", "lib/pico-sdk"),
        (work / "tinyusb-source/usr/src/tinyusb", "lib/tinyusb"),
        (work / "mbedtls", "lib/mbedtls"),
    ):
        shutil.rmtree(tree / place, ignore_errors=True)
        source.rename(tree / place)
    for place in ("lib/pico-sdk", "lib/micropython-lib"):
        (tree / place / "README.md").touch()  # the makefiles only look whether it exists
    content = json.dumps(versions, indent=4, sort_keys=True) + "\n"
    (tree / "debian-versions.json").write_text(content, encoding="utf-8")
    return tree


def _state(path: Path) -> str:
    """The commit and what was changed since, or the version when it is no git tree."""
    git = ["git", "-C", str(path)]
    try:
        commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, check=True)
        changes = subprocess.run([*git, "diff", "HEAD"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        content = (path / "py" / "mpconfig.h").read_bytes()
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha256(commit.stdout + changes.stdout).hexdigest()
