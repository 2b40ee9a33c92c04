"""The worker's half of the speaker: sound for web/speaker-worklet.js, and its reports."""

from collections.abc import Callable
from typing import Any

import js
import numpy as np
from pyodide.ffi import create_proxy, to_js

from gran_worker.browser.ffi import to_js_object
from gran_worker.ports import Block, Clock
from gran_worker.preview.ports import Heard


class PortSpeaker:
    """``port`` leads to the worklet."""

    def __init__(self, port: Any, clock: Clock) -> None:
        self._port, self._clock = port, clock
        self._run = 0
        self._report: Callable[[Heard], None] | None = None
        # Lives as long as the worker does, as the port.
        port.onmessage = create_proxy(lambda event: self._take(event.data))

    def begin(self, report: Callable[[Heard], None]) -> None:
        self._run += 1
        self._report = report
        self._post(type="begin", run=self._run)

    def feed(self, block: Block) -> None:
        samples = to_js(np.ascontiguousarray(block, np.float32).ravel())
        message = to_js_object({"type": "feed", "samples": samples})
        self._port.postMessage(message, to_js([samples.buffer]))

    def go(self) -> None:
        self._post(type="go")

    def stop(self) -> None:
        self._report = None
        self._post(type="stop")

    def _post(self, **fields: Any) -> None:
        self._port.postMessage(to_js_object(fields))

    def _take(self, report: Any) -> None:
        if self._report is None or int(report.run) != self._run:
            return
        # Both sides read the same clock on the wall; it is the age of the report that counts.
        age_ms = js.Date.now() - report.stampMs
        at_s = self._clock() + (report.latencyMs - age_ms) / 1000
        self._report(Heard(int(report.played), at_s, int(report.starved)))
