"""`manostat journal`: reads what a pump kept in flash, by docs/journal.md and nothing else.

Independent on purpose: no code here is shared with the firmware or with the simulator, so that a
mistake in one of them is not repeated in the other.
"""

from manostat_tools.journal.command import register

__all__ = ["register"]
