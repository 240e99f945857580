"""Runs on the MicroPython unix port: the core behind a pipe, one packet in and one out per tick.

First nine 32 bit integers, the unit; then per tick 7 integers of inputs, answered with the
decision and, when the first input is -1, with the level record. All little endian.
"""

import struct
import sys
from array import array

from manostat.core import pump
from manostat.core.inputs import Inputs
from manostat.core.prescription import validate
from manostat.record import LEVEL_BYTES, pack_level

source = sys.stdin.buffer
sink = sys.stdout.buffer
unit = struct.unpack("<9i", source.read(36))
validate(unit)
device = pump.build(unit, lambda n: array("i", bytes(4 * n)))
decision = device.injector
inputs = Inputs()
packet = bytearray(28)
answer = bytearray(40)
record = bytearray(LEVEL_BYTES)
while source.readinto(packet) == 28:  # type: ignore[union-attr]
    values = struct.unpack("<7i", packet)
    if values[0] < 0:
        pack_level(device, record, 0)
        sink.write(record)
        continue
    inputs.elapsed_us, inputs.line_raw, inputs.line_status, inputs.second_raw = values[:4]
    inputs.switches, inputs.made, inputs.refused = values[4:]
    device.tick(inputs)
    struct.pack_into(
        "<10i",
        answer,
        0,
        decision.state,
        decision.reason,
        decision.grant,
        decision.start_lease,
        decision.running,
        decision.enable,
        decision.fault,
        decision.pressure_pa,
        decision.steps,
        decision.opening_pa,
    )
    sink.write(answer)
