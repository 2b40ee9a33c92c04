"""WebCodecs' VideoEncoder, driven from here: the configuration that works, the queue, key frames, flushes, packets in order."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import js
from gran_js import VideoFeed
from pyodide.ffi import JsException, create_proxy

from gran_worker.browser.ffi import bytes_of, or_none, to_js_object
from gran_worker.codecs import Rung, family, ladder, quantizer
from gran_worker.colour import Colour
from gran_worker.errors import EncoderError
from gran_worker.geometry import Size
from gran_worker.sections import begins_group
from gran_worker.settings import Settings
from gran_worker.timing import FrameRate, clock_text

MAX_QUEUE = 8
QUEUE_PX = 8 * 1920 * 1080
"""Of the frames that wait. Half of them go before the next are given: each wait costs a turn of the event loop."""
KEY_FRAMES_PER_FLUSH = 8
"""A flush now and then returns what the encoder holds; every key frame would cost speed."""
TRIAL_S = 5.0


def config(rung: Rung, settings: Settings) -> dict[str, Any]:
    """A VideoEncoderConfig."""
    made: dict[str, Any] = {
        "codec": rung.codec,
        "width": settings.width,
        "height": settings.height,
        "bitrate": settings.bitrate,
        "framerate": settings.fps.num / settings.fps.den,
        "hardwareAcceleration": rung.hardware,
        "latencyMode": "quality",
        "bitrateMode": settings.bitrate_mode,
    }
    if settings.quality is not None:
        made["bitrateMode"] = "quantizer"
    if family(rung.codec) == "avc":
        made["avc"] = {"format": "avc"}
    elif family(rung.codec) == "hevc":
        made["hevc"] = {"format": "hevc"}
    return made


async def supported(made: Mapping[str, Any]) -> bool:
    """What the browser says; only a trial frame shows that it is true."""
    if getattr(js, "VideoEncoder", None) is None:
        return False
    try:
        return bool((await js.VideoEncoder.isConfigSupported(to_js_object(made))).supported)
    except JsException:
        return False  # a config that the browser does not even understand


async def is_software(rung: Rung, settings: Settings) -> bool:
    """Whether an encoder of ``rung`` keeps the processor busy: where there is one in hardware, it may be that one."""
    return rung.hardware == "prefer-software" or not await supported(config(replace(rung, hardware="prefer-hardware"), settings))


async def prove(settings: Settings, colour: Colour) -> tuple[Rung, bytes]:
    """The first rung of the ladder that encodes a frame of the real size, and the decoder configuration that came with it.

    Raises EncoderError if none does.
    """
    codec = str(settings.codec)
    size = Size(settings.width, settings.height)
    for rung in ladder(codec, size, settings.fps, settings.bitrate, settings.hardware_acceleration):
        made = config(rung, settings)
        if await supported(made) and (record := await _encoded(made, size, colour)) is not None:
            return rung, record
    what = f"{family(codec).upper()} at {size.width}×{size.height}"
    raise EncoderError(f"This browser cannot make {what}. Choose a smaller size or another codec.")


async def _encoded(made: Mapping[str, Any], size: Size, colour: Colour) -> bytes | None:
    """The decoder configuration of a blank frame that was encoded, empty where the codec needs none; None where it was not."""
    configs: list[Any] = []
    failures: list[Any] = []
    output, error = create_proxy(lambda _chunk, meta: configs.append(or_none(meta.decoderConfig))), create_proxy(failures.append)
    encoder = None
    try:
        encoder = js.VideoEncoder.new(output=output, error=error)
        encoder.configure(to_js_object(made))
        blank = js.Uint8Array.new(size.width * size.height * 3 // 2)
        frame = js.VideoFrame.new(
            blank,
            to_js_object(
                {
                    "format": "I420",
                    "codedWidth": size.width,
                    "codedHeight": size.height,
                    "timestamp": 0,
                    "colorSpace": {
                        "primaries": colour.primaries,
                        "transfer": colour.transfer,
                        "matrix": colour.matrix,
                        "fullRange": colour.full_range,
                    },
                }
            ),
        )
        try:
            encoder.encode(frame, keyFrame=True)
        finally:
            frame.close()
        await asyncio.wait_for(encoder.flush(), TRIAL_S)
    except (JsException, TimeoutError):
        return None
    finally:
        if encoder is not None and encoder.state != "closed":
            encoder.close()
        output.destroy()
        error.destroy()
    if not configs or failures:
        return None
    description = or_none(getattr(configs[0], "description", None))
    return b"" if description is None else bytes_of(description)


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
