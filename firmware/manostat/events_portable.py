"""What events_native.py does, for runtimes without that compiler, and in readable form."""


def take_change(frame, words, pump):
    """Take an event of switches, state, reason and fault as they stand in a tick `frame`.

    `words` is `Events.words`: 0 events taken, 1 events written, 2 lost, 3 urgent, from 4 on 256
    pairs of milliseconds and event.
    """
    newest = words[0]
    if newest - words[1] >= 256:
        words[2] += 1
        return
    at = 4 + 2 * (newest & 255)
    words[at] = pump.now_ms + pump.part_us // 1000 & 0x3FFFFFFF
    state = frame[12] | frame[13] << 4
    words[at + 1] = 1 | (frame[10] & 63) << 8 | state << 16 | frame[15] << 24
    words[0] = newest + 1
    words[3] = 1
