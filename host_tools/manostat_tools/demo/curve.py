"""A small curve drawn with characters: braille dots, two across and four down in each cell."""

from collections.abc import Sequence

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_NICE = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_LABEL = 4


def nice_top(value: float) -> float:
    """The next round number at or above `value` (> 0), to end an axis with."""
    scale = 1.0
    while value > 10.0 * scale:
        scale *= 10.0
    while value <= scale and scale > 1e-3:
        scale /= 10.0
    return next(nice * scale for nice in _NICE if nice * scale >= value * 0.9999)


def curve(
    xs: Sequence[float],
    ys: Sequence[float],
    width: int,
    height: int,
    *,
    least_x: float,
    least_y: float,
    mark_y: float | None = None,
    dots: bool = True,
) -> list[str]:
    """`height` lines of `width` characters: y axis, curve, x axis with its numbers.

    Axes start at 0 and reach at least `least_x` and `least_y`; `mark_y` is drawn as a dotted
    level. `dots` False draws with plain characters.
    """
    columns, rows = width - _LABEL - 1, height - 2
    if columns < 8 or rows < 3:
        return ["" for _ in range(height)]
    top_x = nice_top(max(least_x, max(xs, default=0.0)))
    top_y = nice_top(max(least_y, max(ys, default=0.0)))
    cells = [[0] * columns for _ in range(rows)]

    def row_of(y: float) -> int:
        share = min(max(y / top_y, 0.0), 1.0)
        return round((1.0 - share) * (rows * 4 - 1))

    if mark_y is not None:
        for column in range(0, columns, 2):
            _dot(cells, column * 2, row_of(mark_y))
    stride = max(1, len(xs) // (columns * 8))
    for x, y in zip(xs[::stride], ys[::stride], strict=True):
        _dot(cells, round(min(max(x / top_x, 0.0), 1.0) * (columns * 2 - 1)), row_of(y))
    lines = []
    for row in range(rows):
        label = {0: f"{top_y:g}", rows // 2: f"{top_y / 2:g}", rows - 1: "0"}.get(row, "")
        lines.append(
            f"{label[:_LABEL]:>{_LABEL}}" + ("│" if dots else "|") + _text(cells[row], dots)
        )
    corner, line = ("└", "─") if dots else ("+", "-")
    lines.append(" " * _LABEL + corner + line * columns)
    middle, right = f"{top_x / 2:g}", f"{top_x:g} mL"
    axis = "0".ljust((columns - len(middle)) // 2) + middle
    lines.append(" " * (_LABEL + 1) + axis.ljust(columns - len(right)) + right)
    return lines


def _dot(cells: list[list[int]], x: int, y: int) -> None:
    cells[y // 4][x // 2] |= _DOTS[y % 4][x % 2]


def _text(row: list[int], dots: bool) -> str:
    if dots:
        return "".join(chr(0x2800 + bits) if bits else " " for bits in row)
    return "".join("*" if bits else " " for bits in row)
