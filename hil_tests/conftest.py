"""The benches, and how a test gets one.

A test asks for `bench` (armed, Dallas 0) or for a factory: `make_bench(scenario)` gives an armed
pump, `make_cold_bench(scenario)` one without power. Both run on every bench; a test that needs
more than all of them offer says so, `@pytest.mark.needs("journal")`, and is skipped elsewhere with
the reason. `unit` is the stored prescription: parametrize it for another one.

The emulated board boots and proves its pain button once for each unit; each of its tests then runs
in a forked child of this process, which starts from that moment and costs nothing to throw away.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from manostat_sim.benches.base import Bench
from manostat_sim.benches.core import CoreBench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.benches.vm import VmBench
from manostat_sim.emulator.forked import run_in_fork
from manostat_sim.scenarios import Scenario
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.image import ensure_images

from .rig import UNIT, Unit

BOARD = "RPI_PICO"
BENCHES: dict[str, type[Bench]] = {"core": CoreBench, "vm": VmBench, "pico": PicoBench}
_CHILD_LIMIT_S = 3000.0

Factory = Callable[..., Bench]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(*what): what a bench must be able to do (Bench.can)")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test on the emulated board runs in a child, so that the booted board stays as it is."""
    if pyfuncitem.funcargs.get("bench_name") != "pico":
        return None
    names = pyfuncitem._fixtureinfo.argnames
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    run_in_fork(partial(_run, pyfuncitem.obj, arguments), _CHILD_LIMIT_S)
    return True


def _run(test: Callable[..., object], arguments: dict[str, Any]) -> None:
    test(**arguments)


@pytest.fixture(params=["core", "vm", pytest.param("pico", marks=pytest.mark.pico)])
def bench_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    for mark in request.node.iter_markers("needs"):
        if missing := set(mark.args) - BENCHES[name].can:
            pytest.skip(f"the {name} bench cannot do: {', '.join(sorted(missing))}")
    return name


@pytest.fixture
def unit() -> Unit:
    return UNIT


class Boards:
    """Emulated boards, armed once for each unit; what a test gets is a fork of one."""

    def __init__(self, image: Path) -> None:
        self.image = image
        self.pins = load_board(BOARDS / BOARD).pins
        self._armed: dict[Unit, PicoBench] = {}

    def cold(self, of: Scenario | str, unit: Unit | None, image: Path | None = None) -> PicoBench:
        return PicoBench(of, unit, image or self.image, self.pins)

    def armed(self, unit: Unit) -> PicoBench:
        if unit not in self._armed:
            board = self.cold("dallas-0", unit)
            board.power_on()
            board.arm()
            self._armed[unit] = board
        return self._armed[unit]


@pytest.fixture(scope="session")
def boards() -> Boards:
    return Boards(ensure_images(BOARD))


@pytest.fixture
def make_cold_bench(
    bench_name: str, unit: Unit, request: pytest.FixtureRequest
) -> Iterator[Factory]:
    made: list[Bench] = []

    def make(of: Scenario | str) -> Bench:
        if bench_name == "pico":
            made.append(request.getfixturevalue("boards").cold(of, unit))
        else:
            made.append(BENCHES[bench_name](of, unit))
        return made[-1]

    yield make
    for bench in made:
        bench.close()


@pytest.fixture
def make_bench(
    bench_name: str, unit: Unit, make_cold_bench: Factory, request: pytest.FixtureRequest
) -> Factory:
    if bench_name != "pico":
        return partial(_armed, make_cold_bench)
    board = request.getfixturevalue("boards").armed(unit)

    def make(of: Scenario | str) -> Bench:
        board.meet(of)
        return board

    return make


@pytest.fixture
def make_production_board(bench_name: str, boards: Boards) -> Callable[..., PicoBench]:
    """`make(unit)`: a cold board with the image that has no prescription of its own."""
    image = ensure_images(BOARD, bench=False)
    return lambda unit: boards.cold("dallas-0", unit, image)


def _armed(make_cold_bench: Factory, of: Scenario | str) -> Bench:
    bench = make_cold_bench(of)
    bench.power_on()
    bench.arm()
    return bench


@pytest.fixture
def bench(make_bench: Factory) -> Bench:
    return make_bench("dallas-0")
