"""One export: opens sources, plans, then lets sound and picture advance together, a second at a time, into the output."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from functools import partial

import numpy as np

from gran_worker.compose import draw_list
from gran_worker.copying import Passage
from gran_worker.errors import located
from gran_worker.groups import Copier, Run
from gran_worker.messages import Completed, Warning
from gran_worker.mixdown import Master, Mixdown, loudness_gain
from gran_worker.plan import RenderPlan, Stretch, Way, build_plan, film_extent, source_paths
from gran_worker.ports import Block, Frame, MediaPort, OutputPort, Probe, StudioPort
from gran_worker.reader import FrameReader, latest_pts_us
from gran_worker.settings import Settings
from gran_worker.shown import Layer, leaves
from gran_worker.snapshot import Timeline, label
from gran_worker.telemetry import Meter
from gran_worker.timing import clock_text
from gran_worker.voices import Notice


async def export(timeline: Timeline, settings: Settings, studio: StudioPort, meter: Meter, warn: Callable[[Warning], None]) -> Completed:
    """Renders ``timeline`` into the studio's destination and commits it.

    Raises the exceptions of errors.py; whatever is raised, CancelledError included, the destination is as it was before. Once the
    commit has begun a cancellation waits for its outcome, and a commit that succeeded is a success.
    """
    media = studio.media

    def notify(notice: Notice) -> None:
        warn(Warning(code=notice.code, message=notice.message, clip_id=notice.clip_id))

    try:
        _, meter.frames_total = film_extent(timeline, settings)
        probes = await _open_sources(timeline, media, meter)
        plan = build_plan(timeline, settings, probes)
        for notice in plan.notices:
            notify(notice)
        master = await _open_master(plan, settings, media, meter, notify)
        with meter.stage("open"):
            output = await studio.open_output(plan, settings)
        try:
            await _render(plan, media, master, output, meter, _Copying.of(settings, notify))
            with meter.stage("finalize"):
                await output.finish()
            await _commit(output, meter)
        finally:
            output.close()
        return Completed(duration_ms=(plan.duration_us + 500) // 1000, frames=plan.n_frames)
    except BaseException:
        await _see_through(studio.abandon())
        raise
    finally:
        await _see_through(media.close())


async def _open_sources(timeline: Timeline, media: MediaPort, meter: Meter) -> Mapping[str, Probe]:
    paths = source_paths(timeline)
    meter.sources_total = len(paths)
    probes: dict[str, Probe] = {}
    for path, clip in paths.items():
        with meter.stage("open", clip.id, label(clip)), located(clip.id, label(clip)):
            probes[path] = await media.probe(path)
        meter.sources_done += 1
    return probes


async def _open_master(
    plan: RenderPlan, settings: Settings, media: MediaPort, meter: Meter, notify: Callable[[Notice], None]
) -> Master | None:
    if not settings.audio or plan.passage is not None:
        return None
    # Before any encoder is opened: browsers may take one away that waits.
    gain = await loudness_gain(plan, settings.audio, media, meter)
    return Master(plan, settings.audio, gain, notify)


@dataclass(frozen=True, slots=True)
class _Copying:
    """What pictures that are copied have to keep to, and who is told where they could not be."""

    longest_us: int | None
    notify: Callable[[Notice], None]

    @classmethod
    def of(cls, settings: Settings, notify: Callable[[Notice], None]) -> "_Copying":
        asked = "key_frame_interval_ms" in settings.model_fields_set
        return cls(settings.key_frame_interval_ms * 1000 if asked else None, notify)


async def _render(plan: RenderPlan, media: MediaPort, master: Master | None, output: OutputPort, meter: Meter, copying: _Copying) -> None:
    async with AsyncExitStack() as readers:
        picture = _Picture(plan, media, output, meter, copying)
        readers.push_async_callback(picture.aclose)
        sound = (
            _MixedSound(plan, media, master, output, meter)
            if master is not None
            else _CopiedSound(plan.passage, plan.sample_rate_hz, media, output, meter)
            if plan.passage is not None
            else None
        )
        if sound is not None:
            readers.push_async_callback(sound.aclose)
        for frames, samples in plan.segments():
            # Sound goes first, so that the muxer never waits for more than one segment of it.
            if sound is not None:
                await sound.advance(samples)
            if plan.stretches:
                for index in frames:
                    await picture.show(index)
                    meter.frames_done = index + 1
            else:
                meter.frames_done = frames.stop


class _Picture:
    """The picture's way through the plan. A decoder lives as long as its layer is seen without a break."""

    def __init__(self, plan: RenderPlan, media: MediaPort, output: OutputPort, meter: Meter, copying: _Copying) -> None:
        self._plan, self._media, self._output, self._meter, self._copying = plan, media, output, meter, copying
        self._seen_until = _ends_of_sight(plan.stretches)
        self._at = -1
        self._stretch = Stretch(range(0), (), Way.CANVAS)
        self._leaves: tuple[Layer, ...] = ()
        self._readers: dict[str, FrameReader] = {}
        self._copier: Copier | None = None
        self._run = Run(range(0))
        self._told: set[str] = set()

    async def show(self, index: int) -> None:
        while index >= self._stretch.frames.stop:
            await self._enter(self._at + 1)
        if self._copier is not None and await self._copied(index, self._copier):
            return
        output_us = self._plan.rate.start_us(index)
        frames: list[Frame | None] = []
        for layer in self._leaves:
            if layer.path is None:
                frames.append(None)
                continue
            where = (layer.clip_id, layer.name, output_us)
            with self._meter.stage("decode", *where), located(*where):
                frames.append(await self._readers[layer.key].at(output_us))
        if not self._stretch.needs_canvas and frames[0] is not None and frames[0].size == self._plan.size:
            with self._meter.stage("encode", time_us=output_us):
                await self._output.add_frame(frames[0], index)
            return
        with self._meter.stage("compose", time_us=output_us):
            await self._output.draw(draw_list(self._stretch.layers, output_us), frames)
        with self._meter.stage("encode", time_us=output_us):
            await self._output.add_canvas(index)

    async def aclose(self) -> None:
        async with AsyncExitStack() as closing:
            for key in self._readers:
                closing.push_async_callback(self._close, key)
            if self._copier is not None:
                closing.push_async_callback(self._copier.aclose)

    async def _enter(self, at: int) -> None:
        self._at, self._stretch = at, self._plan.stretches[at]
        self._leaves = tuple(leaves(self._stretch.layers))
        wanted = {layer.key: layer for layer in self._leaves if layer.path is not None}
        for key in self._readers.keys() - wanted.keys():
            await self._close(key)
        if self._copier is not None:
            await self._copier.aclose()
            self._copier = None
        if self._stretch.way is Way.COPY and (path := self._leaves[0].path) is not None and self._output.takes(path):
            self._run = Run(range(self._stretch.frames.start))
            self._copier = self._open_copier(self._leaves[0], path)
            return
        for layer in wanted.values():
            self._read(layer, self._stretch.frames)

    def _read(self, layer: Layer, frames: range) -> None:
        """From now on ``layer`` is decoded: for ``frames`` of the stretch, and as long as it is seen after it."""
        if layer.key not in self._readers:
            last = self._seen_until[self._at][layer.key] if frames.stop == self._stretch.frames.stop else frames.stop
            start_us, end_us = self._plan.rate.start_us(frames.start), self._plan.rate.start_us(last - 1)
            self._readers[layer.key] = FrameReader(self._media, layer, start_us, end_us, partial(self._retried, layer))

    def _retried(self, layer: Layer, source_us: int | None) -> None:
        after = "" if source_us is None else f" after {clock_text(source_us)} of its file"
        told = f"Clip {layer.name}: the browser's decoder failed{after}. Its picture is decoded in software instead."
        self._copying.notify(Notice("decoder-fallback", told, layer.clip_id))

    def _open_copier(self, layer: Layer, path: str) -> Copier:
        def limit(index: int) -> int:
            return latest_pts_us(layer, self._plan.rate.start_us(index))

        frames = self._stretch.frames
        return Copier(self._media.picture_packets(path, limit(frames.start)), frames, limit, self._copying.longest_us)

    async def _copied(self, index: int, copier: Copier) -> bool:
        """Whether output frame ``index`` went into the file as it is in the source."""
        layer = self._leaves[0]
        where = (layer.clip_id, layer.name, self._plan.rate.start_us(index))
        if index == self._run.frames.stop:
            with self._meter.stage("decode", *where), located(*where):
                self._run = await copier.next()
            self._tell(layer, copier)
            if not self._run.packets:
                self._read(layer, self._run.frames)
            elif layer.key in self._readers:
                await self._close(layer.key)
        if not self._run.packets:
            return False
        with self._meter.stage("encode", time_us=where[-1]):
            await self._output.copy_frame(*self._run.packets[index - self._run.frames.start])
        self._meter.copied_frames += 1
        return True

    def _tell(self, layer: Layer, copier: Copier) -> None:
        if copier.uneven_at is None or layer.key in self._told:
            return
        self._told.add(layer.key)
        when = clock_text(self._plan.rate.start_us(copier.uneven_at))
        message = f"Clip {layer.name} could not be copied whole: at {when} its frames do not come at the rate of the film."
        self._copying.notify(Notice("encoded-again", f"{message} What could not be copied was encoded again.", layer.clip_id))

    async def _close(self, key: str) -> None:
        reader = self._readers.pop(key)
        self._meter.repeated_frames += reader.repeated
        self._meter.dropped_frames += reader.dropped
        await reader.aclose()


