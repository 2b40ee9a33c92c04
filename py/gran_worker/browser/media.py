"""MediaPort over mediabunny's Input and sample sinks, and over ImageBitmap for pictures that do not move."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from operator import attrgetter
from typing import Any, TypeVar

import js
import mediabunny
from gran_js import ReadAhead, decoders, guardReads, takeSounds
from pyodide.ffi import JsException, to_js

from gran_worker.boxes import remembering
from gran_worker.browser.animation import ANIMATED, Animation
from gran_worker.browser.faults import put_together, undecodable, unreadable
from gran_worker.browser.ffi import class_name, js_errors, leave, or_none, owned
from gran_worker.browser.frames import SECOND_US, SampleFrame, StillFrame
from gran_worker.browser.lent import Lent
from gran_worker.browser.opened import DEFAULT_FRAME_US, Opened
from gran_worker.browser.pictures import as_played, expect_end, pictures, probe_video
from gran_worker.browser.sourcepackets import SourcePicture, SourceSound, picture_packets, sound_packets
from gran_worker.browser.sourcesound import BATCH_S, beginning, probe_audio, taken_sounds
from gran_worker.drawings import SVG, Drawing, drawing_size, moves
from gran_worker.edits import Playing, find_playing
from gran_worker.errors import SourceError, located
from gran_worker.geometry import Size
from gran_worker.imageheader import HEADER_BYTES, MAX_PX, MAX_SIDE_PX, is_too_large, parse_image_header
from gran_worker.ports import AudioInfo, Frame, Probe, Sound, VideoInfo
from gran_worker.sampletable import is_endless
from gran_worker.snapshot import file_name
from gran_worker.together import together
from gran_worker.trimming import Patch

# Not ALL_FORMATS: an HLS playlist names other addresses, and no address is ever fetched.
CONTAINER_NAMES = ("MP4", "QTFF", "MATROSKA", "WEBM", "WAVE", "OGG", "FLAC", "MP3", "ADTS", "MPEG_TS")
EDITED = ("MP4", "QuickTime File Format")
MAX_AHEAD = 2
AHEAD_PX = 3 * 1920 * 1080
"""Of the frames that are fetched before they are asked for."""

Info = TypeVar("Info")


class BrowserMedia:
    """The sources of one export, by path. ``alive`` is called whenever something was decoded."""

    def __init__(self, files: dict[str, Any], alive: Callable[[], None], lent: Lent) -> None:
        self._files, self._alive, self._lent = files, alive, lent
        self._opened: dict[str, Opened] = {}
        self._frames = 0
        self._ahead: list[Any] = []
        self._waits: dict[asyncio.Future[None], Opened] = {}
        self._closed = False
        decoders.enter()

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
        await self.forget(path, gone=False)
        opened = self._opened[path] = Opened(name)
        with js_errors(unreadable(name)):
            opened.input = _input(blob)
            if not await opened.input.canRead():
                return await self._probe_image(opened, blob)
            if str((await opened.input.getFormat()).name) in EDITED:
                read = remembering(partial(_slice, blob))
                if await is_endless(read, int(blob.size)):
                    raise unreadable(name)("", "its table of samples has no end")
                opened.playing = await find_playing(read, int(blob.size))
                if patches := [patch for playing in opened.playing.values() for patch in playing.patches]:
                    opened.input.dispose()
                    opened.input = _input(_patched(blob, patches))
            opened.video = or_none(await opened.input.getPrimaryVideoTrack())
            opened.audio = or_none(await opened.input.getPrimaryAudioTrack())
            if opened.video is None and opened.audio is None:
                raise SourceError(f"{name} holds neither picture nor sound.")
            duration_us = await _duration_us(opened)
        async with together() as group:
            hearing = group.create_task(_tried(None if opened.audio is None else self._probe_audio(opened, blob)))
            seeing = group.create_task(_tried(None if opened.video is None else self._probe_video(opened)))
        (audio, audio_problem), (video, video_problem) = hearing.result(), seeing.result()
        if video is not None and video.coding is not None:
            bitrate = round(8 * blob.size * SECOND_US / max(1, duration_us)) - (audio.bitrate if audio is not None else 0)
            video = replace(video, coding=replace(video.coding, bitrate=max(0, bitrate)))
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
        last_us: int | None = None
        seen = opened.seen
        if seen.ends_us is not None:
            start_us, end_us = min(start_us, seen.ends_us - 1), min(end_us, seen.ends_us)
        if end_us <= seen.begins_us:
            return
        start_us = max(start_us, seen.begins_us)
        with js_errors(undecodable(opened.name, "picture")):
            samples = pictures(opened.video, opened.in_software).samples(start_us / SECOND_US, end_us / SECOND_US)
            ahead = ReadAhead.new(samples, opened.n_ahead)
            self._ahead.append(ahead)
            try:
                while True:
                    sample = ahead.take()
                    if sample is None:
                        if not await self._decoded(opened, ahead.more()):
                            break
                        continue
                    self._alive()
                    frame = self._frame(opened, sample)
                    last_us = frame.pts_us = max(frame.pts_us, seen.begins_us)
                    yield frame
            finally:
                self._ahead.remove(ahead)
                await leave(ahead.close())
            await expect_end(opened.video, opened.name, last_us, end_us)

    async def still(self, path: str, source_us: int) -> Frame | None:
        opened = self._opened[path]
        if opened.bitmap is not None:
            return StillFrame(opened.bitmap)
        if opened.animation is not None:
            with js_errors(undecodable(opened.name, "picture")):
                return await opened.animation.at(source_us)
        with js_errors(undecodable(opened.name, "picture")):
            # A first frame at a third of a microsecond is not there yet at the microsecond that it was rounded to.
            moment_us = max(source_us, opened.first_pts_us + 1)
            if opened.seen.ends_us is not None:
                moment_us = min(moment_us, opened.seen.ends_us - 1)
            sample = or_none(await self._decoded(opened, pictures(opened.video, opened.in_software).getSample(moment_us / SECOND_US)))
        self._alive()
        if sample is None:
            raise undecodable(opened.name, "picture")("", "")
        return self._frame(opened, sample)

    async def sounds(self, path: str, start_us: int, end_us: int) -> AsyncGenerator[Sound, None]:
        opened = self._opened[path]
        sink = mediabunny.AudioSampleSink.new(opened.audio)
        with js_errors(undecodable(opened.name, "sound")):
            # What is late begins, in the demuxer's time, after its own.
            late_s = opened.late / opened.rate_hz
            start_s, end_s = (max(0.0, edge_us / SECOND_US + late_s) for edge_us in (start_us, end_us))
            start_s, early = await beginning(opened, start_s)
            late = opened.late - early
            samples = sink.samples(start_s, end_s)
            expected: int | None = None
            try:
                ended = False
                while not ended:
                    taken = await owned(takeSounds(samples, BATCH_S))
                    self._alive()
                    ended = taken.ended
                    for sound in taken_sounds(opened, taken, late, expected):
                        expected = sound.first + sound.block.shape[1]
                        heard = opened.heard.cut(sound)
                        if heard is not None:
                            yield heard
            finally:
                await leave(samples.return_())

    def is_in_software(self, path: str) -> bool:
        return self._opened[path].in_software

    def prefer_software(self, path: str) -> bool:
        opened = self._opened[path]
        opened.in_software = True
        return opened.video is not None

    def rescue(self) -> bool:
        """Gives up waiting for decoders, where the browser has another one: the waits end in a SourceError. False if there is none."""
        hung = [wait for wait, opened in self._waits.items() if not opened.in_software and not wait.done()]
        for wait in hung:
            wait.set_exception(undecodable(self._waits[wait].name, "picture")("", ""))
        return bool(hung)

    @property
    def live_objects(self) -> Mapping[str, int]:
        return {
            "VideoFrame": self._frames + sum(ahead.held for ahead in self._ahead),
            "VideoDecoder": int(decoders.count("VideoDecoder")),
            "AudioDecoder": int(decoders.count("AudioDecoder")),
            "Input": sum(opened.input is not None for opened in self._opened.values()),
            "ImageBitmap": sum(opened.bitmap is not None for opened in self._opened.values()),
        }

    async def sound_packets(self, path: str, first: int, end: int) -> AsyncGenerator[SourceSound, None]:
        opened = self._opened[path]
        assert opened.packaging is not None
        with js_errors(unreadable(opened.name)):
            packets = sound_packets(opened.audio, opened.packaging, opened.rate_hz, opened.late_packets, first, end)
            async with aclosing(packets):
                async for packet in packets:
                    self._alive()
                    yield packet

    async def picture_packets(self, path: str, start_us: int) -> AsyncGenerator[SourcePicture, None]:
        opened = self._opened[path]
        with js_errors(unreadable(opened.name)):
            async with aclosing(picture_packets(opened.video, start_us, opened.frame_us)) as packets:
                async for packet in packets:
                    self._alive()
                    yield packet

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for opened in self._opened.values():
            opened.close()
        self._opened.clear()
        decoders.leave()

    def _frame(self, opened: Opened, sample: Any) -> SampleFrame:
        self._frames += 1
        return SampleFrame(sample, opened.planar_colour, self._frame_closed)

    def _frame_closed(self) -> None:
        self._frames -= 1

    async def _decoded(self, opened: Opened, coming: Any) -> Any:
        """What a decoder brings, unless :meth:`rescue` gives up on it."""
        wait: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waits[wait] = opened
        try:
            return await owned(coming, wait)
        finally:
            del self._waits[wait]

    async def _probe_audio(self, opened: Opened, blob: Any) -> AudioInfo:
        _expect_one_part(opened.name, opened.heard, "sound")
        return await probe_audio(opened, blob)

    async def _probe_video(self, opened: Opened) -> VideoInfo:
        _expect_one_part(opened.name, opened.seen, "picture")
        decoded = partial(self._decoded, opened)
        try:
            info = await probe_video(opened, decoded)
        except SourceError as error:
            if error.code != "E_DECODE" or opened.in_software:
                raise
            opened.in_software = True
            info = await probe_video(opened, decoded)
        info = await as_played(info, opened)
        opened.first_pts_us, opened.frame_us = info.first_pts_us, info.frame_us
        opened.n_ahead = max(1, min(MAX_AHEAD, AHEAD_PX // (info.raw.width * info.raw.height)))
        opened.planar_colour = info.colour if info.upright and info.planar else None
        return info

    async def _probe_image(self, opened: Opened, blob: Any) -> Probe:
        header = parse_image_header(await _slice(blob, 0, HEADER_BYTES))
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
                opened.bitmap = await owned(js.createImageBitmap(blob, imageOrientation="from-image"))
        except JsException as error:
            message = f"{opened.name} is not a video, sound or image file that this browser can open."
            raise SourceError(f"{message} Convert it, or remove its clips.") from error
        self._alive()
        animation = opened.animation
        size = animation.size if animation is not None else Size(opened.bitmap.width, opened.bitmap.height)
        frame_us = animation.shortest_us if animation is not None else DEFAULT_FRAME_US
        opaque = header is not None and header.mime in ("image/jpeg", "image/bmp")
        info = VideoInfo.of_image("image", size, frame_us, opaque=opaque, animated=animation is not None)
        return Probe(opened.name, 0, info, None)

    async def _probe_drawing(self, opened: Opened, blob: Any) -> Probe:
        if self._lent.rasteriser is None:
            message = f"{opened.name} is an SVG drawing, which only a page can draw, and none lends a hand here."
            raise SourceError(f"{message} Save it as PNG, as large as it is needed.")
        head = (await _slice(blob, 0, HEADER_BYTES)).decode("utf-8", "replace")
        opened.drawing, opened.drawing_size, opened.drawing_moves = blob, drawing_size(head), moves(head)
        info = VideoInfo.of_image(SVG, opened.drawing_size, DEFAULT_FRAME_US, opaque=False)
        return Probe(opened.name, 0, info, None)


def _input(blob: Any) -> Any:
    formats = to_js([getattr(mediabunny, container) for container in CONTAINER_NAMES])
    return mediabunny.Input.new(source=guardReads(mediabunny.BlobSource.new(blob)), formats=formats)


def _patched(blob: Any, patches: Sequence[Patch]) -> Any:
    """The file with other bytes in some places. Nothing of it is read for that."""
    pieces, at = [], 0
    for patch in sorted(patches, key=attrgetter("position")):
        pieces += [blob.slice(at, patch.position), to_js(patch.data)]
        at = patch.position + len(patch.data)
    return js.Blob.new(to_js([*pieces, blob.slice(at)]))


async def _duration_us(opened: Opened) -> int:
    """When the last of its tracks ends."""
    if all(playing.ends_us is None for playing in (opened.seen, opened.heard)):
        return round(float(await opened.input.computeDuration()) * SECOND_US)
    ends_us = []
    for track, playing in ((opened.video, opened.seen), (opened.audio, opened.heard)):
        if track is not None:
            whole_us = round(await track.computeDuration() * SECOND_US)
            ends_us.append(whole_us if playing.ends_us is None else min(whole_us, playing.ends_us))
    return int(max(ends_us))


def _expect_one_part(name: str, playing: Playing, what: str) -> None:
    if playing.parts > 1:
        raise put_together(name, what, playing.parts)


async def _slice(blob: Any, start: int, end: int) -> bytes:
    return bytes((await blob.slice(start, end).arrayBuffer()).to_bytes())


async def _tried(probing: Awaitable[Info] | None) -> tuple[Info | None, str | None]:
    """What was found, or why it cannot be decoded: only a clip that needs it fails for it. ``(None, None)`` where there is nothing."""
    try:
        return (None, None) if probing is None else (await probing, None)
    except SourceError as error:
        return None, error.message
