"""The self test at power-on: the whole machine passes within 2 s, and any failure is inert."""

from pathlib import Path

import pytest

from manostat_sim.benches.pico import PicoBench
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.frozen import manifest_address
from manostat_tools.image import uf2
from manostat_tools.trace.plugin import Figures

from .conftest import BOARD, Boards
from .rig import UNIT, begin, spoil_line_sensor, spoil_second_sensor

pytestmark = [pytest.mark.pico, pytest.mark.usefixtures("bench_name"), pytest.mark.req("T-01")]

VERDICT_US = 2_000_000
PASSED, LINE, SECOND, DISAGREE, INVALID, IMAGE, CLOCK, KEY, WATCHDOG, LAMP, ENABLE = range(11)
LAMPS = ("LAMP_READY", "LAMP_HIGH", "LAMP_MEDIUM", "LAMP_LOW")


@pytest.fixture(params=["pico"])
def bench_name(request: pytest.FixtureRequest) -> str:
    """No other bench has a self test."""
    name: str = request.param
    return name


@pytest.fixture
def cold(boards: Boards, bench_name: str) -> PicoBench:
    """A bench image without power."""
    return boards.cold("dallas-0", UNIT)


def verdict(bench: PicoBench) -> int | None:
    """What the hello frame says; None from a pump that says nothing."""
    said = bench.hello()
    return said.verdict if said else None


def is_inert(bench: PicoBench, figure: Figures | None = None) -> None:
    """Nothing that an operator can do moves the plunger or enables the driver. With `figure` the
    image is not the frozen one, and the steps that it made are recorded (S-03)."""
    for switch in ("RUN", "STOP", "PAIN"):
        bench.release(switch)
    bench.hold("STOP", 0.03)
    bench.arm()
    bench.press("RUN")
    bench.advance(0.06)
    if figure is not None:
        of = "steps of a changed image, or with foreign code in the storage, the former"
        figure("S-03", bench.steps_made(), 0, "steps", "=", of=of)
    assert bench.edges("STEP") == []
    assert all(edge.level for edge in bench.edges("ENABLE_N"))


def test_it_passes_within_2_s_with_every_lamp_lit_and_a_tone(cold: PicoBench, figure) -> None:
    cold.power_on()
    assert verdict(cold) == PASSED
    for lamp in LAMPS[:-1]:  # LOW stays lit: this is a bench image
        lit, dark = (edge.at_us for edge in cold.edges(lamp)[:2])
        assert dark - lit > 100_000
        assert dark < VERDICT_US
    ready_ms = cold.edges("LAMP_HIGH")[1].at_us / 1000
    figure("T-01", ready_ms, 2000, "ms", of="power-on to verdict, all well")
    on, off = cold.edges("SOUNDER")[:2]
    assert (on.level, off.level) == (1, 0)
    assert 90_000 < off.at_us - on.at_us < 150_000
    assert cold.edges("STEP") == []
    assert cold.edges("ENABLE_N") == []


def test_the_pump_works_after_it(cold: PicoBench) -> None:
    cold.power_on()
    cold.arm()
    cold.run()
    cold.advance(0.1)
    assert cold.steps_made() > 0


# Keys


@pytest.mark.req("B-04")
@pytest.mark.parametrize("key", ["RUN", "STOP", "PAIN"])
def test_a_key_held_at_power_on_is_inert_also_once_it_is_let_go(
    cold: PicoBench, key: str, figure
) -> None:
    cold.press(key)
    cold.power_on()
    verdict_us = cold.edges("TICK")[0].at_us
    figure("T-01", verdict_us / 1000, 2000, "ms", of="power-on to verdict, a key held")
    assert verdict_us < VERDICT_US
    assert verdict(cold) == KEY
    is_inert(cold)
    assert verdict(cold) == KEY


@pytest.mark.req("P-09", "T-05")
def test_run_still_held_when_power_comes_back_moves_nothing(bench: PicoBench) -> None:
    begin(bench)
    bench.power_off()
    made, cut_us = bench.steps_made(), bench.now_us
    bench.advance(0.05)
    bench.power_on()
    assert verdict(bench) == KEY
    bench.release("RUN")
    bench.arm()
    bench.run()
    bench.advance(0.1)
    assert bench.steps_made() == made
    assert all(edge.level for edge in bench.edges("ENABLE_N") if edge.at_us > cut_us)


@pytest.mark.req("B-02")
@pytest.mark.parametrize("place", ["3v3-stop", "stop-pain"])
def test_a_box_that_is_not_plugged_in_is_a_key_held(cold: PicoBench, place: str) -> None:
    cold.cut(place)
    cold.power_on()
    assert verdict(cold) == KEY
    cold.mend(place)
    is_inert(cold)


def test_a_key_let_go_in_time_passes(cold: PicoBench) -> None:
    cold.press("RUN")
    cold.pico.power_on()
    cold.advance(1.0)
    cold.release("RUN")
    cold.await_verdict()
    assert verdict(cold) == PASSED


# Image


def _flip(bench: PicoBench, offset: int, bit: int) -> None:
    bench.pico.write_flash(offset, bytes((bench.pico.flash[offset] ^ 1 << bit,)))


