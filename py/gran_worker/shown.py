"""What can be seen: pictures, groups of them, pairs that mix, adjustments. Each for a span of output frames, as data."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

from gran_worker.compose import AdjustOp, Drawn, DrawOp, GroupOp, Op, draw_list, sheet, through
from gran_worker.curves import Curve, eased
from gran_worker.filters import softens
from gran_worker.geometry import Size, covers
from gran_worker.look import Direction, Look, TransitionKind
from gran_worker.ports import VideoInfo
from gran_worker.timing import TimeRange

Moment = int | Fraction
"""µs on the output's clock; between whole ones where a nested timeline runs at another speed."""


@dataclass(frozen=True, slots=True)
class SourceWalk:
    """How a clip moves through its source. All µs; ``start_us`` is on the output's own clock, the rest on the source's.

    Under a ``blend`` it plays on ``lag_us`` beyond its range, or begins ``lead_us`` before it, but never before the source's
    first frame at ``first_us``. Both count source µs.
    """

    start_us: Moment
    source: TimeRange
    speed: Fraction = Fraction(1)
    freeze_us: int | None = None
    lead_us: int = 0
    lag_us: int = 0
    first_us: int = 0

    def at(self, output_us: int) -> int:
        """Source time that shows at ``output_us``, rounded down. Past the end of the range it stays there."""
        if self.freeze_us is not None:
            return self.freeze_us
        # An edge up to 1 µs after a frame time counts as on it, so a clip may show a moment before it starts.
        walked_us = int((output_us - self.start_us) * self.speed.numerator // self.speed.denominator)
        source_us = self.source.start_us + max(-self.lead_us, walked_us)
        if self.lead_us:
            source_us = max(min(self.first_us, self.source.start_us), source_us)
        return min(source_us, self.end_us)

    @property
    def end_us(self) -> int:
        return self.source.end_us + self.lag_us


@dataclass(frozen=True, slots=True)
class Motion:
    """A transition as one picture goes through it. It comes or leaves, from ``start_us`` (output µs) on."""

    kind: TransitionKind
    comes: bool
    direction: Direction
    curve: Curve
    start_us: Moment
    duration_us: Moment
    size: Size
    """The output's."""
    stands_at: float | None = None
    """In a frozen nested timeline, where it stands still (0 to 1)."""

    def look(self, output_us: int) -> Look:
        t = self.stands_at if self.stands_at is not None else float((output_us - self.start_us) / self.duration_us)
        way = self.kind.coming if self.comes else self.kind.leaving
        return way(eased(self.curve, t), self.direction)

    def moved(self, op: Drawn, output_us: int) -> Drawn:
        return through(op, self.look(output_us), self.size)


@dataclass(frozen=True, slots=True)
class Layer:
    """One clip's picture. ``path`` and ``video`` are None for a fill and for text.

    ``key`` is its own even where one nested timeline is shown twice; ``clip_id`` is the clip of the outermost timeline that it
    belongs to, for messages.
    """

    key: str
    clip_id: str
    name: str
    path: str | None
    video: VideoInfo | None
    frames: range
    walk: SourceWalk
    op: DrawOp
    opaque: bool
    motion: Motion | None = None
    sheet: Size | None = None
    """The output's, where the picture fills it and is blurred: its edges must not let through what is below."""

    def hides(self, size: Size) -> bool:
        """Whether nothing below it can be seen."""
        at_rest = self.opaque and self.motion is None and not softens(self.op.filters)
        return at_rest and covers(self.op.crop, self.op.affine, size)

    def orders(self, output_us: int) -> tuple[Op, ...]:
        if self.sheet is None:
            return (_moved(self.op, self.motion, output_us),)
        plain = replace(self.op, filters=(), opacity=1.0)
        blurred = replace(sheet(self.sheet, (plain,)), filters=self.op.filters, opacity=self.op.opacity, repeats_edges=True)
        return (_moved(blurred, self.motion, output_us),)


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that are drawn together, and then as one: a nested timeline with an opacity, effects or a transform of its own."""

    key: str
    frames: range
    layers: tuple["Shown", ...]
    op: GroupOp
    """Without its orders."""
    motion: Motion | None = None

    def hides(self, size: Size) -> bool:
        at_rest = self.op.opacity == 1 and self.motion is None and not softens(self.op.filters)
        return at_rest and covers(self.op.crop, self.op.affine, size) and any(layer.hides(size) for layer in self.layers)

    def orders(self, output_us: int) -> tuple[Op, ...]:
        return (_moved(replace(self.op, ops=draw_list(self.layers, output_us)), self.motion, output_us),)


@dataclass(frozen=True, slots=True)
class Mix:
    """Two neighbours in a transition, the leaving one first. Both have a motion."""

    key: str
    frames: range
    layers: tuple["Single", "Single"]
    kind: TransitionKind
    size: Size
    fills: bool
    """Both fill the output with nothing shining through."""

    def hides(self, _size: Size) -> bool:
        return self.fills and self.kind.fills

    def orders(self, output_us: int) -> tuple[Op, ...]:
        (leaving,), (coming,) = (layer.orders(output_us) for layer in self.layers)
        if self.kind.meeting != "crossfade":
            return leaving, coming
        if self.fills:
            # a·(1 - t) + b·t is b over a whole a, and needs no sheet.
            return *_at_rest(self.layers[0]).orders(output_us), coming
        return (sheet(self.size, (leaving, replace(coming, adds=True))),)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Effects on everything below it."""

    key: str
    frames: range
    op: AdjustOp
    motion: Motion | None = None

    def hides(self, _size: Size) -> bool:
        return False

    def orders(self, output_us: int) -> tuple[Op, ...]:
        return (_moved(self.op, self.motion, output_us),)


Single = Layer | Group
"""What can be a clip's picture."""
Shown = Layer | Group | Mix | Adjustment


def leaves(shown: Iterable[Shown]) -> Iterator[Layer]:
    """Every picture of them, in the order of drawing."""
    for each in shown:
        if isinstance(each, Layer):
            yield each
        elif not isinstance(each, Adjustment):
            yield from leaves(each.layers)


def seen(layers: Sequence[Shown], frames: range, size: Size) -> Iterator[tuple[range, tuple[Shown, ...]]]:
    """Cuts ``frames`` where any layer comes or goes; drops what is hidden from above; joins equal neighbours."""
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    for order, layer in enumerate(layers):
        starts.setdefault(layer.frames.start, []).append(order)
        ends.setdefault(layer.frames.stop, []).append(order)
    showing: set[int] = set()
    held: tuple[range, tuple[Shown, ...]] | None = None
    for first, end in pairwise(sorted({frames.start, frames.stop, *starts, *ends})):
        showing = (showing - set(ends.get(first, ()))) | set(starts.get(first, ()))
        shown: list[Shown] = []
        for order in sorted(showing, reverse=True):
            shown.insert(0, layers[order])
            if layers[order].hides(size):
                break
        if held is not None and held[1] == tuple(shown):
            held = (range(held[0].start, end), held[1])
            continue
        if held is not None:
            yield held
        held = (range(first, end), tuple(shown))
    if held is not None:
        yield held


def _moved(op: Drawn, motion: Motion | None, output_us: int) -> Drawn:
    return motion.moved(op, output_us) if motion is not None else op


def _at_rest(layer: Single) -> Single:
    return replace(layer, motion=None)
