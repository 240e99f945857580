"""The way into service mode on an emulated board, and what can be seen of it."""

from manostat_sim.benches.pico import PicoBench
from manostat_sim.unit_page import STORAGE_OFFSET

HELD_S = 3.0
ASKS = b"\x03\x03\r\n\x01print(6**20)\x04\x02\r\nprint(6**20)\r\n"
ANSWER = b"3656158440062976"  # long: two characters come by chance in frames
LAMPS = ("LAMP_READY", "LAMP_HIGH", "LAMP_MEDIUM", "LAMP_LOW", "SOUNDER")


def listen(bench: PicoBench) -> bytearray:
    """What the board says from now on."""
    said = bytearray()
    bench.pico.usb.on_bytes(said.extend)
    return said


def lit(bench: PicoBench) -> tuple[int, ...]:
    return tuple(bench.edges(name)[-1].level if bench.edges(name) else 0 for name in LAMPS)


def power_on_holding(bench: PicoBench, *switches: str, seconds: float = HELD_S + 1.0) -> None:
    for switch in switches:
        bench.press(switch)
    bench.world.line_sensor.power(bench.now_us)
    bench.pico.power_on()
    bench.advance(seconds)


def opened(bench: PicoBench) -> PicoBench:
    power_on_holding(bench, "STOP", "PAIN")
    for switch in ("STOP", "PAIN"):
        bench.release(switch)
    return bench


def execute(bench: PicoBench, code: str, limit_s: float = 3.0) -> str:
    """Run code by the raw prompt, as mpremote does; what it printed."""
    said = listen(bench)
    bench.pico.usb.write(b"\r\x03\r\x01")
    await_words(bench, said, b"raw REPL; CTRL-B to exit\r\n>", limit_s)
    said.clear()
    bench.pico.usb.write(code.encode() + b"\x04")
    await_words(bench, said, b"\x04>", limit_s)
    out, error, _ = bytes(said).removeprefix(b"OK").split(b"\x04")
    assert error == b"", error.decode()
    bench.pico.usb.write(b"\x02")
    bench.advance(0.05)
    return out.decode().strip()


def await_words(bench: PicoBench, said: bytearray, words: bytes, limit_s: float) -> None:
    end_us = bench.now_us + round(limit_s * 1e6)
    while words not in said:
        assert bench.now_us < end_us, f"{words!r} was not said: {bytes(said)!r}"
        bench.advance(0.01)


def has_no_prompt(bench: PicoBench) -> bool:
    """Whether nothing typed comes to anything. A pump's frames are not text."""
    said = listen(bench)
    bench.pico.usb.write(ASKS)
    bench.advance(0.3)
    return not any(word in said for word in (b">>>", b"REPL", ANSWER, b"MicroPython"))


def nothing_was_driven(bench: PicoBench) -> bool:
    """No step, no direction, and the driver's enable released since the bench was wired."""
    driven = [edge.level for edge in bench.edges("ENABLE_N")]
    return bench.edges("STEP") == [] and bench.edges("DIR") == [] and 0 not in driven


def storage(bench: PicoBench) -> bytes:
    return bench.flash_image()[STORAGE_OFFSET:]
