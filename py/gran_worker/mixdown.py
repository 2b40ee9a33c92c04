"""The plan's voices -> the mix, block after block: voices open when they begin to sound and close when they end."""

from collections.abc import Callable
from contextlib import AsyncExitStack

import numpy as np

from gran_worker.errors import located
from gran_worker.limiter import Limiter
from gran_worker.listener import VoiceReader
from gran_worker.loudness import LoudnessMeter
from gran_worker.mixer import mix
from gran_worker.plan import RenderPlan
from gran_worker.ports import Block, MediaPort
from gran_worker.settings import AudioSettings
from gran_worker.telemetry import Meter
from gran_worker.timing import clock_text
from gran_worker.voices import Notice, Voice

PRE_PASS_SAMPLES = 48_000
HARD_WORK_DB = 3


class Mixdown:
    """The sum of all voices, as it is: it may be louder than full scale."""

    def __init__(self, plan: RenderPlan, media: MediaPort, meter: Meter) -> None:
        self._plan, self._media, self._meter = plan, media, meter
        self._waiting = sorted(plan.voices, key=lambda voice: voice.samples.start, reverse=True)
        self._open: dict[str, tuple[Voice, VoiceReader]] = {}

    async def block(self, samples: range) -> Block:
        """Output ``samples``, which follow those of the last call."""
        while self._waiting and self._waiting[-1].samples.start < samples.stop:
            voice = self._waiting.pop()
            self._open[voice.key] = (voice, VoiceReader(self._media, voice))
        heard: list[tuple[Voice, range, Block]] = []
        for key in sorted(self._open):
            voice, reader = self._open[key]
            part = range(max(voice.samples.start, samples.start), min(voice.samples.stop, samples.stop))
            where = (voice.clip_id, voice.name, part.start * 1_000_000 // self._plan.sample_rate_hz)
            with self._meter.stage("decode", *where), located(*where):
                heard.append((voice, part, await reader.read(part)))
            if voice.samples.stop <= samples.stop:
                await self._close(key)
        with self._meter.stage("compose"):
            return mix(heard, samples, self._plan.channels)

    async def aclose(self) -> None:
        async with AsyncExitStack() as closing:
            for key in self._open:
                closing.push_async_callback(self._close, key)

    async def _close(self, key: str) -> None:
        _, reader = self._open.pop(key)
        await reader.aclose()


class Master:
    """The last hand on the mix: one gain for all of it, then the limiter, or a clip at full scale."""

    def __init__(self, plan: RenderPlan, audio: AudioSettings, gain: float, notify: Callable[[Notice], None]) -> None:
        self._rate_hz, self._gain, self._notify = plan.sample_rate_hz, np.float32(gain), notify
        self._nothing: Block = np.zeros((plan.channels, 0), np.float32)
        self._limiter = Limiter(plan.sample_rate_hz, plan.channels) if audio.limiter else None
        self._told = False

    def finish_block(self, block: Block) -> Block:
        """What is ready after ``block``; the limiter keeps some back."""
        if self._gain != 1:
            block = block * self._gain
        if self._limiter is None:
            return np.clip(block, -1.0, 1.0)
        ready = self._limiter.push(block)
        self._tell()
        return ready

    def finish(self) -> Block:
        """What was kept back."""
        if self._limiter is None:
            return self._nothing
        rest = self._limiter.flush()
        self._tell()
        return rest

    def _tell(self) -> None:
        if self._limiter is None or self._limiter.hard_at is None or self._told:
            return
        self._told = True
        when = clock_text(self._limiter.hard_at * 1_000_000 // self._rate_hz)
        message = f"The sound is too loud at {when}: the limiter had to turn it down by more than {HARD_WORK_DB} dB."
        self._notify(Notice("loud", f"{message} Lower the gain of some clips."))


async def loudness_gain(plan: RenderPlan, audio: AudioSettings, media: MediaPort, meter: Meter) -> float:
    """The one gain that brings the mix to the loudness asked for. Listens to all of it once."""
    if audio.loudness_lufs is None or not plan.voices:
        return 1.0
    loudness = LoudnessMeter(plan.sample_rate_hz, plan.channels)
    async with AsyncExitStack() as closing:
        mixdown = Mixdown(plan, media, meter)
        closing.push_async_callback(mixdown.aclose)
        for start in range(0, plan.n_samples, PRE_PASS_SAMPLES):
            block = await mixdown.block(range(start, min(start + PRE_PASS_SAMPLES, plan.n_samples)))
            with meter.stage("compose"):
                loudness.push(block)
    found = loudness.integrated_lufs()
    return 1.0 if found is None else float(10 ** ((audio.loudness_lufs - found) / 20))
