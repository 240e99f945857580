"""The benches the demo can boot, opened for a scenario."""

from pathlib import Path

from manostat_sim.benches.base import Bench
from manostat_sim.scenarios import Scenario
from manostat_tools.boards import BOARDS, load_board

BENCHES = {
    "pico": "the real image on an emulated Raspberry Pi Pico",
    "core": "the firmware's decisions under CPython: fast",
    "vm": "the firmware's decisions on the MicroPython unix port",
}
BOARD = "RPI_PICO"


class UnavailableError(RuntimeError):
    """A bench cannot run here; the message says what to do."""


def bench_unit(of: Scenario) -> tuple[int, ...]:
    """The board's bench unit (50 psi above opening, 80 psi line) with the scenario's rate and
    volume; nine integers in the order of manostat.core.prescription.RANGES."""
    unit = load_board(BOARDS / BOARD).bench
    if unit is None:
        raise UnavailableError(f"{BOARDS / BOARD / 'bench.json'}: missing, the demo needs it")
    mode, _rate, _volume, *rest = unit.values
    return (mode, of.rate_nl_s, of.volume_nl, *rest)


def open_bench(name: str, of: Scenario) -> Bench:
    """The bench called `name` (a key of BENCHES), powered off. UnavailableError if it cannot be."""
    unit = bench_unit(of)
    if name == "core":
        from manostat_sim.benches.core import CoreBench

        return CoreBench(of, unit)
    if name == "vm":
        from manostat_sim.benches.vm import VmBench, find_micropython

        try:
            find_micropython()
        except FileNotFoundError as missing:
            raise UnavailableError(str(missing)) from missing
        return VmBench(of, unit)
    return _open_pico(of, unit)


def _open_pico(of: Scenario, unit: tuple[int, ...]) -> Bench:
    from manostat_sim.benches.pico import PicoBench

    return PicoBench(of, unit, _bench_image(), load_board(BOARDS / BOARD).pins)


def _bench_image() -> Path:
    from manostat_tools.image import ensure_images

    return ensure_images(BOARD, say=True)
