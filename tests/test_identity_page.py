"""Requirements on the identity page, and on what service stores: a power cut leaves one whole."""

import json
import struct
from binascii import crc32

import pytest

from manostat import copies, identity_page, seal

from .nor_flash import BLOCK, NorFlash, every_cut

IDENTITY = {"serial": "M-017", "zero_pa": -250, "line_nl_mpa": 29_000}
OTHER = {"serial": "M-018"}


def page_of(text: bytes, magic=b"MIDN", version=1, length=None) -> bytes:
    """As docs/service.md describes it."""
    head = struct.pack("<4sHH", magic, version, len(text) if length is None else length)
    body = (head + text).ljust(252, b"\xff")
    return body + struct.pack("<I", crc32(body))


def stored(before: bytes, identity):
    flash = NorFlash(2, before)
    for _ in identity_page.store(flash, identity):
        assert identity_page.read(flash) in (IDENTITY, OTHER, None)
    return flash


def test_the_page_is_as_the_document_says():
    assert identity_page.encode(IDENTITY) == page_of(json.dumps(IDENTITY).encode())
    assert identity_page.decode(page_of(b'{"serial": "A"}')) == {"serial": "A"}


@pytest.mark.parametrize(
    "page",
    [
        b"\xff" * 256,
        page_of(b'{"serial": "A"}', magic=b"MUNI"),
        page_of(b'{"serial": "A"}', version=2),
        page_of(b'{"serial": "A"}', length=241),
        page_of(b'{"serial": "A"'),
        page_of(b'["serial"]'),
        page_of(b'{"serial": ""}'),
        page_of(b'{"serial": "ABCDEFGHI"}'),
        page_of(b'{"serial": "a"}'),
        page_of(b'{"serial": "\xc3"}'),
        page_of(b"{}"),
    ],
)
def test_what_is_no_identity_is_not_read(page):
    assert identity_page.decode(page) is None


@pytest.mark.parametrize("at", range(256))
def test_any_flipped_bit_makes_a_copy_invalid(at):
    page = bytearray(identity_page.encode(IDENTITY))
    page[at] ^= 1 << at % 8
    assert identity_page.decode(page) is None


@pytest.mark.parametrize(
    "identity",
    [None, {}, [], {"serial": 17}, {"serial": "toolong-9"}, {"serial": "A", "note": "x" * 240}],
)
def test_what_is_no_identity_is_not_encoded(identity):
    with pytest.raises(ValueError, match=r"allowed (a dict|at most 240)"):
        identity_page.encode(identity)


def test_the_serial_number_is_filled_up_with_zeros():
    assert identity_page.serial_of(IDENTITY) == b"M-017\0\0\0"
    for nothing in (None, ()):
        assert identity_page.serial_of(nothing) == bytes(8)


@pytest.mark.req("L-03")
def test_a_power_cut_at_any_operation_of_a_store_leaves_a_whole_identity():
    before = bytes(stored(b"\xff" * 2 * BLOCK, IDENTITY).memory)
    cuts = 0
    for cut in every_cut(before, stored(before, OTHER).log):
        assert identity_page.read(NorFlash(2, cut.after)) in (IDENTITY, OTHER), cut
        for again in every_cut(cut.after, stored(cut.after, OTHER).log):
            assert identity_page.read(NorFlash(2, again.after)) in (IDENTITY, OTHER), (cut, again)
            cuts += 1
    assert cuts > 100


def test_a_key_is_stored_as_it_is_read():
    flash = NorFlash(1)
    key = bytes(range(32))
    list(copies.replace(flash, 0, seal.encode(key)))
    assert seal.decode(bytes(flash.memory[:256])) == key
