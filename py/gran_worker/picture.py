"""The picture's way through a plan: which frames are decoded, drawn, encoded or copied, and when a decoder opens and closes."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

from gran_worker.compose import draw_list
from gran_worker.errors import located
from gran_worker.groups import Copier, Run
from gran_worker.plan import RenderPlan, Stretch, Way
from gran_worker.ports import Frame, MediaPort, OutputPort, PicturePort
from gran_worker.reader import FrameReader, latest_pts_us
from gran_worker.settings import Settings
from gran_worker.shown import Layer, leaves
from gran_worker.telemetry import Meter
from gran_worker.timing import clock_text
from gran_worker.voices import Notice

LEAD = 8
"""Frames before a stretch in which decoders are opened for it: one needs some 50 ms until its first frame comes."""


@dataclass(frozen=True, slots=True)
class Copying:
    """Where pictures go that are copied, and what they have to keep to."""

    output: OutputPort
    longest_us: int | None

    @classmethod
    def of(cls, settings: Settings, output: OutputPort) -> "Copying":
        asked = "key_frame_interval_ms" in settings.model_fields_set
        return cls(output, settings.key_frame_interval_ms * 1000 if asked else None)


@dataclass(frozen=True, slots=True)
class Notices:
    """Tells of each layer's troubles once, however many decoders it has."""

    notify: Callable[[Notice], None]
    _told: set[tuple[str, str]] = field(default_factory=set)

    def tell(self, layer: Layer, code: str, message: str) -> None:
        if (layer.key, code) not in self._told:
            self._told.add((layer.key, code))
            self.notify(Notice(code, message, layer.clip_id))


