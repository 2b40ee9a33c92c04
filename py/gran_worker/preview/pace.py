"""Which moment of the film it is while it plays, and which frame is the next to draw. Pure: clock readings in, decisions out."""

from fractions import Fraction

from gran_worker.timing import US, FrameRate

JUMP_US = 40_000
"""By so much the speaker's word moves the film at once, backwards too; by less the film only waits for it."""
SMOOTH = 0.15
"""Share of a report's difference that is believed at once: sound is rendered in bursts, and a report is as early as its burst."""
SOON_S = 0.0005
"""Nobody sees it, and no timer is so fine."""
ESTIMATE = 0.25
"""Share of the last frame's cost in the expected one's."""


class Pace:
    """The film's moment, µs, at any reading of the clock. Stands still until it is started."""

    def __init__(self, start_us: int, rate: Fraction) -> None:
        self.rate = rate
        self._anchor_us = start_us
        self._anchor_s: float | None = None
        self._least_us = start_us

    @property
    def runs(self) -> bool:
        return self._anchor_s is not None

    def start(self, now_s: float) -> None:
        self._anchor_s = now_s

    def at_us(self, now_s: float) -> int:
        """Never goes back against its direction, however the speaker's reports arrive; a jump excepted."""
        if self._anchor_s is None:
            return self._anchor_us
        moment_us = self._anchor_us + round(float(self.rate) * (now_s - self._anchor_s) * US)
        if (moment_us - self._least_us) * self.rate < 0:
            return self._least_us
        self._least_us = moment_us
        return moment_us

    def hear(self, heard_us: int, at_s: float) -> None:
        """The speaker's word: ``heard_us`` was heard at ``at_s``. It is the master."""
        if self._anchor_s is None:
            self._anchor_us, self._anchor_s = heard_us, at_s
            return
        expected_us = self._moment_us(at_s)
        off_us = heard_us - expected_us
        if abs(off_us) > JUMP_US * max(1.0, abs(float(self.rate))):
            self._anchor_us, self._least_us = heard_us, heard_us
        else:
            self._anchor_us = round(expected_us + SMOOTH * off_us)
        self._anchor_s = at_s

    def seconds_until(self, moment_us: int, now_s: float) -> float:
        """0 for what is due; of a film that stands still nothing is due for ever so long."""
        if self._anchor_s is None:
            return float("inf")
        left_s = (moment_us - self._anchor_us) / (float(self.rate) * US) - (now_s - self._anchor_s)
        return left_s if left_s > SOON_S else 0.0

    def _moment_us(self, now_s: float) -> float:
        assert self._anchor_s is not None
        return self._anchor_us + float(self.rate) * (now_s - self._anchor_s) * US


class FrameChoice:
    """The next frame to draw: the one after the last, or a later one where drawing it would come too late. Counts what it left out."""

    def __init__(self, rate: FrameRate, shown: int, speed: Fraction) -> None:
        self._rate, self._shown = rate, shown
        self._way = 1 if speed > 0 else -1
        self._stride = max(1, round(abs(speed)))
        """At eight times the speed every eighth frame is all that is asked for."""
        self._cost_s = 0.0
        self.dropped = 0

    @property
    def cost_s(self) -> float:
        """What a frame is expected to take."""
        return self._cost_s

    def next(self, pace: Pace, now_s: float) -> int:
        """May be one behind the last of the film, or before its first."""
        ready = frame_at(self._rate, max(0, pace.at_us(now_s) + round(float(pace.rate) * self._cost_s * US) if pace.runs else 0))
        soonest = self._shown + self._way * self._stride
        if not pace.runs or (ready - soonest) * self._way <= 0:
            chosen = soonest
        else:
            chosen = ready
            self.dropped += (abs(ready - self._shown) - 1) // self._stride
        self._shown = chosen
        return chosen

    def took(self, seconds: float) -> None:
        self._cost_s += ESTIMATE * (seconds - self._cost_s)


def frame_at(rate: FrameRate, time_us: int) -> int:
    """The frame that is on the screen at ``time_us``; one that begins within 1 µs is on it, for editors round."""
    index = rate.first_index_at_snapped(time_us)
    return index if rate.start_us(index) <= time_us + 1 else index - 1
