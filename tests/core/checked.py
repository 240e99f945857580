"""An integer that refuses to leave the 31 bits of a small integer on a 32-bit board.

MicroPython allocates whatever does not fit +-(2^30 - 1). Arithmetic with a `Checked` on either side
gives a `Checked`, or OverflowError: a subclass's reflected methods come before int's own, so a
module constant on the left is no way around it. `checked_state` makes the attributes of a built
pump into such integers, and again after each tick those that were set to a plain literal.
"""

from typing import Any

LIMIT = 2**30 - 1


class Checked(int):
    """An int within +-(2^30 - 1). OverflowError names the operation that would leave it."""

    __slots__ = ()

    def __new__(cls, value: int = 0) -> "Checked":
        if not -LIMIT <= value <= LIMIT:
            raise OverflowError(f"{value} does not fit 31 bits")
        return int.__new__(cls, value)

    def __repr__(self) -> str:
        return f"Checked({int(self)})"

    def __truediv__(self, other: Any) -> Any:
        raise TypeError("a float on the board")

    __rtruediv__ = __truediv__
    __float__ = None  # type: ignore[assignment]


def _binary(name: str) -> Any:
    plain = getattr(int, name)

    def method(self: Checked, other: Any) -> Any:
        if isinstance(other, float):
            raise TypeError(f"{name} of {int(self)} and {other}: a float on the board")
        result = plain(self, other)
        if result is NotImplemented:
            return result
        if type(result) is not int:
            raise TypeError(f"{name} of {int(self)} and {other!r} gives {result!r}, no integer")
        if not -LIMIT <= result <= LIMIT:
            raise OverflowError(f"{name} of {int(self)} and {int(other)} gives {result}")
        return int.__new__(Checked, result)

    return method


def _unary(name: str) -> Any:
    plain = getattr(int, name)

    def method(self: Checked) -> Checked:
        return Checked(plain(self))

    return method


for _name in (
    "add",
    "sub",
    "mul",
    "floordiv",
    "mod",
    "lshift",
    "rshift",
    "and",
    "or",
    "xor",
    "pow",
):
    setattr(Checked, f"__{_name}__", _binary(f"__{_name}__"))
    setattr(Checked, f"__r{_name}__", _binary(f"__r{_name}__"))
for _name in ("neg", "pos", "abs", "invert"):
    setattr(Checked, f"__{_name}__", _unary(f"__{_name}__"))


def new_checked(n: int) -> list[int]:
    """A zeroed buffer of checked integers, for `manostat.core.pump.build`."""
    return [Checked(0)] * n


def checked_state(part: Any) -> None:
    """Make every integer that `part` and its own parts hold a `Checked`, in place.

    OverflowError for one that does not fit. Buffers hold what the core put there.
    """
    for name, value in vars(part).items():
        if type(value) is int:
            setattr(part, name, Checked(value))
        elif isinstance(value, list):
            if any(type(item) is int for item in value):
                value[:] = [Checked(item) for item in value]
        elif hasattr(value, "__dict__"):
            checked_state(value)
