"""Drawings as px: the page draws them, for a worker cannot. What the page lends is a port that answers one by one."""

import asyncio
from typing import Any

from pyodide.ffi import create_proxy

from gran_worker.browser.ffi import or_none, to_js_object
from gran_worker.errors import SourceError
from gran_worker.geometry import Size


class Rasteriser:
    """The worker's end of the port (web/svg-rasteriser.js). Lives as long as the worker does."""

    def __init__(self, port: Any) -> None:
        self._port = port
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._last_id = 0
        port.addEventListener("message", create_proxy(self._answered))
        port.start()

    async def rasterise(self, file: Any, own: Size, size: Size, name: str) -> Any:
        """An ImageBitmap of ``file``, whose own size is ``own``, at ``size``; the caller's to close. Raises SourceError."""
        self._last_id += 1
        request_id = self._last_id
        answer = self._waiting[request_id] = asyncio.get_running_loop().create_future()
        question = {"requestId": request_id, "width": size.width, "height": size.height, "ownWidth": own.width, "ownHeight": own.height}
        message = to_js_object(question)
        message.file = file
        self._port.postMessage(message)
        try:
            data = await answer
        finally:
            del self._waiting[request_id]
        image = _image(data)
        if image is None:
            raise SourceError(f"{name} cannot be drawn: {data.problem}. Save it as PNG, as large as it is needed.", code="E_DECODE")
        return image

    def _answered(self, event: Any) -> None:
        answer = self._waiting.get(int(event.data.requestId))
        if answer is not None and not answer.done():
            answer.set_result(event.data)
        elif (image := _image(event.data)) is not None:
            image.close()  # whoever asked has gone


def _image(answer: Any) -> Any:
    """None where there is a ``problem`` instead: a member that is absent is an error in Python."""
    return or_none(getattr(answer, "image", None))
