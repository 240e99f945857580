"""Requirements on the unit page: two copies, and no flipped bit is taken for a unit."""

import struct
from binascii import crc32

import pytest

from manostat import unit_page
from manostat_sim.unit_page import encode

from .nor_flash import BLOCK, NorFlash, every_cut

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


OTHER = (2, *UNIT[1:])


def stored(before: bytes, values):
    """The flash after `values` were stored over `before`, with its log."""
    flash = NorFlash(2, before)
    for _ in unit_page.store(flash, values):
        assert unit_page.read(flash) in (UNIT, OTHER, None)
    return flash


def test_the_board_encodes_a_page_as_the_host_does():
    assert unit_page.encode(UNIT) == encode(UNIT)


def test_a_stored_unit_is_in_both_copies():
    flash = stored(bytes(unit_flash(encode(UNIT), encode(UNIT)).memory), OTHER)
    assert flash.memory[:256] == flash.memory[BLOCK : BLOCK + 256] == encode(OTHER)


@pytest.mark.req("L-03")
def test_a_power_cut_at_any_operation_of_a_store_leaves_a_whole_unit():
    """And so does a second cut, in the store that is to mend what the first one left."""
    before = bytes(stored(bytes(unit_flash(b"", b"").memory), UNIT).memory)
    cuts = 0
    for cut in every_cut(before, stored(before, OTHER).log):
        assert unit_page.read(NorFlash(2, cut.after)) in (UNIT, OTHER), cut
        for again in every_cut(cut.after, stored(cut.after, OTHER).log):
            assert unit_page.read(NorFlash(2, again.after)) in (UNIT, OTHER), (cut, again)
            cuts += 1
    assert cuts > 100


def test_a_block_that_does_not_hold_is_told():
    class Worn(NorFlash):
        def writeblocks(self, block, buf, offset):
            super().writeblocks(block, bytes(len(buf)), offset)

    with pytest.raises(OSError, match="block 1 does not hold"):
        list(unit_page.store(Worn(2), UNIT))
