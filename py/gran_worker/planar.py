"""Drawing orders that need no canvas: which lists can be mixed as Y, Cb and Cr planes, and how.

Where the bottom picture comes from its decoder in the file's own colours and size, only what lies over it must be touched. Mixing is
linear, so it gives the same px in Y'CbCr as in RGB.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, log2, sqrt

import numpy as np
import numpy.typing as npt

from gran_worker.colour import Colour
from gran_worker.compose import DrawOp, Op
from gran_worker.geometry import Affine, Rect, Size

WHOLE = 32_767
"""The share of a sample that is replaced, in Q15."""
STEPS = 16
"""Canvases interpolate in so many steps between two samples."""
NUDGE = 1e-4
"""Keeps a place that is meant to be on a step from falling just before it."""
MAX_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Picture:
    """What is known of a frame: ``colour`` is None where its px are no planes of 8 bit, 4:2:0. ``stands``: it is the same every time."""

    size: Size
    colour: Colour | None
    stands: bool = False


@dataclass(frozen=True, slots=True)
class Base:
    """Frame ``picture`` as it is: everything below it is hidden."""

    picture: int


@dataclass(frozen=True, slots=True)
class Blend:
    """The part ``part`` of frame ``picture`` (its px) mixed into the rectangle ``rect`` of the output, within ``window``."""

    picture: int
    part: Rect
    rect: Rect
    window: Rect
    opacity: int
    """In Q15."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What stands still, with its transparency: drawn once by a canvas, laid over many frames. ``picture`` is its frame, if any."""

    op: DrawOp
    picture: int
    opacity: int
    """In Q15; ``op`` has none of it."""


Order = Base | Blend | Overlay


def planar_orders(ops: Sequence[Op], pictures: Sequence[Picture | None], size: Size, background: str, colour: Colour) -> list[Order] | None:
    """``ops`` as orders for planes, bottom first, or None where a canvas must draw them.

    ``pictures`` belong to ``compose.pictures(ops)``; None stands for a frame that is not there, and for fills and texts.
    """
    orders: list[Order] = []
    for number, op in enumerate(ops):
        if not isinstance(op, DrawOp) or op.adds:
            return None
        picture = pictures[number]
        if op.opacity == 0 or (picture is None and op.colour is None and op.caption is None):
            continue
        if picture is None or picture.stands:
            orders.append(Overlay(replace(op, opacity=1.0), number, _q15(op.opacity)))
            continue
        blend = _blend(op, number, picture, size, colour)
        if blend is None:
            return None
        orders.append(Base(number) if is_whole(blend, picture.size, size) and blend.opacity == WHOLE else blend)
    bases = [at for at, order in enumerate(orders) if isinstance(order, Base)]
    if bases:
        return orders[bases[-1] :]
    whole = Rect(0, 0, *size)
    ground = DrawOp("", Affine(), whole, 1.0, *size, colour=background)
    return [Overlay(ground, -1, WHOLE), *orders]


def _blend(op: DrawOp, number: int, picture: Picture, size: Size, colour: Colour) -> Blend | None:
    affine = op.affine
    upright = affine.b == 0 and affine.c == 0 and affine.a > 0 and affine.d > 0
    if picture.colour != colour or picture.size != (op.width, op.height) or op.filters or not upright:
        return None
    crop = op.crop
    rect = Rect(affine.a * crop.x + affine.e, affine.d * crop.y + affine.f, affine.a * crop.width, affine.d * crop.height)
    whole = Rect(0, 0, *size)
    window = rect.meets(whole if op.window is None else op.window.meets(whole) or Rect(0, 0, 0, 0)) or Rect(0, 0, 0, 0)
    return Blend(number, crop, rect, window, _q15(op.opacity))


def is_whole(blend: Blend, source: Size, size: Size) -> bool:
    """Whether it is the whole frame over the whole output, px for px."""
    whole = Rect(0, 0, *size)
    return source == size and all(_same(each, whole) for each in (blend.part, blend.rect, blend.window))


