"""Runs on the MicroPython unix port: the parser of the link behind a pipe.

Packets of a u32 length and bytes come in; for each, what was taken of it goes out: how many frames
of each result, and a CRC-32 over result, kind, sequence and argument of all not malformed, and the
body of each setting.
All little endian.
"""

import binascii
import struct
import sys

from manostat.link.codes import DONE, MALFORMED, SET_UNIT
from manostat.link.parser import Parser

SETTING_BYTES = 76

source = sys.stdin.buffer
sink = sys.stdout.buffer
parser = Parser()
while True:
    head = source.read(4)
    if len(head) < 4:
        break
    counts = [0, 0, 0, 0]  # done, unknown, wrong length, malformed
    seen = 0
    for byte in source.read(struct.unpack("<I", head)[0]):
        if parser.put(byte):
            result = parser.take()
            if result == MALFORMED:
                counts[3] += 1
                continue
            counts[result] += 1
            about = (result, parser.kind, parser.sequence, parser.argument)
            seen = binascii.crc32(struct.pack("<BBBI", *about), seen)
            if result == DONE and parser.kind == SET_UNIT:
                seen = binascii.crc32(parser.body[:SETTING_BYTES], seen)
    sink.write(struct.pack("<5I", *counts, seen))
