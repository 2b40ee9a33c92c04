"""Everything outside that one export needs: its sources, its encoders, its destination."""

from collections.abc import Callable
from typing import Any

import js

from gran_worker.browser import encoder
from gran_worker.browser.canvas2d import PlanarKernel
from gran_worker.browser.media import BrowserMedia
from gran_worker.browser.output import BrowserOutput
from gran_worker.browser.sink import Destination
from gran_worker.browser.soundtrack import Trials
from gran_worker.messages import Warning
from gran_worker.plan import RenderPlan
from gran_worker.settings import Settings
from gran_worker.telemetry import Meter


class Studio:
    def __init__(
        self, files: dict[str, Any], destination: Destination, trials: Trials, meter: Meter, warn: Callable[[Warning], None]
    ) -> None:
        self.media = BrowserMedia(files, meter.alive)
        self._destination, self._trials, self._meter, self._warn = destination, trials, meter, warn
        self._output: BrowserOutput | None = None

    async def open_output(self, plan: RenderPlan, settings: Settings) -> BrowserOutput:
        """Proves the encoders first: nothing is touched for an export that could not have begun."""
        rung = None
        kernel = None
        if settings.codec:
            rung = await encoder.prove(settings)
            self._meter.encoder = f"{rung.codec}, {rung.hardware}"
            self._meter.executor = "2d" if plan.needs_canvas else "none"
            if rung.differs:
                self._fallback(f"The video is encoded with {rung.differs}.")
            kernel = await PlanarKernel.open(plan.size, plan.colour, js.URL.new("./planar.wasm", js.location.href).href)
        encoding = None
        if settings.audio:
            encoding = await self._trials.prove(settings.audio)
            if encoding.note:
                self._fallback(encoding.note)
        self._meter.alive()
        await self._destination.open()
        self._output = BrowserOutput(plan, settings, rung, encoding, kernel, self._destination, self._meter)
        await self._output.start()
        return self._output

    async def abandon(self) -> None:
        if self._output is not None:
            await self._output.abandon()
        await self._destination.abort()

    def close(self) -> None:
        if self._output is not None:
            self._output.release()

    def _fallback(self, message: str) -> None:
        self._warn(Warning(code="encoder-fallback", message=message))