def level_of(part: Rect, rect: Rect) -> int:
    """How often a picture is halved before it is scaled: what is left is between one and two samples for each px."""
    shrinks = sqrt(part.width * part.height / (rect.width * rect.height))
    return min(MAX_LEVEL, max(0, floor(log2(shrinks) + NUDGE)))


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a blend on one plane.

    ``places`` is uint16 ``(n, 3)``: for each sample of the output from ``first`` on the two source samples that it lies between, and how
    many sixteenths of the way. ``shares`` is uint16 ``(n,)``, Q15: how much of the sample is covered.
    """

    first: int
    places: npt.NDArray[np.uint16]
    shares: npt.NDArray[np.uint16]

    @property
    def plain(self) -> bool:
        """Whether each sample of the source makes one of the output."""
        here = self.places[:, 0].astype(np.int64)
        return not self.places[:, 2].any() and bool((np.diff(here) == 1).all())


def axis(start: float, length: float, window: tuple[float, float], part: tuple[float, float], samples: int, level: int) -> Axis:
    """Maps ``length`` output samples from ``start`` on to ``part`` (start and length) of a source.

    All count samples of one plane, halved ``level`` times only in the result, where the source has ``samples`` of them left. Nothing is
    touched outside of ``window`` (start and end).
    """
    low, high = window
    first = floor(low + 1e-6)
    indices = np.arange(first, max(first, int(np.ceil(high - 1e-6))))
    covered = np.clip(np.minimum(indices + 1, high) - np.maximum(indices, low), 0.0, 1.0)
    part_start, part_length = part
    shrink = 2.0**level
    centres = ((indices + 0.5 - start) * (part_length / length) + part_start) / shrink - 0.5
    steps = np.floor(centres * STEPS + NUDGE).astype(np.int64)
    least = min(floor(part_start / shrink), samples - 1)
    most = min(max(least, int(np.ceil((part_start + part_length) / shrink)) - 1), samples - 1)
    left, between = steps // STEPS, steps % STEPS
    places = np.stack([np.clip(left, least, most), np.clip(left + 1, least, most), between], axis=1)
    return Axis(first, places.astype(np.uint16), np.round(covered * WHOLE).astype(np.uint16))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawn picture as planes, its samples times their alpha. ``x``, ``y`` and all sizes of the region are even.

    ``luma`` and ``alpha`` are uint8 ``(height, stride)``, ``cb``, ``cr`` and ``chroma_alpha`` uint8 ``(height / 2, chroma_stride)``.
    Strides are multiples of 8; behind the region's width all is transparent.
    """

    x: int
    y: int
    luma: npt.NDArray[np.uint8]
    alpha: npt.NDArray[np.uint8]
    cb: npt.NDArray[np.uint8]
    cr: npt.NDArray[np.uint8]
    chroma_alpha: npt.NDArray[np.uint8]


def sheet_of(rgba: npt.NDArray[np.uint8], rows: Sequence[int]) -> Sheet | None:
    """What is drawn on ``rgba``, uint8 ``(height, width, 4)``, not premultiplied; None where that is nothing.

    ``rows`` are those of ``colour.fixed_point_rows``.
    """
    seen = rgba[:, :, 3] > 0
    down, across = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not len(down):
        return None
    y, x = int(down[0]) & ~1, int(across[0]) & ~1
    part = rgba[y : (int(down[-1]) + 2) & ~1, x : (int(across[-1]) + 2) & ~1].astype(np.float32)
    alpha = part[:, :, 3]
    planes = []
    for row, chroma in zip((rows[0:4], rows[4:8], rows[8:12]), (False, True, True), strict=True):
        weights = np.array(row[:3], np.float32) / (1 << 14)
        # Offsets hold half a step for rounding down, and chroma's count four px: here nothing is rounded before the end.
        offset = 128.0 if chroma else row[3] // (1 << 14)
        premultiplied = ((part[:, :, :3] @ weights + np.float32(offset)) * alpha / np.float32(255)).astype(np.float32)
        planes.append(_quartered(premultiplied) if chroma else premultiplied)
    luma, cb, cr = (_padded(plane) for plane in planes)
    return Sheet(x, y, luma, _padded(alpha), cb, cr, _padded(_quartered(alpha)))


def _quartered(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    height, width = plane.shape
    quartered: npt.NDArray[np.float32] = plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return quartered


def _padded(plane: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    room = -plane.shape[1] % 8
    whole = np.clip(np.floor(plane + np.float32(0.5)), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.pad(whole, ((0, 0), (0, room))))


def _q15(opacity: float) -> int:
    return round(opacity * WHOLE)


def _same(one: Rect, other: Rect) -> bool:
    sides = ((one.x, other.x), (one.y, other.y), (one.width, other.width), (one.height, other.height))
    return all(abs(a - b) < 1e-6 for a, b in sides)
