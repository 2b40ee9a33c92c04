"""MediaPort over mediabunny's Input and sample sinks, and over ImageBitmap for pictures that do not move."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import js
import mediabunny
import numpy as np
from gran_js import takeSounds
from pyodide.ffi import JsException, to_js

from gran_worker.browser.animation import ANIMATED, Animation
from gran_worker.browser.faults import undecodable, unknown_codec, unreadable
from gran_worker.browser.ffi import class_name, drain, first_of, js_errors, leave, or_none, owned
from gran_worker.browser.frames import SECOND_US, STRAIGHT_FORMATS, SampleFrame, StillFrame
from gran_worker.browser.rasteriser import Lent
from gran_worker.browser.sourcepackets import MEASURED, SourceSound, find_packaging, sound_packets
from gran_worker.colour import BT709, Colour
from gran_worker.drawings import SVG, Drawing, drawing_size, moves
from gran_worker.errors import SourceError, located
from gran_worker.geometry import Rotation, Size
from gran_worker.imageheader import HEADER_BYTES, MAX_PX, MAX_SIDE_PX, is_too_large, parse_image_header
from gran_worker.lateness import HEAD_BYTES, matroska_lateness, mp3_lateness
from gran_worker.ports import AudioInfo, Frame, Packaging, Probe, Sound, VideoInfo
from gran_worker.snapshot import file_name

DEFAULT_FRAME_US = 33_333
FRAMES_TO_MEASURE = 60
MILLISECONDS = 1000
SOUND_BATCH_S = 0.5
# Not ALL_FORMATS: an HLS playlist names other addresses, and no address is ever fetched.
CONTAINER_NAMES = ("MP4", "QTFF", "MATROSKA", "WEBM", "WAVE", "OGG", "FLAC", "MP3", "ADTS", "MPEG_TS")

Info = TypeVar("Info")


@dataclass(slots=True)
class _Opened:
    """A source that stays open for the length of the export."""

    name: str
    input: Any = None
    video: Any = None
    audio: Any = None
    bitmap: Any = None
    drawing: Any = None
    """The file of an SVG drawing, which has a bitmap once it is known how large it is needed."""
    drawing_size: Size = Size(0, 0)
    drawing_moves: bool = False
    animation: Animation | None = None
    first_pts_us: int = 0
    rate_hz: int = 1
    late: int = 0
    """Samples that the demuxer's times of the sound are late by."""
    planar_colour: Colour | None = None
    """Of its frames' planes, where px are square."""
    late_packets: int = 0
    """The same for packets: some decoders leave out what the packets still hold."""
    packaging: Packaging | None = None
    starts_empty: bool = False
    sound_slack: int = 2
    """Samples by which the container's rounding moves the times of blocks that follow each other without a gap."""

    def close(self) -> None:
        if self.input is not None:
            self.input.dispose()
        if self.bitmap is not None:
            self.bitmap.close()
        if self.animation is not None:
            self.animation.close()