def _manifest_offset() -> int:
    return manifest_address(load_board(BOARDS / BOARD)) - uf2.FLASH_START


def _offsets(image: Path) -> dict[str, int]:
    """Places all over the image; what the firmware itself needs is found by its constants."""
    content = uf2.decode(image)
    length = int.from_bytes(content[_manifest_offset() + 8 :][:4], "little")
    places = {f"{eighth}/8": length * eighth // 8 for eighth in range(1, 8)}
    return places | {
        "second stage": 0x20,
        "vector table": 0x104,
        "frozen unit_page": content.index(b"MUNI"),
        "frozen image_check": content.index(b"MIMG"),
        "last byte": length - 1,
        "manifest magic": _manifest_offset(),
        "manifest length": _manifest_offset() + 9,
        "manifest hash": _manifest_offset() + 20,
        "manifest filler": _manifest_offset() + 100,
        "manifest crc": _manifest_offset() + 255,
    }


PLACES = [
    *("second stage", "2/8", "4/8", "6/8", "frozen unit_page", "last byte", "manifest hash"),
    *(
        pytest.param(place, marks=pytest.mark.long)
        for place in ("vector table", "1/8", "3/8", "5/8", "7/8", "frozen image_check")
    ),
    *(
        pytest.param(f"manifest {part}", marks=pytest.mark.long)
        for part in ("magic", "length", "filler", "crc")
    ),
]
RUNS_ON = ("frozen unit_page", "last byte", "manifest")
"""A bit elsewhere may as well keep the board from starting: silent, and as inert."""


@pytest.mark.req("S-03")
@pytest.mark.parametrize("place", PLACES)
def test_one_flipped_bit_of_the_image_is_inert(
    boards: Boards, cold: PicoBench, place: str, figure
) -> None:
    _flip(cold, _offsets(boards.image)[place], 3)
    cold.power_on()
    said = verdict(cold)
    assert said == IMAGE or (not place.startswith(RUNS_ON) and not cold.frames())
    is_inert(cold, figure)


@pytest.mark.req("S-03")
def test_an_image_without_a_manifest_is_inert(cold: PicoBench, figure) -> None:
    cold.pico.write_flash(_manifest_offset(), b"\xff" * 256)
    cold.power_on()
    assert verdict(cold) == IMAGE
    is_inert(cold, figure)


# Sensors


@pytest.mark.req("P-11")
@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda bench: spoil_line_sensor(bench, "nack"), LINE),
        (lambda bench: spoil_line_sensor(bench, "hang"), LINE),
        (lambda bench: spoil_second_sensor(bench, "open"), SECOND),
    ],
    ids=["line silent", "bus hung", "second open"],
)
def test_a_sensor_out_of_order_is_inert(cold: PicoBench, spoil, expected: int) -> None:
    spoil(cold)
    cold.power_on()
    assert verdict(cold) == expected
    is_inert(cold)


# Clock


@pytest.mark.parametrize("percent", [-1.5, 1.5])
def test_a_clock_that_is_off_is_inert(cold: PicoBench, percent: float) -> None:
    cold.wrong_clock(percent)
    cold.power_on()
    assert verdict(cold) == CLOCK
    is_inert(cold)


def test_a_clock_that_is_off_by_half_a_percent_passes(cold: PicoBench) -> None:
    cold.wrong_clock(0.5)
    cold.power_on()
    assert verdict(cold) == PASSED


# Pins


SHORTS = [(signal, level) for signal in (*LAMPS, "SOUNDER") for level in (0, 1)]
SOME = {("LAMP_HIGH", 0), ("SOUNDER", 1)}


@pytest.mark.parametrize(
    ("signal", "level"),
    [
        pytest.param(
            *short, marks=() if short in SOME else pytest.mark.long, id="{}-{}".format(*short)
        )
        for short in SHORTS
    ],
)
def test_a_shorted_lamp_or_sounder_is_inert(cold: PicoBench, signal: str, level: int) -> None:
    cold.hold_pin(signal, level)
    cold.power_on()
    assert verdict(cold) == LAMP
    is_inert(cold)


@pytest.mark.req("T-04")
def test_a_driver_enable_that_touches_ground_is_told(cold: PicoBench) -> None:
    """The firmware cannot let go of it; it refuses to step, and says so."""
    cold.hold_pin("ENABLE_N", 0)
    cold.power_on()
    assert verdict(cold) == ENABLE
    cold.arm()
    cold.run()
    cold.advance(0.1)
    assert cold.edges("STEP") == []


# Watchdog


@pytest.mark.req("T-02")
def test_a_watchdog_that_does_not_come_is_inert(cold: PicoBench) -> None:
    cold.pico.power_on()
    cold.pico._powered.chip.watchdog.on_watchdog_trigger = lambda: None
    cold.await_verdict()
    assert verdict(cold) == WATCHDOG
    is_inert(cold)


def test_power_on_with_the_fault_mended_passes(cold: PicoBench) -> None:
    cold.hold_pin("SOUNDER", 0)
    cold.power_on()
    is_inert(cold)
    cold.hold_pin("SOUNDER", None)
    cold.release("RUN")
    cold.power_cycle()
    assert verdict(cold) == PASSED
    cold.arm()
    cold.run()
    cold.advance(0.1)
    assert cold.steps_made() > 0
