"""`manostat evidence`: what was shown, of which firmware, with the worst case beside its limit."""

from manostat_tools.evidence.command import register

__all__ = ["register"]
