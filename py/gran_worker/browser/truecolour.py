"""Video frames in the colours that they have to be drawn with.

HDR comes first: Chromium brings it down to SDR as it draws, but where it draws translucent or through a filter, only what is left of
it then. A title would change the colours of the film below it; so frames of HDR become pictures in SDR before they are drawn.

Chromium converts BT.709 of limited range to RGB in software with a coefficient that does not fit its 8 bits: strong blues lose 7 of
255 levels, which is a visible step beside frames that go straight to the encoder. The same picture in full range converts
right, so that is what is drawn, where a trial shows that it is needed. Firefox does the same in its decoders, which give RGB: there the
blue is worked out from all three.
"""

from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import to_js

from gran_worker.browser.ffi import to_js_object
from gran_worker.colour import FRACTION_BITS, HDR_TRANSFERS, blue_repair

PAGE_BYTES = 65_536
PLANES_AT = 1024
ROOM_BYTES = 16
BLUE_YCBCR = (79, 188, 110)
"""RGB 40, 70, 200 in BT.709 of limited range."""
BLUE = 200
NOTICEABLE = 3
SIDE_PX = 16
TABLE_AT = 64
CB_USED = 2.0
"""The coefficient of Cb that fits into 8 bits, in place of 2.11."""
BLUE_AT = {"BGRX": 0, "RGBX": 2}
"""The place of blue in a px of what decoders give that give RGB."""


def blue_on_canvas(frame: Any) -> int:
    """How much blue a 2D canvas finds in ``frame``, which is of one colour."""
    canvas = js.OffscreenCanvas.new(SIDE_PX, SIDE_PX)
    context = canvas.getContext("2d", to_js_object({"willReadFrequently": True}))
    context.drawImage(frame, 0, 0)
    return int(context.getImageData(8, 8, 1, 1).data[2])


class TrueColour:
    """Prepares frames for drawing. ``kernel`` is the exports of kernel/planar.ts, an instance of its own; ``blue_of`` draws a frame in
    the way that all will be drawn, and looks at it.
    """

    def __init__(self, kernel: Any, blue_of: Callable[[Any], int] = blue_on_canvas) -> None:
        self._kernel, self._blue_of = kernel, blue_of
        self._is_needed: bool | None = None
        self._sdr: Any = None

    async def prepare(self, frame: Any) -> None:
        """Makes ``frame.drawn`` of a frame that would be drawn wrong. It belongs to the frame, which closes it."""
        sample = getattr(frame, "sample", None)
        if sample is None or frame.drawn is not None or frame.is_copied:
            return
        space = sample.colorSpace
        if space.transfer in HDR_TRANSFERS:
            frame.drawn = self._as_sdr(frame)
            return
        if sample.format != "I420" and sample.format not in BLUE_AT:
            return
        if space.matrix != "bt709" or space.fullRange or not self._needed():
            return
        width, height = int(sample.visibleRect.width), int(sample.visibleRect.height)
        shown = {"displayWidth": sample.squarePixelWidth, "displayHeight": sample.squarePixelHeight}
        if sample.format in BLUE_AT:
            frame.drawn = await self._with_right_blue(sample, width, height, shown)
            return
        luma, chroma = width * height, 2 * (-(-width // 2) * -(-height // 2))
        size = luma + chroma
        result_at = PLANES_AT + size + ROOM_BYTES
        memory = self._memory(result_at + size + ROOM_BYTES)
        await sample.copyTo(js.Uint8Array.new(memory, PLANES_AT, size))
        self._kernel.expandRange(PLANES_AT, result_at, luma, chroma)
        frame.drawn = _frame(js.Uint8Array.new(memory, result_at, size), width, height, space, full_range=True, **shown)

    async def _with_right_blue(self, sample: Any, width: int, height: int, shown: dict[str, int]) -> Any:
        """A VideoFrame of the same px in RGB."""
        size = width * height * 4
        memory = self._memory(PLANES_AT + size)
        pixels = js.Uint8Array.new(memory, PLANES_AT, size)
        await sample.copyTo(pixels)
        weights = [round(weight * (1 << FRACTION_BITS)) for weight in blue_repair(CB_USED)]
        js.Int32Array.new(memory, TABLE_AT, 3).set(to_js(weights))
        self._kernel.mendBlue(PLANES_AT, width * height, BLUE_AT[sample.format], TABLE_AT)
        init = {"format": sample.format, "codedWidth": width, "codedHeight": height, "timestamp": 0, **shown}
        return js.VideoFrame.new(pixels, to_js_object(init))

    def _memory(self, size: int) -> Any:
        """The kernel's, ``size`` bytes of it at least."""
        missing = size - self._kernel.memory.buffer.byteLength
        if missing > 0:
            self._kernel.memory.grow(-(-missing // PAGE_BYTES))
        return self._kernel.memory.buffer

    def _as_sdr(self, frame: Any) -> Any:
        """An ImageBitmap."""
        if self._sdr is None or (self._sdr.canvas.width, self._sdr.canvas.height) != frame.size:
            self._sdr = js.OffscreenCanvas.new(*frame.size).getContext("2d")
        self._sdr.drawImage(frame.image, 0, 0, *frame.size)
        return self._sdr.canvas.transferToImageBitmap()

    def _needed(self) -> bool:
        """Whether a blue comes out as something else."""
        if self._is_needed is None:
            planes = js.Uint8Array.new(SIDE_PX * SIDE_PX * 3 // 2)
            for level, start, end in zip(BLUE_YCBCR, (0, 256, 320), (256, 320, 384), strict=True):
                planes.fill(level, start, end)
            space = js.Object.new()
            space.primaries, space.transfer = "bt709", "bt709"
            frame = _frame(planes, SIDE_PX, SIDE_PX, space, full_range=False)
            try:
                self._is_needed = abs(self._blue_of(frame) - BLUE) > NOTICEABLE
            finally:
                frame.close()
        return self._is_needed


def _frame(planes: Any, width: int, height: int, space: Any, *, full_range: bool, **shown: int) -> Any:
    colour = {"primaries": space.primaries, "transfer": space.transfer, "matrix": "bt709", "fullRange": full_range}
    init = {"format": "I420", "codedWidth": width, "codedHeight": height, "timestamp": 0, "colorSpace": colour, **shown}
    return js.VideoFrame.new(planes, to_js_object(init))
