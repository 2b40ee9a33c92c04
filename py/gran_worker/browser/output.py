"""OutputPort: encoders and mediabunny's muxer, writing into the funnel before the destination."""

import asyncio
from collections.abc import Sequence
from typing import Any

import mediabunny
from pyodide.ffi import JsException, to_js

from gran_worker.agreement import Agreement
from gran_worker.browser.ending import Ending
from gran_worker.browser.executor import Executor
from gran_worker.browser.ffi import to_js_object
from gran_worker.browser.lane import Lane
from gran_worker.browser.picturetrack import PictureTrack
from gran_worker.browser.sink import Destination, Funnel
from gran_worker.browser.soundencoder import Encoding
from gran_worker.browser.soundtrack import CopiedSound, EncodedSound, SoundTrack, Written
from gran_worker.browser.verify import check_file
from gran_worker.browser.viewer import Viewer
from gran_worker.codecs import Rung, family
from gran_worker.compose import Op
from gran_worker.errors import EncoderError
from gran_worker.plan import RenderPlan
from gran_worker.ports import Block
from gran_worker.settings import Settings
from gran_worker.telemetry import Meter

CHUNK_BYTES = 16 * 1024 * 1024
MUXED_A_SECOND = 4
ISO_BRANDS = {"mp4": "Mp4OutputFormat", "m4a": "Mp4OutputFormat", "mov": "MovOutputFormat"}
OTHER_FORMATS = {
    "webm": "WebMOutputFormat",
    "mkv": "MkvOutputFormat",
    "ogg": "OggOutputFormat",
    "wav": "WavOutputFormat",
    "mp3": "Mp3OutputFormat",
    "flac": "FlacOutputFormat",
}


def output_format(settings: Settings, listeners: dict[str, Any]) -> Any:
    """mediabunny's format of the container, with callbacks for what it writes."""
    container = settings.container
    if container in ISO_BRANDS:
        # "reserve" and in-memory starts need what we do not have: the number of packets ahead, or the film in memory.
        return getattr(mediabunny, ISO_BRANDS[container]).new(fastStart="in-memory" if settings.fast_start else False, **listeners)
    return getattr(mediabunny, OTHER_FORMATS[container]).new(**listeners)


