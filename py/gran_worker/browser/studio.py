"""Everything outside that one export needs: its sources, its encoders, its destination."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gran_js import cores

from gran_worker.agreement import agree
from gran_worker.browser.canvas2d import Canvas2D
from gran_worker.browser.executor import Executor
from gran_worker.browser.ffi import entries, or_none
from gran_worker.browser.files import about, read_whole
from gran_worker.browser.graphics import has_graphics_card, open_executor
from gran_worker.browser.kernel import Kernels
from gran_worker.browser.lent import Lent
from gran_worker.browser.media import BrowserMedia
from gran_worker.browser.output import BrowserOutput
from gran_worker.browser.planar import PlanarExecutor
from gran_worker.browser.planes import PlanarKernel
from gran_worker.browser.rungs import Proof, is_software, prove
from gran_worker.browser.sink import Destination
from gran_worker.browser.soundencoder import Encoding, SoundTrials
from gran_worker.browser.truecolour import TrueColour
from gran_worker.browser.typesetter import Typesetter, Written
from gran_worker.codecs import Rung
from gran_worker.colour import BT709
from gran_worker.drawings import Drawing, wanted_drawings
from gran_worker.errors import GraphicsError
from gran_worker.interchange import MAX_FILE_BYTES, otio_text
from gran_worker.messages import Warning
from gran_worker.plan import RenderPlan
from gran_worker.sections import n_encoders
from gran_worker.settings import Settings
from gran_worker.shown import leaves
from gran_worker.telemetry import Meter

PROVEN_COLOUR = BT709
"""Most films have it. Another one changes what an encoder says of its packets, and is tried when it is known."""
STILL_DRAWING = "Clip {}: of an animated SVG drawing only the first moment is shown."


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a timeline and of those in it, by ``layers.source_key``, and their fonts by family."""

    files: dict[str, Any]
    fonts: dict[str, Any]

    @classmethod
    def of(cls, timeline: Any) -> "Sources":
        """``timeline`` is the JavaScript object that was checked already."""
        sources = cls({}, {})
        sources._collect(timeline, ())
        return sources

    async def read_otio(self, name: tuple[str, ...]) -> str:
        """The text of the OpenTimelineIO file with this name (``Scope.find_source``). Raises ContractError and SourceError."""
        file_name, data = await read_whole(self.files["\0".join(name)], MAX_FILE_BYTES, name[-1])
        with about(file_name):
            return otio_text(data)

    def _collect(self, timeline: Any, keys: tuple[str, ...]) -> None:
        for path, file in _entries(timeline, "sources"):
            self.files["\0".join((*keys, path))] = file
        for family, font in _entries(timeline, "fonts"):
            self.fonts.setdefault(family, font)
        for path, inner in _entries(timeline, "timelines"):
            self._collect(inner, (*keys, path))


