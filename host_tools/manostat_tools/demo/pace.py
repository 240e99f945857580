"""How virtual time runs against wall time, in words."""

EMULATED = frozenset({"pico"})
_TOO_SHORT_S = 0.05


def pace(bench_name: str, virtual_s: float, wall_s: float) -> str:
    """Such as "virtual 12.3 s, wall 98 s: emulated, 8.0 times slower than real"."""
    text = f"virtual {virtual_s:.1f} s, wall {wall_s:.1f} s"
    if virtual_s < _TOO_SHORT_S or wall_s < _TOO_SHORT_S:
        return text
    emulated = "emulated, " if bench_name in EMULATED else ""
    if wall_s >= virtual_s:
        return f"{text}: {emulated}{wall_s / virtual_s:.1f} times slower than real"
    return f"{text}: {emulated}{virtual_s / wall_s:.1f} times faster than real"