class BrowserOutput:
    """One file being made."""

    def __init__(
        self,
        plan: RenderPlan,
        settings: Settings,
        rung: Rung | None,
        n_encoders: int,
        agreement: Agreement,
        encoding: Encoding | None,
        executor: Executor | None,
        destination: Destination,
        meter: Meter,
        viewer: Viewer | None,
    ) -> None:
        self._plan, self._settings, self._meter = plan, settings, meter
        self._executor, self._destination = executor, destination
        self._funnel = Funnel(destination, self._wrote)
        target = mediabunny.StreamTarget.new(self._funnel.stream, chunked=True, chunkSize=CHUNK_BYTES)
        self._written = Written()
        listeners = self._written.listeners(settings.container) if settings.audio else {}
        self._output = mediabunny.Output.new(format=output_format(settings, listeners), target=target)
        self._ending = Ending(self._output)
        self.lanes: tuple[Lane, ...] = ()
        self._video: PictureTrack | None = None
        self._at_once = max(1, plan.rate.num // plan.rate.den // MUXED_A_SECOND)
        if rung is not None and executor is not None:
            drawing = asyncio.Lock()
            self.lanes = tuple(Lane(k, rung, settings, plan.size, executor, drawing, meter, viewer) for k in range(n_encoders))
            self._video = PictureTrack(family(rung.codec), plan, agreement)
            # With the rate the muxer's time base is exact; without it pts are off by up to 9 µs.
            self._output.addVideoTrack(self._video.source, frameRate=plan.rate.num / plan.rate.den, canBeTransparent=settings.alpha)
        self._sound: EncodedSound | None = None
        self._copied: CopiedSound | None = None
        self._sound_track: SoundTrack | None = None
        if settings.audio and plan.passage is not None:
            self._copied = CopiedSound(settings.audio, plan.passage, settings.container, plan.duration_us, meter.alive)
            self._sound_track = self._copied.track
        elif settings.audio and encoding is not None:
            self._sound = EncodedSound(settings.audio, encoding, settings.container, plan.n_samples, plan.duration_us, meter.alive)
            self._sound_track = self._sound.track
        if self._sound_track is not None:
            self._output.addAudioTrack(self._sound_track.source, **self._sound_track.options)
        self._captions: Any = None
        if plan.captions:
            self._captions = mediabunny.TextSubtitleSource.new("webvtt")
            self._output.addSubtitleTrack(self._captions)
        if settings.metadata:
            self._output.setMetadataTags(to_js_object(settings.metadata.tags()))

    async def start(self) -> None:
        with self._faults():
            await self._output.start()
            if self._sound is not None:
                await self._sound.start()
            if self._captions is not None:
                # All of them at once, and closed: else the muxer would hold the picture back to see whether another comes.
                await self._captions.add(self._plan.captions)
                self._captions.close()

    async def draw(self, ops: Sequence[Op], frames: Sequence[Any], index: int) -> None:
        await self.lanes[0].draw(ops, frames, index)

    async def add_frame(self, frame: Any, index: int) -> None:
        await self.lanes[0].add_frame(frame, index)
        await self._mux(self._at_once)

    async def add_canvas(self, index: int) -> None:
        await self.lanes[0].add_canvas(index)
        await self._mux(self._at_once)

    async def put(self, packet: Any) -> None:
        assert self._video is not None
        with self._faults():
            await self._video.put(*packet)

    def takes(self, path: str) -> bool:
        return self._video is not None and self._video.takes(path)

    async def copy_frame(self, packet: Any, index: int) -> None:
        assert self._video is not None
        await self.lanes[0].rest()
        await self._mux()
        with self._faults():
            await self._video.copy(packet, index)

    async def add_sound(self, block: Block, first: int) -> None:
        assert self._sound is not None
        with self._faults():
            await self._sound.add(block)

    async def copy_sound(self, packet: Any) -> None:
        assert self._copied is not None
        with self._faults():
            await self._copied.add(packet)

    async def finish(self) -> None:
        with self._faults():
            # Not the disk is waited for yet.
            with self._meter.stage("encode"):
                for lane in self.lanes:
                    await lane.flush()
                if len(self.lanes) == 1:
                    await self._mux()
                if self._video is not None:
                    await self._video.settle()
                if self._sound is not None:
                    await self._sound.finish()
                if self._copied is not None:
                    await self._copied.settle()
            await self._ending.finalize()
            if self._sound_track is not None:
                for patch in self._sound_track.patches(self._written):
                    await self._destination.write(patch.position, to_js(patch.data))
            await self._destination.settle()
            for lane in self.lanes:
                # One that broke after its last packet may have told of that packet what is not true.
                lane.raise_failure()

    async def commit(self) -> None:
        await self._destination.commit()

    async def verify(self) -> None:
        if not self._settings.verify:
            return
        blob = await self._destination.reopened()
        if blob is not None:
            await check_file(blob, self._plan, self._funnel.size)

    async def abandon(self) -> None:
        """Stops the muxer without letting it close the destination."""
        self._funnel.shut()
        # Both at once: each may take its whole time to say goodbye, and cancel must be quick.
        await asyncio.gather(self._ending.cancel(), *([] if self._sound is None else [self._sound.abandon()]))

    def close(self) -> None:
        for lane in self.lanes:
            lane.close()
        if self._executor is not None:
            self._executor.close()

    @property
    def open_encoders(self) -> int:
        return sum(lane.open_encoders for lane in self.lanes)

    def release(self) -> None:
        """Destroys the callbacks, as soon as nothing can call them any more."""
        self._ending.afterwards(self._funnel.release)
        self._ending.afterwards(self._written.release)

    async def _mux(self, at_least: int = 1) -> None:
        """What the encoder has made by now, where there is one alone."""
        assert self._video is not None
        (lane,) = self.lanes
        if lane.has_alpha or not self._video.takes_all:
            for packet in lane.packets():
                await self.put(packet)
        elif (made := lane.take(at_least)) is not None:
            with self._faults():
                await self._video.put_all(made)

    def _wrote(self, size: int) -> None:
        self._meter.bytes_written = size
        self._meter.alive()

    def _faults(self) -> "_Faults":
        return _Faults(self._funnel)


class _Faults:
    """Translates what mediabunny throws: a sink that failed is the reason, whatever the muxer says of it."""

    __slots__ = ("_funnel",)

    def __init__(self, funnel: Funnel) -> None:
        self._funnel = funnel

    def __enter__(self) -> None:
        if self._funnel.failure is not None:
            raise self._funnel.failure

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, JsException):
            return
        if self._funnel.failure is not None:
            raise self._funnel.failure from error
        why = str(getattr(error, "message", error))
        raise EncoderError(
            f"The file could not be put together ({why}). Choose another codec or container.", code="E_ENCODER_LOST"
        ) from error
