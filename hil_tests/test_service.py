"""Service mode: STOP and PAIN held at power-on, and no other way, lead to a prompt; and where it is
open, nothing moves and the driver is off (S-04).
"""

import json
from collections.abc import Callable

import pytest

from manostat_sim.benches.pico import PicoBench
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.image import build_image
from manostat_tools.journal.book import read_book
from manostat_tools.journal.payloads import BOOT, SERVICE, fields_of

from .conftest import Boards
from .rig import UNIT, enabled, unit_with
from .service_rig import (
    ANSWER,
    ASKS,
    HELD_S,
    await_words,
    execute,
    has_no_prompt,
    listen,
    lit,
    nothing_was_driven,
    opened,
    power_on_holding,
    storage,
)

pytestmark = [pytest.mark.pico, pytest.mark.req("S-04")]

PUMP = load_board(BOARDS / "RPI_PICO").pump
PINS = load_board(BOARDS / "RPI_PICO").pins
FIRST_LOOK_S = 0.4
"""After power-on; the proof of the watchdog comes before."""
ASKED, OPEN = (0, 1, 1, 0, 0), (0, 1, 1, 1, 0)
OTHER = unit_with(volume_nl=2_000_000, zero_pa=-250)


@pytest.fixture
def bench(boards: Boards) -> PicoBench:
    return boards.cold("dallas-0", UNIT)


# In


def test_both_held_open_a_prompt_and_nothing_is_driven(bench: PicoBench, figure) -> None:
    said = listen(bench)
    power_on_holding(bench, "STOP", "PAIN", seconds=FIRST_LOOK_S + 2.0)
    assert lit(bench) == ASKED
    assert bytes(said) == b""
    bench.advance(1.5)
    assert lit(bench) == OPEN
    await_words(bench, said, b">>> ", 1.0)
    for switch in ("STOP", "PAIN"):
        bench.release(switch)
    assert execute(bench, "print(6*7)") == "42"
    driven = [PINS[name] for name in ("STEP", "DIR", "ENABLE_N", "TICK")]
    assert [bench.pico.level(gpio) for gpio in driven] == [None] * 4
    bench.press("RUN")
    bench.advance(1.5)  # longer than the watchdog would wait
    assert execute(bench, "print(6*7)") == "42"
    made = len(bench.edges("STEP"))
    figure("S-04", made, 0, "steps", "=", of="steps in service mode, RUN held")
    assert made == 0
    assert nothing_was_driven(bench)
    assert lit(bench) == OPEN


def test_what_is_typed_while_they_are_held_does_nothing(bench: PicoBench) -> None:
    said = listen(bench)
    power_on_holding(bench, "STOP", "PAIN", seconds=1.0)
    for _ in range(15):
        bench.pico.usb.write(ASKS)
        bench.advance(0.1)
    assert bytes(said) == b""
    bench.advance(HELD_S)
    assert ANSWER not in said
    assert execute(bench, "print(6*7)") == "42"
    assert nothing_was_driven(bench)


def test_ctrl_c_ends_what_runs_at_the_prompt(bench: PicoBench) -> None:
    opened(bench)
    said = listen(bench)
    bench.pico.usb.write(b"while True: pass\r\n\r\n")
    bench.advance(0.5)
    bench.pico.usb.write(b"\x03")
    await_words(bench, said, b"KeyboardInterrupt", 1.0)
    assert execute(bench, "print(6*7)") == "42"


def test_a_host_that_reads_slowly_loses_nothing(bench: PicoBench) -> None:
    opened(bench)
    said = listen(bench)
    bench.pico.usb.write(b"\r\x03\r\x01")
    await_words(bench, said, b"raw REPL; CTRL-B to exit\r\n>", 1.0)
    said.clear()
    bench.pico.usb.write(b"for i in range(500): print(i)\x04")
    for _ in range(20):
        bench.host_reads(False)
        bench.advance(0.05)
        bench.host_reads(True)
        bench.advance(0.01)
    await_words(bench, said, b"\x04>", 2.0)
    assert bytes(said).removeprefix(b"OK").split(b"\x04")[0].split() == [
        str(number).encode() for number in range(500)
    ]


