"""A plan and a moment -> drawing orders, bottom layer first. Data only: executors draw it, tests compare it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gran_worker.geometry import Affine, Rect

if TYPE_CHECKING:
    from gran_worker.layers import Layer


@dataclass(frozen=True, slots=True)
class DrawOp:
    """Draw one picture, or fill with one colour.

    ``affine`` maps the px of the frame as stored (square px) to output px; ``size`` is that frame's width and height and ``crop``
    the part of it that is drawn. ``colour`` is set for a fill: then the rectangle ``crop`` is painted and no frame is needed.
    """

    clip_id: str
    affine: Affine
    crop: Rect
    opacity: float
    width: float
    height: float
    colour: str | None = None


def draw_list(layers: "Sequence[Layer]", output_us: int) -> tuple[DrawOp, ...]:
    """What to draw at ``output_us``, bottom first: one order for each of ``layers``."""
    return tuple(layer.op for layer in layers)