class BrowserMedia:
    """The sources of one export, by path. ``alive`` is called whenever something was decoded."""

    def __init__(self, files: dict[str, Any], alive: Callable[[], None], lent: Lent) -> None:
        self._files, self._alive, self._lent = files, alive, lent
        self._opened: dict[str, _Opened] = {}

    def offer(self, path: str, file: Any) -> None:
        """From the next :meth:`probe` on, ``path`` is ``file``."""
        self._files[path] = file

    async def forget(self, path: str, *, gone: bool) -> None:
        """Closes one source. What is ``gone`` cannot be opened again."""
        if gone:
            self._files.pop(path, None)
        opened = self._opened.pop(path, None)
        if opened is not None:
            opened.close()

    async def probe(self, path: str) -> Probe:
        name = file_name(path.rpartition("\0")[2])
        if path not in self._files:
            raise SourceError(f"{name} is missing. Add it again.", code="E_MISSING")
        with js_errors(unreadable(name)):
            blob = self._files[path]
            if class_name(blob) == "FileSystemFileHandle":
                blob = await blob.getFile()
            name = getattr(blob, "name", None) or name
            if blob.size == 0:
                raise SourceError(f"{name} is empty (0 bytes).")
        opened = self._opened[path] = _Opened(name)
        with js_errors(unreadable(name)):
            opened.input = mediabunny.Input.new(
                source=mediabunny.BlobSource.new(blob),
                formats=to_js([getattr(mediabunny, container) for container in CONTAINER_NAMES]),
            )
            if not await opened.input.canRead():
                return await self._probe_image(opened, blob)
            opened.video = or_none(await opened.input.getPrimaryVideoTrack())
            opened.audio = or_none(await opened.input.getPrimaryAudioTrack())
            if opened.video is None and opened.audio is None:
                raise SourceError(f"{name} holds neither picture nor sound.")
            duration_us = round(await opened.input.computeDuration() * SECOND_US)
        video, video_problem = await _tried(_probe_video(opened)) if opened.video is not None else (None, None)
        audio, audio_problem = await _tried(_probe_audio(opened, blob)) if opened.audio is not None else (None, None)
        self._alive()
        return Probe(name, duration_us, video, audio, video_problem, audio_problem)

    async def rasterise(self, wanted: Mapping[str, Drawing]) -> list[Drawing]:
        """Draws the SVG sources at the sizes that are needed. Returns those that would move, and will not."""
        for path, drawing in wanted.items():
            opened = self._opened[path]
            assert self._lent.rasteriser is not None  # or the probe would have refused it
            if opened.bitmap is not None and (opened.bitmap.width, opened.bitmap.height) == drawing.size:
                continue
            with located(drawing.clip_id, drawing.name):
                bitmap = await self._lent.rasteriser.rasterise(opened.drawing, opened.drawing_size, drawing.size, opened.name)
            if opened.bitmap is not None:
                opened.bitmap.close()
            opened.bitmap = bitmap
            self._alive()
        return [drawing for path, drawing in wanted.items() if self._opened[path].drawing_moves]

    async def frames(self, path: str, start_us: int, end_us: int) -> AsyncGenerator[Frame, None]:
        opened = self._opened[path]
        if opened.animation is not None:
            with js_errors(undecodable(opened.name, "picture")):
                async with aclosing(opened.animation.frames(start_us, end_us)) as frames:
                    async for frame in frames:
                        self._alive()
                        yield frame
            return
        sink = mediabunny.VideoSampleSink.new(opened.video)
        with js_errors(undecodable(opened.name, "picture")):
            samples = drain(sink.samples(start_us / SECOND_US, end_us / SECOND_US))
            async with aclosing(samples):
                async for sample in samples:
                    self._alive()
                    yield SampleFrame(sample, opened.planar_colour)

    async def still(self, path: str, source_us: int) -> Frame | None:
        opened = self._opened[path]
        if opened.bitmap is not None:
            return StillFrame(opened.bitmap)
        if opened.animation is not None:
            with js_errors(undecodable(opened.name, "picture")):
                return await opened.animation.at(source_us)
        sink = mediabunny.VideoSampleSink.new(opened.video)
        with js_errors(undecodable(opened.name, "picture")):
            moment_us = max(source_us, opened.first_pts_us)
            sample = or_none(await owned(sink.getSample(moment_us / SECOND_US)))
        self._alive()
        return None if sample is None else SampleFrame(sample, opened.planar_colour)

    async def sounds(self, path: str, start_us: int, end_us: int) -> AsyncGenerator[Sound, None]:
        opened = self._opened[path]
        sink = mediabunny.AudioSampleSink.new(opened.audio)
        with js_errors(undecodable(opened.name, "sound")):
            # What is late begins, in the demuxer's time, after its own.
            late_s = opened.late / opened.rate_hz
            start_s, end_s = (max(0.0, edge_us / SECOND_US + late_s) for edge_us in (start_us, end_us))
            late = opened.late - await _swallowed(opened, start_s)
            samples = sink.samples(start_s, end_s)
            expected: int | None = None
            try:
                ended = False
                while not ended:
                    taken = await takeSounds(samples, SOUND_BATCH_S)
                    self._alive()
                    ended = taken.ended
                    for sound in _sounds(taken, late):
                        if expected is not None and abs(sound.first - expected) <= opened.sound_slack:
                            sound = replace(sound, first=expected)
                        expected = sound.first + sound.block.shape[1]
                        yield sound
            finally:
                await leave(samples.return_())

    async def sound_packets(self, path: str, first: int, end: int) -> AsyncGenerator[SourceSound, None]:
        opened = self._opened[path]
        assert opened.packaging is not None
        with js_errors(unreadable(opened.name)):
            packets = sound_packets(opened.audio, opened.packaging, opened.rate_hz, opened.late_packets, first, end)
            async with aclosing(packets):
                async for packet in packets:
                    self._alive()
                    yield packet

    async def close(self) -> None:
        for opened in self._opened.values():
            opened.close()
        self._opened.clear()

    async def _probe_image(self, opened: _Opened, blob: Any) -> Probe:
        header = parse_image_header(bytes((await blob.slice(0, HEADER_BYTES).arrayBuffer()).to_bytes()))
        if header is not None and header.mime == "image/svg+xml":
            return await self._probe_drawing(opened, blob)
        if header is not None and header.size is not None and is_too_large(header.size):
            across, down = header.size
            message = (
                f"{opened.name} has {across}×{down} px; at most {MAX_SIDE_PX} on a side and {MAX_PX // 1_000_000} million are possible."
            )
            raise SourceError(f"{message} Make it smaller.")
        try:
            if header is not None and header.mime in ANIMATED:
                opened.animation = await Animation.open(blob, header.mime)
            if opened.animation is None:
                opened.bitmap = await js.createImageBitmap(blob, imageOrientation="from-image")
        except JsException as error:
            message = f"{opened.name} is not a video, sound or image file that this browser can open."
            raise SourceError(f"{message} Convert it, or remove its clips.") from error
        self._alive()
        animation = opened.animation
        size = animation.size if animation is not None else Size(opened.bitmap.width, opened.bitmap.height)
        info = VideoInfo(
            kind="image",
            codec="image",
            raw=size,
            shown=size,
            rotation=0,
            first_pts_us=0,
            tick_us=0,
            frame_us=animation.shortest_us if animation is not None else DEFAULT_FRAME_US,
            opaque=header is not None and header.mime in ("image/jpeg", "image/bmp"),
            passes_straight=False,
            colour=None,
            animated=animation is not None,
        )
        return Probe(opened.name, 0, info, None)

    async def _probe_drawing(self, opened: _Opened, blob: Any) -> Probe:
        if self._lent.rasteriser is None:
            message = f"{opened.name} is an SVG drawing, which only a page can draw, and none lends a hand here."
            raise SourceError(f"{message} Save it as PNG, as large as it is needed.")
        head = bytes((await blob.slice(0, HEADER_BYTES).arrayBuffer()).to_bytes()).decode("utf-8", "replace")
        opened.drawing, opened.drawing_size, opened.drawing_moves = blob, drawing_size(head), moves(head)
        size = opened.drawing_size
        info = VideoInfo(
            kind="image",
            codec=SVG,
            raw=size,
            shown=size,
            rotation=0,
            first_pts_us=0,
            tick_us=0,
            frame_us=DEFAULT_FRAME_US,
            opaque=False,
            passes_straight=False,
            colour=None,
        )
        return Probe(opened.name, 0, info, None)


