"""Which source frame shows at a moment: the last whose pts is at or before it, give or take the container's rounding."""

import asyncio
from collections.abc import AsyncGenerator

from gran_worker.decoding import Retried, decoded_frames, decoded_still
from gran_worker.ports import Frame, MediaPort
from gran_worker.shown import Layer
from gran_worker.together import see_through


def latest_pts_us(layer: Layer, output_us: int) -> int:
    """The latest pts that may show at ``output_us``. The end of the range is exclusive: a frame on it, give or take a tick, never shows."""
    assert layer.video is not None
    walk, tolerance_us = layer.walk, layer.video.tolerance_us
    source_us = walk.at(output_us)
    if walk.freeze_us is not None:
        return source_us + tolerance_us
    last_us = max(walk.end_us - 1 - tolerance_us, walk.source.start_us + tolerance_us)
    return min(source_us + tolerance_us, last_us)


class FrameReader:
    """One layer's frames over consecutive output frames. Holds at most two; closes both.

    The reader asks its source for the whole range at once, so the decoder runs ahead of it and meets each packet once.
    """

    def __init__(self, media: MediaPort, layer: Layer, first_us: int, last_us: int, retried: Retried) -> None:
        """For moments ``first_us`` to ``last_us`` (output µs) of ``layer``."""
        assert layer.path is not None
        assert layer.video is not None
        self._media, self._layer, self._path, self._retried = media, layer, layer.path, retried
        self._grace_us = layer.video.grace_us
        self._current: Frame | None = None
        self._next: Frame | None = None
        self._frames: AsyncGenerator[Frame, None] | None = None
        self._begun = False
        self._beginning: asyncio.Task[None] | None = None
        self._start_us, self._end_us = latest_pts_us(layer, first_us), latest_pts_us(layer, last_us) + 1
        self.repeated = 0
        self.dropped = 0

    def begin(self) -> "asyncio.Task[None]":
        """Opens the decoder, if nobody has. Before it is needed that costs no wait; what fails is raised by the first :meth:`at`."""
        if self._beginning is None:
            self._beginning = asyncio.ensure_future(self._begin())
        return self._beginning

    async def at(self, output_us: int) -> Frame | None:
        """The frame that shows at ``output_us``, the reader's to close; None where the source has not begun yet."""
        if not self._begun:
            self._begun = True
            await self.begin()
        limit_us = latest_pts_us(self._layer, output_us)
        advanced = await self._advance(limit_us)
        self.repeated += advanced == 0
        self.dropped += max(0, advanced - 1)
        if self._current is not None:
            return self._current
        if self._next is not None and self._next.pts_us - limit_us <= self._grace_us:
            return self._next
        return None

    async def count_on(self, output_us: int) -> None:
        """Counts the step to ``output_us``, which another reader shows. That one counts its first frame as neither repeated nor dropped,
        unless the source has not begun, or stands."""
        if self._frames is None:
            return
        had_begun = self._current is not None
        advanced = await self._advance(latest_pts_us(self._layer, output_us))
        self.repeated += had_begun and advanced == 0
        self.dropped += max(0, advanced - 1)

    async def aclose(self) -> None:
        """Closes what is held, then the decoder."""
        if await see_through(self._close()):
            raise asyncio.CancelledError

    async def _close(self) -> None:
        if self._beginning is not None:
            self._beginning.cancel()
            await asyncio.gather(self._beginning, return_exceptions=True)
        for frame in (self._current, self._next):
            if frame is not None:
                frame.close()
        self._current = self._next = None
        if self._frames is not None:
            await self._frames.aclose()

    async def _begin(self) -> None:
        if self._layer.video is not None and self._layer.video.stands or self._layer.walk.freeze_us is not None:
            self._current = await decoded_still(self._media, self._path, max(0, self._start_us), self._retried)
            return
        end_us = self._end_us
        if self._layer.video is not None and self._start_us < self._layer.video.first_pts_us:
            # A first frame that comes within the grace must be found too, even where only moments before it are asked for.
            end_us += self._grace_us
        self._frames = decoded_frames(self._media, self._path, self._start_us, end_us, self._retried)
        self._next = await self._fetch()

    async def _advance(self, limit_us: int) -> int:
        """Goes on to the last frame that may show at ``limit_us``; says how many frames there were on the way, it included."""
        advanced = 0
        while self._next is not None and self._next.pts_us <= limit_us:
            if self._current is not None:
                self._current.close()
            self._current, self._next = self._next, None
            self._next = await self._fetch()
            advanced += 1
        return advanced

    async def _fetch(self) -> Frame | None:
        assert self._frames is not None
        return await anext(self._frames, None)
