"""One run of playback: its pace, its sound, and what it left out."""

import asyncio
import traceback
from collections import deque
from collections.abc import Callable
from contextlib import aclosing
from fractions import Fraction

from gran_worker.ports import Clock, MediaPort
from gran_worker.preview.film import Film
from gran_worker.preview.listening import Listening, is_heard
from gran_worker.preview.pace import FrameChoice, Pace
from gran_worker.preview.ports import Heard, SpeakerPort
from gran_worker.settings import AudioSettings
from gran_worker.telemetry import Meter
from gran_worker.timing import US, sample_index

CHUNK = 4800
"""Samples that the speaker is fed at a time."""
LEAD = 24_000
"""Samples that it shall always have: as long as anything else may keep us busy."""
LEAST = 12_000
"""With fewer left nothing else is done."""
PREROLL = 9_600
"""Samples that it has before it begins."""
FEED_S = 0.04
PATIENCE_S = 1.0
"""A speaker that says nothing for so long is no clock: browsers keep sound back until a page was touched."""
KEPT_LEADS = 240


class Playback:
    """Begins at ``start_us``. ``wake`` is called whenever waiting for a frame's time may be over."""

    def __init__(self, film: Film, start_us: int, speed: Fraction, clock: Clock, wake: Callable[[], None]) -> None:
        self.film, self.speed = film, speed
        self.pace = Pace(start_us, speed)
        self.choice = FrameChoice(film.settings.fps, film.index_at(start_us), speed)
        self.began_s = clock()
        self.n_shown = 0
        self.busy_s = 0.0
        self.leads_us: deque[int] = deque(maxlen=KEPT_LEADS)
        self.starved = 0
        self._start_us, self._clock, self._wake = start_us, clock, wake
        self._dropped_before = 0
        self._played = 0
        self._fed = 0
        self._fed_more = asyncio.Event()
        self._speaker: SpeakerPort | None = None
        self._sound: asyncio.Task[None] | None = None

    @property
    def dropped(self) -> int:
        return self._dropped_before + self.choice.dropped

    @property
    def has_sound(self) -> bool:
        return self._sound is not None

    def start(self, speaker: SpeakerPort | None, media: MediaPort) -> None:
        """Sets sound going where there is any, and else the clock."""
        audio, plan = self.film.settings.audio, self.film.plan
        if speaker is None or plan is None or not audio or not plan.voices or not is_heard(self.speed):
            self.pace.start(self._clock())
            return
        self._speaker = speaker
        self._sound = asyncio.ensure_future(self._feed(speaker, audio, media))
        self._sound.add_done_callback(self._sound_ended)
        asyncio.get_running_loop().call_later(PATIENCE_S, self._start_anyway)

    def goes_on_with(self, film: Film, shown: int) -> bool:
        """Whether it can play ``film`` from now on without a break in the sound. If so it does; ``shown`` is the last frame shown."""
        now, then = film.plan, self.film.plan
        if now is None or then is None or (now.voices, now.n_samples) != (then.voices, then.n_samples):
            return False
        self._dropped_before = self.dropped
        self.choice = FrameChoice(film.settings.fps, film.index_at(self.film.settings.fps.start_us(shown)), self.speed)
        self.film = film
        return True

    async def let_sound_go_first(self) -> None:
        """Where the speaker would soon have nothing, pictures wait: a frame left out is not noticed, a gap in the sound is."""
        while self._sound is not None and not self._sound.done() and self._fed - self._played < LEAST:
            self._fed_more.clear()
            await self._fed_more.wait()

    def note_shown(self, frame_us: int, seconds: float) -> None:
        self.n_shown += 1
        self.busy_s += seconds
        if self._played:
            self.leads_us.append(self.pace.at_us(self._clock()) - frame_us)

    async def stop(self) -> None:
        if self._speaker is not None:
            self._speaker.stop()
        if self._sound is not None:
            self._sound.cancel()
            await asyncio.wait({self._sound})
            self._sound = None

    async def _feed(self, speaker: SpeakerPort, audio: AudioSettings, media: MediaPort) -> None:
        assert self.film.plan is not None
        first = sample_index(self._start_us, audio.sample_rate)
        listening = Listening(self.film.plan, audio, media, Meter(self._clock), first, self.speed)
        speaker.begin(self._hear)
        async with aclosing(listening):
            while True:
                while self._fed - self._played < LEAD:
                    speaker.feed(await listening.block(CHUNK))
                    self._fed += CHUNK
                    self._fed_more.set()
                    if self._fed == PREROLL:
                        speaker.go()
                await asyncio.sleep(FEED_S)

    def _hear(self, heard: Heard) -> None:
        self._played, self.starved = heard.played, heard.starved
        if heard.played:
            assert self.film.settings.audio
            moment_us = self._start_us + round(heard.played * US * self.speed / self.film.settings.audio.sample_rate)
            was_still = not self.pace.runs
            self.pace.hear(moment_us, heard.at_s)
            if was_still:
                self._wake()

    def _sound_ended(self, sound: "asyncio.Task[None]") -> None:
        """It never does by itself. Without it the film goes on by the clock."""
        self._fed_more.set()
        if not sound.cancelled() and (bug := sound.exception()) is not None:
            traceback.print_exception(bug)
            self._start_anyway()

    def _start_anyway(self) -> None:
        if not self.pace.runs:
            self.pace.start(self._clock())
            self._wake()
