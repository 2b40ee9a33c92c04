"""One export: opens sources, plans, then lets sound and picture advance together, a second at a time, into the output."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, aclosing, suppress
from functools import partial

import numpy as np

from gran_worker import opening
from gran_worker.copying import Passage
from gran_worker.errors import located
from gran_worker.messages import Completed, Warning
from gran_worker.mixdown import Master, Mixdown, loudness_gain
from gran_worker.picture import Copying, Notices, Picture
from gran_worker.plan import RenderPlan, build_plan, film_extent, source_paths
from gran_worker.ports import Block, Encoded, LanePort, MediaPort, OutputPort, Probe, StudioPort
from gran_worker.sections import build_sections, cut, seen_on
from gran_worker.settings import Settings
from gran_worker.sidebyside import Hand, SideBySide
from gran_worker.snapshot import Timeline, label
from gran_worker.telemetry import Meter
from gran_worker.together import see_through
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
        meter.film_us = settings.fps.start_us(meter.frames_total)
        studio.begin(settings)
        probes = await _open_sources(timeline, media, meter)
        plan = build_plan(timeline, settings, probes)
        for notice in plan.notices:
            notify(notice)
        master = await _open_master(plan, settings, media, meter, notify)
        with meter.stage("open"):
            output = await studio.open_output(plan, settings)
        try:
            await _render(plan, settings, media, master, output, meter, notify)
            with meter.stage("finalize"):
                await output.finish()
            await _commit(output, meter)
        finally:
            output.close()
        return Completed(duration_ms=(plan.duration_us + 500) // 1000, frames=plan.n_frames)
    except BaseException:
        await see_through(studio.abandon())
        raise
    finally:
        await see_through(media.close())


async def _open_sources(timeline: Timeline, media: MediaPort, meter: Meter) -> Mapping[str, Probe]:
    paths = source_paths(timeline)
    meter.sources_total = len(paths)
    probes: dict[str, Probe] = {}
    async with aclosing(opening.probes(media, paths)) as opened:
        for path, clip in paths.items():
            with meter.stage("open", clip.id, label(clip)), located(clip.id, label(clip)):
                probes[path] = await anext(opened)
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


async def _render(
    plan: RenderPlan,
    settings: Settings,
    media: MediaPort,
    master: Master | None,
    output: OutputPort,
    meter: Meter,
    notify: Callable[[Notice], None],
) -> None:
    async with AsyncExitStack() as readers:
        picture = (
            _SharedPicture(plan, settings, media, output, meter, Notices(notify))
            if len(output.lanes) > 1
            else Picture(plan, media, output, meter, Notices(notify), Copying.of(settings, output))
        )
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
        if isinstance(picture, Picture):
            picture.begin()
        for frames, samples in plan.segments():
            # Sound goes first, so that the muxer never waits for more than one segment of it.
            if sound is not None:
                await sound.advance(samples)
            if plan.stretches:
                for index in frames:
                    await picture.show(index)
            else:
                meter.frames_done = frames.stop


class _SharedPicture:
    """The picture's way where several encoders share it: each has its section, with decoders of its own."""

    def __init__(self, plan: RenderPlan, settings: Settings, media: MediaPort, output: OutputPort, meter: Meter, notices: Notices) -> None:
        self._plan, self._media, self._output, self._meter, self._notices = plan, media, output, meter, notices
        sections = build_sections(plan, settings, len(output.lanes))
        self._encoders = SideBySide(sections, [partial(self._encode, lane) for lane in output.lanes])

    async def show(self, index: int) -> None:
        """Puts the packet of output frame ``index`` into the file. Frames were begun long before."""
        packet = await self._encoders.next()
        self._meter.note_high_water("heldBytes", self._encoders.held_bytes)
        if packet is not None:
            with self._meter.stage("encode", time_us=self._plan.rate.start_us(index)):
                await self._output.put(packet)

    async def aclose(self) -> None:
        await self._encoders.aclose()

    async def _encode(self, lane: LanePort, frames: range, hand: Hand[Encoded]) -> None:
        beyond = seen_on(self._plan, frames.stop)
        async with aclosing(Picture(cut(self._plan, frames), self._media, lane, self._meter, self._notices, beyond=beyond)) as picture:
            for index in frames:
                lane.watch(watched=self._encoders.is_front(frames))
                await picture.show(index)
                await hand(lane.packets())
        with self._meter.stage("encode", time_us=self._plan.rate.start_us(frames.stop - 1)):
            await lane.flush()
        await hand(lane.packets())


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


async def _commit(output: OutputPort, meter: Meter) -> None:
    """From here on a cancellation waits: a file is either committed, and that is success, or it is not."""
    with meter.stage("commit", may_take_long=True):
        cancelled = await see_through(output.commit())
    if not cancelled:
        with meter.stage("verify"), suppress(asyncio.CancelledError):
            await output.verify()
