"""WebCodecs' VideoEncoder, driven from here: the queue, key frames, flushes, packets in order."""

from collections.abc import Callable
from typing import Any

from gran_js import VideoFeed
from pyodide.ffi import JsException

from gran_worker.browser.ffi import to_js_object
from gran_worker.browser.rungs import config
from gran_worker.codecs import Rung, family, quantizer
from gran_worker.errors import EncoderError
from gran_worker.sections import begins_group
from gran_worker.settings import Settings
from gran_worker.timing import FrameRate, clock_text

MAX_QUEUE = 8
QUEUE_PX = 4 * 1920 * 1080
"""Of the frames that wait. Half of them go before the next are given: each wait costs a turn of the event loop."""
KEY_FRAMES_PER_FLUSH = 8
"""A flush now and then returns what the encoder holds; every key frame would cost speed."""


class VideoTrackEncoder:
    """Frames in, packets out, with few frames waiting."""

    def __init__(self, rung: Rung, settings: Settings, note_depth: Callable[[int], None]) -> None:
        self._rate: FrameRate = settings.fps
        self._key_us = settings.key_frame_interval_ms * 1000
        self._max_queue = max(2, min(MAX_QUEUE, QUEUE_PX // (settings.width * settings.height)))
        self._note_depth = note_depth
        self._keys = 0
        self._options = {False: to_js_object({"keyFrame": False}), True: to_js_object({"keyFrame": True})}
        if settings.quality is not None:
            level = quantizer(rung.codec, settings.quality)
            for key in (False, True):
                self._options[key] = to_js_object({"keyFrame": key, family(rung.codec): {"quantizer": level}})
        self._config = to_js_object(config(rung, settings))
        self._resting = False
        self._waiting = 0
        self._feed = VideoFeed.new()
        self._feed.open(self._config)

    async def encode(self, frame: Any, index: int) -> None:
        """``frame`` is stamped with the start of output frame ``index`` and stays the caller's to close."""
        start_us = self._rate.start_us(index)
        if self._resting:
            self._resting = False
            self._feed.open(self._config)
        key = begins_group(self._rate, self._key_us, index)
        if key:
            self._keys += 1
            if self._keys % KEY_FRAMES_PER_FLUSH == 0:
                await self.flush()
        if self._waiting >= self._max_queue and self._feed.waiting > self._max_queue // 2:
            await self._feed.room(self._max_queue // 2)
        self.raise_failure(start_us)
        try:
            self._waiting = self._feed.encode(frame, self._options[key])
        except JsException as error:
            raise self._error(str(getattr(error, "message", error)), start_us) from error
        self._note_depth(self._waiting)

    def packets(self) -> list[tuple[Any, Any]]:
        """Chunks and their metadata that came since the last call."""
        if not self._feed.packets:
            return []
        taken = self._feed.take()
        return list(zip(taken.chunks, taken.metas, strict=True))

    def take(self, at_least: int = 1) -> Any:
        """The same for ``putChunks``, if there are that many; else None."""
        return self._feed.take() if self._feed.packets >= at_least else None

    async def flush(self) -> None:
        """Until every frame has become a packet."""
        if self._resting:
            return
        try:
            await self._feed.flush()
        except JsException as error:
            raise self._error(self._feed.failure or str(getattr(error, "message", error))) from error
        self.raise_failure()

    @property
    def is_open(self) -> bool:
        return bool(self._feed.isOpen)

    async def rest(self) -> None:
        """Until it is needed again. Browsers take away codecs that wait for long; the first frame after it is a key frame."""
        if not self._resting:
            await self.flush()
            self._resting = True
            self._feed.close()

    def close(self) -> None:
        self._feed.close()

    def raise_failure(self, time_us: int | None = None) -> None:
        if (failure := self._feed.failure) is not None:
            raise self._error(failure, time_us)

    def _error(self, why: str, time_us: int | None = None) -> EncoderError:
        when = "" if time_us is None else f" at {clock_text(time_us)}"
        return EncoderError(
            f"The video encoder stopped{when} ({why}). Export again, or choose another codec or a smaller size.",
            code="E_ENCODER_LOST",
            time_us=time_us,
        )