async def _tried(probing: Awaitable[Info]) -> tuple[Info | None, str | None]:
    """What was found, or why it cannot be decoded: only a clip that needs it fails for it."""
    try:
        return await probing, None
    except SourceError as error:
        return None, error.message


async def _probe_video(opened: _Opened) -> VideoInfo:
    """Decodes the first frame: only that shows the colour space and that the browser means what it says."""
    track, name = opened.video, opened.name
    with js_errors(undecodable(name, "picture")):
        codec = or_none(await track.getCodec()) or or_none(await track.getInternalCodecId())
        if not await track.canDecode():
            raise unknown_codec(name, "picture", codec)
        resolution = await track.getTimeResolution()
        stats = await track.computePacketStats(FRAMES_TO_MEASURE)
        rate = stats.averagePacketRate
        opaque = not await track.canBeTransparent()
        async with first_of(mediabunny.VideoSampleSink.new(track).samples()) as first:
            if first is None:
                raise SourceError(f"the picture of {name} has no frame that can be decoded.", code="E_DECODE")
            raw = Size(first.squarePixelWidth, first.squarePixelHeight)
            rotation: Rotation = int(first.rotation)  # type: ignore[assignment]
            opened.first_pts_us = round(first.timestamp * SECOND_US)
            square = first.codedWidth == raw.width and first.codedHeight == raw.height
            colour = _colour(first.colorSpace)
            opened.planar_colour = colour if square else None
            return VideoInfo(
                kind="video",
                codec=str(codec),
                raw=raw,
                shown=raw if rotation in (0, 180) else Size(raw.height, raw.width),
                rotation=rotation,
                first_pts_us=opened.first_pts_us,
                tick_us=SECOND_US / resolution,
                frame_us=round(SECOND_US / rate) if rate > 0 else DEFAULT_FRAME_US,
                opaque=opaque,
                passes_straight=rotation == 0 and not first.flip and square and first.format in STRAIGHT_FORMATS,
                colour=colour,
            )