@pytest.mark.parametrize(
    "way", ["\x04", "import machine\nmachine.soft_reset()\n", "raise SystemExit"]
)
def test_a_soft_reset_comes_back_to_the_prompt_with_all_pins_released(
    bench: PicoBench, way: str
) -> None:
    opened(bench)
    step, enable = PINS["STEP"], PINS["ENABLE_N"]
    execute(
        bench, f"from machine import Pin\np=Pin({step}, Pin.OUT)\nPin({enable}, Pin.OUT, value=1)"
    )
    assert bench.pico.level(enable) == 1
    said = listen(bench)
    if way == "\x04":
        bench.pico.usb.write(way.encode())
    else:
        bench.pico.usb.write(b"\r\x03\r\x01" + way.encode() + b"\x04")
    await_words(bench, said, b"soft reboot", 1.0)
    bench.advance(1.0)
    assert [bench.pico.level(gpio) for gpio in (step, enable)] == [None, None]
    assert lit(bench) == OPEN
    assert execute(bench, "print(6*7)") == "42"
    assert execute(bench, "import sys; print(sys.path)") == "['.frozen']"
    assert nothing_was_driven(bench)


# Not in


def test_not_pressed_the_start_is_not_delayed(bench: PicoBench, figure) -> None:
    said = listen(bench)
    bench.power_on()
    of = "power-on to the verdict, nothing pressed"
    figure("S-04", bench.now_us / 1e6, 2.0, "s", of=of, also=True)
    assert bench.now_us < 2_000_000
    assert has_no_prompt(bench)
    assert b">>>" not in said


@pytest.mark.parametrize("held", [("STOP",), ("PAIN",), ("RUN",), ("STOP", "RUN"), ("PAIN", "RUN")])
def test_without_both_there_is_none(bench: PicoBench, held: tuple[str, ...], figure) -> None:
    power_on_holding(bench, *held)
    prompts = int(not has_no_prompt(bench))
    figure("S-04", prompts, 0, "prompts", "=", of="prompts without the physical act")
    assert prompts == 0
    assert lit(bench) != OPEN
    for switch in held:
        bench.release(switch)
    bench.advance(0.1)
    said = bench.hello()
    assert said is not None
    assert said.verdict == 7, "a key is held"
    assert not enabled(bench)


@pytest.mark.parametrize("let_go", ["STOP", "PAIN"])
def test_let_go_too_soon_the_pump_starts_and_tests_itself(bench: PicoBench, let_go: str) -> None:
    power_on_holding(bench, "STOP", "PAIN", seconds=FIRST_LOOK_S + HELD_S - 0.5)
    assert lit(bench) == ASKED
    bench.release(let_go)
    bench.advance(0.2)
    for switch in ("STOP", "PAIN"):
        bench.release(switch)
    released_us = bench.now_us
    bench.await_verdict()
    assert bench.now_us - released_us < 2_000_000
    said = bench.hello()
    assert said is not None
    assert said.verdict == 0
    assert has_no_prompt(bench)
    bench.arm()
    bench.run()
    bench.advance(0.1)
    assert bench.steps_made() > 0


def _watchdog(bench: PicoBench) -> None:
    bench.pico.freeze()
    bench.advance(1.1)


def _run_pin(bench: PicoBench) -> None:
    bench.pico.reset()


@pytest.mark.parametrize("reset", [_watchdog, _run_pin])
def test_after_another_reset_than_power_on_there_is_none(
    bench: PicoBench, reset: Callable[[PicoBench], None]
) -> None:
    bench.power_on()
    bench.press("STOP")
    bench.press("PAIN")
    seen: list[str] = []
    bench.pico.on_reset(lambda cause, _t_ns: seen.append(cause))
    reset(bench)
    bench.advance(HELD_S + 1.0)
    assert seen
    assert has_no_prompt(bench)
    assert lit(bench) != OPEN
    assert SERVICE not in [record.kind for record in read_book(bench.flash_image()).records]


OPENS_ITSELF = """
import manostat_service
import manostat_board as board
print("opened", manostat_service.open({stop}, board.PIN_PAIN_NO, 0))
"""


@pytest.mark.parametrize(
    ("stop", "held"),
    [
        ("board.PIN_STOP_OK", ()),
        ("board.PIN_STOP_OK", ("STOP",)),
        ("board.PIN_STOP_OK", ("PAIN",)),
        ("30", ("STOP", "PAIN")),
    ],
)
def test_no_program_opens_it_without_the_buttons(stop: str, held: tuple[str, ...]) -> None:
    image = build_image("test-opens-itself", {"main.py": OPENS_ITSELF.format(stop=stop)})
    bench = PicoBench("dallas-0", None, image, PINS)
    said = listen(bench)
    power_on_holding(bench, *held, seconds=0.5)
    assert bytes(said) == b"opened False\r\n"
    assert has_no_prompt(bench)


# What it does


