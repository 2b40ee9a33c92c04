"""The end of one of mediabunny's outputs, good or bad, and what may happen only after it."""

import asyncio
from collections.abc import Callable
from typing import Any

from gran_worker.browser.ffi import leave, or_none

HUNG_S = 10.0


class Ending:
    """A finalization cannot be taken back: mediabunny goes on with it when nobody waits any more, and calls whom it was told to call."""

    def __init__(self, output: Any) -> None:
        self._output = output
        self._coming: asyncio.Future[Any] | None = None

    async def finalize(self) -> None:
        """Raises JsException."""
        self._coming = asyncio.ensure_future(self._output.finalize())
        await asyncio.wait({self._coming})  # a bare await would be cancelled with it, and then nobody knows when it is over
        self._coming.result()

    async def cancel(self, first: "asyncio.Future[Any] | None" = None) -> None:
        """Waits for the end, but not for long. It comes after ``first``, unless that hangs."""
        if self._coming is None:
            if or_none(self._output.state) == "canceled":
                return
            self._coming = asyncio.ensure_future(self._cancel(first))
        await leave(self._coming)

    async def _cancel(self, first: "asyncio.Future[Any] | None") -> None:
        if first is not None:
            await asyncio.wait({first}, timeout=HUNG_S)
        await self._output.cancel()

    def afterwards(self, act: Callable[[], None]) -> None:
        """``act`` at the end: now, if it is over or nothing ever began."""
        if self._coming is None or self._coming.done():
            act()
        else:
            self._coming.add_done_callback(lambda _ended: act())