async def _probe_audio(opened: _Opened, blob: Any) -> AudioInfo:
    """Decodes the first block: headers and decoders may differ about the rate, and the decoder is right."""
    track, name = opened.audio, opened.name
    with js_errors(undecodable(name, "sound")):
        codec = or_none(await track.getCodec()) or or_none(await track.getInternalCodecId())
        if not await track.canDecode():
            raise unknown_codec(name, "sound", codec)
        async with first_of(mediabunny.AudioSampleSink.new(track).samples()) as first:
            if first is None:
                raise SourceError(f"the sound of {name} has no block that can be decoded.", code="E_DECODE")
            opened.rate_hz = int(first.sampleRate)
            opened.starts_empty = codec == "vorbis"
            opened.late = await _lateness(opened, str(codec), blob, int(first.numberOfFrames))
            if await track.getTimeResolution() <= MILLISECONDS:
                opened.sound_slack = opened.rate_hz * 3 // 2000
            opened.late_packets = await _packet_lateness(opened, str(codec), blob)
            opened.packaging = await find_packaging(track, opened.rate_hz, opened.late_packets)
            bitrate = round((await track.computePacketStats(MEASURED)).averageBitrate)
            return AudioInfo(str(codec), opened.rate_hz, int(first.numberOfChannels), bitrate, opened.packaging)


async def _lateness(opened: _Opened, codec: str, blob: Any, first_samples: int) -> int:
    """Samples by which the times of ``opened``'s sound are late, less those that its decoder leaves out by itself."""
    container = str((await opened.input.getFormat()).name)
    if container in ("Matroska", "WebM") and codec != "opus":
        return matroska_lateness(await _head(blob), opened.rate_hz)
    if container == "MP3":
        return mp3_lateness(await _head(blob))
    if container in ("MP4", "QuickTime File Format") and codec == "opus":
        # Decoders of Opus leave out the pre-skip by themselves, and the edit list has moved it before 0 already.
        packet = or_none(await mediabunny.EncodedPacketSink.new(opened.audio).getFirstPacket())
        whole = 0 if packet is None else round(packet.duration * opened.rate_hz)
        return -max(0, whole - first_samples) if packet is not None and packet.timestamp < 0 else 0
    return 0


async def _packet_lateness(opened: _Opened, codec: str, blob: Any) -> int:
    """Samples by which the times of ``opened``'s packets of sound are late."""
    if str((await opened.input.getFormat()).name) in ("Matroska", "WebM"):
        return matroska_lateness(await _head(blob), opened.rate_hz)
    # Where an edit list or a granule position says what is not heard, the times are right.
    return 0 if codec == "opus" else opened.late


async def _swallowed(opened: _Opened, start_s: float) -> int:
    """Samples by which the decoder's times are early where it begins at ``start_s``.

    Vorbis gives nothing for the packet that it begins with, and its decoders count on from that packet's time. At the very beginning that
    is right: there the packet's own time is one that nothing sounds in.
    """
    if not opened.starts_empty:
        return 0
    packets = mediabunny.EncodedPacketSink.new(opened.audio)
    steps = []
    for begin in (await packets.getPacket(start_s), await packets.getFirstPacket()):
        after = None if or_none(begin) is None else or_none(await packets.getNextPacket(begin))
        steps.append(0.0 if after is None else after.timestamp - begin.timestamp)
    return round((steps[0] - steps[1]) * opened.rate_hz) if steps[0] else 0


async def _head(blob: Any) -> bytes:
    return bytes((await blob.slice(0, HEAD_BYTES).arrayBuffer()).to_bytes())


def _colour(space: Any) -> Colour:
    """A frame's colour space; what it leaves open is taken for BT.709 limited, as browsers do."""
    full_range = or_none(space.fullRange)
    return Colour(
        or_none(space.primaries) or BT709.primaries,
        or_none(space.transfer) or BT709.transfer,
        or_none(space.matrix) or BT709.matrix,
        bool(full_range),
    )


def _sounds(taken: Any, late: int) -> Iterator[Sound]:
    """What web/take-sounds.js took, block by block."""
    samples = np.empty(taken.data.length, np.float32)
    taken.data.assign_to(samples)
    at = 0
    for time_s, n_samples, rate_hz, channels in zip(
        *(each.to_py().tolist() for each in (taken.times, taken.lengths, taken.rates, taken.channels)), strict=True
    ):
        block = samples[at : at + n_samples * channels].reshape(n_samples, channels).T
        at += n_samples * channels
        yield Sound(round(time_s * rate_hz) - late, rate_hz, block)
