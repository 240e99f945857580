"""`manostat bench`: the figures that the project promises, measured on emulated pins and plant."""

from manostat_tools.bench.command import register

__all__ = ["register"]
