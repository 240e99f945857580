"""The computer at the other end of the cable."""

import pytest

from manostat_sim.emulator import ADAPTERS, EmulatedPico

pytestmark = pytest.mark.pico

LOOP = """
import time
begin = time.ticks_us()
for i in range(500): pass
print(time.ticks_us() - begin)
"""
FRAMES = """
import sys, time
begin = time.ticks_us()
for i in range(20):
    sys.stdout.write(b"%062d\\n" % i)
    time.sleep_ms(1)
print("wrote in", time.ticks_us() - begin)
"""


def test_a_waiting_board_is_idle(lab):
    board = lab()
    busy = board.pico.busy_cycles
    board.pico.run_for(50_000_000)
    assert board.pico.busy_cycles - busy < 10_000  # of 6 250 000


def test_without_held_reads_a_waiting_board_never_idles(lab):
    board = lab(without="usb_empty_reads")
    busy = board.pico.busy_cycles
    board.pico.run_for(50_000_000)
    assert board.pico.busy_cycles - busy > 5_000_000


def test_an_idle_cable_does_not_slow_the_board_down(lab):
    alone, storm = lab(), lab(without="usb_empty_reads")
    assert int(storm.run(LOOP)[0]) > 2 * int(alone.run(LOOP)[0])


def test_what_was_said_before_the_port_was_open_is_heard_later(image):
    assert b"booted" in first_words(image, ADAPTERS)


def test_without_frames_it_is_not(image):
    assert first_words(image, ADAPTERS - {"usb_start_of_frame"}) == b""


def first_words(image, adapters):
    pico = EmulatedPico(image, adapters=adapters)
    heard = bytearray()
    pico.usb.on_bytes(heard.extend)
    pico.power_on()
    pico.run_for(100_000_000)
    return heard


def test_long_input_arrives_whole(lab):
    text = "x" * 2000
    assert lab().run(f"print(len('{text}'))") == ["2000"]


def test_a_host_that_stops_reading_gets_nothing_until_it_goes_on(lab):
    board = lab()
    board.start(FRAMES)
    board.wait_for(b"02\r\n")
    board.pico.usb.reading = False
    heard = len(board.said)
    board.pico.run_for(50_000_000)
    assert len(board.said) == heard
    board.pico.usb.reading = True
    said = "\n".join(board.run("print('on')"))
    assert f"{3:062d}" in said
    assert f"{19:062d}" not in said  # what did not fit the board's buffer is lost


def test_without_staging_every_host_reads(lab):
    board = lab(without="usb_silent_host")
    board.pico.usb.reading = False
    assert f"{19:062d}" in board.run(FRAMES)


def test_an_unplugged_board_goes_on_and_answers_when_plugged_in_again(lab):
    board = lab()
    board.start(FRAMES)
    board.wait_for(b"02\r\n")
    board.pico.usb.connected = False
    heard = len(board.said)
    board.pico.run_for(50_000_000)
    assert len(board.said) == heard
    assert not board.pico.usb.open
    board.pico.usb.connected = True
    board.pico.run_for(50_000_000)
    assert board.pico.usb.open
    board.said.clear()
    assert board.run("print('here')")[-1] == "here"


def test_a_board_that_boots_without_a_cable_runs(image):
    pico = EmulatedPico(image)
    pico.usb.connected = False
    pico.power_on()
    pico.run_for(50_000_000)
    assert not pico.usb.open
    heard = bytearray()
    pico.usb.on_bytes(heard.extend)
    pico.usb.write(b"000bprint('up')")
    pico.usb.connected = True
    pico.run_for(50_000_000)
    assert b"up" in heard
