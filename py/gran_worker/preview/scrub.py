"""A layer's frames in any order, with its decoder kept warm: on in small steps it decodes on, elsewhere it begins again.

Which frame shows at a moment is as in an export (reader.py).
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator

from gran_worker.ports import Frame, MediaPort
from gran_worker.reader import latest_pts_us
from gran_worker.shown import Layer, SourceWalk

BEHIND = 2
"""Frames kept behind the one shown, so that a step back is instant."""
WINDOW = 8
"""Frames kept while going backwards. Hardware decoders have few to lend."""
NEAR_US = 1_500_000
"""So far ahead it is quicker to decode on than to look for a key frame, and so far back it is a walk and not a jump."""
IDLE_READERS = 4
"""Kept warm beside those whose layers are seen."""

Source = tuple[str, SourceWalk]


class ScrubReader:
    """Holds at most ``WINDOW`` + 1 frames; closes them all."""

    def __init__(self, media: MediaPort, layer: Layer) -> None:
        assert layer.path is not None
        assert layer.video is not None
        self._media, self._layer, self._path, self._video = media, layer, layer.path, layer.video
        self._held: deque[Frame] = deque()
        """Frames that follow each other; behind the one that shows comes one more, or the source has ended."""
        self._frames: AsyncGenerator[Frame, None] | None = None
        self._from_us = 0
        self._ended = False
        self._kept = BEHIND
        self._busy = asyncio.Lock()

    @property
    def n_held(self) -> int:
        return len(self._held)

    async def at(self, output_us: int) -> Frame | None:
        """The frame that shows at ``output_us``, the reader's to close; None where the source has not begun yet."""
        async with self._busy:
            return await self._at(output_us)

    async def aclose(self) -> None:
        async with self._busy:
            await self._let_go()

    async def _at(self, output_us: int) -> Frame | None:
        if self._video.stands or self._layer.walk.freeze_us is not None:
            if not self._held and not self._ended:
                await self._take_still(output_us)
            return self._held[0] if self._held else None
        limit_us = latest_pts_us(self._layer, output_us)
        if not self._reaches(limit_us):
            await self._begin(limit_us)
        while not self._ended and (not self._held or self._held[-1].pts_us <= limit_us):
            await self._fetch()
        shown = [frame for frame in self._held if frame.pts_us <= limit_us]
        if shown:
            return shown[-1]
        first = self._held[0] if self._held else None
        return first if first is not None and first.pts_us - limit_us <= self._video.grace_us else None

    async def _let_go(self) -> None:
        while self._held:
            self._held.pop().close()
        frames, self._frames = self._frames, None
        if frames is not None:
            await frames.aclose()

    def _reaches(self, limit_us: int) -> bool:
        if self._frames is None or limit_us < self._from_us:
            return False
        if self._held and limit_us < self._held[0].pts_us and self._held[0].pts_us > self._video.first_pts_us:
            return False  # what showed there was let go
        return self._ended or not self._held or limit_us <= self._held[-1].pts_us + NEAR_US

    async def _begin(self, limit_us: int) -> None:
        walks_back = bool(self._held) and self._held[0].pts_us - NEAR_US < limit_us < self._held[-1].pts_us
        await self._let_go()
        self._kept = WINDOW - 1 if walks_back else BEHIND
        back_us = self._kept * self._video.frame_us if walks_back else 0
        self._from_us, self._ended = limit_us - back_us, False
        walk = self._layer.walk
        end_us = max(latest_pts_us(self._layer, limit_us), walk.end_us, limit_us + 1)
        if self._from_us < self._video.first_pts_us:
            end_us += self._video.grace_us
        self._frames = self._media.frames(self._path, self._from_us, end_us)

    async def _fetch(self) -> None:
        assert self._frames is not None
        try:
            frame = await anext(self._frames, None)
        except BaseException:
            self._frames = None  # it is over, and not because the source is
            raise
        if frame is None:
            self._ended = True
            return
        self._held.append(frame)
        while len(self._held) > self._kept + 2:
            self._held.popleft().close()

    async def _take_still(self, output_us: int) -> None:
        still = await self._media.still(self._path, max(0, latest_pts_us(self._layer, output_us)))
        if still is None:
            self._ended = True
        else:
            self._held.append(still)


class ReaderPool:
    """A reader for each way through a source, those that were used last."""

    def __init__(self, media: MediaPort) -> None:
        self._media = media
        self._readers: OrderedDict[Source, ScrubReader] = OrderedDict()

    @property
    def n_readers(self) -> int:
        return len(self._readers)

    @property
    def n_frames(self) -> int:
        return sum(reader.n_held for reader in self._readers.values())

    def knows(self, layer: Layer) -> bool:
        return (layer.path, layer.walk) in self._readers

    def take(self, layer: Layer) -> ScrubReader:
        """The reader of ``layer``, the pool's to close."""
        assert layer.path is not None
        key = (layer.path, layer.walk)
        reader = self._readers.get(key)
        if reader is None:
            reader = self._readers[key] = ScrubReader(self._media, layer)
        self._readers.move_to_end(key)
        return reader

    async def trim(self, n_seen: int) -> None:
        """Closes all but the last ``n_seen`` that were taken, and a few more."""
        while len(self._readers) > n_seen + IDLE_READERS:
            _, oldest = self._readers.popitem(last=False)
            await oldest.aclose()

    async def forget(self, path: str) -> None:
        """Closes every reader of a source."""
        for key in [key for key in self._readers if key[0] == path]:
            await self._readers.pop(key).aclose()

    async def aclose(self) -> None:
        while self._readers:
            _, reader = self._readers.popitem()
            await reader.aclose()
