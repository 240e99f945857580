"""Deliberate breakings of the firmware: each should make a hardware test fail.

They are data, hil_tests/breakings.toml; they are made in a copy, so that no file of the repository
ever holds one.
"""

from manostat_tools.breakings.data import Breaking, Data, Edit, load

__all__ = ["Breaking", "Data", "Edit", "load"]
