"""Transparency of a film: VP8 and VP9 carry it in WebM as a second picture in greys, packet for packet beside the colours."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import js
import numpy as np
from pyodide.ffi import to_js

from gran_worker.browser.encoder import VideoTrackEncoder
from gran_worker.browser.ffi import to_js_object
from gran_worker.geometry import Size

GREY = 128
OPAQUE = 255


class AlphaTrack:
    """Encodes what ``encoder`` gets as the transparency of each frame, and joins its packets to those of the colours."""

    def __init__(self, encoder: VideoTrackEncoder, size: Size) -> None:
        self._encoder, self._size = encoder, size
        n_px = size.width * size.height
        self._planes = np.full(n_px * 3 // 2, GREY, np.uint8)
        self._alpha = self._planes[:n_px]
        self._pixels = np.empty(n_px * 4, np.uint8)
        self._colours: deque[tuple[Any, Any]] = deque()
        self._alphas: deque[Any] = deque()

    async def add(self, pixels: Any, index: int, start_us: int, duration_us: int) -> None:
        """``pixels`` are RGBA; None for a frame that is opaque."""
        if pixels is None:
            self._alpha.fill(OPAQUE)
        else:
            pixels.assign_to(self._pixels)
            self._alpha[:] = self._pixels[3::4]
        init: dict[str, Any] = {
            "format": "I420",
            "codedWidth": self._size.width,
            "codedHeight": self._size.height,
            "timestamp": start_us,
            "duration": duration_us,
            "colorSpace": {"primaries": "bt709", "transfer": "bt709", "matrix": "bt709", "fullRange": False},
        }
        frame = js.VideoFrame.new(to_js(self._planes), to_js_object(init))
        try:
            await self._encoder.encode(frame, index)
        finally:
            frame.close()

    def join(self, colours: Iterable[tuple[Any, Any]]) -> Iterator[tuple[Any, Any, Any]]:
        """Chunk, metadata and side data of every frame that has both by now."""
        self._colours.extend(colours)
        self._alphas.extend(chunk for chunk, _ in self._encoder.packets())
        while self._colours and self._alphas:
            chunk, meta = self._colours.popleft()
            alpha = self._alphas.popleft()
            data = js.Uint8Array.new(alpha.byteLength)
            alpha.copyTo(data)
            yield chunk, meta, to_js_object({"alpha": data})

    async def flush(self) -> None:
        await self._encoder.flush()

    async def rest(self) -> None:
        await self._encoder.rest()

    @property
    def is_open(self) -> bool:
        return self._encoder.is_open

    def close(self) -> None:
        self._encoder.close()
