"""Where a picture lands: fit, crop, scale, rotation and position as one affine matrix.

Coordinates are pixels with y pointing down, as in every canvas. An :class:`Affine` is written in the order of
``setTransform(a, b, c, d, e, f)``: x' = a·x + c·y + e, y' = b·x + d·y + f.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Fit = Literal["contain", "cover", "fill"]
Rotation = Literal[0, 90, 180, 270]

TOLERANCE_PX = 1e-6

ANCHORS: dict[str, tuple[float, float]] = {
    "center": (0.5, 0.5),
    "topLeft": (0.0, 0.0),
    "topRight": (1.0, 0.0),
    "bottomLeft": (0.0, 1.0),
    "bottomRight": (1.0, 1.0),
}


class Point(NamedTuple):
    x: float
    y: float


class Size(NamedTuple):
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Rect:
    """An axis-aligned rectangle, px."""

    x: float
    y: float
    width: float
    height: float

    @property
    def corners(self) -> tuple[Point, Point, Point, Point]:
        right, bottom = self.x + self.width, self.y + self.height
        return Point(self.x, self.y), Point(right, self.y), Point(right, bottom), Point(self.x, bottom)

    def contains(self, point: Point, tolerance: float = TOLERANCE_PX) -> bool:
        return (
            self.x - tolerance <= point.x <= self.x + self.width + tolerance
            and self.y - tolerance <= point.y <= self.y + self.height + tolerance
        )

    def meets(self, other: "Rect") -> "Rect | None":
        """What the two share, if anything."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.x + self.width, other.x + other.width), min(self.y + self.height, other.y + other.height)
        return Rect(left, top, right - left, bottom - top) if right > left and bottom > top else None

    @classmethod
    def around(cls, points: Iterable[Point]) -> "Rect":
        """The smallest rectangle that holds ``points``."""
        xs, ys = zip(*points, strict=True)
        return cls(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


@dataclass(frozen=True, slots=True)
class Affine:
    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0
    e: float = 0.0
    f: float = 0.0

    @classmethod
    def translation(cls, x: float, y: float) -> "Affine":
        return cls(e=x, f=y)

    @classmethod
    def scaling(cls, x: float, y: float) -> "Affine":
        return cls(a=x, d=y)

    @classmethod
    def rotation(cls, degrees: float) -> "Affine":
        """Clockwise on the screen. Right angles are exact: cos 90° is 0, not 6e-17."""
        quarter, rest = divmod(degrees, 90.0)
        if rest == 0:
            cos, sin = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))[int(quarter) % 4]
        else:
            cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        return cls(cos, sin, -sin, cos)

    def then(self, outer: "Affine") -> "Affine":
        """First this, then ``outer``."""
        return Affine(
            outer.a * self.a + outer.c * self.b,
            outer.b * self.a + outer.d * self.b,
            outer.a * self.c + outer.c * self.d,
            outer.b * self.c + outer.d * self.d,
            outer.a * self.e + outer.c * self.f + outer.e,
            outer.b * self.e + outer.d * self.f + outer.f,
        )

    def apply(self, point: Point) -> Point:
        return Point(self.a * point.x + self.c * point.y + self.e, self.b * point.x + self.d * point.y + self.f)

    def inverse(self) -> "Affine | None":
        """The way back, or None where the matrix flattens the picture to a line."""
        determinant = self.a * self.d - self.b * self.c
        if abs(determinant) < 1e-12:
            return None
        a, b, c, d = self.d / determinant, -self.b / determinant, -self.c / determinant, self.a / determinant
        return Affine(a, b, c, d, -(a * self.e + c * self.f), -(b * self.e + d * self.f))

    @property
    def is_identity(self) -> bool:
        values, identity = (self.a, self.b, self.c, self.d, self.e, self.f), (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
        return all(abs(value - same) < 1e-9 for value, same in zip(values, identity, strict=True))


@dataclass(frozen=True, slots=True)
class Crop:
    """Fractions (0..1) of the displayed picture that are cut off at each side."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0

    @property
    def is_none(self) -> bool:
        return not (self.left or self.top or self.right or self.bottom)

    def of(self, size: Size) -> Rect:
        """What is left of a picture of ``size``, in its own px; empty where the sides meet."""
        return Rect(
            self.left * size.width,
            self.top * size.height,
            max(0.0, 1 - self.left - self.right) * size.width,
            max(0.0, 1 - self.top - self.bottom) * size.height,
        )


@dataclass(frozen=True, slots=True)
class Pose:
    """A clip's transform: scale (negative flips), rotation (clockwise), position (output px), anchor (0..1 of the fitted picture)."""

    scale: Point = Point(1.0, 1.0)
    rotation_deg: float = 0.0
    position: Point = Point(0.0, 0.0)
    anchor: Point = Point(0.5, 0.5)


def fitted(source: Size, output: Size, fit: Fit) -> Affine:
    """Scales ``source`` to ``output`` and centres it."""
    x, y = output.width / source.width, output.height / source.height
    if fit == "contain":
        x = y = min(x, y)
    elif fit == "cover":
        x = y = max(x, y)
    return Affine(x, 0.0, 0.0, y, (output.width - source.width * x) / 2, (output.height - source.height * y) / 2)


def placed(source: Size, output: Size, fit: Fit, pose: Pose) -> Affine:
    """From displayed source px to output px: fit, then scale and rotate about the anchor, then move."""
    base = fitted(source, output, fit)
    anchor = base.apply(Point(pose.anchor.x * source.width, pose.anchor.y * source.height))
    return (
        base.then(Affine.translation(-anchor.x, -anchor.y))
        .then(Affine.scaling(pose.scale.x, pose.scale.y))
        .then(Affine.rotation(pose.rotation_deg))
        .then(Affine.translation(anchor.x + pose.position.x, anchor.y + pose.position.y))
    )


def upright(rotation: Rotation, raw: Size) -> Affine:
    """From the px of a frame as stored to the px of the frame as shown, turned clockwise by ``rotation``."""
    turned = Affine.rotation(rotation)
    box = Rect.around(turned.apply(corner) for corner in Rect(0, 0, raw.width, raw.height).corners)
    return turned.then(Affine.translation(-box.x, -box.y))


def covers(rect: Rect, affine: Affine, output: Size) -> bool:
    """Whether ``rect``, drawn through ``affine``, leaves no px of the output bare."""
    back = affine.inverse()
    return back is not None and all(
        # A thousandth of a px is below what any rasteriser resolves; without it 1/3 scales leave a "gap".
        rect.contains(back.apply(corner), tolerance=1e-3)
        for corner in Rect(0, 0, output.width, output.height).corners
    )


def touches(rect: Rect, affine: Affine, output: Size) -> bool:
    """Whether any of ``rect`` can be seen (its bounding box meets the output)."""
    if rect.width <= 0 or rect.height <= 0 or affine.inverse() is None:
        return False
    box = Rect.around(affine.apply(corner) for corner in rect.corners)
    return box.x < output.width and box.y < output.height and box.x + box.width > 0 and box.y + box.height > 0
