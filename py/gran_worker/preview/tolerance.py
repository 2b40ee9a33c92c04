"""Sources that may be broken: what is wrong with one is told once, and its clips show a placeholder and are silent."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace

from gran_worker.decoding import decoded_frames, decoded_still
from gran_worker.errors import ExportError, SourceError
from gran_worker.geometry import Size
from gran_worker.ports import Frame, MediaPort, PicturePacket, Probe, Sound, SoundPacket, VideoInfo
from gran_worker.snapshot import Clip, label

PLACEHOLDER_FRAME_US = 33_333

Tell = Callable[[ExportError], None]


def _not_told(_after_us: int | None) -> None:
    """A preview from another decoder is the same preview."""


def _placeholder_info(size: Size) -> VideoInfo:
    return VideoInfo.of_image("none", size, PLACEHOLDER_FRAME_US, opaque=True)


class TolerantMedia:
    """MediaPort over another one. ``clips`` names the first clip of each source, for messages; ``draw`` makes a placeholder of a size."""

    def __init__(self, media: MediaPort, draw: Callable[[Size], Frame], tell: Tell) -> None:
        self._media, self._draw, self._tell = media, draw, tell
        self.clips: Mapping[str, Clip] = {}
        self.size = Size(1280, 720)
        """Of placeholders for pictures whose own size is not known."""
        self._broken: dict[str, Size] = {}
        self._frame_us: dict[str, int] = {}

    async def probe(self, path: str) -> Probe:
        """Never raises SourceError: of a source that cannot be opened it says that it is a picture without sound."""
        self._broken.pop(path, None)
        try:
            probe = await self._media.probe(path)
        except SourceError as error:
            self._say(path, error)
            self._broken[path] = self.size
            return Probe(path, 0, _placeholder_info(self.size), None)
        if probe.audio_problem is not None:
            self._say(path, SourceError(probe.audio_problem, code="E_DECODE"))
        if probe.video_problem is not None:
            self._say(path, SourceError(probe.video_problem, code="E_DECODE"))
            self._broken[path] = self.size
            probe = replace(probe, video=_placeholder_info(self.size))
        if probe.video is not None:
            self._frame_us[path] = probe.video.frame_us
        return replace(probe, video_problem=None, audio_problem=None)

    async def frames(self, path: str, start_us: int, end_us: int) -> AsyncGenerator[Frame, None]:
        last_us, size = start_us, self.size
        try:
            async with aclosing(decoded_frames(self._media, path, start_us, end_us, _not_told)) as frames:
                async for frame in frames:
                    last_us, size = frame.pts_us, frame.size
                    yield frame
        except SourceError as error:
            self._say(path, error)
            # The last whole one has its time.
            yield _At(self._draw(size), last_us + self._frame_us.get(path, PLACEHOLDER_FRAME_US))

    async def still(self, path: str, source_us: int) -> Frame | None:
        if path in self._broken:
            return self._draw(self._broken[path])
        try:
            return await decoded_still(self._media, path, source_us, _not_told)
        except SourceError as error:
            self._say(path, error)
            return self._draw(self.size)

    def is_in_software(self, path: str) -> bool:
        return self._media.is_in_software(path)

    def prefer_software(self, path: str) -> bool:
        return self._media.prefer_software(path)

    async def sounds(self, path: str, start_us: int, end_us: int) -> AsyncGenerator[Sound, None]:
        try:
            async with aclosing(self._media.sounds(path, start_us, end_us)) as sounds:
                async for sound in sounds:
                    yield sound
        except SourceError as error:
            self._say(path, error)

    def sound_packets(self, path: str, first: int, end: int) -> AsyncGenerator[SoundPacket, None]:
        return self._media.sound_packets(path, first, end)

    def picture_packets(self, path: str, start_us: int) -> AsyncGenerator[PicturePacket, None]:
        return self._media.picture_packets(path, start_us)

    async def close(self) -> None:
        await self._media.close()

    def _say(self, path: str, error: SourceError) -> None:
        clip = self.clips.get(path)
        if clip is None:
            self._tell(error)
            return
        self._tell(SourceError(f"Clip {label(clip)}: {error.message}", code=error.code, clip_id=clip.id, time_us=error.time_us))


class _At:
    """A frame with another pts."""

    __slots__ = ("_frame", "pts_us")

    def __init__(self, frame: Frame, pts_us: int) -> None:
        self._frame, self.pts_us = frame, pts_us

    def __getattr__(self, name: str) -> object:
        return getattr(self._frame, name)

    @property
    def size(self) -> Size:
        return self._frame.size

    def close(self) -> None:
        self._frame.close()
