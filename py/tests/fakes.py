"""The outside world in memory: sources whose frames are numbered by their time, an output that remembers, a clock by hand."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from gran_worker.colour import BT709
from gran_worker.compose import Op, pictures
from gran_worker.errors import SourceError
from gran_worker.geometry import Size
from gran_worker.plan import RenderPlan
from gran_worker.ports import AudioInfo, Block, Coding, Packaging, Probe, Sound, VideoInfo
from gran_worker.settings import Settings
from gran_worker.timing import FrameRate, sample_index

SIZE = Size(64, 36)
SOUND_BLOCK = 1024
FOREVER_S = 1e9

VIDEO = VideoInfo(
    kind="video",
    codec="avc",
    raw=SIZE,
    shown=SIZE,
    rotation=0,
    first_pts_us=0,
    tick_us=1_000_000 / 90_000,
    frame_us=33_333,
    opaque=True,
    upright=True,
    planar=True,
    colour=BT709,
)
"""A video of the output's own size that could go straight through."""


class ManualClock:
    """Moves only when told."""

    def __init__(self, now_s: float = 100.0) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s

    def advance(self, seconds: float) -> None:
        self.now_s += seconds


@dataclass
class Trouble:
    """What goes wrong at a step: it fails, or takes ``delay_s`` (FOREVER_S hangs)."""

    error: Exception | None = None
    delay_s: float = 0.0
    in_hardware: bool = False
    """Only until the source is decoded in software."""
    struck: asyncio.Event = field(default_factory=asyncio.Event)

    async def strike(self) -> None:
        await asyncio.sleep(self.delay_s)
        self.struck.set()
        if self.error is not None:
            raise self.error


HANG = Trouble(delay_s=FOREVER_S)
HUNG = SourceError("the picture does not come.", code="E_DECODE")


@dataclass(frozen=True)
class FakeSource:
    """A file: frames at ``pts_us``, sound ``sound`` (channels, n) whose first sample is ``first`` at the probe's rate."""

    probe: Probe
    pts_us: tuple[int, ...] = ()
    sound: Block | None = None
    first: int = 0
    coded: tuple[tuple[int, bool], ...] = ()
    """Frames in the order of decoding, and whether that can begin there."""

    def without_sound(self) -> "FakeSource":
        return replace(self, probe=replace(self.probe, audio=None), sound=None)


def video_source(
    fps: FrameRate | int = 30,
    *,
    seconds: float = 10,
    start_us: int = 0,
    tick_us: float = VIDEO.tick_us,
    pts_us: Sequence[int] | None = None,
    name: str = "film.mp4",
    **info: object,
) -> FakeSource:
    """A silent video at a constant rate, its pts rounded to ``tick_us`` as a container would."""
    rate = fps if isinstance(fps, FrameRate) else FrameRate(fps)
    if pts_us is None:
        exact = (i * 1_000_000 * rate.den / rate.num for i in range(round(seconds * rate.num / rate.den)))
        pts_us = [start_us + round(round(us / tick_us) * tick_us) for us in exact]
    raw, rotation = info.get("raw", SIZE), info.get("rotation", 0)
    assert isinstance(raw, Size)
    info.setdefault("shown", raw if rotation in (0, 180) else Size(raw.height, raw.width))
    video = replace(VIDEO, tick_us=tick_us, frame_us=rate.duration_us(0), first_pts_us=pts_us[0], **info)  # type: ignore[arg-type]
    return FakeSource(Probe(name, pts_us[-1] + video.frame_us, video, None), tuple(pts_us))


def coded_source(
    fps: FrameRate | int = 30, *, group: int = 30, b_frames: int = 0, codec: str = "vp09.00.10.08", **fields: object
) -> FakeSource:
    """A video that can be copied: key frames ``group`` frames apart, ``b_frames`` between two others in the order of showing."""
    plain = video_source(fps, coding=Coding(codec, 1_000_000), **fields)  # type: ignore[arg-type]
    coded: list[tuple[int, bool]] = []
    for start in range(0, len(plain.pts_us), group):
        end = min(start + group, len(plain.pts_us))
        coded.append((start, True))
        for first in range(start + 1, end, b_frames + 1):
            last = min(first + b_frames, end - 1)
            coded += [(number, False) for number in (last, *range(first, last))]
    return replace(plain, coded=tuple(coded))


def image_source(size: Size = SIZE, *, opaque: bool = False, name: str = "picture.png") -> FakeSource:
    video = VideoInfo.of_image("image", size, VIDEO.frame_us, opaque=opaque)
    return FakeSource(Probe(name, 0, video, None), (0,))


