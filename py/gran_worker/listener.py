"""What a voice sounds like over consecutive output samples: its source's blocks, cut, resampled and brought to stereo."""

from collections.abc import AsyncGenerator

import numpy as np

from gran_worker.errors import SourceError
from gran_worker.mixer import to_stereo
from gran_worker.ports import Block, MediaPort, Sound
from gran_worker.resample import Resampler
from gran_worker.timing import clock_text
from gran_worker.voices import Voice

LEAD_IN_US = 50_000
"""Decoded before the first sample that is needed: lossy codecs need a packet or two to find their feet."""


class VoiceReader:
    """Streams one voice. Holds the few blocks that the filter still reaches."""

    def __init__(self, media: MediaPort, voice: Voice) -> None:
        self._voice = voice
        self._resampler = Resampler(voice.step)
        whole = self._resampler.span(voice.origin, voice.samples)
        start_us = max(0, whole.start * 1_000_000 // voice.rate_hz - LEAD_IN_US)
        end_us = max(0, -(-whole.stop * 1_000_000 // voice.rate_hz))
        self._sounds: AsyncGenerator[Sound, None] = media.sounds(voice.path, start_us, end_us)
        self._held: list[Sound] = []
        self._ended = False

    async def read(self, outputs: range) -> Block:
        """``outputs`` (output samples within the voice's own) as stereo float32 ``(2, len(outputs))``, silent where the source is."""
        span = self._resampler.span(self._voice.origin, outputs)
        await self._fill(span)
        source = self._cut(span)
        return to_stereo(self._resampler.render(source, self._voice.origin, outputs))

    async def aclose(self) -> None:
        await self._sounds.aclose()

    async def _fill(self, span: range) -> None:
        self._held = [sound for sound in self._held if sound.first + sound.block.shape[1] > span.start]
        while not self._ended and (not self._held or self._held[-1].first + self._held[-1].block.shape[1] < span.stop):
            sound = await anext(self._sounds, None)
            if sound is not None and sound.rate_hz != self._voice.rate_hz:
                raise _changed(sound, self._voice.rate_hz)
            if sound is None:
                self._ended = True
            elif sound.first + sound.block.shape[1] > span.start:
                # One channel stays one until it is resampled: half the work.
                block = sound.block if sound.block.shape[0] == 1 else to_stereo(sound.block)
                self._held.append(Sound(sound.first, sound.rate_hz, block))

    def _cut(self, span: range) -> Block:
        channels = max((sound.block.shape[0] for sound in self._held), default=1)
        source = np.zeros((channels, len(span)), np.float32)
        for sound in self._held:
            first, end = max(span.start, sound.first), min(span.stop, sound.first + sound.block.shape[1])
            if first < end:
                source[:, first - span.start : end - span.start] = sound.block[:, first - sound.first : end - sound.first]
        return source


def _changed(sound: Sound, rate_hz: int) -> SourceError:
    when = clock_text(sound.first * 1_000_000 // sound.rate_hz)
    message = (
        f"its sound changes from {rate_hz} to {sound.rate_hz} Hz at {when} of the file. Convert the file to one rate, or cut it there."
    )
    return SourceError(message, code="E_DECODE")
