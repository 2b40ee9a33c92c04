"""Pictures that move: GIF, WebP, APNG and AVIF sequences, each frame for as long as the file says, again and again if it says so."""

from bisect import bisect_right
from collections.abc import AsyncGenerator
from itertools import accumulate
from typing import Any

import js
from pyodide.ffi import JsException

from gran_worker.browser.ffi import owned
from gran_worker.geometry import Size
from gran_worker.ports import Frame

ANIMATED = ("image/gif", "image/webp", "image/png", "image/avif")
SHORTEST_US = 20_000
USUAL_US = 100_000
"""Browsers show a frame of 10 ms or less for this long: such files were made for that."""
MAX_FRAMES = 10_000


class PictureFrame:
    """One frame of an animation."""

    __slots__ = ("content", "image", "image_size", "pts_us", "size")
    stands = False
    planar_colour = None

    def __init__(self, image: Any, pts_us: int) -> None:
        self.image = self.content = image
        self.pts_us = pts_us
        self.size = self.image_size = Size(image.displayWidth, image.displayHeight)

    def close(self) -> None:
        self.image.close()


class Animation:
    """``ends_us`` are when its frames end; it runs ``rounds`` times, None for ever, and then stands."""

    def __init__(self, decoder: Any, size: Size, ends_us: list[int], rounds: int | None) -> None:
        self._decoder, self.size, self._ends_us, self._rounds = decoder, size, ends_us, rounds
        self.shortest_us = min(b - a for a, b in zip([0, *ends_us], ends_us, strict=False))

    @classmethod
    async def open(cls, blob: Any, mime: str) -> "Animation | None":
        """None for a picture that stands still, or where the browser cannot take animations apart."""
        if getattr(js, "ImageDecoder", None) is None:
            return None
        decoder = js.ImageDecoder.new(data=await blob.arrayBuffer(), type=mime)
        kept = False
        try:
            await decoder.completed
            await decoder.tracks.ready
            track = decoder.tracks.selectedTrack
            if not track or not track.animated or track.frameCount < 2:
                return None
            lengths_us: list[int] = []
            size = Size(0, 0)
            for index in range(min(int(track.frameCount), MAX_FRAMES)):
                image = (await owned(decoder.decode(frameIndex=index))).image
                size = Size(image.displayWidth, image.displayHeight)
                lengths_us.append(_length_us(image.duration))
                image.close()
        except JsException:
            return None  # not a kind that this browser takes apart: it may still show it
        else:
            repeats = float(track.repetitionCount)
            kept = True
            return cls(decoder, size, list(accumulate(lengths_us)), None if repeats == float("inf") else int(repeats) + 1)
        finally:
            if not kept:
                decoder.close()

    async def at(self, source_us: int) -> Frame:
        turn, index = self._place(source_us)
        return await self._frame(turn, index)

    async def frames(self, start_us: int, end_us: int) -> AsyncGenerator[Frame, None]:
        turn, index = self._place(start_us)
        while True:
            if self._pts_us(turn, index) >= end_us and self._pts_us(turn, index) > start_us:
                return
            yield await self._frame(turn, index)
            index += 1
            if index == len(self._ends_us):
                turn, index = turn + 1, 0
                if self._rounds is not None and turn >= self._rounds:
                    return

    def close(self) -> None:
        self._decoder.close()

    def _place(self, source_us: int) -> tuple[int, int]:
        """Which round, and which frame of it."""
        turn, rest_us = divmod(max(0, source_us), self._ends_us[-1])
        if self._rounds is not None and turn >= self._rounds:
            return self._rounds - 1, len(self._ends_us) - 1
        return turn, bisect_right(self._ends_us, rest_us)

    def _pts_us(self, turn: int, index: int) -> int:
        return turn * self._ends_us[-1] + (self._ends_us[index - 1] if index else 0)

    async def _frame(self, turn: int, index: int) -> PictureFrame:
        decoded = await owned(self._decoder.decode(frameIndex=index))
        return PictureFrame(decoded.image, self._pts_us(turn, index))


def _length_us(duration: Any) -> int:
    length_us = int(duration or 0)
    return length_us if length_us >= SHORTEST_US else USUAL_US