def sound_source(sound: Block, rate_hz: int = 48_000, *, first: int = 0, name: str = "sound.wav") -> FakeSource:
    duration_us = (first + sound.shape[1]) * 1_000_000 // rate_hz
    audio = AudioInfo("pcm-s16", rate_hz, sound.shape[0])
    return FakeSource(Probe(name, duration_us, None, audio), (), sound.astype(np.float32), first)


def packed_source(
    seconds: float, rate_hz: int = 48_000, *, first: int = -SOUND_BLOCK, codec: str = "aac", name: str = "song.m4a"
) -> FakeSource:
    """Sound of which every sample tells where it is from, in packets of ``SOUND_BLOCK``."""
    source = sound_source(noise(seconds, rate_hz), rate_hz, name=name)
    end = source.sound.shape[1] if source.sound is not None else 0
    audio = AudioInfo(codec, rate_hz, 2, 128_000, Packaging(first, SOUND_BLOCK, end, pre_roll=1))
    return replace(source, probe=replace(source.probe, audio=audio))


def film_source(picture: FakeSource, heard: FakeSource) -> FakeSource:
    """One file with the picture of one and the sound of the other."""
    return FakeSource(replace(picture.probe, audio=heard.probe.audio), picture.pts_us, heard.sound, heard.first)


class FakeFrame:
    """Numbered by its place in the source. Closing it twice is an error: a clone elsewhere would die."""

    def __init__(self, media: "FakeMedia", path: str, number: int, pts_us: int, size: Size) -> None:
        self._media, self.path, self.number, self.pts_us, self.size = media, path, number, pts_us, size
        self.closed = False
        media.open_frames += 1
        media.peak_frames = max(media.peak_frames, media.open_frames)

    def close(self) -> None:
        assert not self.closed, f"frame {self.number} of {self.path} was closed twice"
        self.closed = True
        self._media.open_frames -= 1


class FakePacket(NamedTuple):
    """A packet of sound, told apart by where it lies."""

    first: int
    n_samples: int


class FakeCoded(NamedTuple):
    """A packet of a picture."""

    path: str
    number: int
    pts_us: int
    is_entry: bool


