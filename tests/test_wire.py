"""Frames on the wire: host and firmware agree on every one, and on all bytes that are none."""

from binascii import crc32

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from manostat.link import codes
from manostat.link.parser import MOST_BYTES, Parser, decode
from manostat_sim import wire

CONTENTS = st.binary(max_size=MOST_BYTES - 2)
SPARSE = st.lists(st.sampled_from([0, 0, 1, 2, 255]), max_size=MOST_BYTES - 2).map(bytes)
"""Mostly zeros: what COBS is about."""


def taken(data: bytes, parser: Parser | None = None) -> list[tuple[int, int, int, int]]:
    """(result, kind, sequence, argument) of each frame that ends in `data`; only the result of a
    malformed one."""
    parser = parser or Parser()
    found = []
    for byte in data:
        if parser.put(byte):
            result = parser.take()
            of = (parser.kind, parser.sequence, parser.argument)
            found.append((result, *((0, 0, 0) if result == codes.MALFORMED else of)))
    return found


def results(data: bytes) -> list[int]:
    return [result for result, *_ in taken(data)]


# COBS


@given(CONTENTS | SPARSE)
@example(b"")
@example(b"\0")
def test_what_was_stuffed_has_no_zero_and_comes_back(content):
    coded = wire.stuffed(content)
    assert 0 not in coded and len(coded) == len(content) + 1
    assert wire.unstuffed(coded) == content
    buf = bytearray(coded)
    assert decode(buf, len(coded)) == len(content)
    assert buf[: len(content)] == content


@given(st.binary(max_size=MOST_BYTES - 1).map(lambda data: data.replace(b"\0", b"")))
@example(b"\x02")
@example(b"\x01\x03a")
def test_the_firmware_refuses_what_the_host_cannot_have_stuffed(coded):
    buf = bytearray(coded.ljust(MOST_BYTES, b"\xee"))
    length = decode(buf, len(coded))
    content = wire.unstuffed(coded)
    assert (buf[:length] if length >= 0 else None) == content
    assert content is None or not coded or wire.stuffed(content) == coded, "one way to say it"


# Frames


def test_the_frames_of_a_host_have_the_bytes_of_the_document():
    assert wire.STOP.hex(" ") == "07 53 ff e5 f3 4d fd 00"
    assert wire.hello(1).hex(" ") == "07 48 01 64 e7 7e 0e 00"
    content = b"J\x07" + (300).to_bytes(4, "little")
    content += crc32(content).to_bytes(4, "little")
    assert wire.journal(7, 300) == wire.stuffed(content) + b"\0"


@given(st.integers(0, 255), st.integers(0, 2**32 - 1))
def test_each_request_is_taken_as_it_was_meant(sequence, first):
    assert taken(wire.hello(sequence)) == [(codes.DONE, codes.ASK_HELLO, sequence, 0)]
    assert taken(wire.trace(sequence)) == [(codes.DONE, codes.ASK_TRACE, sequence, 0)]
    assert taken(wire.ring(sequence, 9)) == [(codes.DONE, codes.ASK_RING, sequence, 9)]
    asked = (codes.DONE, codes.ASK_JOURNAL, sequence, first)
    assert taken(wire.journal(sequence, first)) == [asked]
    assert taken(wire.STOP) == [(codes.DONE, codes.STOP, 255, 0)]


@pytest.mark.req("S-02")
@given(st.integers(0, 255), st.binary(min_size=1, max_size=89))
def test_another_kind_or_length_is_told_from_noise(kind, rest):
    (found,) = taken(wire.frame(bytes([kind]) + rest))
    one_byte = (codes.ASK_HELLO, codes.ASK_TRACE, codes.ASK_UNIT, codes.STOP)
    lengths = dict.fromkeys(one_byte, 1) | {codes.ASK_JOURNAL: 5, codes.SET_UNIT: 77}
    expected = codes.UNKNOWN
    if kind in lengths:
        expected = codes.DONE if len(rest) == lengths[kind] else codes.WRONG_LENGTH
    assert found[:3] == (expected, kind, rest[0])


@pytest.mark.req("S-02")
@pytest.mark.parametrize("request_", [wire.hello(9), wire.journal(9, 1), wire.STOP])
def test_no_flipped_bit_and_no_missing_byte_is_believed(request_, figure):
    believed = 0
    for bit in range(8 * len(request_)):
        spoilt = bytearray(request_)
        spoilt[bit // 8] ^= 1 << bit % 8
        believed += codes.DONE in results(bytes(spoilt) + b"\0")
    figure(
        "S-02", believed, 0, "frames", "=", of="wrong frames that are not rejected, a bit flipped"
    )
    assert believed == 0
    for at in range(len(request_) - 1):
        assert results(request_[:at] + request_[at + 1 :]) == [codes.MALFORMED]
        assert results(request_[:at]) == []


@pytest.mark.req("S-02")
@pytest.mark.parametrize("length", [MOST_BYTES, MOST_BYTES + 1, 200, 5000])
def test_a_frame_that_is_too_long_is_refused_once_and_the_next_is_taken(length):
    parser = Parser()
    refused = taken(bytes([1]) * length, parser)
    assert refused == [(codes.MALFORMED, 0, 0, 0)]
    assert taken(b"\0" + wire.hello(1), parser) == [(codes.DONE, codes.ASK_HELLO, 1, 0)]
    assert parser.rejected == 1


@pytest.mark.req("S-02")
@given(st.binary(max_size=300))
def test_after_any_bytes_and_a_zero_a_frame_is_taken(noise):
    parser = Parser()
    taken(noise + b"\0", parser)
    assert taken(wire.hello(5), parser) == [(codes.DONE, codes.ASK_HELLO, 5, 0)]


@pytest.mark.req("S-01", "S-02")
@given(st.lists(st.binary(max_size=120) | st.sampled_from([wire.STOP, wire.hello(3)])))
def test_what_is_taken_was_sent_whole(pieces):
    """The host's own reader finds the same frames in the same bytes."""
    stream = b"\0".join(pieces) + b"\0"
    expected = [
        content
        for coded in stream.split(b"\0")
        if len(coded) < MOST_BYTES and (content := wire.content_of(coded)) is not None
    ]
    found = [of for of in taken(stream) if of[0] != codes.MALFORMED]
    assert [(kind, sequence) for _, kind, sequence, _ in found] == [
        (content[0], content[1]) for content in expected
    ]
