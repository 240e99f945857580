"""The machine's own Debian archive, read from apt's configuration in both of its formats."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from manostat_tools.image.errors import ImageError

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
"""Debian's archive keys; that of bookworm already verifies trixie."""

_APT = Path("/etc/apt")
_OS_RELEASE = Path("/etc/os-release")


@dataclass(frozen=True)
class Entry:
    """One archive: where it is, which suites and components, which keyring verifies it."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    keyring: str


def own_archive(apt: Path = _APT, os_release: Path = _OS_RELEASE) -> Entry:
    """The archive this Debian machine installs from.

    Raises ImageError when the machine is no Debian, or its entry cannot be found.
    """
    about = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', _read(os_release), re.MULTILINE))
    if about.get("ID") != "debian":
        raise ImageError(f"this machine runs {about.get('ID', 'no known system')}, not Debian")
    for entry in entries(apt):
        if "main" in entry.components and any("-" not in suite for suite in entry.suites):
            return entry
    raise ImageError(f"no Debian archive with component main under {apt}")


def entries(apt: Path = _APT) -> Iterator[Entry]:
    """Every enabled binary archive of sources.list, *.list and *.sources under `apt`."""
    parts = apt / "sources.list.d"
    for file in (apt / "sources.list", *sorted(parts.glob("*.list"))):
        yield from _one_line_style(_read(file))
    for file in sorted(parts.glob("*.sources")):
        yield from _deb822_style(_read(file))


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _one_line_style(text: str) -> Iterator[Entry]:
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^]]*)]\s+)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if match:
            options, uri, suite, components = match.groups()
            signed = re.search(r"signed-by=(\S+)", options or "")
            keyring = signed[1] if signed else KEYRING
            yield Entry(uri, (suite,), tuple(components.split()), keyring)


def _deb822_style(text: str) -> Iterator[Entry]:
    text = re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)
    for paragraph in re.split(r"\n\s*\n", text):
        fields = {
            name.lower(): " ".join(value.split())
            for name, value in re.findall(
                r"^([\w-]+):((?:.*)(?:\n[ \t].*)*)", paragraph, re.MULTILINE
            )
        }
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes") == "no":
            continue
        keyring = fields.get("signed-by", KEYRING)
        for uri in fields.get("uris", "").split():
            yield Entry(
                uri,
                tuple(fields.get("suites", "").split()),
                tuple(fields.get("components", "").split()),
                keyring if keyring.startswith("/") else KEYRING,  # else a key written out
            )
