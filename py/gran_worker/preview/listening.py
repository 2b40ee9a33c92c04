"""The mix from any place on, at any forward speed, as blocks for a speaker. What is played is what an export would encode."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from gran_worker.mixdown import Master, Mixdown
from gran_worker.plan import RenderPlan
from gran_worker.ports import Block, MediaPort
from gran_worker.resample import Resampler
from gran_worker.settings import AudioSettings
from gran_worker.telemetry import Meter
from gran_worker.voices import Notice, Voice

BLOCK = 4800
"""Output samples of the mix that are made at a time."""
FASTEST_HEARD = 2
"""Faster sound is noise, and backwards it is one too: such playback is silent."""


def is_heard(speed: Fraction) -> bool:
    return 0 < speed <= FASTEST_HEARD


class Listening:
    """Gives the film's sound from sample ``first`` of the plan on."""

    def __init__(self, plan: RenderPlan, audio: AudioSettings, media: MediaPort, meter: Meter, first: int, speed: Fraction) -> None:
        self._plan, self._first = plan, first
        self._mixdown = Mixdown(replace(plan, voices=tuple(_from(plan, first))), media, meter)
        self._master = Master(plan, audio, 1.0, _ignore)
        self._resampler = None if speed == 1 else Resampler(speed)
        self._mixed_to = first
        self._held: Block = np.zeros((plan.channels, 0), np.float32)
        self._held_from = 0
        """Of the mix, counted from ``first``."""
        self._given = 0
        self._ended = False

    async def block(self, n_samples: int) -> Block:
        """The next ``n_samples`` for the speaker, float32 ``(channels, n_samples)``; silence after the end."""
        outputs = range(self._given, self._given + n_samples)
        wanted = outputs if self._resampler is None else self._resampler.span(outputs)
        while self._held_from + self._held.shape[1] < wanted.stop:
            await self._mix()
        source = self._cut(wanted)
        self._given = outputs.stop
        self._let_go(wanted.start)
        return source if self._resampler is None else self._resampler.render(source, outputs)

    async def aclose(self) -> None:
        await self._mixdown.aclose()

    async def _mix(self) -> None:
        end = min(self._mixed_to + BLOCK, max(self._plan.n_samples, self._mixed_to))
        if end == self._mixed_to:
            # Behind the end: what the limiter kept back, then nothing any more.
            rest = [] if self._ended else [self._master.finish()]
            self._ended = True
            ready = np.concatenate([*rest, np.zeros((self._plan.channels, BLOCK), np.float32)], axis=1)
        else:
            ready = self._master.finish_block(await self._mixdown.block(range(self._mixed_to, end)))
            self._mixed_to = end
        self._held = np.concatenate([self._held, ready], axis=1)

    def _cut(self, wanted: range) -> Block:
        """What lies before the beginning is silent."""
        begin, end = wanted.start - self._held_from, wanted.stop - self._held_from
        cut = self._held[:, max(0, begin) : end]
        return cut if begin >= 0 else np.pad(cut, ((0, 0), (-begin, 0)))

    def _let_go(self, before: int) -> None:
        gone = max(0, min(before - self._held_from, self._held.shape[1]))
        self._held = self._held[:, gone:]
        self._held_from += gone


def _from(plan: RenderPlan, first: int) -> Iterator[Voice]:
    """The voices that are still to be heard: each begins where the listening does. Their fades stay where they are."""
    for voice in plan.voices:
        if voice.samples.stop > first:
            yield replace(voice, samples=range(max(first, voice.samples.start), voice.samples.stop))


def _ignore(_notice: Notice) -> None:
    """A limiter that works hard is told of by the export."""
