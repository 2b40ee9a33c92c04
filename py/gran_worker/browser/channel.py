"""postMessage in and out: the worker's global scope as a source of messages and as an outbox."""

from collections.abc import Callable
from typing import Any

from gran_js import toJsonText
from pyodide.ffi import create_proxy

from gran_worker.browser.ffi import to_js_object


class Channel:
    """The worker's end of the wire."""

    def __init__(self, scope: Any) -> None:
        self._scope = scope

    def send(self, fields: dict[str, object]) -> None:
        """Posted, never awaited: a busy page must not slow the export down."""
        self._scope.postMessage(to_js_object(fields))

    def listen(self, receive: Callable[[str, Any], None], early: Any) -> None:
        """Hands over ``early`` messages in order, then every later one, as JSON text with the message itself."""

        def take(data: Any) -> None:
            receive(str(toJsonText(data)), data)

        for data in early:
            take(data)
        # Lives as long as the worker does.
        self._scope.addEventListener("message", create_proxy(lambda event: take(event.data)))
