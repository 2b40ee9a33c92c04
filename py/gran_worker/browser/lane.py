"""An encoder of the picture with what belongs to it: frames in, packets out. An export has one, or several side by side."""

import asyncio
from collections.abc import Sequence
from typing import Any, NamedTuple

from gran_worker.browser.alpha import AlphaTrack
from gran_worker.browser.encoder import VideoTrackEncoder
from gran_worker.browser.executor import Executor
from gran_worker.browser.viewer import Viewer
from gran_worker.codecs import Rung
from gran_worker.compose import Op
from gran_worker.geometry import Size
from gran_worker.settings import Settings
from gran_worker.telemetry import Meter

SECOND_US = 1_000_000


class Packet(NamedTuple):
    """An EncodedVideoChunk, its metadata, and the side data with its transparency."""

    chunk: Any
    meta: Any
    transparency: Any = None

    @property
    def n_bytes(self) -> int:
        beside = self.transparency.alpha.byteLength if self.transparency is not None else 0
        return int(self.chunk.byteLength + beside)


class Lane:
    """As LanePort. ``executor`` is that of all lanes: ``drawing`` is held from the first order to the picture. ``number`` is this one's."""

    def __init__(
        self,
        number: int,
        rung: Rung,
        settings: Settings,
        size: Size,
        executor: Executor,
        drawing: asyncio.Lock,
        meter: Meter,
        viewer: Viewer | None,
    ) -> None:
        self._number, self._viewer = number, viewer
        self._watched = True
        self._rate, self._executor, self._drawing, self._meter = settings.fps, executor, drawing, meter
        self._encoder = VideoTrackEncoder(rung, settings, lambda depth: meter.note_high_water("encode", depth))
        self._alpha: AlphaTrack | None = None
        if settings.alpha:
            self._alpha = AlphaTrack(VideoTrackEncoder(rung, settings, lambda _depth: None), size)
        self._drawn: Any = None

    async def draw(self, ops: Sequence[Op], frames: Sequence[Any], index: int) -> None:
        start_us, duration_us = self._rate.start_us(index), self._rate.duration_us(index)
        async with self._drawing:
            await self._executor.draw(ops, frames, self._number)
            if self._alpha is not None:
                await self._alpha.add(self._executor.pixels(), index, start_us, duration_us)
            self._drawn = self._executor.frame(start_us, duration_us)
        self._meter.executor = self._executor.name

    async def add_canvas(self, index: int) -> None:
        drawn, self._drawn = self._drawn, None
        await self._encode(drawn, index)

    async def add_frame(self, frame: Any, index: int) -> None:
        start_us, duration_us = self._rate.start_us(index), self._rate.duration_us(index)
        if self._alpha is not None:
            await self._alpha.add(None, index, start_us, duration_us)
        frame.sample.setTimestamp(start_us / SECOND_US)
        frame.sample.setDuration(duration_us / SECOND_US)
        await self._encode(frame.sample.toVideoFrame(), index)

    def packets(self) -> list[Packet]:
        came = self._encoder.packets()
        if self._alpha is None:
            return [Packet(chunk, meta) for chunk, meta in came]
        return [Packet(chunk, meta, transparency) for chunk, meta, transparency in self._alpha.join(came)]

    def take(self, at_least: int) -> Any:
        """The same for ``putChunks``, if there are that many; else None. Not where there is transparency."""
        return self._encoder.take(at_least)

    @property
    def has_alpha(self) -> bool:
        return self._alpha is not None

    def watch(self, *, watched: bool) -> None:
        self._watched = watched

    async def flush(self) -> None:
        """Until every frame has become a packet."""
        await self._encoder.flush()
        if self._alpha is not None:
            await self._alpha.flush()

    async def rest(self) -> None:
        await self._encoder.rest()
        if self._alpha is not None:
            await self._alpha.rest()

    def raise_failure(self) -> None:
        self._encoder.raise_failure()

    @property
    def open_encoders(self) -> int:
        return self._encoder.is_open + (self._alpha is not None and self._alpha.is_open)

    def close(self) -> None:
        self._encoder.close()
        if self._alpha is not None:
            self._alpha.close()
        if self._drawn is not None:
            self._drawn.close()

    async def _encode(self, frame: Any, index: int) -> None:
        try:
            if self._viewer is not None and self._watched:
                self._viewer.show(frame, self._rate.start_us(index))
            await self._encoder.encode(frame, index)
        finally:
            frame.close()