class _MixedSound:
    """The sound's way through the plan: mixed, mastered, encoded."""

    def __init__(self, plan: RenderPlan, media: MediaPort, master: Master, output: OutputPort, meter: Meter) -> None:
        self._plan, self._master, self._output, self._meter = plan, master, output, meter
        self._mixdown = Mixdown(plan, media, meter)
        self._first = 0

    async def advance(self, samples: range) -> None:
        """Mixes and encodes output ``samples``. A few ms of them may wait for the next call, or for the end."""
        mixed = await self._mixdown.block(samples)
        with self._meter.stage("compose"):
            block = self._master.finish_block(mixed)
            if samples.stop == self._plan.n_samples:
                block = np.concatenate([block, self._master.finish()], axis=1)
        await self._encode(block)

    async def aclose(self) -> None:
        await self._mixdown.aclose()

    async def _encode(self, block: Block) -> None:
        """With what the limiter kept back the last block may be longer than a second."""
        for start in range(0, block.shape[1], self._plan.sample_rate_hz):
            part = block[:, start : start + self._plan.sample_rate_hz]
            with self._meter.stage("encode"):
                await self._output.add_sound(part, self._first)
            self._first += part.shape[1]


class _CopiedSound:
    """The sound's way where it is that of one source, untouched: packet by packet."""

    def __init__(self, passage: Passage, rate_hz: int, media: MediaPort, output: OutputPort, meter: Meter) -> None:
        self._passage, self._output, self._meter = passage, output, meter
        self._packets = media.sound_packets(passage.path, passage.first - passage.priming, passage.first + passage.n_samples)
        self._rate_hz = rate_hz
        self._copied_to = -passage.priming

    async def advance(self, samples: range) -> None:
        """Copies until output ``samples`` are there. The last packet reaches beyond them."""
        where = (self._passage.clip_id, self._passage.name, samples.start * 1_000_000 // self._rate_hz)
        while self._copied_to < samples.stop:
            with self._meter.stage("decode", *where), located(*where):
                packet = await anext(self._packets, None)
            if packet is None:
                return
            self._copied_to = packet.first + packet.n_samples - self._passage.first
            with self._meter.stage("encode"):
                await self._output.copy_sound(packet)

    async def aclose(self) -> None:
        await self._packets.aclose()


def _ends_of_sight(stretches: Sequence[Stretch]) -> list[dict[str, int]]:
    """For each stretch and each of its layers, the output frame at which the layer is next not seen."""
    ends: list[dict[str, int]] = []
    later: dict[str, int] = {}
    for stretch in reversed(stretches):
        later = {layer.key: later.get(layer.key, stretch.frames.stop) for layer in leaves(stretch.layers)}
        ends.append(later)
    ends.reverse()
    return ends


async def _commit(output: OutputPort, meter: Meter) -> None:
    """From here on a cancellation waits: a file is either committed, and that is success, or it is not."""
    with meter.stage("commit", may_take_long=True):
        cancelled = await _see_through(output.commit())
    if not cancelled:
        with meter.stage("verify"), suppress(asyncio.CancelledError):
            await output.verify()


async def _see_through(work: Coroutine[object, object, None]) -> bool:
    """Awaits ``work`` to its end, however often that is cancelled; says whether it was."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            # Not shield(): it reports a failure that comes after a cancellation as one that nobody looks at.
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    task.result()
    return cancelled