def test_a_unit_is_stored_and_counts_from_the_next_start_on(bench: PicoBench) -> None:
    opened(bench)
    answer = execute(bench, f"from manostat import service\nservice.store_unit({OTHER})")
    assert answer == '{"stored": "unit"}'
    bench.power_off()
    bench.advance(0.1)
    bench.power_on()
    said = bench.hello()
    assert said is not None
    assert said.verdict == 0
    bench.arm()
    bench.run()
    bench.advance(0.1)
    bench.press("STOP")
    bench.advance(0.2)
    bench.release("RUN")
    bench.release("STOP")
    bench.advance(0.3)
    record = bench.record()
    assert (record["volume_nl"], record["zero_pa"]) == (2_000_000, -250)


def test_what_is_no_unit_is_refused_by_name_and_nothing_changes(bench: PicoBench) -> None:
    opened(bench)
    before = storage(bench)
    wrong = unit_with(limit_line_pa=999_999)
    answer = execute(bench, f"from manostat import service\nservice.store_unit({wrong})")
    assert answer.startswith('{"error": "limit_line_pa: 999999, allowed 6895 to ')
    for call in ("store_unit(None)", "store_identity({})", "store_identity(3)", "store_key(b'')"):
        answer = execute(bench, f"from manostat import service\nservice.{call}")
        assert answer.startswith('{"error": '), call
    assert storage(bench) == before


def test_the_serial_number_is_in_the_hello_frame(bench: PicoBench) -> None:
    opened(bench)
    identity = {"serial": "M-017", "zero_pa": -250, "line_nl_mpa": 29_000}
    answer = execute(bench, f"from manostat import service\nservice.store_identity({identity})")
    assert answer == '{"stored": "identity"}'
    bench.power_off()
    bench.advance(0.1)
    bench.power_on()
    said = bench.hello()
    assert said is not None
    assert said.serial == b"M-017".ljust(8, b"\0")


@pytest.mark.req("L-01")
def test_the_log_tells_what_service_did(bench: PicoBench) -> None:
    opened(bench)
    key = bytes(range(32))
    for call in (f"store_unit({OTHER})", "store_identity({'serial': 'A1'})", f"store_key({key})"):
        execute(bench, f"from manostat import service\nservice.{call}")
        bench.pico.usb.write(b"\x04")  # as mpremote does each time
        bench.advance(0.3)
    bench.power_off()
    bench.advance(0.1)
    bench.power_on()
    bench.advance(0.1)
    book = read_book(bench.flash_image(), key)
    assert book.is_sound, book.findings
    assert [record.kind for record in book.records[:5]] == [SERVICE] * 4 + [BOOT]
    told = [fields_of(record) for record in book.records[:4]]
    assert [fields["what"] for fields in told] == [1, 2, 3, 4]
    assert told[1]["volume_nl"] == 2_000_000
    assert told[2]["serial"] == "A1"
    assert [record.boot for record in book.records[:5]] == [1, 1, 1, 1, 2]
    assert fields_of(book.records[4])["key"] == 1, "the stored key seals"


def test_a_reset_leaves_service_mode_with_the_whole_self_test(bench: PicoBench) -> None:
    opened(bench)
    bench.press("RUN")
    bench.press("STOP")
    bench.press("PAIN")
    bench.pico.usb.write(b"import machine\r\nmachine.reset()\r\n")
    bench.advance(HELD_S + 1.5)
    assert has_no_prompt(bench)
    for switch in ("RUN", "STOP", "PAIN"):
        bench.release(switch)
    bench.advance(0.1)
    said = bench.hello()
    assert said is not None
    assert said.verdict == 7, "as at power-on, the keys were tested"


def test_nothing_is_mounted_or_formatted(bench: PicoBench) -> None:
    before = storage(bench)
    opened(bench)
    assert execute(bench, "import vfs\nprint(hasattr(vfs, 'mount') and vfs.mount())") in (
        "[]",
        "False",
    )
    execute(bench, "from manostat import service\nservice.who()")
    bench.pico.usb.write(b"\x04")
    bench.advance(0.5)
    after = bytearray(storage(bench))
    at = PUMP.journal_flash_offset_bytes
    after[at : at + 256] = b"\xff" * 256  # the record that service mode was opened
    assert bytes(after) == before


def test_who_says_what_is_stored(bench: PicoBench) -> None:
    opened(bench)
    told = json.loads(execute(bench, "from manostat import service\nservice.who()"))
    assert (told["protocol"], told["bench"], told["serial"]) == (2, 1, "")
    assert (told["unit"], told["identity"], told["key"]) == ("stored", "none", "none")
    assert told["journal_pages"] == 1
    execute(bench, "from manostat import service\nservice.store_identity({'serial': 'A1'})")
    told = json.loads(execute(bench, "from manostat import service\nservice.who()"))
    assert (told["serial"], told["identity"], told["journal_pages"]) == ("A1", "stored", 2)
