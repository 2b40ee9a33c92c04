"""The event loop: what is ready runs in one go, instead of in a task of the browser for each callback."""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Any

from gran_js import waker
from pyodide.ffi import create_proxy
from pyodide.webloop import PyodideFuture, WebLoop


class PromptLoop(WebLoop):  # type: ignore[misc]
    """Pyodide's loop, which posts a message to its own thread for every callback, and makes a callback of every future. Of a frame's way
    through an export, that was a sixth.

    JavaScript's ``waker`` sees to it that others get their turn. Making one makes it the running loop.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ready: list[asyncio.Handle] = []
        self._wake = waker(create_proxy(self._turn))
        self._install_asyncgen_hooks()

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context=context)
        if not self._ready:
            self._wake()
        self._ready.append(handle)
        return handle

    def create_future(self) -> "asyncio.Future[Any]":
        future: asyncio.Future[Any] = PyodideFuture(loop=self)
        return future

    def _turn(self) -> None:
        handles, self._ready = self._ready, []
        for handle in handles:
            if not handle.cancelled():
                handle._run()
