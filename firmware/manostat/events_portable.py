"""What events_native.py does, for runtimes without that compiler, and in readable form."""


def take_change(frame, words, pump):
    """Take an event of switches, state, reason and fault as they stand in `frame`, the `buf` of a
    `TickFrame`.

    `words` is `Events.words`: 0 events taken, 1 events written, 2 lost, 3 urgent, from 4 on 256
    pairs of milliseconds and event.
    """
    newest = words[0]
    if newest - words[1] >= 256:
        words[2] += 1
        return
    at = 4 + 2 * (newest & 255)
    words[at] = pump.now_ms + pump.part_us // 1000 & 0x3FFFFFFF
    words[at + 1] = 1 | (frame[44] & 63) << 8 | frame[46] << 16 | (frame[47] & 63) << 24
    words[0] = newest + 1
    words[3] = 1
