"""A timeline as the preview plays it: its plan, and any of its frames drawn on demand."""

from bisect import bisect_right
from dataclasses import dataclass, field

from gran_worker.compose import Op, draw_list
from gran_worker.plan import RenderPlan
from gran_worker.ports import Frame
from gran_worker.preview.pace import frame_at
from gran_worker.preview.scrub import ReaderPool
from gran_worker.settings import Settings
from gran_worker.shown import Layer, Shown, leaves

WARM_US = 700_000
"""How long before a source comes into sight its decoder starts."""


@dataclass(slots=True)
class Film:
    """``plan`` is None for a timeline with nothing in it: one empty picture without a length."""

    settings: Settings
    plan: RenderPlan | None
    pool: ReaderPool
    _starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self._starts = [stretch.frames.start for stretch in self.plan.stretches] if self.plan else []

    @property
    def n_frames(self) -> int:
        return self.plan.n_frames if self.plan else 0

    @property
    def duration_us(self) -> int:
        return self.plan.duration_us if self.plan else 0

    def index_at(self, time_us: int) -> int:
        """The frame at ``time_us``; at the end it is the last. Behind it there is none: ``n_frames``."""
        if self.plan is None or time_us > self.duration_us:
            return self.n_frames
        return min(frame_at(self.settings.fps, time_us), self.n_frames - 1)

    async def picture(self, index: int) -> tuple[tuple[Op, ...], list[Frame | None]]:
        """What to draw for frame ``index``. The frames are the readers' to close, and theirs until the next call."""
        layers = self._layers(index)
        output_us = self.settings.fps.start_us(index)
        frames: list[Frame | None] = []
        shown = tuple(leaves(layers))
        for layer in shown:
            frames.append(None if layer.path is None else await self.pool.take(layer).at(output_us))
        await self.pool.trim(len(shown))
        return draw_list(layers, output_us), frames

    def coming(self, index: int) -> tuple[Layer, int] | None:
        """The next source that comes into sight soon after frame ``index`` and is not decoded yet, and when (output µs)."""
        fps = self.settings.fps
        soon = frame_at(fps, fps.start_us(index) + WARM_US)
        here, there = self._stretch(index), self._stretch(min(soon, self.n_frames - 1))
        if self.plan is None or here is None or there is None:
            return None
        for stretch in self.plan.stretches[here + 1 : there + 1]:
            for layer in leaves(stretch.layers):
                if layer.path is not None and not self.pool.knows(layer):
                    return layer, fps.start_us(stretch.frames.start)
        return None

    def _layers(self, index: int) -> tuple[Shown, ...]:
        at = self._stretch(index)
        return () if self.plan is None or at is None else self.plan.stretches[at].layers

    def _stretch(self, index: int) -> int | None:
        at = bisect_right(self._starts, index) - 1
        return at if self.plan is not None and at >= 0 and index in self.plan.stretches[at].frames else None
