"""The raw trace of a level, in memory: line count and made steps of every tick of motion, and the
line for ten seconds after each motion, which shows the needle and the disc. Two bytes a tick.

At rest a page takes longer than a tick. What was not read is marked: a mark is a word with all of
the two top bits set and a count below 1024 (docs/journal.md, "64 TICKS").
"""

from micropython import const

_MADE_MOST = const(3)
_LEAST_COUNT = const(1024)  # of a tick with so many steps: below are marks, and no sensor
_MARK = const(0xC000)
_REST = const(0)  # from here on the plunger rests
_COARSE = const(511)  # 512 to 1022: so many times 512 ticks were not read; 1 to 511: so many
_GO = const(1023)  # from here on it moves
_COARSE_TICKS = const(512)
_COARSE_MOST = const(511)
_UNSEEN_MOST = const(4186112)  # 16 marks, two hours: longer pauses are told as so long
_TICK_US = const(2000)
_HALF_TICK_US = const(1000)
_REST_TICKS = const(5000)
_RESERVE = const(5040)  # words that such a rest takes at most, and the marks around it
_MARKS = const(24)  # words that are left for marks


class Trace:
    """Takes `n_bytes` once. Word i is a little endian u16 at `buf[2 * i]`: sensor count in the
    low 14 bits, made steps in the top two. Before it is full it `wants_pause`: what is left is
    for the rest after that.
    """

    def __init__(self, n_bytes: int):
        self.buf = bytearray(n_bytes)
        self.room = n_bytes >> 1  # words
        self.base = 0  # words of this level that were here before the first one
        self.count = 0  # words held
        self.stored = 0  # of these in flash, or given up
        self.firm = 0  # of these to be stored now: up to the newest stop, or all once it has rested
        self.level = 0
        self.wants_pause = 0
        self._pause_at = self.room - min(_RESERVE, self.room >> 2)
        self._rest_ticks = min(_REST_TICKS, self.room >> 3)
        self._rest_end = max(self._pause_at, self.room - _MARKS)
        self._is_resting = 0
        self._has_just_stopped = 0
        self._left = 0  # ticks of this rest that are still to be kept
        self._unseen = 0  # ticks since the newest word
        self._over = 0  # steps that did not fit into it

    def begin(self, level: int):
        """Begin the trace of a level; `count` should equal `stored`, or the rest is lost. Old
        bytes stay until they are overwritten."""
        self.level = level
        self.count = 0
        self._is_resting = 0
        self._left = 0
        self._unseen = 0
        self._over = 0
        self.stored = 0
        self.firm = 0
        self.base = 0
        self.wants_pause = 0

    def forget_stored(self):
        """What is stored makes room for more: the others move to the front. At rest."""
        stored = self.stored
        held = memoryview(self.buf)[2 * stored : 2 * self.count]
        memoryview(self.buf)[: len(held)][:] = held
        self.base += stored
        self.count -= stored
        self.firm -= stored
        self.stored = 0
        self.wants_pause = 0

    def is_low(self) -> bool:
        """Whether a motion should rather begin with an empty memory: a quarter is taken."""
        return self.count > self.room >> 2

    def add(self, raw: int, made: int):
        """Append one tick of motion, if there is room. `raw` 0 to 16383; of `made` what is over 3
        goes to the next tick."""
        if self._is_resting:
            self._go()
        if made >= _MADE_MOST or self._over:
            made = self._fitting(made)
            if made == _MADE_MOST and raw < _LEAST_COUNT:
                raw = _LEAST_COUNT
        count = self.count
        if count < self._pause_at:  # as `_put`: a call costs 10 us of each moving tick
            buf = self.buf
            buf[count << 1] = raw & 255
            buf[count << 1 | 1] = raw >> 8 | made << 6
            self.count = count + 1
        else:
            self.wants_pause = 1
            if count < self._rest_end:
                self._put(raw | made << 14)
            else:  # the line has settled for long: nothing moves
                self._unseen += 1

    def stop(self):
        """The plunger has come to rest, in the tick that was added last."""
        self._put_unseen()
        self.firm = self.count
        self._is_resting = 1
        self._has_just_stopped = 1
        self._left = self._rest_ticks

    def mark(self):
        """If all that came before is stored, let the next stretch begin here all the same."""
        if self.base and self.count == 0:
            self._put(_MARK | _REST)
            self.firm = self.count

    def rest(self, raw: int, elapsed_us: int, made: int = 0):
        """One tick at rest, `elapsed_us` after the one before. `made`: of the last word of steps
        one may have ended behind the reading of the tick that stopped it."""
        if not self._is_resting:
            return
        if self._has_just_stopped:
            self._has_just_stopped = 0
            if self._left:
                self._put(_MARK | _REST)
            return
        ticks = (elapsed_us + _HALF_TICK_US) // _TICK_US
        if self._left <= 0:
            if self._unseen < _UNSEEN_MOST:
                self._unseen += ticks
            return
        self._unseen += ticks - 1
        self._put_unseen()
        made = self._fitting(made)
        if made == _MADE_MOST and raw < _LEAST_COUNT:
            raw = _LEAST_COUNT
        self._put(raw | made << 14)
        self._left -= ticks
        if self._left <= 0 or self.count >= self._rest_end:
            self.end_rest()

    def end_rest(self):
        """What there is of this rest is all that is kept of it."""
        self._left = 0
        if self._is_resting:
            self.firm = self.count

    def _fitting(self, made):
        made += self._over
        self._over = made - _MADE_MOST if made > _MADE_MOST else 0
        return made - self._over

    def _go(self):
        self._is_resting = 0
        self._left = 0
        self._unseen += 1  # the tick that started it
        self._put_unseen()
        self._put(_MARK | _GO)

    def _put_unseen(self):
        unseen = self._unseen
        while unseen >= _COARSE_TICKS:
            times = min(unseen // _COARSE_TICKS, _COARSE_MOST)
            self._put(_MARK | _COARSE + times)
            unseen -= times * _COARSE_TICKS
        if unseen > 0:
            self._put(_MARK | unseen)
        self._unseen = 0

    def _put(self, word):
        count = self.count
        if count < self.room:
            buf = self.buf
            buf[count << 1] = word & 255
            buf[count << 1 | 1] = word >> 8
            self.count = count + 1
