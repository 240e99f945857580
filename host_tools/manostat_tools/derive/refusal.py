"""A value that cannot be derived, and why: never a number instead."""

from typing import NamedTuple


class NotDerived(NamedTuple):
    """`name`: of the quantity that is missing."""

    name: str
    reason: str
