"""Decoded frames as canvases, which is how a 2D canvas draws them.

Chromium keeps the px of every VideoFrame that ``drawImage`` meets, as if it could be met again: a thousand pictures or half a gigabyte
(docs/soak.md). Of a canvas it keeps nothing.
"""

from typing import Any

import js
from pyodide.ffi import JsException

from gran_worker.browser.ffi import to_js_object
from gran_worker.browser.sheet import Sheet
from gran_worker.geometry import Size

MAX_FREE = 4
"""Canvases that wait for the next frame of their size."""
TRANSPARENT = "I420A"
FORMATS = (TRANSPARENT, "I420", "I420P10", "I420P12", "I422", "I422P10", "I422P12", "I444", "I444P10", "I444P12", "NV12")
"""Which ``copyTo`` makes the same RGBA of as ``drawImage``."""
TRIAL_PX = 2
TRIAL_RGB = (200, 40, 120)


class _Copy:
    """A canvas and the RGBA that it is filled with."""

    __slots__ = ("pixels", "sheet", "size", "transparent")

    def __init__(self, size: Size, *, transparent: bool) -> None:
        self.size, self.transparent = size, transparent
        self.sheet = Sheet(size, transparent=transparent)
        self.pixels = js.ImageData.new(size.width, size.height)


class FrameCopies:
    """Canvases that frames are copied to, used again and again."""

    def __init__(self) -> None:
        self._free: list[_Copy] = []
        self._serves: bool | None = None
        self._closed = False

    async def prepare(self, frame: Any) -> None:
        """Makes ``frame`` be drawn from a canvas. It goes on as it is where the browser does not give its px as RGBA."""
        sample = getattr(frame, "sample", None)
        if sample is None or frame.is_copied or sample.format not in FORMATS:
            return
        source = sample if frame.drawn is None else frame.drawn
        if not hasattr(source, "copyTo"):
            return  # a bitmap in the place of HDR: only VideoFrames are kept
        if self._serves is None:
            self._serves = await _gives_rgba()
        if not self._serves:
            return
        copy = self._taken(Size(int(sample.visibleRect.width), int(sample.visibleRect.height)), sample.format == TRANSPARENT)
        try:
            # Cancelled here, the copy is left to the collector: it may still be written to.
            await source.copyTo(copy.pixels.data, to_js_object({"format": "RGBA"}))
        except JsException:
            self._give_back(copy)
            return
        copy.sheet.context.putImageData(copy.pixels, 0, 0)
        frame.draw_copy(copy.sheet.canvas, copy.size, lambda: self._give_back(copy))

    def close(self) -> None:
        """Gives the px back, of copies that are still drawn from once their frame is closed."""
        self._closed = True
        for copy in self._free:
            copy.sheet.close()
        self._free.clear()

    def _taken(self, size: Size, transparent: bool) -> _Copy:
        found = next((copy for copy in self._free if (copy.size, copy.transparent) == (size, transparent)), None)
        if found is None:
            return _Copy(size, transparent=transparent)
        self._free.remove(found)
        return found

    def _give_back(self, copy: _Copy) -> None:
        if self._closed:
            copy.sheet.close()
            return
        self._free.append(copy)
        if len(self._free) > MAX_FREE:
            self._free.pop(0).sheet.close()


async def _gives_rgba() -> bool:
    """Whether ``copyTo`` knows of RGBA: browsers that do not refuse, or copy the planes as they are."""
    canvas = js.OffscreenCanvas.new(TRIAL_PX, TRIAL_PX)
    context = canvas.getContext("2d")
    context.fillStyle = f"rgb{TRIAL_RGB}"
    context.fillRect(0, 0, TRIAL_PX, TRIAL_PX)
    frame = js.VideoFrame.new(canvas, timestamp=0)
    try:
        pixels = js.Uint8ClampedArray.new(TRIAL_PX * TRIAL_PX * 4)
        await frame.copyTo(pixels, to_js_object({"format": "RGBA"}))
        return tuple(pixels.to_bytes()[:3]) == TRIAL_RGB
    except JsException:
        return False
    finally:
        frame.close()
