"""What the page sees of a film while it is made: small pictures, each of which it asks for."""

from contextlib import suppress
from typing import Any

import js
from pyodide.ffi import JsException, create_proxy, to_js

from gran_worker.browser.ffi import to_js_object
from gran_worker.geometry import Size

LARGEST_PX = 1024


class Viewer:
    """The worker's end of the port (web/live-pictures.js). Lives as long as the worker does."""

    def __init__(self, port: Any) -> None:
        self._port = port
        self._canvas: Any = None
        self._wanted: Size | None = None
        port.addEventListener("message", create_proxy(self._asked))
        port.start()

    def show(self, frame: Any, output_us: int) -> None:
        """Answers with ``frame``, a VideoFrame of the caller's, if the page has asked since the last answer."""
        if self._wanted is None:
            return
        box, self._wanted = self._wanted, None
        # No memory for a picture, most likely: the film needs what there is more than the eye does.
        with suppress(JsException):
            picture = self._reduced(frame, box)
            self._port.postMessage(to_js_object({"picture": picture, "timeUs": output_us}), to_js([picture]))

    def forget(self) -> None:
        """A picture of the film that was asked for is none of the next one."""
        self._wanted = None

    def _asked(self, event: Any) -> None:
        width, height = (max(1, min(LARGEST_PX, int(side))) for side in (event.data.width, event.data.height))
        self._wanted = Size(width, height)

    def _reduced(self, frame: Any, box: Size) -> Any:
        """An ImageBitmap of ``frame``, no larger than ``box``."""
        width, height = int(frame.displayWidth), int(frame.displayHeight)
        scale = min(box.width / width, box.height / height, 1)
        size = Size(max(1, round(width * scale)), max(1, round(height * scale)))
        if self._canvas is None:
            self._canvas = js.OffscreenCanvas.new(1, 1)
        self._canvas.width, self._canvas.height = size.width, size.height
        self._canvas.getContext("2d").drawImage(frame, 0, 0, size.width, size.height)
        return self._canvas.transferToImageBitmap()