class Studio:
    def __init__(
        self,
        sources: Sources,
        destination: Destination,
        trials: SoundTrials,
        kernels: Kernels,
        lent: Lent,
        meter: Meter,
        warn: Callable[[Warning], None],
    ) -> None:
        self.media = BrowserMedia(sources.files, meter.alive, lent)
        self._fonts = sources.fonts
        self._typesetter: Typesetter | None = None
        self._destination, self._trials, self._kernels = destination, trials, kernels
        self._meter, self._warn, self._viewer = meter, warn, lent.viewer
        self._executor: Executor | None = None
        """Until it is the output's."""
        self._output: BrowserOutput | None = None
        self._seeing: asyncio.Task[Proof] | None = None
        self._hearing: asyncio.Task[Encoding] | None = None

    def begin(self, settings: Settings) -> None:
        if settings.codec:
            self._seeing = asyncio.ensure_future(prove(settings, PROVEN_COLOUR))
        if settings.audio:
            self._hearing = asyncio.ensure_future(self._trials.prove(settings.audio))

    async def open_output(self, plan: RenderPlan, settings: Settings) -> BrowserOutput:
        """Nothing is touched for an export that could not have begun: the trials come first."""
        rung, record = None, b""
        if self._seeing is not None:
            rung, record = await self._seeing
            if plan.colour != PROVEN_COLOUR:
                rung, record = await prove(settings, plan.colour)
            self._meter.encoder = f"{rung.codec}, {rung.hardware}"
            if rung.differs:
                self._fallback(f"The video is encoded with {rung.differs}.")
        for drawing in await self.media.rasterise(drawings_of(plan)):
            self._warn(Warning(code="animation", message=STILL_DRAWING.format(drawing.name), clip_id=drawing.clip_id))
        self._typesetter = Typesetter(plan.size)
        await self._typesetter.prepare(texts_of(plan), self._fonts, self._warn)
        executor = None
        if settings.codec:
            executor = self._executor = await self._open_executor(plan, settings, self._typesetter)
            self._meter.executor = executor.name if plan.needs_canvas else "none"
        encoding = None
        if self._hearing is not None and plan.passage is None:
            encoding = await self._hearing
            if encoding.note:
                self._fallback(encoding.note)
        if settings.audio:
            self._meter.sound = "mixed" if encoding is not None else "copied"
        self._meter.alive()
        await self._destination.open()
        agreement = agree(plan, record)
        for layer in agreement.refused:
            message = f"The picture of clip {layer.name} is encoded again: it cannot be put as it is beside what else the film shows."
            self._warn(Warning(code="encoded-again", message=message, clip_id=layer.clip_id))
        n = await self._n_encoders(plan, settings, rung)
        self._output = BrowserOutput(plan, settings, rung, n, agreement, encoding, executor, self._destination, self._meter, self._viewer)
        self._executor = None
        try:
            await self._output.start()
        except BaseException:
            self._output.close()
            raise
        return self._output

    async def abandon(self) -> None:
        # Both at once: where the destination hangs, the muxer that writes to it does too.
        await asyncio.gather(self._destination.abort(), *([self._output.abandon()] if self._output is not None else []))

    @property
    def live_objects(self) -> dict[str, int]:
        """What is open and has to be closed, by class."""
        return {**self.media.live_objects, "VideoEncoder": 0 if self._output is None else self._output.open_encoders}

    def close(self) -> None:
        for trial in (self._seeing, self._hearing):
            if trial is not None:
                # Nobody may have come to ask how it went.
                trial.add_done_callback(lambda done: done.cancelled() or done.exception())
                trial.cancel()
        if self._executor is not None:
            self._executor.close()
        if self._output is not None:
            self._output.release()
        if self._viewer is not None:
            self._viewer.forget()
        if self._typesetter is not None:
            self._typesetter.close()

    async def _n_encoders(self, plan: RenderPlan, settings: Settings, rung: Rung | None) -> int:
        if rung is None:
            return 0
        n = n_encoders(plan, settings, int(cores))
        if n > 1 and settings.encoders == "auto" and not await is_software(rung, settings):
            n = 1
        self._meter.encoders = n
        return n

    async def _open_executor(self, plan: RenderPlan, settings: Settings, typesetter: Typesetter) -> Executor:
        kernel = PlanarKernel(await self._kernels.take("planes"), plan.size, plan.colour)
        range_kernel = await self._kernels.take("range")
        if not plan.needs_canvas:
            # Only a source that changes its size midway will be drawn.
            settings = settings.model_copy(update={"executor": "2d"})
        executor = await open_executor(settings, plan.size, typesetter, kernel, range_kernel, self._executor_changed)
        if settings.executor != "auto" or settings.alpha or not isinstance(executor, Canvas2D):
            return executor
        sheet = Canvas2D(plan.size, settings.background, typesetter, TrueColour(range_kernel), kernel, transparent=True)
        return PlanarExecutor(await self._kernels.take("blend"), plan.size, settings.background, plan.colour, executor, sheet)

    def _executor_changed(self, error: GraphicsError) -> None:
        has_graphics_card.cache_clear()
        self._meter.executor = "2d"
        self._warn(Warning(code="executor-fallback", message=f"{error.message} The rest of the film is drawn without the graphics card."))

    def _fallback(self, message: str) -> None:
        self._warn(Warning(code="encoder-fallback", message=message))


def _entries(timeline: Any, name: str) -> Iterable[tuple[str, Any]]:
    record = or_none(getattr(timeline, name, None))
    return entries(record).items() if record is not None else ()


def drawings_of(plan: RenderPlan) -> dict[str, Drawing]:
    return wanted_drawings(layer for stretch in plan.stretches for layer in stretch.layers)


def texts_of(plan: RenderPlan) -> Iterator[Written]:
    """Each text that is seen, once."""
    told: set[str] = set()
    for layer in (layer for stretch in plan.stretches for layer in leaves(stretch.layers)):
        if layer.op.caption is not None and layer.key not in told:
            told.add(layer.key)
            yield Written(layer.clip_id, layer.name, layer.op.caption)
