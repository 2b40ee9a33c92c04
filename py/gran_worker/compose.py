"""A plan and a moment -> drawing orders, bottom layer first. Data only: executors draw it, tests compare it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from gran_worker.caption import Caption
from gran_worker.filters import Filter
from gran_worker.geometry import Affine, Rect, Size
from gran_worker.look import Look

if TYPE_CHECKING:
    from gran_worker.shown import Shown


@dataclass(frozen=True, slots=True)
class DrawOp:
    """Draw one picture, fill with one colour, or write a text.

    ``affine`` maps the px of the frame as stored (square px) to output px; ``width`` and ``height`` are that frame's and ``crop``
    the part of it that is drawn. ``colour`` is set for a fill: then the rectangle ``crop`` is painted and no frame is needed. So it
    is with ``caption``, which is set in a frame of ``width`` × ``height``. ``filters`` count output px, ``window`` too: nothing
    is drawn outside of it. ``adds``: added to what is there instead of laid over it.
    """

    clip_id: str
    affine: Affine
    crop: Rect
    opacity: float
    width: float
    height: float
    colour: str | None = None
    caption: Caption | None = None
    filters: tuple[Filter, ...] = ()
    window: Rect | None = None
    adds: bool = False


@dataclass(frozen=True, slots=True)
class GroupOp:
    """Draw ``ops`` on an empty, transparent sheet of the output's size, then draw the part ``crop`` of it as one picture.

    ``repeats_edges``: for the filters the sheet goes on beyond its edges as it ends there.
    """

    ops: tuple["Op", ...]
    affine: Affine
    crop: Rect
    opacity: float = 1.0
    filters: tuple[Filter, ...] = ()
    window: Rect | None = None
    adds: bool = False
    repeats_edges: bool = False


@dataclass(frozen=True, slots=True)
class AdjustOp:
    """Apply ``filters`` to what is drawn already, within ``crop`` of the output drawn through ``affine``. Edges repeat."""

    affine: Affine
    crop: Rect
    opacity: float
    filters: tuple[Filter, ...]
    window: Rect | None = None
    adds: bool = False


Op = DrawOp | GroupOp | AdjustOp
Drawn = TypeVar("Drawn", DrawOp, GroupOp, AdjustOp)


def draw_list(layers: "Sequence[Shown]", output_us: int) -> tuple[Op, ...]:
    """What to draw at ``output_us``, bottom first. Its pictures come in the order of ``shown.leaves(layers)``."""
    return tuple(op for layer in layers for op in layer.orders(output_us))


def pictures(ops: Iterable[Op]) -> Iterator[DrawOp]:
    """Every picture, fill and text in ``ops``, in the order of drawing."""
    for op in ops:
        if isinstance(op, DrawOp):
            yield op
        elif isinstance(op, GroupOp):
            yield from pictures(op.ops)


def sheet(size: Size, ops: tuple[Op, ...] = ()) -> GroupOp:
    """``ops`` on a sheet of their own, unchanged."""
    return GroupOp(ops, Affine(), Rect(0, 0, *size))


def through(op: Drawn, look: Look, size: Size) -> Drawn:
    """``op`` as ``look`` changes it, on an output of ``size``."""
    affine = op.affine
    if look.shift != (0.0, 0.0):
        affine = affine.then(Affine.translation(look.shift[0] * size.width, look.shift[1] * size.height))
    return replace(
        op,
        affine=affine,
        opacity=op.opacity * look.opacity,
        filters=op.filters + look.filters,
        window=_on_px(look.window, size) if look.window else op.window,
    )


def _on_px(share: Rect, size: Size) -> Rect:
    """Whole px: of two pictures that share an edge neither may leave it half covered."""
    left, top = round(share.x * size.width), round(share.y * size.height)
    right, bottom = round((share.x + share.width) * size.width), round((share.y + share.height) * size.height)
    return Rect(left, top, right - left, bottom - top)
