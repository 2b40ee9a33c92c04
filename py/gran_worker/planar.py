"""Drawing orders that need no canvas: which lists can be mixed as Y, Cb and Cr planes, and how.

Where the bottom picture comes from its decoder in the file's own colours and size, only what lies over it must be touched. Mixing is
linear, so it gives the same px in Y'CbCr as in RGB.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log2

import numpy as np
import numpy.typing as npt

from gran_worker.colour import Colour
from gran_worker.compose import DrawOp, Op
from gran_worker.geometry import Affine, Rect, Size

WHOLE = 32_767
"""The share of a sample that is replaced, in Q15."""
STEPS = 16
"""Canvases interpolate in so many steps between two samples."""
EVENLY = ON_PX = 1e-6
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
    """The part ``part`` of frame ``picture`` (its px) mixed into the output: ``scale`` times as large, with the frame's corner at ``x`` and
    ``y``. Only the px in ``window`` are touched.
    """

    picture: int
    part: Rect
    scale: float
    x: float
    y: float
    window: Rect
    opacity: int
    """In Q15."""

    @property
    def rect(self) -> Rect:
        """What ``part`` covers."""
        part, scale = self.part, self.scale
        return Rect(self.x + scale * part.x, self.y + scale * part.y, scale * part.width, scale * part.height)

    @property
    def level(self) -> int:
        """How often the frame is halved before it is scaled: what is left is between one and two samples for each px."""
        return min(MAX_LEVEL, max(0, floor(NUDGE - log2(self.scale))))


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
    affine, crop = op.affine, op.crop
    # Canvases halve a picture that is scaled unevenly in ways of their own.
    upright = affine.b == 0 and affine.c == 0 and affine.a > 0 and abs(affine.a - affine.d) < EVENLY * affine.a
    if picture.colour != colour or picture.size != (op.width, op.height) or op.filters or not upright:
        return None
    # How a canvas interpolates depends on what it draws; where it only takes means of whole px there is one way.
    if not all(_is_whole_number(place) for place in (affine.e, affine.f, crop.x, crop.y, crop.width, crop.height)):
        return None
    blend = Blend(number, crop, affine.a, round(affine.e), round(affine.f), Rect(0, 0, *size), _q15(op.opacity))
    if abs(affine.a * (1 << blend.level) - 1) > EVENLY:
        return None
    if any(side % (1 << blend.level) for side in (*picture.size, round(crop.x), round(crop.y))):
        return None
    nothing = Rect(0, 0, 0, 0)
    window = blend.window if op.window is None else op.window.meets(blend.window) or nothing
    return replace(blend, window=_on_px(blend.rect).meets(window) or nothing)


def _on_px(rect: Rect) -> Rect:
    """The px that a canvas fills: those whose middle lies in ``rect``."""
    left, top, right, bottom = (floor(edge + 0.5) for edge in (rect.x, rect.y, rect.x + rect.width, rect.y + rect.height))
    return Rect(left, top, right - left, bottom - top)


def is_whole(blend: Blend, source: Size, size: Size) -> bool:
    """Whether it is the whole frame over the whole output, px for px."""
    whole = Rect(0, 0, *size)
    return source == size and all(_same(each, whole) for each in (blend.part, blend.rect, blend.window))


@dataclass(frozen=True, slots=True)
class Axis:
    """One direction of a blend on one plane.

    ``places`` is uint16 ``(n, taps, 3)``: for each sample of the output from ``first`` on, and each of the ``taps`` places whose mean it
    is, the two source samples that lie around it, and how many sixteenths of the way. ``shares`` is uint16 ``(n,)``, Q15: how much of
    the sample is covered.
    """

    first: int
    places: npt.NDArray[np.uint16]
    shares: npt.NDArray[np.uint16]

    @property
    def plain(self) -> bool:
        """Whether each sample of the source makes one of the output."""
        here = self.places[:, 0, 0].astype(np.int64)
        return self.places.shape[1] == 1 and not self.places[:, 0, 2].any() and bool((np.diff(here) == 1).all())


def axis(scale: float, shift: float, window: tuple[float, float], part: tuple[float, float], samples: int, level: int) -> Axis:
    """Maps the px of the output in ``window`` (start and end, whole px) on to a source that is ``scale`` times as large there and begins at
    ``shift``.

    All count px, halved ``level`` times only in the result, where the source has ``samples`` of them left. Nothing outside of ``part``
    (start and length) is looked at.
    """
    first, end = (round(edge) for edge in window)
    # Canvases count in single precision, which decides where a place falls on a step.
    step = np.float32(1) / np.float32(scale)
    begin = np.float32(first + 0.5) * step - np.float32(shift) * step
    shrink = 2.0**level
    centres = (float(begin) + float(step) * np.arange(max(0, end - first))) / shrink - 0.5
    steps = np.floor(centres * STEPS).astype(np.int64)
    part_start, part_length = part
    least = min(floor(part_start / shrink + NUDGE), samples - 1)
    most = min(max(least, ceil((part_start + part_length) / shrink - NUDGE) - 1), samples - 1)
    left, between = steps // STEPS, steps % STEPS
    places = np.stack([np.clip(left, least, most), np.clip(left + 1, least, most), between], axis=1)
    return Axis(first, places.astype(np.uint16)[:, np.newaxis], np.full(len(steps), WHOLE, np.uint16))


def chroma_axis(luma: Axis, level: int) -> Axis:
    """The same on planes with half as many samples: a canvas scales each px, and the mean of two is taken afterwards.

    The source is the plane of half the size, halved once less than luma's: a canvas spreads each of its samples over two px first.
    """
    first, end = luma.first, luma.first + len(luma.shares)
    pairs = np.arange(first // 2, -(-end // 2))
    before, after = 2 * pairs, 2 * pairs + 1
    # Where only one of the two px is covered it counts alone.
    taps = np.stack([np.where(before < first, after, before), np.where(after >= end, before, after)], axis=1) - first
    places = luma.places[taps, 0]
    if level == 0:
        places[:, :, :2] //= 2
    covered = (before >= first).astype(np.int64) + (after < end)
    return Axis(int(pairs[0]) if len(pairs) else 0, places, ((covered * WHOLE + 1) // 2).astype(np.uint16))


def halved(luma: Axis) -> Axis | None:
    """The same on planes that were halved once more than luma's, where that makes no difference."""
    if not luma.plain or luma.first % 2 or len(luma.shares) % 2 or luma.places[0, 0, 0] % 2:
        return None
    return Axis(luma.first // 2, luma.places[::2] // 2, luma.shares[::2])


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


def _is_whole_number(number: float) -> bool:
    return abs(number - round(number)) < ON_PX


def _same(one: Rect, other: Rect) -> bool:
    sides = ((one.x, other.x), (one.y, other.y), (one.width, other.width), (one.height, other.height))
    return all(abs(a - b) < ON_PX for a, b in sides)
