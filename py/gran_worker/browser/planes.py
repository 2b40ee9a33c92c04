"""The px of a canvas as a VideoFrame in the file's own colour description."""

from typing import Any

import js
from pyodide.ffi import to_js

from gran_worker.browser.ffi import to_js_object
from gran_worker.colour import Colour, fixed_point_rows
from gran_worker.geometry import Size

PAGE_BYTES = 65_536
TABLE_AT, PIXELS_AT = 1024, 4096
"""Where the kernel's memory holds the coefficients and the px; the planes follow the px."""


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
        # May be filled where it is, which saves a copy.
        self.pixels = js.Uint8ClampedArray.new(exports.memory.buffer, PIXELS_AT, size.width * size.height * 4)
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

    def frame(self, pixels: Any, timestamp_us: int, duration_us: int) -> Any:
        """A VideoFrame of ``pixels``, the caller's to close."""
        if pixels is not self.pixels:
            self.pixels.set(pixels)
        self._exports.rgbaToI420(PIXELS_AT, self._planes_at, self._size.width, self._size.height, TABLE_AT)
        init = to_js_object({**self._init, "timestamp": timestamp_us, "duration": duration_us})
        return js.VideoFrame.new(self._planes, init)
