"""What a voice sounds like over consecutive output samples: its source's blocks, cut, resampled and brought to stereo."""

from collections.abc import AsyncGenerator

import numpy as np

from gran_worker.errors import SourceError
from gran_worker.mixer import to_stereo
from gran_worker.ports import Block, MediaPort, Sound
from gran_worker.resample import Resampler
from gran_worker.timing import clock_text
from gran_worker.voices import Voice

LEAD_IN_US = 90_000
"""Decoded before the first sample that is needed: lossy codecs need a packet or two to find their feet, Opus 80 ms (RFC 7845, 4.6), of
which its decoder may leave out the first few.
"""


class VoiceReader:
    """Streams one voice. Holds the few blocks that the filter still reaches, and what it made beyond what it was asked for."""

    def __init__(self, media: MediaPort, voice: Voice) -> None:
        self._voice = voice
        self._resampler = Resampler(voice.step, voice.origin)
        whole = self._resampler.span(voice.samples)
        start_us = max(0, whole.start * 1_000_000 // voice.rate_hz - LEAD_IN_US)
        end_us = max(0, -(-whole.stop * 1_000_000 // voice.rate_hz))
        self._sounds: AsyncGenerator[Sound, None] = media.sounds(voice.path, start_us, end_us)
        self._held: list[Sound] = []
        self._ended = False
        self._made: Block = np.zeros((2, 0), np.float32)
        self._made_to = voice.samples.start

    async def read(self, outputs: range) -> Block:
        """``outputs`` as stereo float32 ``(2, len(outputs))``, silent where the source is. They are within the voice's own output samples
        and begin where those of the last call ended.
        """
        heard = np.empty((2, len(outputs)), np.float32)
        left = self._made[:, self._made.shape[1] - (self._made_to - outputs.start) :]
        ready = min(left.shape[1], len(outputs))
        heard[:, :ready] = left[:, :ready]
        if ready < len(outputs):
            wanted = self._resampler.widened(range(outputs.start + ready, outputs.stop))
            span = self._resampler.span(wanted)
            await self._fill(span)
            self._made, self._made_to = self._resampler.render(self._cut(span), wanted), wanted.stop
            begin = outputs.start + ready - wanted.start
            heard[:, ready:] = self._made[:, begin : begin + len(outputs) - ready]
        return heard

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
                # One channel stays one until it is resampled: half the work where taps are added up.
                block = sound.block if sound.block.shape[0] == 1 else to_stereo(sound.block)
                self._held.append(Sound(sound.first, sound.rate_hz, block))

    def _cut(self, span: range) -> Block:
        channels = max((sound.block.shape[0] for sound in self._held), default=1)
        # Sides side by side, as decoders give them and as the resampler takes them.
        source = np.zeros((len(span), channels), np.float32).T
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
