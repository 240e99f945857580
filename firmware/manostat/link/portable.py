"""The frame work of native.py for runtimes without that compiler, and in readable form."""

import binascii
from struct import pack_into

_CONTENT_AT = 35
_BODY_AT = 36
_CRC_AT = 61
_FRAME_BYTES = 32
_TICK_FORMAT = "<HHHHBBBBiii"


def finish(buf):
    """From kind and body, `buf[35:61]`, to the frame, `buf[:32]`: a CRC-32 is added to them, each
    zero is replaced by the way to the next (COBS), and the only zero ends it (docs/protocol.md)."""
    content = bytes(buf[_CONTENT_AT:_CRC_AT])
    content += binascii.crc32(content).to_bytes(4, "little")
    code_at = 0  # of the stretch that has begun: where its length belongs
    for at in range(1, _FRAME_BYTES - 1):
        buf[at] = content[at - 1]
        if buf[at] == 0:
            buf[code_at] = at - code_at
            code_at = at
    buf[code_at] = _FRAME_BYTES - 1 - code_at
    buf[_FRAME_BYTES - 1] = 0


def pack_tick(buf, tick: int, inputs, decision):
    """Fill `buf` of a tick frame. Not 0 if a switch, the state, the reason or the fault is another
    one than before."""
    state = decision.state | decision.reason << 4
    changed = (buf[44] ^ inputs.switches) & 63 | buf[46] ^ state | (buf[47] ^ decision.fault) & 63
    status = inputs.line_status
    made = inputs.made if inputs.made < 15 else 15
    pack_into(
        _TICK_FORMAT,
        buf,
        _BODY_AT,
        tick & 0xFFFF,
        inputs.elapsed_us,
        inputs.line_raw | (status & 3) << 14,
        inputs.second_raw,
        inputs.switches,
        made | inputs.refused << 4 | (128 if status == 4 else 0),
        state,
        decision.fault | decision.grant << 6,
        decision.pressure_pa,
        decision.steps,
        decision.opening_pa,
    )
    finish(buf)
    return changed
