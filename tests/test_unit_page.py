"""Requirements on the unit page: two copies, and no flipped bit is taken for a unit."""

import struct
from binascii import crc32

import pytest

from manostat import unit_page
from manostat_sim.unit_page import encode

from .nor_flash import BLOCK, NorFlash

UNIT = (1, 50000, 3500000, 344738, 551581, 0, 103200, 1000, -250)


def unit_flash(first, second):
    flash = NorFlash(2)
    flash.memory[: len(first)] = first
    flash.memory[BLOCK : BLOCK + len(second)] = second
    return flash


def test_the_unit_is_read_from_its_first_copy():
    other = (2, *UNIT[1:])
    assert unit_page.read(unit_flash(encode(UNIT), encode(other))) == UNIT


def test_the_second_copy_serves_when_the_first_is_torn():
    torn = encode(UNIT)[:100]
    assert unit_page.read(unit_flash(torn, encode(UNIT))) == UNIT


def test_an_empty_flash_holds_no_unit():
    assert unit_page.read(NorFlash(2)) is None


@pytest.mark.parametrize("at", range(256))
def test_any_flipped_bit_makes_a_copy_invalid(at):
    page = bytearray(encode(UNIT))
    page[at] ^= 1 << at % 8
    assert unit_page.decode(page) is None


@pytest.mark.parametrize(("version", "count"), [(2, 9), (1, 8), (1, 10)])
def test_another_version_or_count_is_not_read(version, count):
    page = bytearray(encode(UNIT))
    struct.pack_into("<HH", page, 4, version, count)
    struct.pack_into("<I", page, 252, crc32(page[:252]))
    assert unit_page.decode(page) is None
