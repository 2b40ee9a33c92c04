"""Executes drawing orders on an OffscreenCanvas with the 2D context, and reads the picture back as I420."""

from collections.abc import Sequence
from typing import Any

import js
from pyodide.ffi import to_js

from gran_worker.browser.ffi import to_js_object
from gran_worker.colour import Colour, fixed_point_rows
from gran_worker.compose import DrawOp
from gran_worker.errors import GraphicsError
from gran_worker.geometry import Size

PAGE_BYTES = 65_536
TABLE_AT, PIXELS_AT = 1024, 4096
"""Where the kernel's memory holds the coefficients and the px; the planes follow the px."""


class Canvas2D:
    """A canvas of the output's size."""

    def __init__(self, size: Size, background: str) -> None:
        self._size, self._background = size, background
        self._canvas = js.OffscreenCanvas.new(size.width, size.height)
        # Every frame is read back: a canvas in the GPU's memory would have to come from there each time.
        self._context = self._canvas.getContext("2d", to_js_object({"alpha": False, "willReadFrequently": True}))
        if not self._context:
            raise GraphicsError("This browser gave no canvas to draw on. Close other tabs and try again.")
        self._context.imageSmoothingQuality = "high"

    def draw(self, ops: Sequence[DrawOp], frames: Sequence[Any]) -> None:
        """Bottom first, over the background; an order that has no frame and is no fill is left out."""
        context = self._context
        context.setTransform(1, 0, 0, 1, 0, 0)
        context.globalAlpha = 1
        context.fillStyle = self._background
        context.fillRect(0, 0, *self._size)
        for op, frame in zip(ops, frames, strict=True):
            if frame is None and op.colour is None:
                continue
            affine, crop = op.affine, op.crop
            context.setTransform(affine.a, affine.b, affine.c, affine.d, affine.e, affine.f)
            context.globalAlpha = op.opacity
            if op.colour is not None:
                context.fillStyle = op.colour
                context.fillRect(crop.x, crop.y, crop.width, crop.height)
                continue
            # A source may change its size midway: the part is a share of the frame as it is now.
            size = frame.size
            across, down = size.width / op.width, size.height / op.height
            context.drawImage(
                frame.image, crop.x * across, crop.y * down, crop.width * across, crop.height * down,
                crop.x, crop.y, crop.width, crop.height,
            )  # fmt: skip

    def pixels(self) -> Any:
        """RGBA, 8 bit, row by row: a Uint8ClampedArray."""
        return self._context.getImageData(0, 0, *self._size).data

    def close(self) -> None:
        """Gives the px back at once instead of at the next garbage collection."""
        self._canvas.width = self._canvas.height = 0


class PlanarKernel:
    """RGBA -> I420 in the file's own matrix and range, by the WebAssembly kernel (kernel/planar.ts).

    An encoder would convert canvas frames by itself, but always to full range: beside frames that come straight from a decoder,
    which are mostly limited, that would be a visible seam.
    """

    def __init__(self, exports: Any, size: Size, colour: Colour) -> None:
        self._exports, self._size = exports, size
        self._planes_at = PIXELS_AT + size.width * size.height * 4
        self._planes_bytes = size.width * size.height * 3 // 2
        missing = self._planes_at + self._planes_bytes - exports.memory.buffer.byteLength
        if missing > 0:
            exports.memory.grow(-(-missing // PAGE_BYTES))
        js.Int32Array.new(exports.memory.buffer, TABLE_AT, 12).set(to_js(list(fixed_point_rows(colour))))
        self._pixels = js.Uint8ClampedArray.new(exports.memory.buffer, PIXELS_AT, size.width * size.height * 4)
        self._planes = js.Uint8Array.new(exports.memory.buffer, self._planes_at, self._planes_bytes)
        self._init: dict[str, Any] = {
            "format": "I420",
            "codedWidth": size.width,
            "codedHeight": size.height,
            "colorSpace": {
                "primaries": colour.primaries,
                "transfer": colour.transfer,
                "matrix": colour.matrix,
                "fullRange": colour.full_range,
            },
        }

    @classmethod
    async def open(cls, size: Size, colour: Colour, address: str) -> "PlanarKernel":
        """Loads the kernel from ``address``, which is on the app's own origin."""
        response = await js.fetch(address)
        made = await js.WebAssembly.instantiate(await response.arrayBuffer(), js.Object.new())
        return cls(made.instance.exports, size, colour)

    def frame(self, pixels: Any, timestamp_us: int, duration_us: int) -> Any:
        """A VideoFrame of ``pixels``, the caller's to close."""
        self._pixels.set(pixels)
        self._exports.rgbaToI420(PIXELS_AT, self._planes_at, self._size.width, self._size.height, TABLE_AT)
        init = to_js_object({**self._init, "timestamp": timestamp_us, "duration": duration_us})
        return js.VideoFrame.new(self._planes, init)
