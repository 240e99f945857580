"""Wrong input is refused as a whole: each problem with its file, field, value, allowed range."""

from pathlib import Path
from typing import Any


class RefusedError(ValueError):
    """A board folder that must not be used; `problems` holds one line for each thing wrong."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Problems:
    """Collects what is wrong, so that one run tells everything."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, file: Path, field: str, value: object, allowed: str) -> None:
        """`allowed` completes the sentence "allowed ..."."""
        self.lines.append(f"{file}: {field}: {value}, allowed {allowed}")

    def number(
        self, file: Path, data: dict[str, Any], field: str, low: float, high: float, unit: str = ""
    ) -> float | None:
        """The number `data[field]` if it is there and within `low` to `high`, else a problem."""
        unit = f" {unit}" if unit else ""
        allowed = f"{low:.10g} to {high:.10g}{unit}"
        name = field.rsplit(".", 1)[-1]
        if name not in data:
            self.add(file, field, "missing", allowed)
            return None
        value = data[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.add(file, field, repr(value), f"a number, {allowed}")
            return None
        if not low <= value <= high:
            self.add(file, field, f"{_short(value)}{unit}", allowed)
            return None
        return value

    def whole(
        self, file: Path, data: dict[str, Any], field: str, low: int, high: int, unit: str = ""
    ) -> int | None:
        """Like `number`, and a whole number."""
        value = self.number(file, data, field, low, high, unit)
        if value is None:
            return None
        if value != int(value):
            self.add(file, field, value, f"a whole number, {low} to {high} {unit}".rstrip())
            return None
        return int(value)

    def known(
        self, file: Path, data: dict[str, Any], fields: tuple[str, ...], prefix: str = ""
    ) -> None:
        """A misspelt field would otherwise silently do nothing."""
        for name in sorted(set(data) - set(fields)):
            self.add(file, prefix + name, "unknown field", "fields " + ", ".join(fields))

    def raise_if_any(self) -> None:
        """Raises RefusedError with everything collected so far."""
        if self.lines:
            raise RefusedError(self.lines)


def _short(value: float) -> str:
    try:
        return f"{value:.10g}"
    except OverflowError:  # a whole number beyond any float
        return f"a number of {len(str(abs(value)))} digits"
