"""The I2C bus takes its time, and a device may hold it."""

import pytest

pytestmark = pytest.mark.pico

ADDRESS = 0x28
SETUP = """
import time
from machine import I2C, Pin
bus = I2C(0, scl=Pin(5), sda=Pin(4), freq=400000, timeout=400)
def timed(call, *arguments):
    begin = time.ticks_us()
    try:
        result = call(*arguments)
    except OSError as error:
        result = error.errno
    print(result, time.ticks_us() - begin)
"""
READ = f"timed(bus.readfrom, {ADDRESS}, 4)\n"
WIRE_US = 117  # start, address, four bytes, stop: 47 bits at 400 kHz
ENODEV, EIO, ETIMEDOUT = 19, 5, 110


class Sensor:
    def __init__(self, answer=b"\x12\x34\x56\x78"):
        self.answer = answer
        self.hung = False
        self.written = []
        self.read_at_ns = []

    def read(self, t_ns):
        self.read_at_ns.append(t_ns)
        return self.answer

    def write(self, data, t_ns):
        self.written.append(data)


def line(text):
    result, _, us = text.rpartition(" ")
    return result, int(us)


@pytest.fixture
def sensor():
    return Sensor()


def board_with(lab, sensor, without=None):
    board = lab(without)
    board.pico.attach_i2c(0, ADDRESS, sensor)
    return board


def test_a_read_takes_as_long_as_on_the_wire(lab, sensor):
    result, us = line(board_with(lab, sensor).run(SETUP + READ)[0])
    assert result == str(sensor.answer)
    assert WIRE_US <= us < WIRE_US + 60


def test_without_timing_a_read_takes_no_time(lab, sensor):
    result, us = line(board_with(lab, sensor, "i2c_timing").run(SETUP + READ)[0])
    assert result == str(sensor.answer)
    assert us < WIRE_US


def test_what_is_written_arrives_in_one_piece(lab, sensor):
    board_with(lab, sensor).run(SETUP + f"timed(bus.writeto, {ADDRESS}, b'\\xaa\\0\\0')")
    assert sensor.written == [b"\xaa\0\0"]


def test_a_missing_device_does_not_acknowledge(lab):
    result, us = line(lab().run(SETUP + READ)[0])
    assert int(result) in (EIO, ENODEV)
    assert us < WIRE_US


def test_a_device_may_refuse_a_read(lab, sensor):
    sensor.answer = None
    result, _ = line(board_with(lab, sensor).run(SETUP + READ)[0])
    assert int(result) in (EIO, ENODEV)


def test_a_held_clock_ends_only_by_the_time_out(lab, sensor):
    board = board_with(lab, sensor)
    sensor.hung = True
    results = [line(text) for text in board.run(SETUP + READ * 3)]
    assert [int(result) for result, _ in results] == [ETIMEDOUT] * 3
    assert all(400 <= us < 700 for _, us in results)


def test_the_bus_works_again_once_the_clock_is_released(lab, sensor):
    board = board_with(lab, sensor)
    board.start(SETUP + READ + "time.sleep_ms(2)\n" + READ + "time.sleep_ms(2)\n" + READ)
    board.wait_for(b"\r\n")
    begin_ns = board.pico.now_ns
    sensor.hung = True
    board.pico.at(begin_ns + 3_000_000, lambda: setattr(sensor, "hung", False))
    held, free = (line(text) for text in board.wait_for(b"done").decode().split("\r\n")[:2])
    assert int(held[0]) == ETIMEDOUT
    assert free[0] == str(sensor.answer)


def test_a_clock_held_for_less_than_the_time_out_only_delays(lab, sensor):
    board = board_with(lab, sensor)
    board.start(SETUP + "print('now')\n" + READ)
    board.wait_for(b"now")
    while not sensor.read_at_ns:
        board.pico.run_for(1000)
    sensor.hung = True
    board.pico.at(board.pico.now_ns + 200_000, lambda: setattr(sensor, "hung", False))
    result, us = line(board.wait_for(b"done").decode().split("\r\n")[1])
    assert result == str(sensor.answer)
    assert WIRE_US + 200 <= us < WIRE_US + 300
