"""The peaks of one file, streamed while it is decoded. One file at a time: many would only share the same decoders."""

import asyncio
import traceback
from collections.abc import Callable
from contextlib import aclosing

import numpy as np

from gran_worker.errors import ExportError, InternalError
from gran_worker.peaks import Levels, PeakMeter
from gran_worker.ports import MediaPort
from gran_worker.preview.messages import Outgoing, PeaksPart

PART_S = 2
"""Of sound that a message is about."""
FILE = "file"
REST_S = 0.004
"""Between two parts: what a person looks at and listens to goes first."""

Open = Callable[[], MediaPort]


class Waveforms:
    """Serves requests in the order they come; each can be stopped."""

    def __init__(self, send: Callable[[Outgoing], None]) -> None:
        self._send = send
        self._turn = asyncio.Lock()
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def begin(self, request_id: int, open_media: Open, per_second: int) -> None:
        """``open_media`` gives a source of its own, under the path :data:`FILE`."""
        task = asyncio.ensure_future(self._serve(request_id, open_media, per_second))
        self._tasks[request_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(request_id, None))

    def stop(self, request_id: int) -> None:
        task = self._tasks.get(request_id)
        if task is not None:
            task.cancel()

    async def _serve(self, request_id: int, open_media: Open, per_second: int) -> None:
        def tell(first: int, low: Levels, high: Levels, *, ended: bool = False, problem: str | None = None) -> None:
            self._send(PeaksPart(request_id=request_id, first=first, min=low, max=high, ended=ended, problem=problem))

        nothing = np.zeros(0, np.float32)
        async with self._turn:
            try:
                media = open_media()
                try:
                    await _stream(media, per_second, tell)
                finally:
                    await media.close()
            except ExportError as error:
                tell(0, nothing, nothing, ended=True, problem=error.message)
            except Exception as bug:  # noqa: BLE001 - somebody waits for the end
                traceback.print_exception(bug)
                tell(0, nothing, nothing, ended=True, problem=InternalError.wrap(bug).message)


async def _stream(media: MediaPort, per_second: int, tell: "Callable[..., None]") -> None:
    probe = await media.probe(FILE)
    if probe.audio is None:
        nothing = np.zeros(0, np.float32)
        tell(0, nothing, nothing, ended=True, problem=probe.audio_problem)
        return
    meter = PeakMeter(probe.audio.rate_hz, per_second)
    async with aclosing(media.sounds(FILE, 0, probe.duration_us)) as sounds:
        async for sound in sounds:
            meter.push(sound)
            if meter.n_whole >= PART_S * per_second:
                tell(*meter.take(meter.n_whole))
                await asyncio.sleep(REST_S)
    tell(*meter.take_rest(), ended=True)
