"""`manostat demo`: one injection from power-on to the record, told live in words and numbers."""

from manostat_tools.demo.command import main, register

__all__ = ["main", "register"]
