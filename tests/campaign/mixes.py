"""Mixes for tests: the default one with runs that are short enough."""

from pathlib import Path

from manostat_tools.campaign.mix import MIXES, Mix, read

DEFAULT = (MIXES / "default.toml").read_text(encoding="utf-8")


def changed(*changes: tuple[str, str]) -> str:
    """The default mix's text with each first replaced by the second; it must be there."""
    text = DEFAULT
    for was, becomes in changes:
        assert was in text, was
        text = text.replace(was, becomes)
    return text


def short(sampling: str = "sobol") -> Mix:
    """Runs of half a second at most: what is drawn is the same, little of it happens."""
    text = changed(
        ("value = 150.0", "value = 0.5"), ('sampling = "sobol"', f'sampling = "{sampling}"')
    )
    return read("short", text, Path("short.toml"))