class FakeMedia:
    """MediaPort over :class:`FakeSource`. Every await really gives way, as in a browser.

    ``troubles`` strike at ``"probe PATH"``, ``"frame PATH NUMBER"``, ``"still PATH"``, ``"sound PATH"``, ``"leave PATH"`` (closing an
    iterator) and ``"close"``.
    """

    def __init__(
        self,
        sources: Mapping[str, FakeSource] | None = None,
        *,
        troubles: Mapping[str, Trouble] | None = None,
        block: int = SOUND_BLOCK,
        decode_s: float = 0.0,
    ) -> None:
        self.sources = dict(sources or {})
        self.troubles = dict(troubles or {})
        self._block, self._decode_s = block, decode_s
        self.open_frames = self.peak_frames = 0
        self.open_iterators = self.peak_iterators = 0
        self.closed = False
        self.decoded: list[tuple[str, int]] = []
        """Path and number of every frame that was decoded, in order."""
        self.heard: list[tuple[str, int, int]] = []
        """Path, start and end (µs) of every request for sound."""
        self.seen: list[tuple[str, int, int]] = []
        """The same of every request for frames."""
        self.in_software: set[str] = set()
        """What prefers it."""
        self._waits: dict[asyncio.Task[None], str] = {}

    async def probe(self, path: str) -> Probe:
        await self._step(f"probe {path}")
        if path not in self.sources:
            raise SourceError(f"{path} is gone.", code="E_MISSING")
        return self.sources[path].probe

    async def frames(self, path: str, start_us: int, end_us: int) -> AsyncGenerator[FakeFrame, None]:
        self.seen.append((path, start_us, end_us))
        pts_us = self.sources[path].pts_us
        first = max((number for number, pts in enumerate(pts_us) if pts <= start_us), default=0)
        self._open()
        try:
            for number in range(first, len(pts_us)):
                if pts_us[number] >= end_us:
                    return
                yield await self._frame(path, number)
        finally:
            await self._leave(path)

    async def still(self, path: str, source_us: int) -> FakeFrame | None:
        await self._decode(path, f"still {path}")
        pts_us = self.sources[path].pts_us
        shown = [number for number, pts in enumerate(pts_us) if pts <= source_us]
        return await self._frame(path, shown[-1]) if shown else None

    async def sounds(self, path: str, start_us: int, end_us: int) -> AsyncGenerator[Sound, None]:
        """Blocks on a grid of their own, as decoders give them: the first begins before ``start_us``, the last ends after ``end_us``."""
        self.heard.append((path, start_us, end_us))
        source = self.sources[path]
        assert source.sound is not None
        assert source.probe.audio is not None
        rate_hz, n_samples = source.probe.audio.rate_hz, source.sound.shape[1]
        from_sample, to_sample = sample_index(start_us, rate_hz) - source.first, sample_index(end_us, rate_hz) - source.first
        self._open()
        try:
            for first in range(max(0, from_sample) // self._block * self._block, min(to_sample + 1, n_samples), self._block):
                await self._step(f"sound {path}")
                block = source.sound[:, first : first + self._block]
                yield Sound(source.first + first, rate_hz, block)
        finally:
            await self._leave(path)

    def is_in_software(self, path: str) -> bool:
        return path in self.in_software

    def prefer_software(self, path: str) -> bool:
        self.in_software.add(path)
        return True

    def rescue(self) -> bool:
        hung = [wait for wait, path in self._waits.items() if path not in self.in_software]
        for wait in hung:
            wait.cancel()
        return bool(hung)

    async def sound_packets(self, path: str, first: int, end: int) -> AsyncGenerator[FakePacket, None]:
        audio = self.sources[path].probe.audio
        assert audio is not None
        assert audio.packaging is not None
        self._open()
        try:
            for at in range(first, min(end, audio.packaging.end), audio.packaging.n_samples):
                await self._step(f"sound {path}")
                yield FakePacket(at, audio.packaging.n_samples)
        finally:
            await self._leave(path)

    async def picture_packets(self, path: str, start_us: int) -> AsyncGenerator[FakeCoded, None]:
        source = self.sources[path]
        video = source.probe.video
        assert video is not None
        begun = False
        self._open()
        try:
            for number, is_entry in source.coded:
                pts_us = source.pts_us[number]
                begun = begun or is_entry and pts_us > start_us - video.frame_us
                if begun:
                    await self._step(f"packet {path} {number}")
                    yield FakeCoded(path, number, pts_us, is_entry)
        finally:
            await self._leave(path)

    async def close(self) -> None:
        await self._step("close")
        self.closed = True

    @property
    def left_open(self) -> tuple[int, int, bool]:
        """Frames, iterators, and whether the sources themselves are still open."""
        return self.open_frames, self.open_iterators, not self.closed

    async def _frame(self, path: str, number: int) -> FakeFrame:
        await self._decode(path, f"frame {path} {number}")
        self.decoded.append((path, number))
        video = self.sources[path].probe.video
        assert video is not None
        return FakeFrame(self, path, number, self.sources[path].pts_us[number], video.raw)

    async def _decode(self, path: str, name: str) -> None:
        trouble = self.troubles.get(name)
        if trouble is None or trouble.in_hardware and path in self.in_software:
            await asyncio.sleep(self._decode_s)
            return
        step = asyncio.ensure_future(self._step(name))
        self._waits[step] = path
        try:
            await asyncio.wait({step})
        finally:
            step.cancel()
            del self._waits[step]
        if step.cancelled():
            raise HUNG
        step.result()

    async def _step(self, name: str) -> None:
        await asyncio.sleep(self._decode_s)
        if name in self.troubles:
            await self.troubles[name].strike()

    def _open(self) -> None:
        self.open_iterators += 1
        self.peak_iterators = max(self.peak_iterators, self.open_iterators)

    async def _leave(self, path: str) -> None:
        self.open_iterators -= 1
        await asyncio.sleep(0)
        if f"leave {path}" in self.troubles:
            await self.troubles[f"leave {path}"].strike()


NOTHING_LEFT = (0, 0, False)


class Picture(NamedTuple):
    """One encoded frame: which source frames (path, number) or colours it shows, bottom first, and whether it went straight."""

    layers: tuple[tuple[str, int] | str | None, ...]
    straight: bool = False
    copied: bool = False


class LanePacket(NamedTuple):
    picture: Picture
    index: int
    is_key: bool
    n_bytes: int


class FakeLane:
    """LanePort: an encoder that takes its time for each frame, beside others."""

    def __init__(self, output: "RecordingOutput") -> None:
        self._output = output
        self._packets: list[LanePacket] = []
        self._canvas: Picture | None = None
        self._is_new = self._watched = True

    async def add_frame(self, frame: FakeFrame, index: int) -> None:
        assert not frame.closed
        await self._add(Picture(((frame.path, frame.number),), straight=True), index)

    async def draw(self, ops: Sequence[Op], frames: Sequence[FakeFrame | None], index: int) -> None:
        self._canvas = _drawn(ops, frames)

    async def add_canvas(self, index: int) -> None:
        assert self._canvas is not None
        await self._add(self._canvas, index)

    def packets(self) -> list[LanePacket]:
        came, self._packets = self._packets, []
        return came

    def watch(self, *, watched: bool) -> None:
        self._watched = watched

    async def flush(self) -> None:
        self._is_new = True

    async def _add(self, picture: Picture, index: int) -> None:
        if self._watched:
            self._output.watched.append(index)
        await self._output.step(f"frame {index}")
        self._packets.append(LanePacket(picture, index, self._is_new, self._output.packet_bytes))
        self._output.held(1)
        self._is_new = False


class RecordingOutput:
    """OutputPort that remembers. ``destination``: untouched, open, finished, committed or abandoned.

    ``troubles`` strike at ``"frame INDEX"``, ``"put INDEX"``, ``"sound"``, ``"finish"``, ``"commit"`` and ``"verify"``.
    """

    def __init__(
        self,
        *,
        troubles: Mapping[str, Trouble] | None = None,
        encode_s: float = 0.0,
        put_s: float = 0.0,
        n_lanes: int = 1,
        packet_bytes: int = 1000,
    ) -> None:
        self.troubles = dict(troubles or {})
        self._encode_s, self._put_s = encode_s, put_s
        self.lanes = [FakeLane(self) for _ in range(n_lanes)]
        self.packet_bytes = packet_bytes
        self.watched: list[int] = []
        """Frames that a person who looks on may see."""
        self.keys: list[int] = []
        """Frames that a lane began anew with."""
        self.n_held = self.peak_held = 0
        """Packets that were made and not put."""
        self.destination = "untouched"
        self.closed = self.verified = False
        self.pictures: list[Picture] = []
        self.ops: list[tuple[Op, ...]] = []
        """What was drawn, for each frame that was not straight."""
        self.blocks: list[Block] = []
        self.packets: list[FakePacket] = []
        self.order: list[str] = []
        """``v`` for each frame, ``a`` for each block."""
        self.refused: set[str] = set()
        """Sources of which no packets are taken."""
        self._coming: dict[int, Picture] = {}
        self._canvas: Picture | None = None
        self._arrivals: dict[int, asyncio.Event] = {}
        self._samples = 0

    @property
    def shown(self) -> list[tuple[str, int] | str | None]:
        """The top of each picture."""
        return [picture.layers[-1] if picture.layers else None for picture in self.pictures]

    @property
    def numbers(self) -> list[int | None]:
        """Of the source frame on top of each picture."""
        return [top[1] if isinstance(top, tuple) else None for top in self.shown]

    @property
    def sound(self) -> Block:
        return np.concatenate(self.blocks, axis=1) if self.blocks else np.zeros((0, 0), np.float32)

    async def reached(self, frame: int) -> None:
        """Until output frame ``frame`` is there."""
        if len(self.pictures) <= frame:
            await self._arrivals.setdefault(frame, asyncio.Event()).wait()

    async def add_frame(self, frame: FakeFrame, index: int) -> None:
        assert not frame.closed
        await self._add(Picture(((frame.path, frame.number),), straight=True), index)

    async def draw(self, ops: Sequence[Op], frames: Sequence[FakeFrame | None], index: int) -> None:
        self.ops.append(tuple(ops))
        self._canvas = _drawn(ops, frames)

    async def add_canvas(self, index: int) -> None:
        assert self._canvas is not None
        await self._add(self._canvas, index)

    async def put(self, packet: LanePacket) -> None:
        self._must_be("open")
        assert packet.index == len(self.pictures), f"frame {packet.index}, expected {len(self.pictures)}"
        await asyncio.sleep(self._put_s)
        await self._strike(f"put {packet.index}")
        if packet.is_key:
            self.keys.append(packet.index)
        self.held(-1)
        self._keep(packet.picture)

    def held(self, more: int) -> None:
        self.n_held += more
        self.peak_held = max(self.peak_held, self.n_held)

    def takes(self, path: str) -> bool:
        return path not in self.refused

    async def copy_frame(self, packet: FakeCoded, index: int) -> None:
        self._must_be("open")
        await self.step(f"frame {index}")
        assert index not in self._coming
        assert index >= len(self.pictures)
        # Decoding begins at an entry, and what comes between is whole.
        assert packet.is_entry or self._coming or self.pictures[-1].copied
        self._coming[index] = Picture(((packet.path, packet.number),), copied=True)
        while len(self.pictures) in self._coming:
            self.pictures.append(self._coming.pop(len(self.pictures)))
        self.order.append("v")

    async def add_sound(self, block: Block, first: int) -> None:
        self._must_be("open")
        assert first == self._samples, f"block at sample {first}, expected {self._samples}"
        assert block.dtype == np.float32
        await self.step("sound")
        self._samples += block.shape[1]
        self.blocks.append(block)
        self.order.append("a")

    async def copy_sound(self, packet: FakePacket) -> None:
        self._must_be("open")
        await self.step("sound")
        self.packets.append(packet)
        self.order.append("a")

    async def finish(self) -> None:
        self._must_be("open")
        assert not self._coming
        await self.step("finish")
        self.destination = "finished"

    async def commit(self) -> None:
        self._must_be("finished")
        await self.step("commit")
        self.destination = "committed"

    async def verify(self) -> None:
        self._must_be("committed")
        await self.step("verify")
        self.verified = True

    def close(self) -> None:
        self.closed = True

    async def _add(self, picture: Picture, index: int) -> None:
        self._must_be("open")
        assert not self._coming, "a picture that was decoded already waits for one that never came"
        assert index == len(self.pictures), f"frame {index}, expected {len(self.pictures)}"
        await self.step(f"frame {index}")
        self._keep(picture)

    def _keep(self, picture: Picture) -> None:
        index = len(self.pictures)
        self.pictures.append(picture)
        self.order.append("v")
        if index in self._arrivals:
            self._arrivals[index].set()

    async def step(self, name: str) -> None:
        await asyncio.sleep(self._encode_s)
        await self._strike(name)

    async def _strike(self, name: str) -> None:
        if name in self.troubles:
            await self.troubles[name].strike()

    def _must_be(self, destination: str) -> None:
        assert (self.destination, self.closed) == (destination, False)


def _drawn(ops: Sequence[Op], frames: Sequence[FakeFrame | None]) -> Picture:
    layers: list[tuple[str, int] | str | None] = []
    for op, frame in zip(pictures(ops), frames, strict=True):
        assert frame is None or not frame.closed
        layers.append(op.colour if op.colour is not None else None if frame is None else (frame.path, frame.number))
    return Picture(tuple(layers))


@dataclass
class FakeStudio:
    """StudioPort over the two. ``troubles`` strike at ``"open"`` and ``"abandon"``."""

    media: FakeMedia = field(default_factory=FakeMedia)
    output: RecordingOutput = field(default_factory=RecordingOutput)
    troubles: Mapping[str, Trouble] = field(default_factory=dict)
    plan: RenderPlan | None = None
    settings: Settings | None = None

    def begin(self, settings: Settings) -> None:
        self.settings = settings

    async def open_output(self, plan: RenderPlan, settings: Settings) -> RecordingOutput:
        assert settings is self.settings, "the trials were those of other settings"
        self.plan = plan
        await self._step("open")
        self.output.destination = "open"
        return self.output

    async def abandon(self) -> None:
        await self._step("abandon")
        if self.output.destination != "committed":
            self.output.destination = "abandoned"

    @property
    def is_tidy(self) -> bool:
        """Whether nothing is left open, and the destination is either committed or as it was."""
        return self.media.left_open == NOTHING_LEFT and self.output.destination in ("committed", "abandoned")

    async def _step(self, name: str) -> None:
        await asyncio.sleep(0)
        if name in self.troubles:
            await self.troubles[name].strike()


def sine(hz: float, seconds: float, rate_hz: int = 48_000, *, level: float = 0.5, channels: int = 2) -> Block:
    """float32 ``(channels, n)``, from float64 arithmetic."""
    n = np.arange(round(seconds * rate_hz), dtype=np.float64)
    return np.repeat((level * np.sin(2 * np.pi * hz * n / rate_hz)).astype(np.float32)[None, :], channels, axis=0)


def noise(seconds: float, rate_hz: int = 48_000, *, channels: int = 2, seed: int = 1, level: float = 0.25) -> Block:
    """Every sample tells where it is from."""
    shape = (channels, round(seconds * rate_hz))
    return np.random.default_rng(seed).uniform(-level, level, shape).astype(np.float32)


def dbfs(residual: Block) -> float:
    """RMS of ``residual``, dB below full scale."""
    rms = float(np.sqrt(np.mean(np.square(residual, dtype=np.float64))))
    return 20 * float(np.log10(max(rms, 1e-12)))
