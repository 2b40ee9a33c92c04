"""A canvas to draw on."""

import js

from gran_worker.browser.ffi import to_js_object
from gran_worker.errors import GraphicsError
from gran_worker.geometry import Size


class Sheet:
    """One canvas and its context. A transparent one is empty at first."""

    __slots__ = ("canvas", "context")

    def __init__(self, size: Size, *, transparent: bool) -> None:
        self.canvas = js.OffscreenCanvas.new(size.width, size.height)
        # Every frame is read back: a canvas in the GPU's memory would have to come from there each time.
        self.context = self.canvas.getContext("2d", to_js_object({"alpha": transparent, "willReadFrequently": True}))
        if not self.context:
            raise GraphicsError("This browser gave no canvas to draw on. Close other tabs and try again.")
        self.context.imageSmoothingQuality = "high"

    def wipe(self) -> None:
        context = self.context
        context.setTransform(1, 0, 0, 1, 0, 0)
        context.clearRect(0, 0, self.canvas.width, self.canvas.height)

    def close(self) -> None:
        """Gives the px back at once instead of at the next garbage collection."""
        self.canvas.width = self.canvas.height = 0
