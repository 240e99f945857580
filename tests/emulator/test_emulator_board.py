"""Power, time, pins, flash and resets of the emulated board."""

import pytest

from manostat_sim.emulator import ADAPTERS, EmulatedPico
from manostat_sim.emulator.flash import FLASH_BYTES

pytestmark = pytest.mark.pico

LED = 22
BLINK = f"from machine import Pin\nimport time\np = Pin({LED}, Pin.OUT)\np.on()\n"
WATCHDOG = "import machine\nmachine.WDT(timeout=250)\n"
INSTRUCTION_NS = 200


def test_time_stops_at_most_one_instruction_late(lab):
    pico = lab().pico
    for _ in range(100):
        wanted_ns = pico.now_ns + 12_345
        pico.run_until(wanted_ns)
        assert 0 <= pico.now_ns - wanted_ns <= INSTRUCTION_NS


def test_calls_come_at_their_exact_time_and_in_order(lab):
    pico = lab().pico
    begin_ns = pico.now_ns
    calls = []
    for delay_ns in (5003, 1001, 3007, 1001):
        pico.at(begin_ns + delay_ns, lambda d=delay_ns: calls.append((d, pico.now_ns - begin_ns)))
    pico.at(begin_ns + 2000, lambda: calls.append("never")).cancel()
    pico.run_for(10_000)
    assert calls == [(1001, 1001), (1001, 1001), (3007, 3007), (5003, 5003)]


def test_a_call_may_ask_for_the_next(lab):
    pico = lab().pico
    begin_ns = pico.now_ns
    times = []

    def again():
        times.append(pico.now_ns - begin_ns)
        pico.at(pico.now_ns + 1000, again)

    pico.at(begin_ns + 1000, again)
    pico.run_for(5_500)
    assert times == [1000, 2000, 3000, 4000, 5000]


def test_two_runs_are_equal_to_the_nanosecond(image):
    def run():
        pico = EmulatedPico(image)
        heard = []
        pico.usb.on_bytes(lambda data: heard.append((pico.now_ns, data)))
        pico.usb.write(b"0010print(list('a'))")
        pico.power_on()
        pico.run_for(50_000_000)
        return heard, pico.busy_cycles

    assert run() == run()


def test_a_pin_is_released_by_a_power_cut_and_nothing_runs_any_more(lab):
    board = lab()
    seen = []
    board.pico.on_edge(LED, lambda level, t_ns: seen.append(level))
    board.run(BLINK)
    assert board.pico.level(LED) == 1
    board.pico.at(board.pico.now_ns + 1000, board.pico.power_off)
    begin_ns = board.pico.now_ns
    board.pico.run_for(10_000_000)
    assert seen == [0, 1, None]
    assert board.pico.level(LED) is None
    assert not board.pico.powered
    assert board.pico.now_ns == begin_ns + 10_000_000


def test_calls_come_while_the_power_is_off(lab):
    pico = lab().pico
    pico.power_off()
    times = []
    begin_ns = pico.now_ns
    pico.at(begin_ns + 1234, lambda: times.append(pico.now_ns - begin_ns))
    pico.run_for(5000)
    assert times == [1234]


def test_flash_survives_a_power_cut_and_memory_does_not(lab):
    board = lab()
    board.run("import rp2\nrp2.Flash().ioctl(6, 100)\nrp2.Flash().writeblocks(100, b'kept' * 1024)")
    flash = board.pico.flash
    assert flash.count(b"kept" * 1024) == 1
    board.pico.power_off()
    assert board.pico.flash == flash
    board.boot()
    assert board.run("import rp2\nb = bytearray(4)\nrp2.Flash().readblocks(100, b)\nprint(b)") == [
        "bytearray(b'kept')"
    ]


def test_flash_can_be_given_and_changed_from_outside(image):
    first = EmulatedPico(image)
    first.write_flash(FLASH_BYTES - 4096, b"note")
    second = EmulatedPico(flash=first.flash)
    assert second.flash[FLASH_BYTES - 4096 :][:4] == b"note"
    with pytest.raises(ValueError, match="outside"):
        first.write_flash(FLASH_BYTES - 2, b"note")
    with pytest.raises(ValueError, match="needs 2097152"):
        EmulatedPico(flash=b"short")