class Picture:
    """A decoder lives as long as its layer is seen without a break."""

    def __init__(
        self,
        plan: RenderPlan,
        media: MediaPort,
        encoder: PicturePort,
        meter: Meter,
        notices: Notices,
        copying: Copying | None = None,
        beyond: Collection[str] = (),
    ) -> None:
        """Without ``copying`` all is encoded. Layers ``beyond`` go on behind the plan's last frame, where someone else shows them."""
        self._plan, self._media, self._encoder, self._meter = plan, media, encoder, meter
        self._notices, self._copying, self._beyond = notices, copying, beyond
        self._seen_until = _ends_of_sight(plan.stretches)
        self._at = self._begun = -1
        self._stretch = Stretch(range(0), (), Way.CANVAS)
        self._leaves: tuple[Layer, ...] = ()
        self._readers: dict[str, FrameReader] = {}
        self._copier: Copier | None = None
        self._run = Run(range(0))

    def begin(self) -> None:
        """Opens the decoders that the next stretch needs. Until they give something, other things can be done."""
        at = self._at + 1
        # What is copied may have to be decoded yet, and a layer has one decoder.
        if at == self._begun or at == len(self._plan.stretches) or self._copier is not None:
            return
        self._begun = at
        stretch = self._plan.stretches[at]
        if stretch.way is not Way.COPY or self._copying is None:
            for layer in _read_layers(stretch):
                self._read(layer, stretch.frames, at).begin()

    async def show(self, index: int) -> None:
        """Output frame ``index``: the plan's first, or the next."""
        while index >= self._stretch.frames.stop:
            await self._enter(self._at + 1)
        if index + LEAD >= self._stretch.frames.stop:
            self.begin()
        await self._show(index)
        if self._beyond and index + 1 == self._plan.stretches[-1].frames.stop:
            await self._count_on(index + 1)

    async def _show(self, index: int) -> None:
        if self._copier is not None and self._copying is not None and await self._copied(index, self._copier, self._copying.output):
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
                await self._encoder.add_frame(frames[0], index)
            self._meter.frames_done += 1
            return
        with self._meter.stage("compose", time_us=output_us):
            await self._encoder.draw(draw_list(self._stretch.layers, output_us), frames, index)
        with self._meter.stage("encode", time_us=output_us):
            await self._encoder.add_canvas(index)
        self._meter.frames_done += 1

    async def _count_on(self, index: int) -> None:
        """Counts what the step to output frame ``index`` repeats or drops: whoever shows it does not know what was shown before."""
        for layer in self._leaves:
            if layer.key in self._beyond and layer.key in self._readers:
                where = (layer.clip_id, layer.name, self._plan.rate.start_us(index))
                with self._meter.stage("decode", *where), located(*where):
                    await self._readers[layer.key].count_on(where[-1])

    async def aclose(self) -> None:
        async with AsyncExitStack() as closing:
            for key in self._readers:
                closing.push_async_callback(self._close, key)
            if self._copier is not None:
                closing.push_async_callback(self._copier.aclose)

    async def _enter(self, at: int) -> None:
        self._at, self._stretch = at, self._plan.stretches[at]
        self._leaves = tuple(leaves(self._stretch.layers))
        wanted = _read_layers(self._stretch)
        for key in self._readers.keys() - {layer.key for layer in wanted}:
            await self._close(key)
        if self._copier is not None:
            await self._copier.aclose()
            self._copier = None
        copying, path = self._copying, self._leaves[0].path if self._stretch.way is Way.COPY else None
        if copying is not None and path is not None and copying.output.takes(path):
            self._run = Run(range(self._stretch.frames.start))
            self._copier = self._open_copier(self._leaves[0], path, copying.longest_us)
            return
        for layer in wanted:
            self._read(layer, self._stretch.frames, at)

    def _read(self, layer: Layer, frames: range, at: int) -> FrameReader:
        """From now on ``layer`` is decoded: for ``frames`` of stretch ``at``, and as long as it is seen after it."""
        if layer.key not in self._readers:
            last = self._seen_until[at][layer.key] if frames.stop == self._plan.stretches[at].frames.stop else frames.stop
            goes_on = layer.key in self._beyond and last == self._plan.stretches[-1].frames.stop
            start_us, end_us = self._plan.rate.start_us(frames.start), self._plan.rate.start_us(last if goes_on else last - 1)
            self._readers[layer.key] = FrameReader(self._media, layer, start_us, end_us, partial(self._retried, layer))
        return self._readers[layer.key]

    def _retried(self, layer: Layer, source_us: int | None) -> None:
        after = "" if source_us is None else f" after {clock_text(source_us)} of its file"
        told = f"Clip {layer.name}: the browser's decoder failed{after}. Its picture is decoded in software instead."
        self._notices.tell(layer, "decoder-fallback", told)

    def _open_copier(self, layer: Layer, path: str, longest_us: int | None) -> Copier:
        def limit(index: int) -> int:
            return latest_pts_us(layer, self._plan.rate.start_us(index))

        frames = self._stretch.frames
        return Copier(self._media.picture_packets(path, limit(frames.start)), frames, limit, longest_us)

    async def _copied(self, index: int, copier: Copier, output: OutputPort) -> bool:
        """Whether output frame ``index`` went into the file as it is in the source."""
        layer = self._leaves[0]
        where = (layer.clip_id, layer.name, self._plan.rate.start_us(index))
        if index == self._run.frames.stop:
            with self._meter.stage("decode", *where), located(*where):
                self._run = await copier.next()
            self._tell(layer, copier)
            if not self._run.packets:
                self._read(layer, self._run.frames, self._at)
            elif layer.key in self._readers:
                await self._close(layer.key)
        if not self._run.packets:
            return False
        with self._meter.stage("encode", time_us=where[-1]):
            await output.copy_frame(*self._run.packets[index - self._run.frames.start])
        self._meter.copied_frames += 1
        self._meter.frames_done += 1
        return True

    def _tell(self, layer: Layer, copier: Copier) -> None:
        if copier.uneven_at is None:
            return
        when = clock_text(self._plan.rate.start_us(copier.uneven_at))
        message = f"Clip {layer.name} could not be copied whole: at {when} its frames do not come at the rate of the film."
        self._notices.tell(layer, "encoded-again", f"{message} What could not be copied was encoded again.")

    async def _close(self, key: str) -> None:
        reader = self._readers.pop(key)
        self._meter.repeated_frames += reader.repeated
        self._meter.dropped_frames += reader.dropped
        await reader.aclose()


def _read_layers(stretch: Stretch) -> list[Layer]:
    """Those of the layers of ``stretch`` that are decoded from a file."""
    return [layer for layer in leaves(stretch.layers) if layer.path is not None]


def _ends_of_sight(stretches: Sequence[Stretch]) -> list[dict[str, int]]:
    """For each stretch and each of its layers, the output frame at which the layer is next not seen."""
    ends: list[dict[str, int]] = []
    later: dict[str, int] = {}
    for stretch in reversed(stretches):
        later = {layer.key: later.get(layer.key, stretch.frames.stop) for layer in leaves(stretch.layers)}
        ends.append(later)
    ends.reverse()
    return ends
