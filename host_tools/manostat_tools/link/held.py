"""The unit that a pump works with: the stored one, or that which its bench image brings along."""

from manostat_tools.boards import BOARDS, load_board
from manostat_tools.devices.probe import Hello
from manostat_tools.link.pump import Pump
from manostat_tools.link.settings import Settings

BOARD = "RPI_PICO"


def working_unit(hello: Hello, settings: Settings) -> tuple[int, ...] | None:
    """Its nine integers; None for a pump that has no prescription, and so does not move."""
    if settings.unit is not None or not hello.bench:
        return settings.unit
    bench = load_board(BOARDS / BOARD).bench
    return None if bench is None else bench.values


def kept_zero_pa(hello: Hello, settings: Settings) -> int:
    """The zero of the line sensor, Pa: that of the stored unit; where that is gone that of the
    identity, which has the same; else that of the bench image, or 0."""
    said = (settings.identity or {}).get("zero_pa")
    if settings.unit is None and type(said) is int:
        return said
    unit = working_unit(hello, settings)
    return 0 if unit is None else unit[-1]


def about(pump: Pump, hello: Hello) -> str:
    """Which pump this is, in words."""
    serial = bytes.fromhex(hello.serial).rstrip(b"\0").decode("ascii", "replace")
    image = "BENCH IMAGE" if hello.bench else "production image"
    return f"{pump.name}: unit {serial or 'without a serial number'}, {image} {hello.image}"