def test_a_file_that_is_no_image_is_refused_by_name(tmp_path):
    wrong = tmp_path / "wrong.uf2"
    wrong.write_bytes(b"x" * 512)
    with pytest.raises(ValueError, match=r"wrong\.uf2"):
        EmulatedPico(wrong)


def test_an_undriven_input_reads_its_pull(lab):
    program = "from machine import Pin\nprint(Pin(2, Pin.IN, Pin.PULL_UP).value(), "
    program += "Pin(3, Pin.IN, Pin.PULL_DOWN).value(), Pin(6, Pin.IN, None).value())"
    board = lab()
    board.pico.set_input(6, 1)
    assert board.run(program) == ["1 0 1"]
    board.pico.set_input(6, 0)
    assert board.run(program) == ["1 0 0"]


def test_inputs_outlive_a_power_cut(lab):
    board = lab()
    board.pico.set_input(6, 1)
    board.pico.power_off()
    board.boot()
    assert board.run("from machine import Pin\nprint(Pin(6, Pin.IN).value())") == ["1"]


def test_the_adc_reads_what_is_wired_to_it(lab):
    board = lab()
    asked_ns = []
    board.pico.set_adc(0, lambda t_ns: asked_ns.append(t_ns) or 1234)
    assert board.run("from machine import ADC\nprint(ADC(26).read_u16() >> 4)") == ["1234"]
    assert asked_ns


@pytest.mark.parametrize(
    ("program", "reason"), [(WATCHDOG, 1), ("import machine\nmachine.reset()\n", 2)]
)
def test_a_reset_by_the_watchdog_releases_the_pins(lab, program, reason):
    board = lab()
    resets = []
    board.pico.on_reset(lambda cause, t_ns: resets.append(cause))
    seen = []
    board.pico.on_edge(LED, lambda level, t_ns: seen.append(level))
    board.start(BLINK + program + "time.sleep(1)")
    board.pico.run_for(400_000_000)
    assert seen == [0, 1, None]
    assert resets == ["watchdog"]
    assert board.pico.reset_reason == reason
    board.said.clear()
    assert board.run("print('again')")[-1] == "again"


def test_without_the_adapter_a_reset_leaves_the_pins_as_they_looked(lab):
    board = lab(without="reset_releases_pins")
    board.run(BLINK)
    board.pico.reset()
    assert board.pico.level(LED) == 1


def test_the_run_pin_resets_the_board(lab):
    board = lab()
    board.run(BLINK)
    board.pico.reset()
    assert board.pico.level(LED) is None
    assert board.pico.reset_reason == 0
    board.said.clear()
    assert board.run("print('again')")[-1] == "again"


def test_the_watchdog_revives_a_dead_processor(lab):
    board = lab()
    times_ns = []
    board.pico.on_reset(lambda cause, t_ns: times_ns.append(t_ns))
    board.run(WATCHDOG)
    begin_ns = board.pico.now_ns
    board.pico.freeze()
    board.pico.run_for(300_000_000)
    assert len(times_ns) == 1
    assert 245_000_000 < times_ns[0] - begin_ns <= 250_000_000
    board.said.clear()
    assert board.run("print('alive')")[-1] == "alive"


def test_a_dead_processor_drives_its_pins_as_they_were(lab):
    board = lab()
    seen = []
    board.pico.on_edge(LED, lambda level, t_ns: seen.append(level))
    board.start(BLINK + "while True:\n    p.toggle()\n")
    board.pico.run_for(20_000_000)
    board.pico.freeze()
    edges = len(seen)
    assert edges > 10
    board.pico.run_for(20_000_000)
    assert len(seen) == edges
    assert board.pico.level(LED) == seen[-1]


def test_an_unknown_adapter_is_refused():
    with pytest.raises(ValueError, match="such adapter: wings"):
        EmulatedPico(adapters=ADAPTERS | {"wings"})
